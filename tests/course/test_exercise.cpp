#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "sample.hpp"

using namespace tcplab::course;

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
    CHECK(says(errors_with("step = \"2 ms\"", "step = \"0 ms\""), "exercise.toml:6:42: error: step is 0"));
    CHECK(says(errors_with("to = \"160 ms\"", "to = \"39 ms\""), "exercise.toml:6:11: error: from is more than to"));
    CHECK(says(errors_with("to = 40", "to = 200001"), "these are more than 100000 values"));
    CHECK(
        says(errors_with("from = 2,", "from = 2.5,"), "from: without a unit only whole numbers, found the number 2.5"));
    CHECK(says(errors_with("{ from = 2, to = 40, step = 1 }", "[1, 2.5]"), "without a unit only whole numbers"));
    CHECK(says(errors_with("step = \"2 ms\"", "step = \"2 kB\""), "step: expected a quantity"));
    CHECK(says(errors_with(", step = \"2 ms\"", ""), "step is missing"));
    CHECK(says(errors_with("{ from = 2, to = 40, step = 1 }", "[]"), "count has no values"));
    CHECK(says(errors_with("later = \"page - first\"", "later = \"page - frist\""),
               "07-sample/exercise.toml:13:17: error: there is no \"frist\": did you mean \"first\"?"));
    CHECK(says(errors_with("later = \"page - first\"", "min = \"page - first\""), "\"min\" cannot be a name"));
    CHECK(says(errors_with("later = \"page - first\"", "page = \"first\""), "there is a \"page\" already"));
    CHECK(says(errors_with("text.ko = \"첫째는?\"", ""), "exercise.toml:21:1: error: text.ko is missing"));
    CHECK(says(errors_with("unit    = \"%\"", "unit    = \"furlongs\""),
               "exercise.toml:44:1: error: unit: expected ms, s, B"));
    CHECK(says(errors_with("id      = \"sent\"", "id      = \"Sent\""),
               "exercise.toml:34:1: error: id: \"Sent\" cannot be a question's"));
    CHECK(says(errors_with("id      = \"sent\"", "id      = \"student\""),
               "id: \"student\": this name is taken by the sheet"));
    CHECK(says(errors_with("id      = \"sent\"", "id      = \"first\""),
               "exercise.toml:34:1: error: id: there is a \"first\" already"));
    CHECK(says(errors_with("id      = \"which\"", "id      = \"which\"\nunit = \"ms\""), "unit does not go with"));
    CHECK(says(errors_with("weight  = 2", "weight  = -1"), "weight: expected a number from 0"));
    CHECK(says(errors_with("minutes = 5", "minutes ="), "not TOML"));
    CHECK(says(errors_with("{ column = \"page_ms\" }", "{ take = \"last\" }"),
               "exercise.toml:9:9: error: column is missing"));
    CHECK(says(errors_with("\"first > later\"", "\"first > 0,5 * later\""),
               "exercise.toml:53:21: error: a decimal point is a point: 1.5; a comma separates"));
}

TEST_CASE("the files that students have") {
    CHECK(says(errors_with("files   = [\"trace\"]", "files   = [\"report\"]"),
               "exercise.toml:11:1: error: packets.csv needs \"trace\" or \"pcap\" in files"));
    CHECK(says(errors_with("files   = [\"trace\"]", ""), "packets.csv needs"));
    CHECK(errors_with("files   = [\"trace\"]", "files   = [\"pcap\"]").empty());
    CHECK(says(errors_with("files   = [\"trace\"]", "files   = \"trace\""), "files: expected a list, found \"trace\""));
}

TEST_CASE("how far off an answer may be") {
    CHECK(says(errors_with("weight  = 2", "right = \"6 %\""),
               "exercise.toml:39:1: error: right, 6 %, is more than close, 5 %"));
    CHECK(says(errors_with("weight  = 2", "right = \"2 %\"\nclose = \"1 %\""),
               "exercise.toml:40:1: error: right, 2 %, is more than close, 1 %"));
    CHECK(says(errors_with("weight  = 2", "close = \"100 %\""), "close: expected less than 100 %"));
    CHECK(errors_with("weight  = 2", "right = \"1 %\"\nclose = \"1 %\"").empty());
}

TEST_CASE("texts that say nothing, or the same twice") {
    CHECK(
        says(errors_with("text.ko = \"첫째는?\"", "text.ko = \" \""), "exercise.toml:22:11: error: text.ko is empty"));
    CHECK(says(errors_with("hint.en = \"the handshake\"", "hint.en = \"\""), "hint.en is empty"));
    CHECK(says(errors_with("en = \"A sample\"", "en = \"\""), "title.en is empty"));
    CHECK(says(errors_with("{ en = \"A sample\", ko = \"예제\" }", "{}"), "title says nothing"));
    CHECK(says(errors_with("text.en = \"the rest\"", "text.en = \"the first\""),
               "exercise.toml:57:1: error: text.en: another choice has the same"));
    CHECK(says(errors_with("text.ko = \"나머지\"", "text.ko = \"첫째\""), "text.ko: another choice has the same"));
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
    files.readme.ko = "# 7. 예제\n";
    CHECK(says(read_exercise(files).errors, "README.ko.md: error: it is there, but title in exercise.toml has no ko"));
    files.explanation.en = "";
    CHECK(says(read_exercise(files).errors, "07-sample/explanation.md: error: it is not there, or empty"));
}

TEST_CASE("a language that only some texts have") {
    CHECK(says(errors_with(", ko = \"예제\"", ""),
               "exercise.toml:2:1: error: title has no ko, but line 16 has: leave out all or none"));
    const std::string no_title = errors_with("title   = { en = \"A sample\", ko = \"예제\" }", "");
    CHECK(says(no_title, "title is missing"));
    CHECK(no_title.find("leave out") == std::string::npos);
}

TEST_CASE("a text that is not UTF-8") {
    ExerciseFiles files = sample_files();
    files.explanation.ko += "\xc0\xaf\n";
    CHECK(says(read_exercise(files).errors, "07-sample/explanation.ko.md:2: error: this is not UTF-8 text"));
}

TEST_CASE("a place in the scenario that nothing fills") {
    const ReadExercise read = read_exercise(changed(&ExerciseFiles::scenario, "{{rtt}}", "{{rt}}"));
    CHECK_FALSE(read.exercise);
    CHECK(says(read.errors, "07-sample/scenario.toml:1: error: {{rt}}: there is no \"rt\""));
}
