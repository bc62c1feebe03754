#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tcplab::course {

/// Who should have handed something in.
struct Roster {
    std::vector<std::string> students;  ///< IDs, each once
    std::string errors;                 ///< for stderr: what is wrong, with its lines, or that nobody is in it
};

/// Reads a list of students: a text with an ID a line, or a table of which the ID is the first column, separated by
/// commas, semicolons or tabs, with quotes or without. Empty lines, lines that begin with # and a heading are none.
/// `file` is what messages call it.
Roster read_roster(std::string_view text, std::string_view file);

}  // namespace tcplab::course
