#include "course/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>
#include <string_view>

#include "course/drawing.hpp"
#include "course/marking.hpp"
#include "course/texts.hpp"
#include "scenario/document.hpp"
#include "scenario/scenario_file.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A problem without a student's numbers: what it has in common with the same problem of another one.
std::string kind_of(std::string_view problem) {
    const std::string_view line = problem.substr(0, problem.find('\n'));
    const std::size_t place = std::min(line.find_first_of(": ", line.find(':') + 1), line.size());  // behind FILE:LINE
    std::string kind(line.substr(0, place));
    for (const char c : line.substr(place)) {
        if (!is_digit(c)) kind += c;
    }
    return kind;
}

/// Whether a formula speaks of this name.
bool speaks_of(std::string_view formula, std::string_view name) {
    const auto in_name = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_'; };
    for (std::size_t at = formula.find(name); at != std::string_view::npos; at = formula.find(name, at + 1)) {
        const std::size_t end = at + name.size();
        const bool begins = at == 0 || !in_name(formula[at - 1]);
        if (begins && (end == formula.size() || !in_name(formula[end]))) return true;
    }
    return false;
}

/// Everything in an exercise that can speak of what is drawn, and decides what is simulated, asked or claimed.
std::vector<std::string_view> formulas_of(const Exercise& exercise) {
    std::vector<std::string_view> all = places_in(exercise.scenario);
    for (const auto& [name, formula] : exercise.lets) all.push_back(formula.text);
    for (const Claim& claim : exercise.claims) all.push_back(claim.holds.text);
    if (exercise.prediction) all.push_back(exercise.prediction->answer.text);
    for (const Question& q : exercise.questions) {
        all.push_back(q.answer.text);
        for (const Mistake& mistake : q.mistakes) {
            all.push_back(mistake.value.text);
            all.push_back(mistake.when.text);
        }
        for (const Choice& choice : q.choices) all.push_back(choice.right.text);
    }
    return all;
}

class Verifier {
  public:
    explicit Verifier(const Exercise& exercise) : exercise_(exercise) {}

    void texts() {
        for (const std::string& problem : problems_of_texts(exercise_)) add(problem);
    }

    void scenario() {
        const std::string text = personalise(exercise_, "1").scenario;
        Diagnostics ignored;  // solving it tells them
        const std::optional<Node> table = parse_document(text, ignored);
        const Member* name = table ? find(*table, "name") : nullptr;
        if (name != nullptr) add(fmt::format("scenario.toml:{}: name: leave it out", name->mark.line));
        // Settings that do nothing teach something wrong.
        const Loaded loaded = read_scenario(text, "scenario.toml");
        if (loaded.scenario && !loaded.scenario->hints.empty()) add(loaded.scenario->hints);
    }

    /// A parameter that changes nothing is one that was forgotten.
    void draws() {
        const std::vector<std::string_view> formulas = formulas_of(exercise_);
        for (const Draw& draw : exercise_.draws) {
            const bool is_used = std::any_of(formulas.begin(), formulas.end(),
                                             [&](std::string_view formula) { return speaks_of(formula, draw.name); });
            if (!is_used) add(fmt::format("{}{} is drawn, but nothing uses it", at_line(draw.mark), draw.name));
        }
    }

    void student(const std::string& id) {
        const Personal personal = personalise(exercise_, id);
        if (!seen_.insert(numbers_text(exercise_, personal)).second) ++twins_;
        try {
            const Key key = solve(exercise_, personal);
            claims(key, id);
            counts(key, id);
            mistakes(key, id);
            for (const TextFile& explanation : explanations_of(exercise_)) {
                const Filled filled = fill_in(*explanation.text, exercise_, personal, key.names);
                if (!filled.error.empty())
                    add(fmt::format("{}:{}: {}", explanation.file, filled.line, filled.error), id);
            }
        } catch (const CourseError& e) {
            add(e.what(), id);
        }
    }

    void twins(std::size_t students) {
        constexpr std::size_t one_in = 20;
        if (twins_ > students / one_in) {
            add(fmt::format("exercise.toml: {} of {} students have numbers that another one has: draw from more values",
                            twins_, students));
        }
    }

    void never_made() {
        for (const Question& q : exercise_.questions) {
            for (const Mistake& mistake : q.mistakes) {
                const bool is_made = mistake.when.text.empty() || made_.count(&mistake) > 0;
                if (!is_made) add(mistake_name(q, mistake) + ": `when` holds for nobody");
            }
        }
    }

