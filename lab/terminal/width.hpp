#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tcplab {

/// Columns that UTF-8 `text` takes in a terminal: East Asian wide characters and emoji take two, combining marks
/// none (Unicode UAX #11). A byte that is not UTF-8 counts one.
std::size_t display_width(std::string_view text);

/// `text` cut to at most `width` columns; what was cut ends in "…".
std::string cut_to_width(std::string_view text, std::size_t width);

/// `text` with blanks before it (or, with `left`, behind it) up to `width` columns.
std::string pad_to_width(std::string_view text, std::size_t width, bool left);

}  // namespace tcplab
