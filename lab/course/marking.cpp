#include "course/marking.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "course/words.hpp"

namespace tcplab::course {
namespace {

/// How far an answer may be from `right` and still be taken for it.
double tolerance(const Question& q, double part, double right) {
    constexpr double half_a_point = 0.5;
    constexpr double rounding = 1e-9;
    const double share = std::abs(right) * part;
    const double least = q.unit.measure == Measure::percent && part > 0 ? half_a_point : 0;
    return std::max({share, least, std::abs(right) * rounding, rounding});
}

/// What lies between the units that people take for each other: thousands and millions, of sizes and rates also binary
/// ones, and bits for bytes; a part for a percentage. A count has no other unit.
std::vector<double> unit_factors(Measure measure) {
    if (measure == Measure::duration) return {1000, 1'000'000};
    if (measure == Measure::size || measure == Measure::rate) return {1000, 1'000'000, 8, 1024, 1024.0 * 1024.0};
    if (measure == Measure::percent) return {100};
    return {};
}

bool is_right_in_another_unit(const Question& q, double right, double given) {
    const std::vector<double> factors = unit_factors(q.unit.measure);
    return std::any_of(factors.begin(), factors.end(), [&](double factor) {
        const bool larger = std::abs(given / factor - right) <= tolerance(q, q.right, right);
        const bool smaller = std::abs(given * factor - right) <= tolerance(q, q.right, right);
        return larger || smaller;
    });
}

/// The mistake that makes this answer: the nearest of those that can be made.
const Text* hint_for(const Question& q, const Names& names, double given) {
    const Text* hint = nullptr;
    double nearest = 0;
    for (const Mistake& m : q.mistakes) {
        const FormulaValue value = mistake_value(m, names);
        if (!value.value) continue;
        const double distance = std::abs(given - *value.value);
        if (distance > tolerance(q, q.right, *value.value) || (hint != nullptr && distance >= nearest)) continue;
        hint = &m.hint;
        nearest = distance;
    }
    return hint;
}

}  // namespace

FormulaValue mistake_value(const Mistake& mistake, const Names& names) {
    if (!mistake.when.text.empty()) {
        FormulaValue when = evaluate(mistake.when.text, names);
        if (!when.value) return when;
        if (*when.value == 0) return {};
    }
    return evaluate(mistake.value.text, names);
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

double MarkedSheet::points() const {
    return std::accumulate(answers.begin(), answers.end(), 0.0,
                           [](double sum, const MarkedAnswer& a) { return sum + a.points; });
}

double MarkedSheet::most() const {
    return std::accumulate(answers.begin(), answers.end(), 0.0,
                           [](double sum, const MarkedAnswer& a) { return sum + a.most; });
}

std::size_t MarkedSheet::right() const {
    return static_cast<std::size_t>(std::count_if(answers.begin(), answers.end(),
                                                  [](const MarkedAnswer& a) { return a.verdict == Verdict::right; }));
}

MarkedSheet mark_sheet(const Exercise& exercise, const Key& key, const Sheet& sheet, const Personal& personal,
                       const Answers& answers, Language language, double close_part) {
    MarkedSheet marked;
    marked.exercise = exercise.name;
    marked.student = personal.student;
    marked.other_version = sheet.version != personal.version;
    for (std::size_t i = 0; i < exercise.questions.size(); ++i) {
        const Question& q = exercise.questions[i];
        const Marked m = mark(q, i, key, answers.given[i]);
        MarkedAnswer a;
        a.question = q.id;
        a.written = answers.written[i];
        a.verdict = m.verdict;
        if (m.hint != nullptr) a.hint = m.hint->in(language);
        if (m.other_unit) a.hint = words_in(language).other_unit;
        if (!answers.problems[i].empty()) {
            a.verdict = Verdict::unreadable;
            a.hint = answers.problems[i];
        }
        a.points = points(q, a.verdict, close_part);
        a.most = q.weight;
        marked.answers.push_back(std::move(a));
    }
    return marked;
}

std::string sheet_json(const MarkedSheet& sheet) {
    using Json = nlohmann::ordered_json;
    Json tests = Json::array();
    for (const MarkedAnswer& a : sheet.answers) {
        Json test;
        test["name"] = a.question;
        test["score"] = a.points;
        test["max_score"] = a.most;
        test["status"] = a.points >= a.most ? "passed" : "failed";
        test["output"] = a.hint;
        test["extra_data"] = {{"verdict", name_of(a.verdict)}, {"answer", a.written}};
        tests.push_back(std::move(test));
    }
    Json out;
    out["score"] = sheet.points();
    out["tests"] = std::move(tests);
    out["extra_data"] = {{"exercise", sheet.exercise},
                         {"student", sheet.student},
                         {"max_score", sheet.most()},
                         {"tcplab", TCPLAB_VERSION},
                         {"other_version", sheet.other_version}};
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string failure_json(const std::string& why) {
    const nlohmann::ordered_json out = {{"score", 0}, {"output", why}, {"tests", nlohmann::ordered_json::array()}};
    return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tcplab::course