    [[nodiscard]] std::vector<std::string> problems() const {
        std::vector<std::string> all;
        for (const Found& found : found_) all.push_back(text_of(found));
        return all;
    }

  private:
    /// Something that is wrong, as it was found first.
    struct Found {
        std::string problem, kind;
        std::vector<std::string> students;  // with whom it is; none: with all
    };

    static std::string text_of(const Found& found) {
        if (found.students.empty()) return found.problem;
        const std::size_t others = found.students.size() - 1;
        std::string who = "student " + found.students.front();
        if (others > 0) who += fmt::format(" and {} other student{}", others, others == 1 ? "" : "s");
        const std::size_t end = std::min(found.problem.find('\n'), found.problem.size());
        return fmt::format("{} ({}){}", found.problem.substr(0, end), who, found.problem.substr(end));
    }

    void add(std::string_view problem) { found_.push_back({std::string(trimmed(problem)), "", {}}); }

    /// Once for all students with whom it is.
    void add(std::string_view problem, const std::string& student) {
        const std::string kind = kind_of(problem);
        auto it = std::find_if(found_.begin(), found_.end(), [&](const Found& f) { return f.kind == kind; });
        if (it == found_.end()) it = found_.insert(found_.end(), {std::string(trimmed(problem)), kind, {}});
        if (it->students.empty() || it->students.back() != student) it->students.push_back(student);
    }

    void claims(const Key& key, const std::string& student) {
        for (const Claim& claim : exercise_.claims) {
            const FormulaValue value = evaluate(claim.holds.text, key.names);
            const std::string which = fmt::format("{}claim {}", at_line(claim.holds.mark), claim.id);
            if (!value.value) add(fmt::format("{}: {}", which, value.error), student);
            if (value.value == 0.0) add(fmt::format("{} does not hold: {}", which, claim.holds.text), student);
        }
    }

    /// A count is right or wrong; what is no whole number has to be allowed to be rounded.
    void counts(const Key& key, const std::string& student) {
        for (std::size_t i = 0; i < exercise_.questions.size(); ++i) {
            const Question& q = exercise_.questions[i];
            const bool exact = q.choices.empty() && q.right == 0;
            if (exact && key.right[i] != std::round(key.right[i])) {
                add(fmt::format("{}question {}: the answer is no whole number, and `right` allows no rounding",
                                at_line(q.answer.mark), q.id),
                    student);
            }
        }
    }

    void mistakes(const Key& key, const std::string& student) {
        for (std::size_t i = 0; i < exercise_.questions.size(); ++i) {
            const Question& q = exercise_.questions[i];
            for (const Mistake& mistake : q.mistakes) {
                const FormulaValue value = mistake_value(mistake, key.names);
                const std::string which = mistake_name(q, mistake);
                if (!value.value) {
                    if (!value.error.empty()) add(fmt::format("{}: {}", which, value.error), student);
                    continue;
                }
                made_.insert(&mistake);
                const Marked marked = mark(q, i, key, Given{"", *value.value});
                if (marked.verdict == Verdict::right) {
                    add(which + " is taken for right", student);
                } else if (marked.hint != &mistake.hint) {
                    add(fmt::format("{} gets the hint of the mistake in line {}", which, line_of(q, marked.hint)),
                        student);
                }
            }
        }
    }

    static std::string mistake_name(const Question& q, const Mistake& mistake) {
        return fmt::format("{}question {}: mistake {}", at_line(mistake.value.mark), q.id, cited(mistake.value.text));
    }

    /// The line of the mistake that has this hint.
    static std::uint32_t line_of(const Question& q, const Text* hint) {
        const auto it =
            std::find_if(q.mistakes.begin(), q.mistakes.end(), [&](const Mistake& m) { return &m.hint == hint; });
        return it == q.mistakes.end() ? 0 : it->value.mark.line;
    }

    const Exercise& exercise_;
    std::vector<Found> found_;
    std::set<std::string> seen_;
    std::set<const Mistake*> made_;  // by some student
    std::size_t twins_ = 0;
};

}  // namespace

Verified verify(const Exercise& exercise, std::size_t students) {
    Verifier verifier(exercise);
    verifier.texts();
    verifier.scenario();
    verifier.draws();
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t i = 1; i <= students; ++i) verifier.student(fmt::format("{}", i));
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begun;
    verifier.twins(students);
    verifier.never_made();
    return {verifier.problems(), taken.count() / static_cast<double>(students)};
}

}  // namespace tcplab::course
