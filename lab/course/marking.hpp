#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "course/exercise.hpp"
#include "course/key.hpp"
#include "course/sheet.hpp"

namespace tcplab::course {

enum class Verdict : std::uint8_t {
    right,
    close,
    wrong,
    unanswered,
    unreadable,  ///< an answer that is neither a number nor a choice; told by who read it
};
/// "right", "close" ...
std::string_view name_of(Verdict verdict);

struct Marked {
    Verdict verdict = Verdict::unanswered;
    const Text* hint = nullptr;  ///< what the mistake was, where it is known
    /// Right but for a factor such as 1000: another unit was meant.
    bool other_unit = false;
};
/// The answer that the mistake makes. Without value and without error: it is none with these numbers.
FormulaValue mistake_value(const Mistake& mistake, const Names& names);
/// Compares an answer with the right one. `q` is question number `index` of the key's exercise.
Marked mark(const Question& q, std::size_t index, const Key& key, const std::optional<Given>& given);

/// The points that a verdict earns. A close answer earns `close_part` of the question's weight.
double points(const Question& q, Verdict verdict, double close_part);
inline constexpr double kClosePart = 0.5;

/// An answer and what it is worth, in words.
struct MarkedAnswer {
    std::string question;  ///< its id
    std::string written;   ///< empty: no answer
    Verdict verdict = Verdict::unanswered;
    std::string hint;  ///< or why it cannot be read; may be empty
    double points = 0;
    double most = 0;  ///< points for a right answer
};

/// All answers of a sheet.
struct MarkedSheet {
    std::string exercise;  ///< its name
    std::string student;
    bool other_version = false;  ///< the sheet was written for another version of the exercise
    std::vector<MarkedAnswer> answers;

    [[nodiscard]] double points() const;
    [[nodiscard]] double most() const;
    [[nodiscard]] std::size_t right() const;  ///< how many of them
};
MarkedSheet mark_sheet(const Exercise& exercise, const Key& key, const Sheet& sheet, const Personal& personal,
                       const Answers& answers, Language language, double close_part);

/// A JSON object as Gradescope reads it as results.json (score, tests with name, status, score, max_score, output),
/// with what else is known in `extra_data`.
std::string sheet_json(const MarkedSheet& sheet);
/// The same of a sheet that could not be marked.
std::string failure_json(const std::string& why);

}  // namespace tcplab::course
