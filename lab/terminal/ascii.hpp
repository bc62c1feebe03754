#pragma once

#include <string>
#include <string_view>

namespace tcplab {

/// UTF-8 `text` for a terminal that has none: the characters that tables and diagrams are drawn with become the nearest
/// of ASCII, others a question mark for each column.
std::string in_ascii(std::string_view text);

}  // namespace tcplab
