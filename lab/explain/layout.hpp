#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "explain/explanation.hpp"

namespace tcplab::explain {

inline constexpr std::size_t kMargin = 2;  ///< blanks before a line of a table

/// Appends `text` behind `head`, broken at blanks, with later lines `indent` columns in.
void append_wrapped(std::string& out, std::string head, std::size_t indent, std::string_view text, std::size_t width);
/// The text broken at blanks.
std::string paragraph(std::string_view text, std::size_t width);

/// What came of changes: those that help as a table, the others in a line for each kind.
std::string what_if_text(const Explanation& e, std::size_t width, bool color);

}  // namespace tcplab::explain
