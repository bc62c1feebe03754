#include "course/key.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>

#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

double value_of(std::string_view what, const Formula& formula, const Names& names) {
    const FormulaValue result = evaluate(formula.text, names);
    if (result.value) return *result.value;
    throw CourseError(fmt::format("{}{}: {}: {}", at_line(formula.mark), what, cited(formula.text), result.error));
}

/// The one choice that is right.
double right_choice(const Question& q, const Names& names) {
    const std::string which = fmt::format("question {}", q.id);
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < q.choices.size(); ++i) {
        const Formula& right = q.choices[i].right;
        if (value_of(which, right, names) == 0) continue;
        if (found) {
            throw CourseError(
                fmt::format("{}{}: choices {} and {} are both right", at_line(right.mark), which, *found + 1, i + 1));
        }
        found = i;
    }
    if (!found) throw CourseError(fmt::format("{}{}: no choice is right", at_line(q.mark), which));
    return static_cast<double>(*found);
}

}  // namespace

Key solve(const Exercise& exercise, const Personal& personal) {
    Key key;
    key.names = personal.names;
    for (const auto& [name, value] : measure(exercise, personal.scenario)) key.names[name] = value;
    for (const auto& [name, formula] : exercise.lets) key.names[name] = value_of(name, formula, key.names);
    for (const Question& q : exercise.questions) {
        key.right.push_back(q.choices.empty() ? value_of("question " + q.id, q.answer, key.names)
                                              : right_choice(q, key.names));
    }
    if (exercise.prediction) key.prediction = value_of("prediction", exercise.prediction->answer, key.names);
    return key;
}

}  // namespace tcplab::course
