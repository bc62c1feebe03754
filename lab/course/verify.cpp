#include "course/verify.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iterator>
#include <set>
#include <string_view>

#include "course/drawing.hpp"
#include "course/marking.hpp"
#include "scenario/scenario_file.hpp"
#include "scenario/text.hpp"

namespace tcplab::course {
namespace {

/// What both languages must have in common: numbers, places for numbers, code.
std::multiset<std::string> hard_parts(std::string_view text) {
    std::multiset<std::string> parts;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i + 1;
        if (text.substr(i, 2) == "{{") {
            end = std::min(text.find("}}", i), text.size() - 2) + 2;
            parts.emplace(text.substr(i, end - i));
        } else if (text[i] == '`') {
            end = std::min(text.find('`', i + 1), text.size() - 1) + 1;
            parts.emplace(text.substr(i, end - i));
        } else if (is_digit(text[i])) {
            while (end < text.size() &&
                   (is_digit(text[end]) || (text[end] == '.' && end + 1 < text.size() && is_digit(text[end + 1]))))
                ++end;
            parts.emplace(text.substr(i, end - i));
        }
        i = end;
    }
    return parts;
}

class Verifier {
  public:
    explicit Verifier(const Exercise& exercise) : exercise_(exercise) {}

    void texts() {
        same_parts("README", exercise_.readme);
        same_parts("explanation", exercise_.explanation);
        for (const std::string* readme : texts_of(exercise_.readme)) {
            const bool has_heading = readme->rfind(fmt::format("# {}. ", exercise_.number), 0) == 0;
            if (!has_heading) add(fmt::format("README does not begin with \"# {}. \" and the title", exercise_.number));
            if (readme->find("{{") != std::string::npos) add("README has a {{...}}: it is read without numbers");
        }
        for (const Claim& claim : exercise_.claims) {
            const std::string place = "{{holds " + claim.id + "}}";
            for (const std::string* text : texts_of(exercise_.explanation)) {
                if (text->find(place) == std::string::npos)
                    add(fmt::format("claim {} is not in every explanation", claim.id));
            }
        }
    }

    /// A scenario with settings that do nothing teaches something wrong.
    void hints() {
        const Loaded loaded = read_scenario(personalise(exercise_, "1").scenario, "scenario.toml");
        if (loaded.scenario && !loaded.scenario->hints.empty()) add(loaded.scenario->hints);
    }

    /// A parameter that changes nothing is one that was forgotten.
    void draws() {
        std::string all = exercise_.scenario + exercise_.explanation.en + exercise_.explanation.ko;
        for (const auto& [name, formula] : exercise_.lets) all += " " + formula.text;
        for (const Claim& claim : exercise_.claims) all += " " + claim.holds.text;
        for (const Question& q : exercise_.questions) {
            all += " " + q.answer.text;
            for (const Choice& choice : q.choices) all += " " + choice.right.text;
        }
        for (const Draw& draw : exercise_.draws) {
            if (all.find(draw.name) == std::string::npos)
                add(fmt::format("nothing uses what is drawn as {}", draw.name));
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
            for (const std::string* text : texts_of(exercise_.explanation)) {
                const Filled filled = fill_in(*text, exercise_, personal, key.names);
                if (!filled.error.empty()) add("explanation: " + filled.error);
            }
        } catch (const CourseError& e) {
            add(e.what(), id);
        }
    }

    void twins(std::size_t students) {
        constexpr std::size_t one_in = 20;
        if (twins_ > students / one_in) {
            add(fmt::format("{} of {} students have numbers that another one has: draw from more values", twins_,
                            students));
        }
    }

    std::vector<std::string> problems;

  private:
    void add(const std::string& problem) {
        if (std::find(problems.begin(), problems.end(), problem) == problems.end()) problems.push_back(problem);
    }

    /// Once for what is wrong, with the first student with whom it is.
    void add(const std::string& problem, const std::string& student) {
        if (told_.insert(problem).second) add(fmt::format("{} (student {})", problem, student));
    }

    /// In those languages that there are.
    static std::vector<const std::string*> texts_of(const Text& text) {
        std::vector<const std::string*> texts;
        for (const std::string* t : {&text.en, &text.ko}) {
            if (!t->empty()) texts.push_back(t);
        }
        return texts;
    }

    void same_parts(const char* what, const Text& text) {
        if (text.en.empty() || text.ko.empty()) return;
        const std::multiset<std::string> en = hard_parts(text.en);
        const std::multiset<std::string> ko = hard_parts(text.ko);
        if (en == ko) return;
        std::vector<std::string> only_en, only_ko;
        std::set_difference(en.begin(), en.end(), ko.begin(), ko.end(), std::back_inserter(only_en));
        std::set_difference(ko.begin(), ko.end(), en.begin(), en.end(), std::back_inserter(only_ko));
        const auto list = [](const std::vector<std::string>& parts) {
            return parts.empty() ? "nothing" : listed({parts.begin(), parts.end()});
        };
        add(fmt::format("{}: only in English {}, only in Korean {}", what, list(only_en), list(only_ko)));
    }

    void claims(const Key& key, const std::string& student) {
        for (const Claim& claim : exercise_.claims) {
            const FormulaValue value = evaluate(claim.holds.text, key.names);
            if (!value.value) add(fmt::format("claim {}: {}", claim.id, value.error), student);
            if (value.value == 0.0) add(fmt::format("claim {} does not hold: {}", claim.id, claim.holds.text), student);
        }
    }

    /// A count is right or wrong; what is no whole number has to be allowed to be rounded.
    void counts(const Key& key, const std::string& student) {
        for (std::size_t i = 0; i < exercise_.questions.size(); ++i) {
            const Question& q = exercise_.questions[i];
            const bool exact = q.choices.empty() && q.right == 0;
            if (exact && key.right[i] != std::round(key.right[i])) {
                add(fmt::format("question {}: the answer is no whole number, and `right` allows no rounding", q.id),
                    student);
            }
        }
    }

    void mistakes(const Key& key, const std::string& student) {
        for (std::size_t i = 0; i < exercise_.questions.size(); ++i) {
            const Question& q = exercise_.questions[i];
            for (const Mistake& mistake : q.mistakes) {
                const FormulaValue value = evaluate(mistake.value.text, key.names);
                const std::string which = fmt::format("question {}: mistake {}", q.id, cited(mistake.value.text));
                if (!value.value) {
                    add(fmt::format("{}: {}", which, value.error), student);
                    continue;
                }
                const Marked marked = mark(q, i, key, Given{"", *value.value});
                if (marked.verdict == Verdict::right) {
                    add(which + " is taken for right", student);
                } else if (marked.hint != &mistake.hint) {
                    add(which + " gets the hint of another mistake", student);
                }
            }
        }
    }

    const Exercise& exercise_;
    std::set<std::string> seen_;
    std::set<std::string> told_;
    std::size_t twins_ = 0;
};

}  // namespace

Verified verify(const Exercise& exercise, std::size_t students) {
    Verifier verifier(exercise);
    verifier.texts();
    verifier.hints();
    verifier.draws();
    const auto begun = std::chrono::steady_clock::now();
    for (std::size_t i = 1; i <= students; ++i) verifier.student(fmt::format("{}", i));
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begun;
    verifier.twins(students);
    return {std::move(verifier.problems), taken.count() / static_cast<double>(students)};
}

}  // namespace tcplab::course
