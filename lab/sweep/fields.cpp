#include "sweep/fields.hpp"

#include <charconv>

namespace tcplab {

void append_field(std::string& line, std::string_view field) {
    line += '\t';
    for (const char c : field) {
        if (c == '\t') {
            line += "\\t";
        } else if (c == '\n') {
            line += "\\n";
        } else if (c == '\\') {
            line += "\\\\";
        } else {
            line += c;
        }
    }
}

std::vector<std::string> split_fields(std::string_view line) {
    std::vector<std::string> fields(1);
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '\t') {
            fields.emplace_back();
        } else if (line[i] == '\\' && i + 1 < line.size()) {
            const char c = line[++i];
            fields.back() += c == 't' ? '\t' : c == 'n' ? '\n' : c;
        } else {
            fields.back() += line[i];
        }
    }
    return fields;
}

std::optional<std::uint64_t> field_number(std::string_view field) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), number);
    if (error != std::errc() || end != field.data() + field.size()) return std::nullopt;
    return number;
}

}  // namespace tcplab
