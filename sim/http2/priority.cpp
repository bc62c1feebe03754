#include "http2/priority.hpp"

#include <algorithm>

namespace tcplab {

namespace {

std::string_view trim(std::string_view s) {
    const std::size_t begin = s.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return s.substr(begin, s.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::string priority_text(Priority p) {
    std::string text;
    if (p.urgency != Priority{}.urgency) text = std::string("u=") + static_cast<char>('0' + p.urgency);
    if (p.incremental) text += text.empty() ? "i" : ", i";
    return text;
}

Priority parse_priority(std::string_view text) {
    // A dictionary (RFC 8941 3.2) of which two members matter; parameters, after a semicolon, do not.
    Priority p;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        const std::string_view whole = text.substr(0, comma);
        const std::string_view member = trim(whole.substr(0, whole.find(';')));
        text.remove_prefix(std::min(comma + 1, text.size()));
        if (member == "i" || member == "i=?1") p.incremental = true;
        if (member == "i=?0") p.incremental = false;
        const bool urgency = member.size() == 3 && member.substr(0, 2) == "u=";
        if (urgency && member[2] >= '0' && member[2] <= '7') p.urgency = static_cast<std::uint8_t>(member[2] - '0');
    }
    return p;
}

}  // namespace tcplab
