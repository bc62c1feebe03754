// What is wrong with exercises that can be read.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "course/drawing.hpp"
#include "course/key.hpp"
#include "sample.hpp"

using namespace tcplab::course;

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
               "exercise.toml:10: first: no row of transactions.csv is meant"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "where = { id = 1 }", "where = { id = \"> 1\" }")),
               "first: 6 rows of transactions.csv are meant, not one"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "total_ms", "path")), "no number"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "\"first > later\"", "\"1\"")),
               "exercise.toml:59: question which: choices 1 and 2 are both right"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "\"first <= later\"", "\"0\"")),
               "exercise.toml:47: question which: no choice is right"));
    CHECK(says(why(changed(&ExerciseFiles::definition, "{ column = \"page_ms\" }",
                           "{ variant = \"x\", column = \"page_ms\" }")),
               "exercise.toml:9: page: the scenario has no variants"));
    const auto with_variants = [&](const std::string& variant) {
        ExerciseFiles files = sample_files();
        files.scenario += "[[variant]]\nname = \"full\"\n[[variant]]\nname = \"small\"\n";
        files.definition.replace(files.definition.find("column = \"page_ms\""), 0, variant);
        return why(files);
    };
    CHECK(with_variants("") == "exercise.toml:9: page: variant is missing: the scenario has full, small");
    CHECK(with_variants("variant = \"fulll\", ") ==
          "exercise.toml:9: page: there is no variant \"fulll\": did you mean \"full\"?");
    CHECK(with_variants("variant = \"other\", ") ==
          "exercise.toml:9: page: there is no variant \"other\": the scenario has full, small");
    CHECK(why(changed(&ExerciseFiles::definition, "\"page - first\"", "\"page / (rtt - rtt)\"")) ==
          "exercise.toml:13: later: \"page / (rtt - rtt)\": this is no number: a division by zero, or too large");
}

TEST_CASE("verify finds what only solving shows") {
    CHECK(problems_of(sample_files()).empty());
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "2 * rtt)", "3 * rtt)")),
               "exercise.toml:64: claim two does not hold"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "\"first - rtt\"", "\"first - 0.1\"")),
               "exercise.toml:26: question first: mistake \"first - 0.1\" is taken for right"));
    CHECK(says(
        problems_of(changed(&ExerciseFiles::definition, "\"first / 4\"", "\"first / 2\"")),
        "exercise.toml:30: question first: mistake \"first / 2\" gets the hint of the mistake in line 26 (student"));
    const auto with_when = [](const std::string& value, const std::string& when) {
        return problems_of(
            changed(&ExerciseFiles::definition, "\"first - rtt\"", "\"" + value + "\"\nwhen = \"" + when + "\""));
    };
    CHECK(with_when("first", "rtt < 1 || rtt > 60").find("taken for right") != std::string::npos);
    CHECK(with_when("first / 3", "rtt > 60").empty());
    CHECK(with_when("first", "rtt < 1") ==
          "exercise.toml:26: question first: mistake \"first\": `when` holds for nobody\n");
    CHECK(says(with_when("first / 3", "1 / (rtt - rtt)"), "a division by zero"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "to = \"160 ms\"", "to = \"42 ms\"")),
               "students have numbers that another one has: draw from more values"));
    CHECK(says(
        problems_of(changed(&ExerciseFiles::scenario, "client.strategy", "client.pipeline_depth = 4\nclient.strategy")),
        "hint: [client] pipeline_depth does nothing"));
    CHECK(says(problems_of(changed(&ExerciseFiles::definition, "answer  = \"sent\"", "answer  = \"sent / 7\"")),
               "exercise.toml:38: question sent: the answer is no whole number"));
}

TEST_CASE("verify reads the texts") {
    ExerciseFiles files = sample_files();
    files.explanation.ko = "첫째는\n{{page|ms}} 걸립니다. 5\n";
    std::string problems = problems_of(files);
    CHECK(says(problems, "exercise.toml:64: claim two is not in explanation.ko.md\n"));
    CHECK(says(problems, "explanation.md:1: not in explanation.ko.md, or less often: {{first|ms}}, {{holds two}}\n"));
    CHECK(says(problems, "explanation.ko.md:2: not in explanation.md, or less often: {{page|ms}}, 5\n"));
    files = sample_files();
    files.readme.en += "\n7 and 7\n\n40\n";
    CHECK(says(problems_of(files), "README.md:5: not in README.ko.md, or less often: 7, 7, 40\n"));
    files.readme.ko += "40";
    CHECK(says(problems_of(files), "README.md: not in README.ko.md, or less often: 7, 7\n"));
    files = sample_files();
    files.explanation.en += "\n{{frist|ms}}";
    CHECK(says(problems_of(files), "explanation.md:3: {{frist|ms}}: there is no \"frist\""));
    files = sample_files();
    files.readme.en = "A sample\n\n{{rtt}}\n";
    problems = problems_of(files);
    CHECK(says(problems, "README.md:1: expected \"# 7. \" and the title"));
    CHECK(says(problems, "README.md:3: {{...}}: this text is read without numbers"));
    files = sample_files();
    files.readme.ko += "\n    ./tcplab lab run 7 --course DIR\n";
    CHECK(says(problems_of(files), "README.ko.md:3: --course: leave it out, `lab show` adds it"));
}

TEST_CASE("verify finds what is drawn in vain") {
    const auto with_spare = [](const std::string& use) {
        ExerciseFiles files = sample_files();
        files.definition.replace(files.definition.find("[measure]"), 0, "spare = [1, 2]\n");
        files.scenario += "# " + use + "\n";
        return problems_of(files);
    };
    CHECK(says(with_spare("nothing is to spare"), "exercise.toml:8: spare is drawn, but nothing uses it"));
    CHECK(says(with_spare("{{count + 2}} spare"), "spare is drawn, but nothing uses it"));
    CHECK(with_spare("{{2 * spare}}").empty());
    ExerciseFiles files = changed(&ExerciseFiles::definition, "[measure]", "part = [1, 2]\n[measure]");
    files.definition.replace(files.definition.find("\"page - first\""), 14, "\"page - first + 0 * part\"");
    CHECK(problems_of(files).empty());
}

TEST_CASE("the name of a scenario is that of the student's file") {
    CHECK(says(problems_of(changed(&ExerciseFiles::scenario, "client.strategy", "name = \"zzz\"\nclient.strategy")),
               "scenario.toml:2: name: leave it out"));
}

TEST_CASE("what is wrong with many students is told once") {
    const auto lines_of = [](const std::string& text) { return std::count(text.begin(), text.end(), '\n'); };
    const std::string mistake = problems_of(changed(&ExerciseFiles::definition, "\"first - rtt\"", "\"first\""));
    CHECK(mistake ==
          "exercise.toml:26: question first: mistake \"first\" is taken for right (student 1 and 39 other "
          "students)\n");
    const std::string key = problems_of(changed(&ExerciseFiles::scenario, "link.rtt", "link.rtr"));
    CHECK(says(key, "scenario.toml:1:6: error: unknown key \"rtr\" in [link] (student 1 and 39 other students)\n"));
    CHECK(lines_of(key) == 3);  // with the source line, which has each student's own number in it
    const std::string value = problems_of(changed(&ExerciseFiles::scenario, "\"{{rtt}}\"", "\"-{{rtt}}\""));
    CHECK(says(value, "(student 1 and 39 other students)\n"));
    CHECK(lines_of(value) == 3);
}
