#include <doctest/doctest.h>

#include <set>
#include <string>

#include "course/drawing.hpp"
#include "sample.hpp"

using namespace tcplab::course;

TEST_CASE("a student's numbers are the same everywhere") {
    // Worked out with FNV-1a and SplitMix64's mix apart from this program.
    const Exercise exercise = sample_exercise();
    const auto numbers = [&](const char* id) { return numbers_text(exercise, personalise(exercise, id)); };
    CHECK(numbers("2021-12345") == "rtt 124 ms · count 4");
    CHECK(numbers("김민수") == "rtt 106 ms · count 14");
    CHECK(numbers("s1") == "rtt 98 ms · count 7");
    CHECK(numbers("") == "rtt 82 ms · count 34");
}

TEST_CASE("blanks around an ID and its capitals are nobody else") {
    const Exercise exercise = sample_exercise();
    CHECK(personalise(exercise, " S1 ").drawn[0].text == personalise(exercise, "s1").drawn[0].text);
    CHECK(personalise(exercise, " S1 ").student == "S1");
}

TEST_CASE("choices come in another order for another student") {
    const Exercise exercise = sample_exercise();
    std::set<std::vector<std::size_t>> orders;
    for (int i = 0; i < 20; ++i) orders.insert(personalise(exercise, std::to_string(i)).orders[3]);
    CHECK(orders.size() == 2);
}

TEST_CASE("the scenario is filled in") {
    const Personal personal = personalise(sample_exercise(), "s1");
    CHECK(personal.scenario.find("link.rtt = \"98 ms\"") != std::string::npos);
    CHECK(personal.scenario.find("count = 7,") != std::string::npos);
}

TEST_CASE("places in a text") {
    const Exercise exercise = sample_exercise();
    const Personal personal = personalise(exercise, "s1");
    const Names names{{"rtt", 98}, {"first", 196}, {"size", 3000}, {"part", 33.333333}};
    const auto filled = [&](const char* text) { return fill_in(text, exercise, personal, names); };
    CHECK(filled("{{rtt}}, {{first|ms}}, {{first|s}}").text == "98 ms, 196 ms, 0.196 s");
    CHECK(filled("{{size|kB}} {{part|%}} {{ 2 * rtt }}").text == "3 kB 33.33 % 196");
    CHECK(filled("so {{holds two}}").text == "so ✓");
    CHECK(filled("no place: { {").error.empty());
    CHECK(filled("{{first|ms}").error == "\"{{first|ms}\": not closed with }}");
    CHECK(filled("one\ntwo {{first|ms\nthree {{rtt}}").error == "\"{{first|ms\": not closed with }}");
    CHECK(filled("one\ntwo {{first|ms\nthree {{rtt}}").line == 2);
    CHECK(filled("{{rtt}}\n{{rt}} {{rrr}}\n").line == 2);
    CHECK(filled("{{first|lightyears}}").error == "{{first|lightyears}}: there is no unit \"lightyears\"");
    CHECK(filled("{{frist|ms}}").error.find("did you mean \"first\"?") != std::string::npos);
    CHECK(filled("{{holds three}}").error == "{{holds three}}: there is no such claim");
    CHECK(filled("{{rtt > 0 || first > 0}} {{(rtt > 0 || first > 0) * first|ms}}").text == "1 196 ms");
    CHECK(filled("{{|}} {{}} {{|ms}}").text == "? ? ?");
}

TEST_CASE("IDs that cannot be") {
    CHECK_FALSE(problem_of_id("2021-12345"));
    CHECK_FALSE(problem_of_id("김민수"));
    CHECK(problem_of_id("  "));
    CHECK(problem_of_id("a\nb"));
    CHECK(problem_of_id("=1+1"));
    CHECK(problem_of_id("#1"));  // a comment in a roster
    CHECK(problem_of_id("\xc2\xa0s1") == "has an invisible character in it (U+00A0): type it anew");
    CHECK(problem_of_id("s1\xe2\x80\x8b"));     // a zero-width space
    CHECK(problem_of_id("\xef\xbb\xbfs1"));     // a byte order mark
    CHECK(problem_of_id("s\xe2\x81\xa0\x31"));  // a word joiner
    CHECK(problem_of_id("\xff"));
    CHECK(problem_of_id("e\xcc\x81"));                 // an accent of its own
    CHECK(problem_of_id("\xe1\x84\x92\xe1\x85\xa1"));  // a syllable in parts
    CHECK(problem_of_id(std::string(101, 'a')));
}
