#include "export/text.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <iterator>

namespace tcplab {
namespace {

constexpr std::uint64_t kMillion = 1'000'000;

// Bytes of the well-formed UTF-8 character that `text` begins with (RFC 3629 4); 0 when there is none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    const std::size_t n = lead >= 0xf5 ? 0 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (n == 0 || text.size() < n) return 0;
    for (std::size_t i = 1; i < n; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return 0;
    }
    const unsigned second = byte(1);
    const bool overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool surrogate = lead == 0xed && second >= 0xa0;
    const bool too_large = lead == 0xf4 && second >= 0x90;
    return overlong || surrogate || too_large ? 0 : n;
}

void append_json_escape(std::string& out, char c) {
    switch (c) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\t': out += "\\t"; return;
        case '\r': out += "\\r"; return;
        default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c)); return;
    }
}

}  // namespace

void append_decimal(std::string& out, std::int64_t millionths) {
    const bool negative = millionths < 0;
    const auto raw = static_cast<std::uint64_t>(millionths);
    const std::uint64_t magnitude = negative ? ~raw + 1 : raw;
    if (negative) out += '-';
    const fmt::format_int whole(magnitude / kMillion);
    out.append(whole.data(), whole.size());
    std::uint64_t rest = magnitude % kMillion;
    if (rest == 0) return;
    constexpr std::size_t most = 6;
    std::array<char, most + 1> digits{'.'};
    std::size_t length = 1;  // up to the last digit that is not zero
    for (std::size_t i = most; i > 0; --i, rest /= 10) {
        digits.at(i) = static_cast<char>('0' + rest % 10);
        if (length == 1 && rest % 10 != 0) length = i + 1;
    }
    out.append(digits.data(), length);
}

void append_csv_field(std::string& out, std::string_view text) {
    if (text.find_first_of("\",\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t n = utf8_length(text);
        const char c = text.front();
        if (n == 0) {
            out += "\xef\xbf\xbd";
        } else if (n == 1 && (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\')) {
            append_json_escape(out, c);
        } else {
            out += text.substr(0, n);
        }
        text.remove_prefix(n == 0 ? 1 : n);
    }
    out += '"';
}

}  // namespace tcplab
