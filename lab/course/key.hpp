#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "course/drawing.hpp"
#include "course/exercise.hpp"
#include "course/measuring.hpp"

namespace tcplab::course {

/// What is right, for one student.
struct Key {
    Names names;  ///< of all that was drawn, measured and named
    /// Per question: the number, as formulas have it, or which of its choices, from 0.
    std::vector<double> right;
    std::optional<double> prediction;
};

/// Simulates the student's scenario. Throws CourseError.
Key solve(const Exercise& exercise, const Personal& personal);

enum class Verdict : unsigned char {
    right,
    close,
    wrong,
    unanswered,
    unreadable,  ///< an answer that is neither a number nor a choice; told by who read it
};
/// "right", "close" ...
std::string_view name_of(Verdict verdict);

/// An answer as it was given.
struct Given {
    std::string written;
    double value = 0;  ///< as formulas have it, or which of the question's choices, from 0
};

struct Marked {
    Verdict verdict = Verdict::unanswered;
    const Text* hint = nullptr;  ///< what the mistake was, where it is known
    /// Right but for a factor such as 1000: another unit was meant.
    bool other_unit = false;
};
/// Compares an answer with the right one. `q` is question number `index` of the key's exercise.
Marked mark(const Question& q, std::size_t index, const Key& key, const std::optional<Given>& given);

/// The points that a verdict earns. A close answer earns `close_part` of the question's weight.
double points(const Question& q, Verdict verdict, double close_part);
inline constexpr double kClosePart = 0.5;

}  // namespace tcplab::course
