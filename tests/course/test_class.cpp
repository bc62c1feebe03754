#include <doctest/doctest.h>

#include <string>

#include "course/class.hpp"
#include "course/roster.hpp"
#include "sample.hpp"

using namespace tcplab::course;

namespace {

Exercises sample_course() { return {{"07-sample", sample_exercise()}}; }

HandedIn handed_in(const std::string& path, const std::string& student, const std::string& first) {
    const Exercise exercise = sample_exercise();
    HandedIn file;
    file.path = path;
    file.exercise = exercise.name;
    file.student = student;
    file.text = empty_sheet(exercise, personalise(exercise, student), Language::english, "", "tcplab lab check 7");
    file.text.replace(file.text.find("first = \"\""), 10, "first = \"" + first + "\"");
    tcplab::Diagnostics out;
    file.sheet = *read_sheet(file.text, out);
    return file;
}

Grade graded(const HandedIn& file) { return grade_sheet(file, sample_course(), {}); }

HandedIn damaged(const std::string& path, const std::string& student, const std::string& problem) {
    HandedIn file;
    file.path = path;
    file.exercise = "07-sample";
    file.student = student;
    file.problem = problem;
    return file;
}

}  // namespace

TEST_CASE("the better of several files counts, and who handed in nothing is not forgotten") {
    const std::vector<Grade> grades = one_of_each(
        {graded(handed_in("x/answers-07.toml", "S1", "5 ms")), graded(handed_in("y/answers-07.toml", "s1", "196 ms"))},
        {"s1", "s2"}, sample_course());
    REQUIRE(grades.size() == 2);
    CHECK(grades[0].marked.points() == 1);
    CHECK(grades[0].file == "y/answers-07.toml");
    CHECK(grades[0].note == "of 2 files the best counts: x/answers-07.toml, y/answers-07.toml");
    CHECK(grades[1].student == "s2");
    CHECK(grades[1].file.empty());
    CHECK(grades[1].marked.answers.size() == 4);
}

TEST_CASE("a file that is damaged costs nobody else anything") {
    const HandedIn bad = damaged("bad/answers.toml", "s3", "line 3: not TOML");
    HandedIn stranger = handed_in("else/answers.toml", "s4", "");
    stranger.exercise = "99-unknown";
    const std::vector<Grade> grades = one_of_each(
        {graded(bad), graded(stranger), graded(handed_in("good.toml", "s1", "0.196 s"))}, {}, sample_course());
    const std::string csv = grades_csv(grades, sample_course());
    CHECK(csv.find("s1,07-sample,first,right,1,1,0.196 s,,good.toml,\n") != std::string::npos);
    CHECK(csv.find("s3,07-sample,sent,damaged,0,2,,,bad/answers.toml,line 3: not TOML\n") != std::string::npos);
    CHECK(csv.find("s4,99-unknown,,damaged,0,0,,,else/answers.toml,") != std::string::npos);
    CHECK(grades.back().note ==
          "\"99-unknown\" is not one of tcplab's exercises: is it of a course of your own? Add "
          "--course DIR");
    CHECK(unknown_exercise("99-unknown", true) == "\"99-unknown\" is not one of this course's exercises");
    CHECK(grades_json(grades, sample_course()).find("\"verdict\": \"damaged\"") != std::string::npos);
}

TEST_CASE("a damaged file is not forgotten beside one that counts") {
    const std::vector<Grade> one =
        one_of_each({graded(handed_in("a.toml", "s1", "196 ms")), graded(damaged("b.toml", "S1", "line 20: bad"))}, {},
                    sample_course());
    REQUIRE(one.size() == 1);
    CHECK_FALSE(one[0].damaged);
    CHECK(one[0].marked.points() == 1);
    CHECK(one[0].note == "b.toml is damaged (line 20: bad) and was not counted");
    REQUIRE(one[0].not_counted.size() == 1);
    CHECK(one[0].not_counted[0].file == "b.toml");
    CHECK(one[0].not_counted[0].problem == "line 20: bad");

    const std::vector<Grade> none =
        one_of_each({graded(damaged("a.toml", "s1", "empty")), graded(damaged("b.toml", "s1", "line 20: bad"))}, {},
                    sample_course());
    REQUIRE(none.size() == 1);
    CHECK(none[0].damaged);
    CHECK(none[0].file == "a.toml");
    CHECK(none[0].note == "empty; b.toml is damaged (line 20: bad) and was not counted");
}

TEST_CASE("a key that is no question's is a note") {
    HandedIn file = handed_in("a.toml", "s1", "196 ms");
    file.text += "banana = \"1\"\n";
    tcplab::Diagnostics out;
    file.sheet = *read_sheet(file.text, out);
    const Grade grade = graded(file);
    CHECK_FALSE(grade.damaged);
    CHECK(grade.note.find("unknown key \"banana\"") != std::string::npos);
    CHECK(grade.marked.points() == 1);
}

