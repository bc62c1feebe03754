// The exercises themselves: solved for many students, claims and all.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "course/catalogue.hpp"
#include "course/marking.hpp"
#include "course/verify.hpp"
#include "sample.hpp"

using namespace tcplab;
using namespace tcplab::course;

namespace {

std::vector<Exercise> all_exercises() {
    std::vector<Exercise> all;
    for (const ExerciseFiles& files : built_in_exercises()) {
        ReadExercise read = read_exercise(files);
        REQUIRE_MESSAGE(read.exercise, read.errors);
        all.push_back(std::move(*read.exercise));
    }
    return all;
}

/// The right answer as a student might write it: each in another unit or precision.
std::string written(const Exercise& exercise, const Personal& personal, const Key& key, std::size_t question, int how) {
    const Question& q = exercise.questions[question];
    const double right = key.right[question];
    if (!q.choices.empty()) {
        const std::vector<std::size_t>& order = personal.orders[question];
        const auto place = std::find(order.begin(), order.end(), static_cast<std::size_t>(right)) - order.begin();
        return std::string(1, static_cast<char>((how % 2 == 0 ? 'a' : 'A') + static_cast<char>(place)));
    }
    switch (q.unit.measure) {
        case Measure::duration:
            return how % 2 == 0 ? fmt::format("{:.10g} ms", right) : fmt::format("{:.10g}s", right / 1000);
        case Measure::size:
            return how % 2 == 0 ? fmt::format("{:.10g} B", right) : fmt::format("{:.10g} kB", right / 1000);
        case Measure::rate: return fmt::format("{:.10g} kbit/s", right / 1000);
        case Measure::percent: return how % 2 == 0 ? fmt::format("{:.6g} %", right) : fmt::format("{:.6g}", right);
        default: return fmt::format("{:.10g}", right);
    }
}

std::string filled_sheet(const Exercise& exercise, const Personal& personal, const Key& key, int how) {
    std::string text =
        empty_sheet(exercise, personal, how % 2 == 0 ? Language::english : Language::korean, "", "tcplab lab check");
    for (std::size_t i = 0; i < exercise.questions.size(); ++i) {
        const std::string line = "\n" + exercise.questions[i].id + " = \"\"";
        const std::size_t at = text.find(line);
        REQUIRE(at != std::string::npos);
        text.replace(at, line.size(),
                     fmt::format("\n{} = \"{}\"", exercise.questions[i].id, written(exercise, personal, key, i, how)));
    }
    return text;
}

std::string bytes_of_program() {
    const char* path = std::getenv("TCPLAB");
    REQUIRE(path != nullptr);
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("every exercise is right for every student") {
    for (const Exercise& exercise : all_exercises()) {
        CAPTURE(exercise.name);
        for (const std::string& problem : verify(exercise, 60).problems) FAIL_CHECK(problem);
        CHECK_FALSE(exercise.questions.empty());
        CHECK_FALSE(exercise.claims.empty());
        CHECK(exercise.prediction);
        CHECK_FALSE(exercise.title.en.empty());
        CHECK_FALSE(exercise.title.ko.empty());
    }
}

TEST_CASE("right answers are right, whatever the unit") {
    for (const Exercise& exercise : all_exercises()) {
        CAPTURE(exercise.name);
        for (int student = 0; student < 4; ++student) {
            const Personal personal = personalise(exercise, fmt::format("kim-{}", student));
            const Key key = solve(exercise, personal);
            Diagnostics out;
            const auto sheet = read_sheet(filled_sheet(exercise, personal, key, student), out);
            REQUIRE(sheet);
            const Answers answers = read_answers(*sheet, exercise, personal, out);
            CHECK_MESSAGE(out.empty(), out.render("sheet", "", {}));
            const MarkedSheet marked = mark_sheet(exercise, key, *sheet, personal, answers, Language::english, 0.5);
            for (const MarkedAnswer& a : marked.answers)
                CHECK_MESSAGE(a.verdict == Verdict::right, a.question, " ", a.written);
            CHECK_FALSE(marked.other_version);
        }
    }
}

TEST_CASE("nobody's answers can be read in the texts or in the program") {
    const std::string program = bytes_of_program();
    for (const Exercise& exercise : all_exercises()) {
        CAPTURE(exercise.name);
        for (int student = 0; student < 5; ++student) {
            const Key key = solve(exercise, personalise(exercise, fmt::format("lee-{}", student)));
            for (std::size_t i = 0; i < exercise.questions.size(); ++i) {
                if (!exercise.questions[i].choices.empty()) continue;
                const std::string digits = fmt::format("{:.10g}", key.right[i]);
                // Shorter numbers stand somewhere by chance.
                if (digits.size() < 7) continue;
                CHECK_MESSAGE(program.find(digits) == std::string::npos, exercise.questions[i].id, " ", digits);
            }
        }
    }
}
