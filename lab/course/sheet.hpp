#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "course/drawing.hpp"
#include "course/exercise.hpp"
#include "scenario/diagnostics.hpp"
#include "scenario/document.hpp"

namespace tcplab::course {

/// answers-04.toml, to be filled in. `check` is the command that marks it.
std::string empty_sheet(const Exercise& exercise, const Personal& personal, Language language,
                        std::string_view prediction, std::string_view check);

/// A sheet of answers, as far as it can be read without its exercise.
struct Sheet {
    std::string exercise;  ///< its name: "04-handshake"
    std::string student;
    std::string version;
    Mark exercise_mark, student_mark;
    Node table;  ///< all of it
};
/// Nothing if it is no TOML or does not say whose it is and of what; `out` says why.
std::optional<Sheet> read_sheet(std::string_view text, Diagnostics& out);

/// An answer as it was given.
struct Given {
    std::string written;
    double value = 0;  ///< as formulas have it, or which of the question's choices, from 0
};

/// What was answered.
struct Answers {
    std::optional<Given> prediction;
    std::vector<std::optional<Given>> given;  ///< per question; nothing: not answered
    std::vector<std::string> written;         ///< per question: what stands there, good or bad, as printable()
    std::vector<std::string> problems;        ///< per question: why its answer is none; empty: it is one, or nothing
    Diagnostics notes;                        ///< what is strange and costs nothing: keys that are no question's
};
/// What cannot be read goes to `out`, and does not keep the rest from being read.
Answers read_answers(const Sheet& sheet, const Exercise& exercise, const Personal& personal, Diagnostics& out);

/// "line 3: page: expected ...; units are ...": a diagnostic where there is no place for more than a line.
std::string in_one_line(const Diagnostic& diagnostic);

/// A number with or without a unit, as somebody typed it, or why it is none.
struct ReadNumber {
    std::optional<double> value;  ///< as formulas have it
    std::string problem, hint;
};
ReadNumber read_number(std::string_view text, const Unit& unit);

/// The choices of question `index` as this student sees them: "a  ..." a line each, without a line end behind the last.
std::vector<std::string> offered_choices(const Exercise& exercise, const Personal& personal, std::size_t index,
                                         Language language);

}  // namespace tcplab::course
