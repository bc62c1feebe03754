#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "course/sheet.hpp"
#include "sample.hpp"

using namespace tcplab;
using namespace tcplab::course;

namespace {

const Unit kMs{"ms", Measure::duration};
const Unit kSeconds{"s", Measure::duration};
const Unit kSize{"kB", Measure::size};
const Unit kPercent{"%", Measure::percent};
const Unit kCount{"", Measure::plain};
const Unit kPackets{"packets", Measure::packets};

/// An empty sheet with some lines replaced.
std::string sheet_with(const Exercise& exercise, const std::vector<std::pair<std::string, std::string>>& answers) {
    std::string text = empty_sheet(exercise, personalise(exercise, "s1"), Language::english, "", "tcplab lab check 7");
    for (const auto& [id, value] : answers) {
        const std::string line = "\n" + id + " = \"\"";
        const std::size_t at = text.find(line);
        REQUIRE(at != std::string::npos);
        text.replace(at, line.size(), "\n" + id + " = " + value);
    }
    return text;
}

/// What is said of a sheet: notes, and "LINE:COLUMN message; hint".
std::vector<std::string> complaints(const std::string& text) {
    const Exercise exercise = sample_exercise();
    Diagnostics out;
    std::vector<std::string> all;
    if (const auto sheet = read_sheet(text, out)) {
        const Answers answers = read_answers(*sheet, exercise, personalise(exercise, sheet->student), out);
        for (const Diagnostic& d : answers.notes.list()) all.push_back("note: " + d.message + "; " + d.hint);
    }
    for (const Diagnostic& d : out.list()) {
        all.push_back(std::to_string(d.mark.line) + ":" + std::to_string(d.mark.column) + " " + d.message +
                      (d.hint.empty() ? "" : "; " + d.hint));
    }
    return all;
}

}  // namespace

TEST_CASE("numbers with units and without") {
    CHECK(read_number("203.4 ms", kMs).value == doctest::Approx(203.4));
    CHECK(read_number(" 0.2034s ", kMs).value == doctest::Approx(203.4));
    CHECK(read_number("203.4", kMs).value == doctest::Approx(203.4));
    CHECK(read_number("0.2", kSeconds).value == doctest::Approx(200));
    CHECK(read_number("33.333333333333 ms", kMs).value == doctest::Approx(33.3333333));
    CHECK(read_number("+5 us", kMs).value == doctest::Approx(0.005));
    CHECK(read_number("3", kSize).value == doctest::Approx(3000));
    CHECK(read_number("3 KiB", kSize).value == doctest::Approx(3072));
    CHECK(read_number("33.3 %", kPercent).value == doctest::Approx(33.3));
    CHECK(read_number("1e2", kCount).value == doctest::Approx(100));
    CHECK(read_number("12 packets", kPackets).value == doctest::Approx(12));
    CHECK(read_number("0.5초", kMs).value == doctest::Approx(500));
    CHECK(read_number("126 밀리초", kMs).value == doctest::Approx(126));
    CHECK(read_number("64개", kCount).value == doctest::Approx(64));
}

TEST_CASE("what is no number says why") {
    CHECK(read_number("about 200", kMs).problem == "expected a number such as \"12 ms\", found \"about 200\"");
    CHECK(read_number("203,4 ms", kMs).hint == "a decimal point is a point, and thousands have no sign: 1234.5");
    CHECK(read_number("203 sec", kMs).hint == "units are ns, us, ms, s, min");
    CHECK(read_number("5 ms", kCount).hint == "a number alone is asked for");
    CHECK(read_number("1e999 ms", kMs).problem == "\"1e999 ms\" is too large or too small a number");
    CHECK(read_number("1e19", kCount).problem == "\"1e19\" is too large or too small a number");
    for (const char* text : {"", "ms", "nan", "inf", "0x10", "--5", "1 2", "1.2.3"}) {
        CAPTURE(text);
        CHECK_FALSE(read_number(text, kMs).value);
    }
}

TEST_CASE("an empty sheet is right, and has no answers") {
    const Exercise exercise = sample_exercise();
    const Personal personal = personalise(exercise, "s1");
    for (const Language language : {Language::english, Language::korean}) {
        Diagnostics out;
        const auto sheet =
            read_sheet(empty_sheet(exercise, personal, language, "200 ms", "tcplab lab check 7 answers-07.toml"), out);
        REQUIRE(sheet);
        CHECK(sheet->exercise == "07-sample");
        CHECK(sheet->student == "s1");
        CHECK(sheet->version == personal.version);
        const Answers answers = read_answers(*sheet, exercise, personal, out);
        CHECK(out.empty());
        for (const auto& given : answers.given) CHECK_FALSE(given);
        REQUIRE(answers.prediction);
        CHECK(answers.prediction->value == doctest::Approx(200));
    }
}

