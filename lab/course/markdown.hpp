#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab::course {

/// A paragraph as lines of at most `width` columns; blanks in a row become one. What is too long for a line stands on
/// one of its own.
std::vector<std::string> wrapped(std::string_view paragraph, std::size_t width);

/// Markdown as a terminal shows it best: headings stand out, paragraphs and lists are wrapped at `width` columns, code
/// and tables stay as they are, links that lead somewhere in the repository are their text.
std::string for_terminal(std::string_view markdown, std::size_t width, bool color);

}  // namespace tcplab::course
