#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "course/formula.hpp"
#include "scenario/diagnostics.hpp"
#include "scenario/quantity.hpp"

namespace tcplab::course {

enum class Language : std::uint8_t { english, korean };

/// A text in each language, or in one of them.
struct Text {
    std::string en, ko;
    /// In that language, or in the one that there is.
    [[nodiscard]] const std::string& in(Language language) const {
        const bool korean = en.empty() || (language == Language::korean && !ko.empty());
        return korean ? ko : en;
    }
};

/// A value that a parameter may have.
struct Drawn {
    std::string text;   ///< as a scenario has it: "84 ms", "7"
    double number = 0;  ///< as formulas have it; of a word 0
};

/// A parameter that each student gets a value of.
struct Draw {
    std::string name;
    std::vector<Drawn> values;  ///< at least one
    Mark mark;                  ///< of the name, in exercise.toml
};

/// A formula and where it stands in exercise.toml.
struct Formula {
    std::string text;
    Mark mark;
};

/// What of a result file's rows is wanted.
struct Condition {
    enum class Relation : std::uint8_t { equal, unequal, below, above, at_most, at_least };
    std::string column;
    Relation relation = Relation::equal;
    std::string text;              ///< of equal and unequal, where it is no number
    std::optional<double> number;  ///< in the column's unit
};

/// A number taken from a run's results.
struct Measurement {
    enum class Take : std::uint8_t { only, first, last, least, most, sum, mean, count };
    std::string name;
    std::string variant;  ///< empty: of a scenario without variants
    std::string file;     ///< without its ending: summary, transactions, connections, pages, packets or tcp
    std::string column;   ///< empty: of `count`
    Take take = Take::only;
    std::vector<Condition> where;
    Mark mark;  ///< of the name, in exercise.toml
};

/// What is asked in numbers with a unit.
struct Unit {
    std::string name;  ///< "ms"; empty: a plain number
    Measure measure = Measure::plain;
};

/// An answer that many give, and what it shows.
struct Mistake {
    Formula value;
    Formula when;  ///< other than zero: some make it with these numbers. Without text: with all
    Text hint;
};

/// One of the answers that are offered.
struct Choice {
    Text text;
    Formula right;  ///< other than zero: it is the right one
    Text hint;      ///< for who chose it and was wrong; may be empty
};

struct Question {
    std::string id;
    Text text;
    std::vector<Choice> choices;  ///< empty: a number is asked for
    Unit unit;
    Formula answer;
    double right = 0.01;  ///< how far off an answer may be, as a part of the right one
    double close = 0.05;
    double weight = 1;  ///< points
    std::vector<Mistake> mistakes;
    Mark mark;  ///< of the id, in exercise.toml
};

/// Something that the explanation says, as a formula that is not zero.
struct Claim {
    std::string id;
    Formula holds;
};

/// The files of an exercise's folder.
struct ExerciseFiles {
    std::string name;  ///< "04-handshake"
    std::string definition, scenario;
    Text readme, explanation;
    std::string folder;  ///< how messages call it
};

struct Exercise {
    unsigned number = 0;
    std::string name;
    Text title, readme, explanation;  ///< the title's languages are those of all texts
    unsigned minutes = 0;             ///< that it takes, about
    std::vector<std::string> files;   ///< of --report, --pcap, --trace, --har: what `lab run` adds
    std::string scenario;             ///< with places for what is drawn
    std::vector<Draw> draws;
    std::vector<Measurement> measurements;
    std::vector<std::pair<std::string, Formula>> lets;  ///< names for formulas of what was drawn or measured
    std::optional<Question> prediction;
    std::vector<Question> questions;
    std::vector<Claim> claims;
};

/// "exercise.toml:52: ", before what is to be said of that line.
std::string at_line(const Mark& mark);

/// An exercise, or what is wrong with its files.
struct ReadExercise {
    std::optional<Exercise> exercise;
    std::string errors;  ///< for stderr; without a line that counts them
    std::size_t error_count = 0;
};
ReadExercise read_exercise(const ExerciseFiles& files);

}  // namespace tcplab::course
