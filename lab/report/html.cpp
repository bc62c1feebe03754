#include "report/html.hpp"

#include <fmt/format.h>

#include "export/text.hpp"

namespace tcplab::report {
namespace {

// Well-formed UTF-8: a JSON string's rules are those, and it has its own escapes for what HTML does not want.
std::string well_formed(std::string_view text) {
    std::string json;
    append_json_string(json, text);
    std::string out;
    for (std::size_t i = 1; i + 1 < json.size(); ++i) {
        if (json[i] != '\\') {
            out += json[i];
            continue;
        }
        switch (json[++i]) {
            case 'n': out += '\n'; break;
            case 't': out += '\t'; break;
            case 'r': out += '\r'; break;
            case 'u':
                out += "\xef\xbf\xbd";  // a control character
                i += 4;
                break;
            default: out += json[i];
        }
    }
    return out;
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : well_formed(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += c;
        }
    }
    return out;
}

std::string in_script(std::string_view json) {
    std::string out;
    out.reserve(json.size());
    for (const char c : json) {
        if (c == '<') {
            out += "\\u003c";  // in JSON it only stands in strings
        } else {
            out += c;
        }
    }
    return out;
}

std::string json_string(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string exact_ms(FieldValue nanoseconds) {
    if (!nanoseconds) return "none";
    std::string out;
    append_value(out, FieldKind::milliseconds, nanoseconds);
    return out + " ms";
}

std::string with_commas(std::uint64_t number) {
    std::string out = fmt::format("{}", number);
    for (std::size_t at = out.size(); at > 3; at -= 3) out.insert(at - 3, 1, ',');
    return out;
}

}  // namespace tcplab::report
