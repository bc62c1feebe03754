#pragma once

#include <algorithm>
#include <string_view>

// The grammar that parsing and writing heads share (RFC 9110 5).

namespace tcplab::field_text {

inline constexpr std::string_view kLineEnd = "\r\n";

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// Field names and options are the same in any case.
inline bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() &&
           std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

inline std::string_view trim(std::string_view s) {
    const auto first = s.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

/// Takes what stands before the next `separator` off the front of `rest`, and the separator.
inline std::string_view take_until(std::string_view& rest, std::string_view separator) {
    const auto at = rest.find(separator);
    const std::string_view part = rest.substr(0, at);
    rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + separator.size());
    return part;
}

inline std::string_view take_line(std::string_view& rest) { return take_until(rest, kLineEnd); }

/// "Host" of "Host: example.com".
inline std::string_view field_name(std::string_view line) { return line.substr(0, line.find(':')); }

/// Calls `visit` with each element of a comma-separated list (RFC 9110 5.6.1).
template <class Visit>
void for_each_element(std::string_view list, const Visit& visit) {
    while (!list.empty()) {
        const std::string_view element = trim(take_until(list, ","));
        if (!element.empty()) visit(element);
    }
}

}  // namespace tcplab::field_text
