#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "course/marking.hpp"
#include "course/verify.hpp"
#include "sample.hpp"

using namespace tcplab::course;

namespace {

/// The sample with a part of a file replaced.
ExerciseFiles changed(std::string ExerciseFiles::*file, const std::string& from, const std::string& to) {
    ExerciseFiles files = sample_files();
    const std::size_t at = (files.*file).find(from);
    REQUIRE(at != std::string::npos);
    (files.*file).replace(at, from.size(), to);
    return files;
}

std::string errors_with(const std::string& from, const std::string& to) {
    return read_exercise(changed(&ExerciseFiles::definition, from, to)).errors;
}

bool says(const std::string& text, const std::string& what) {
    if (text.find(what) != std::string::npos) return true;
    MESSAGE("not in: ", text);
    return false;
}

/// What verify() finds wrong with an exercise that can be read.
std::string problems_of(const ExerciseFiles& files) {
    const ReadExercise read = read_exercise(files);
    REQUIRE_MESSAGE(read.exercise, read.errors);
    std::string all;
    for (const std::string& problem : verify(*read.exercise, 40).problems) all += problem + "\n";
    return all;
}

}  // namespace

TEST_CASE("an exercise is read") {
    const Exercise e = sample_exercise();
    CHECK(e.number == 7);
    CHECK(e.title.ko == "예제");
    CHECK(e.draws.size() == 2);
    CHECK(e.draws[0].values.size() == 61);
    CHECK(e.draws[0].values.back().text == "160 ms");
    CHECK(e.draws[0].values.back().number == doctest::Approx(160));
    const Exercise memory = *read_exercise(changed(&ExerciseFiles::definition, "{ from = 2, to = 40, step = 1 }",
                                                   "[\"40 KiB\", \"1.5 MiB\", 7, \"cubic\"]"))
                                 .exercise;
    const std::vector<Drawn>& values =
        memory.draws[0].name == "count" ? memory.draws[0].values : memory.draws[1].values;
    CHECK(values[0].text == "40 KiB");
    CHECK(values[0].number == 40 * 1024);
    CHECK(values[1].text == "1.5 MiB");
    CHECK(values[2].number == 7);
    CHECK(values[3].text == "cubic");
    CHECK(e.questions.size() == 4);
    CHECK(e.questions[1].right == 0);
    CHECK(e.questions[1].weight == 2);
}

TEST_CASE("what is wrong in exercise.toml is said with its line") {
    CHECK(says(errors_with("minutes = 5", "minuets = 5"), "did you mean \"minutes\"?"));
    CHECK(says(errors_with("column = \"page_ms\"", "column = \"page_msec\""), "there is no column \"page_msec\""));
    CHECK(says(errors_with("file = \"packets\"", "file = \"parcels\""), "file: expected summary, transactions"));
    CHECK(says(errors_with("take = \"count\"", "take = \"some\""), "take: expected only, first"));
    CHECK(says(errors_with("direction = \"up\"", "directoin = \"up\""), "did you mean \"direction\"?"));
    CHECK(says(errors_with("length = \"> 0\"", "length = \"> few\""), "length: expected a number, found \"few\""));
    CHECK(says(errors_with("step = \"2 ms\"", "step = \"0 ms\""), "expected from, to and step"));
    CHECK(says(errors_with("step = \"2 ms\"", "step = \"2 kB\""), "step: expected a quantity"));
    CHECK(says(errors_with(", step = \"2 ms\"", ""), "step is missing"));
    CHECK(says(errors_with("{ from = 2, to = 40, step = 1 }", "[]"), "count has no values"));
    CHECK(says(errors_with("later = \"page - first\"", "later = \"page - frist\""),
               "07-sample/exercise.toml:12:17: error: there is no \"frist\": did you mean \"first\"?"));
    CHECK(says(errors_with("later = \"page - first\"", "min = \"page - first\""), "\"min\" cannot be a name"));
    CHECK(says(errors_with("later = \"page - first\"", "page = \"first\""), "there is a \"page\" already"));
    CHECK(says(errors_with("text.ko = \"첫째는?\"", ""), "ko is missing"));
    CHECK(says(errors_with("unit    = \"%\"", "unit    = \"furlongs\""), "unit: expected ms, s, B"));
    CHECK(says(errors_with("id      = \"sent\"", "id      = \"student\""), "\"student\" cannot be a question's"));
    CHECK(says(errors_with("id      = \"sent\"", "id      = \"first\""), "there is a \"first\" already"));
    CHECK(says(errors_with("id      = \"which\"", "id      = \"which\"\nunit = \"ms\""), "unit does not go with"));
    CHECK(says(errors_with("weight  = 2", "weight  = -1"), "weight: expected a number from 0"));
    CHECK(says(errors_with("minutes = 5", "minutes ="), "not TOML"));
}

