#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"

namespace tcplab::course {

/// What is wrong with an ID, as a sentence's end ("is empty"); nothing: it can be used. IDs of up to 100 characters are
/// good, without control characters, invisible ones and decomposed letters, that do not begin as a spreadsheet's
/// formula or a comment does.
std::optional<std::string> problem_of_id(std::string_view student);
/// The ID without blanks around it; capital letters of ASCII are small. Who is the same after that is one student.
std::string normal_id(std::string_view student);

/// An exercise with the numbers of one student. They follow from the ID, and are the same on every machine.
struct Personal {
    std::string student;       ///< as it was given; empty: nobody's, which are numbers as well
    std::vector<Drawn> drawn;  ///< as Exercise::draws
    Names names;               ///< of them
    std::string scenario;      ///< its text
    std::string version;       ///< of all that the answers depend on: 16 hexadecimal digits
    /// Per question, the prediction not among them: its choices in the order in which they are offered to this student.
    std::vector<std::vector<std::size_t>> orders;
};
Personal personalise(const Exercise& exercise, std::string_view student);

/// Replaces each {{...}} of a text: the name of what was drawn by its text, a formula by its value, "FORMULA|UNIT" by
/// its value with that unit, and "holds CLAIM" by a check mark. The first that has no value stands in `error`.
struct Filled {
    std::string text;
    std::string error;     ///< "{{rt}}: there is no \"rt\""; empty: none
    std::size_t line = 0;  ///< of the error, from 1
};
Filled fill_in(std::string_view text, const Exercise& exercise, const Personal& personal, const Names& names);

/// What stands between {{ and }} in a text.
std::vector<std::string_view> places_in(std::string_view text);

/// The line, from 1, in which the character `at` of a text stands.
std::size_t line_number(std::string_view text, std::size_t at);

/// "rtt 84 ms · size 3 kB"
std::string numbers_text(const Exercise& exercise, const Personal& personal);

}  // namespace tcplab::course