TEST_CASE("answers as text, as numbers, as letters") {
    const Exercise exercise = sample_exercise();
    const Personal personal = personalise(exercise, "s1");
    Diagnostics out;
    const auto sheet = read_sheet(
        sheet_with(exercise, {{"first", "\"0.2 s\""}, {"sent", "7"}, {"share", "12.5"}, {"which", "\" B \""}}), out);
    REQUIRE(sheet);
    const Answers answers = read_answers(*sheet, exercise, personal, out);
    CHECK(out.empty());
    CHECK(answers.given[0]->value == doctest::Approx(200));
    CHECK(answers.given[1]->value == doctest::Approx(7));
    CHECK(answers.given[2]->value == doctest::Approx(12.5));
    CHECK(answers.given[3]->value == static_cast<double>(personal.orders[3][1]));
}

TEST_CASE("bad answers are all told, each with its place") {
    const std::string text =
        sheet_with(sample_exercise(), {{"first", "\"long\""}, {"sent", "true"}, {"which", "\"c\""}}) + "shar = 5\n";
    const std::vector<std::string> all = complaints(text);
    REQUIRE(all.size() == 4);
    CHECK(all[0] == "note: unknown key \"shar\"; did you mean \"share\"?");
    CHECK(all[1].find(":9 first: expected a number such as \"12 ms\", found \"long\"") != std::string::npos);
    CHECK(all[2].find(":8 sent: expected a number such as 12, found true") != std::string::npos);
    CHECK(all[3].find(":9 which: expected a letter from \"a\" to \"b\", found \"c\"") != std::string::npos);
}

TEST_CASE("what keeps an answer from being read, in one line") {
    const Exercise exercise = sample_exercise();
    const Personal personal = personalise(exercise, "s1");
    Diagnostics out;
    const auto sheet = read_sheet(
        "exercise = \"07-sample\"\nstudent = \"s1\"\nfirst = \"5\\u001b sec\"\nsent = \"\"\nwhich = \"\"\n", out);
    REQUIRE(sheet);
    const Answers answers = read_answers(*sheet, exercise, personal, out);
    CHECK(answers.written[0] == "5? sec");  // no control characters for a terminal
    CHECK(answers.problems[0] ==
          "line 3: first: expected a number such as \"12 ms\", found \"5? sec\"; units are ns, us, ms, s, min");
    CHECK(answers.problems[1].empty());
    CHECK(answers.problems[2] == "share is missing; an answer that you do not know is share = \"\"");
}

TEST_CASE("the sheet says how it is checked, whatever the command has in it") {
    const Exercise exercise = sample_exercise();
    const std::string text =
        empty_sheet(exercise, personalise(exercise, "s1"), Language::english, "", "tcplab lab check 7 --course 'a\nb'");
    CHECK(text.find("#     tcplab lab check 7 --course 'a?b'\n") != std::string::npos);
    CHECK(complaints(text).empty());
}

TEST_CASE("a sheet that lacks something") {
    std::string text = sheet_with(sample_exercise(), {});
    text.replace(text.find("share = \"\""), 10, "");
    CHECK(complaints(text) ==
          std::vector<std::string>{"0:0 share is missing; an answer that you do not know is share = \"\""});
    CHECK(complaints("first = 5\n") ==
          std::vector<std::string>{"0:0 exercise is missing; `tcplab lab run` writes such a file",
                                   "0:0 student is missing; `tcplab lab run` writes such a file"});
    CHECK(complaints("exercise = 4\nstudent = \"\"\n") ==
          std::vector<std::string>{"1:12 exercise: expected text in quotes, found the number 4"});
    CHECK(complaints("exercise = \"07-sample\"\nstudent = \"=x\"\n").front().rfind("2:11 student begins with", 0) == 0);
    CHECK(complaints("first = \"5 ms\n").front() == "1:14 not TOML: the closing quote is missing");
    CHECK(complaints("first = \n").front().rfind("1:", 0) == 0);
    CHECK(complaints("first = 99999999999999999999\n").front().rfind("1:", 0) == 0);
}
