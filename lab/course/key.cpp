#include "course/key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

double value_of(std::string_view what, const Formula& formula, const Names& names) {
    const FormulaValue result = evaluate(formula.text, names);
    if (result.value) return *result.value;
    throw CourseError(fmt::format("{}: {}: {}", what, cited(formula.text), result.error));
}

/// The one choice that is right.
double right_choice(const Question& q, const Names& names) {
    std::optional<std::size_t> found;
    for (std::size_t i = 0; i < q.choices.size(); ++i) {
        if (value_of(q.id, q.choices[i].right, names) == 0) continue;
        if (found) throw CourseError(fmt::format("{}: choices {} and {} are both right", q.id, *found + 1, i + 1));
        found = i;
    }
    if (!found) throw CourseError(fmt::format("{}: no choice is right", q.id));
    return static_cast<double>(*found);
}

/// How far an answer may be from `right` and still be taken for it.
double tolerance(const Question& q, double part, double right) {
    constexpr double half_a_point = 0.5;
    constexpr double rounding = 1e-9;
    const double share = std::abs(right) * part;
    const double least = q.unit.measure == Measure::percent && part > 0 ? half_a_point : 0;
    return std::max({share, least, std::abs(right) * rounding, rounding});
}

bool is_right_in_another_unit(const Question& q, double right, double given) {
    constexpr std::array<double, 4> factors{1000, 1'000'000, 8, 100};
    return std::any_of(factors.begin(), factors.end(), [&](double factor) {
        const bool larger = std::abs(given / factor - right) <= tolerance(q, q.right, right);
        const bool smaller = std::abs(given * factor - right) <= tolerance(q, q.right, right);
        return larger || smaller;
    });
}

/// The mistake that makes this answer: the nearest of those that could.
const Text* hint_for(const Question& q, const Names& names, double given) {
    const Text* hint = nullptr;
    double nearest = 0;
    for (const Mistake& m : q.mistakes) {
        const FormulaValue value = evaluate(m.value.text, names);
        if (!value.value) continue;
        const double distance = std::abs(given - *value.value);
        if (distance > tolerance(q, q.right, *value.value) || (hint != nullptr && distance >= nearest)) continue;
        hint = &m.hint;
        nearest = distance;
    }
    return hint;
}

}  // namespace

Key solve(const Exercise& exercise, const Personal& personal) {
    Key key;
    key.names = personal.names;
    for (const auto& [name, value] : measure(exercise, personal.scenario)) key.names[name] = value;
    for (const auto& [name, formula] : exercise.lets) key.names[name] = value_of(name, formula, key.names);
    for (const Question& q : exercise.questions) {
        key.right.push_back(q.choices.empty() ? value_of(q.id, q.answer, key.names) : right_choice(q, key.names));
    }
    if (exercise.prediction) key.prediction = value_of("prediction", exercise.prediction->answer, key.names);
    return key;
}

std::string_view name_of(Verdict verdict) {
    constexpr std::array<std::string_view, 5> names{"right", "close", "wrong", "unanswered", "unreadable"};
    return names.at(static_cast<std::size_t>(verdict));
}

Marked mark(const Question& q, std::size_t index, const Key& key, const std::optional<Given>& given) {
    Marked marked;
    if (!given) return marked;
    const double right = key.right[index];
    if (!q.choices.empty()) {
        const auto chosen = static_cast<std::size_t>(given->value);
        marked.verdict = given->value == right ? Verdict::right : Verdict::wrong;
        const Text& hint = q.choices[chosen].hint;
        if (marked.verdict == Verdict::wrong && !hint.en.empty()) marked.hint = &hint;
        return marked;
    }
    const double off = std::abs(given->value - right);
    if (off <= tolerance(q, q.right, right)) {
        marked.verdict = Verdict::right;
        return marked;
    }
    marked.verdict = off <= tolerance(q, q.close, right) ? Verdict::close : Verdict::wrong;
    marked.hint = hint_for(q, key.names, given->value);
    marked.other_unit = marked.hint == nullptr && is_right_in_another_unit(q, right, given->value);
    return marked;
}

double points(const Question& q, Verdict verdict, double close_part) {
    if (verdict == Verdict::right) return q.weight;
    return verdict == Verdict::close ? q.weight * close_part : 0;
}

}  // namespace tcplab::course