TEST_CASE("an exercise may be in one language") {
    ExerciseFiles files = sample_files();
    const std::string& all = files.definition;
    std::string english;
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = std::min(all.find('\n', at), all.size() - 1) + 1;
        const std::string line = all.substr(at, end - at);
        if (line.find(".ko") == std::string::npos) english += line;
        at = end;
    }
    english.replace(english.find(", ko = \"예제\""), std::string(", ko = \"예제\"").size(), "");
    files.definition = english;
    files.readme.ko = files.explanation.ko = "";
    const ReadExercise read = read_exercise(files);
    REQUIRE_MESSAGE(read.exercise, read.errors);
    CHECK(read.exercise->title.in(Language::korean) == "A sample");
    CHECK(verify(*read.exercise, 5).problems.empty());
    files.explanation.en = "";
    CHECK(says(read_exercise(files).errors, "07-sample/explanation.md: error: it is not there, or empty"));
}

TEST_CASE("a place in the scenario that nothing fills") {
    const ReadExercise read = read_exercise(changed(&ExerciseFiles::scenario, "{{rtt}}", "{{rt}}"));
    CHECK_FALSE(read.exercise);
    CHECK(says(read.errors, "07-sample/scenario.toml: error: {{rt}}: there is no \"rt\""));
}

TEST_CASE("an exercise that cannot be solved says why") {
    const auto why = [](const ExerciseFiles& files) -> std::string {
        const Exercise exercise = *read_exercise(files).exercise;
        try {
            solve(exercise, personalise(exercise, "s1"));
        } catch (const CourseError& e) {
            return e.what();
        }
        return "";
    };
    CHECK(says(why(changed(&ExerciseFiles::scenario, "link.rtt", "link.rtr")), "unknown key \"rtr\""));
    CHECK(says(why(changed(&ExerciseFiles::definition, "where = { id = 1 }", "where = { id = 99 }")),
               "first: no row of transactions.csv is meant"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "where = { id = 1 }", "where = { id = \"> 1\" }")),
               "first: 6 rows of transactions.csv are meant, not one"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "total_ms", "path")), "no number"));
    CHECK(
        says(why(changed(&ExerciseFiles::definition, "\"first > later\"", "\"1\"")), "choices 1 and 2 are both right"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "\"first <= later\"", "\"0\"")), "no choice is right"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "{ column = \"page_ms\" }",
                           "{ variant = \"x\", column = \"page_ms\" }")),
               "page: the scenario has no variant \"x\""));
}

TEST_CASE("verify finds what only solving shows") {
    CHECK(problems_of(sample_files()).empty());
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "2 * rtt)", "3 * rtt)")), "claim two does not hold"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "\"first - rtt\"", "\"first - 0.1\"")),
               "question first: mistake \"first - 0.1\" is taken for right"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "\"first / 4\"", "\"first / 2\"")),
               "gets the hint of another mistake"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "to = \"160 ms\"", "to = \"42 ms\"")),
               "students have numbers that another one has"));
    CHECK(says(
        problems_of(changed(&ExerciseFiles::scenario, "client.strategy", "client.pipeline_depth = 4\nclient.strategy")),
        "hint: [client] pipeline_depth does nothing"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "answer  = \"sent\"", "answer  = \"sent / 7\"")),
               "question sent: the answer is no whole number"));
    ExerciseFiles files = sample_files();
    files.explanation.ko = "첫째는 {{page|ms}} 걸립니다. 5\n";
    const std::string problems = problems_of(files);
    CHECK(says(problems, "claim two is not in every explanation"));
    CHECK(
        says(problems, "explanation: only in English {{first|ms}} or {{holds two}}, only in Korean 5 or {{page|ms}}"));
    files = sample_files();
    files.definition.replace(files.definition.find("[measure]"), 9, "spare = [1, 2]\n[measure]");
    CHECK(says(problems_of(files), "nothing uses what is drawn as spare"));
    files = sample_files();
    files.readme.en = "A sample\n\n{{rtt}}\n";
    CHECK(says(problems_of(files), "README does not begin"));
    CHECK(says(problems_of(files), "README has a {{...}}"));
}
