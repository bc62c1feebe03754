#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

// Lines of fields between tabs, in the files that a sweep keeps for itself. A tab, a newline or a backslash in a field
// is "\t", "\n" or "\\".

/// Appends a tab and the field.
void append_field(std::string& line, std::string_view field);
/// The fields of a line without its newline; at least one.
std::vector<std::string> split_fields(std::string_view line);
/// A field that is a whole number, in digits and nothing else.
std::optional<std::uint64_t> field_number(std::string_view field);

}  // namespace tcplab