TEST_CASE("a file of another exercise explains what is missing") {
    Exercises two = sample_course();
    two.emplace("08-other", sample_exercise()).first->second.name = "08-other";
    HandedIn misnamed = handed_in("kim/Answers-08 (1).toml", "KIM", "");
    std::vector<Grade> grades = one_of_each({grade_sheet(misnamed, two, {})}, {"kim"}, two);
    Grade missing;
    missing.student = "kim";
    missing.marked.exercise = "08-other";
    grades.push_back(missing);
    note_other_exercises(grades, {misnamed, handed_in("kim/answers.toml", "kim", "")});
    CHECK(grades[0].note.empty());
    CHECK(grades[1].note == "kim/Answers-08 (1).toml has answers to 07-sample");
}

TEST_CASE("tables hold no formulas and no control characters") {
    const auto written = [](const std::string& answer) {
        const std::string csv = grades_csv({graded(handed_in("=a\x1b.toml", "s1", answer))}, sample_course());
        const std::size_t from = csv.find(",1,", csv.find(",first,")) + 3;
        return csv.substr(from, csv.find(',', from) - from);
    };
    CHECK(written("=1+1") == "'=1+1");
    CHECK(written("@x") == "'@x");
    CHECK(written("-x") == "'-x");
    CHECK(written("+5 us") == "'+5 us");
    CHECK(written("-") == "'-");
    CHECK(written("-5.5") == "-5.5");
    CHECK(written("+5e3") == "+5e3");
    CHECK(written("\\u001b[31m\\n5") == "?[31m?5");
    CHECK(grades_csv({graded(handed_in("=a\x1b.toml", "s1", "5"))}, sample_course()).find(",'=a?.toml,") !=
          std::string::npos);
}

TEST_CASE("an answer that cannot be read costs only itself") {
    const Grade grade = graded(handed_in("a.toml", "s1", "soon"));
    CHECK_FALSE(grade.damaged);
    CHECK(grade.marked.answers[0].verdict == Verdict::unreadable);
    CHECK(grade.marked.answers[0].hint.find(": first: expected a number such as \"12 ms\", found \"soon\"") !=
          std::string::npos);
    CHECK(grade.marked.answers[0].written == "soon");
    CHECK(grade.note.empty());  // it stands beside the answer
}

TEST_CASE("one student is one row, however the ID is written") {
    Exercises two = sample_course();
    two.emplace("08-other", sample_exercise()).first->second.name = "08-other";
    HandedIn other = handed_in("b.toml", "KIM", "5 ms");
    other.exercise = "08-other";
    const Grade first = graded(handed_in("a.toml", "kim", "5 ms"));
    const Grade second = grade_sheet(other, two, {});
    for (const std::vector<std::string>& roster : {std::vector<std::string>{}, {"Kim"}}) {
        const std::vector<Grade> grades = one_of_each({first, second}, roster, two);
        REQUIRE(grades.size() == 2);
        CHECK(grades[0].student == (roster.empty() ? "kim" : "Kim"));
        CHECK(grades[1].student == grades[0].student);
        CHECK(grades[0].note.empty());
    }
    CHECK(one_of_each({first}, {"s2"}, two)[0].note == "this student is not in the roster");
}

TEST_CASE("a sheet of nobody is told") {
    const Grade grade = graded(handed_in("a.toml", "", "5 ms"));
    CHECK(grade.damaged);
    CHECK(grade.note == "it is nobody's: made without --student");
}

TEST_CASE("totals") {
    const std::vector<Grade> grades =
        one_of_each({graded(handed_in("a.toml", "s1", "196 ms"))}, {"s1", "s2"}, sample_course());
    CHECK(totals_csv(grades) == "student,07-sample,points,max_points\ns1,1,1,5\ns2,0,0,5\n");
}

TEST_CASE("lists of students") {
    using Students = std::vector<std::string>;
    const auto students = [](const char* text) { return read_roster(text, "r.csv").students; };
    CHECK(students("\xef\xbb\xbfstudent,name\r\n s1 , Kim\r\n\r\ns2\nS1\n") == Students{"s1", "s2"});
    CHECK(students("\"Student ID\";\"name\"\n\"2024-050\";\"a \"\"b\"\"\"\n2024-051\tx") ==
          Students{"2024-050", "2024-051"});
    CHECK(students("# a class\n학번\n김민수\n") == Students{"김민수"});
    CHECK(students("\"a,b\",c\n") == Students{"a,b"});
    CHECK(students("Student Number,name\n1,Kim\n") == Students{"1"});
    for (const char* nobody : {"", "student\n", "# nobody yet\n"}) {
        CHECK(read_roster(nobody, "r.csv").errors == "r.csv: error: there is no student in it\n");
    }
    CHECK(read_roster("s1\n=1+1\n\xb1\xe8\n", "r.csv").errors ==
          "r.csv:2:1: error: the ID \"=1+1\" begins with \"=\": a spreadsheet would take it for a formula\n"
          "r.csv:3:1: error: the ID \"??\" is no UTF-8 text\n");
}
