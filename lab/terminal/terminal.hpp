#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tcplab {

/// A choice that `auto` leaves to whether the stream is a terminal.
enum class When { automatic, always, never };

/// "auto", "always" or "never"; nothing for another word.
std::optional<When> parse_when(std::string_view word);

/// Columns of the terminal behind file descriptor `fd`: COLUMNS if set, else what the terminal says, else 100.
std::size_t terminal_width(int fd);

/// Whether to colour what goes to `fd`. `automatic`: to a terminal that is not dumb, and NO_COLOR is not set
/// (https://no-color.org).
bool use_color(When when, int fd);

/// Whether the locale's characters are UTF-8: what LC_ALL says, else LC_CTYPE, else LANG (POSIX.1, 8.2).
bool use_utf8();

/// Whether the locale's messages are in Korean: what LC_ALL says, else LC_MESSAGES, else LANG.
bool speaks_korean();

/// Whether to show progress on `fd`. `automatic`: on a terminal that is not dumb.
bool use_progress(When when, int fd);

}  // namespace tcplab
