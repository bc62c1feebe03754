#include <doctest/doctest.h>

#include "course/marking.hpp"
#include "sample.hpp"

using namespace tcplab;
using namespace tcplab::course;

namespace {

/// The sample's student s1: 98 ms, 7 objects. First 196 ms, page 784 ms, 7 packets with data.
struct Marking {
    Exercise exercise = sample_exercise();
    Personal personal = personalise(exercise, "s1");
    Key key = solve(exercise, personal);

    [[nodiscard]] Marked marked(std::size_t question, double value) const {
        return mark(exercise.questions[question], question, key, Given{"", value});
    }
};

}  // namespace

TEST_CASE("the simulator knows what is right") {
    const Marking m;
    CHECK(m.key.right[0] == doctest::Approx(2 * 98));
    CHECK(m.key.right[1] == doctest::Approx(7));
    CHECK(m.key.right[2] == doctest::Approx(100.0 * 2 / 8));
    CHECK(m.key.right[3] == 1);
    CHECK(*m.key.prediction == doctest::Approx(8 * 98));
}

TEST_CASE("right, close and wrong") {
    const Marking m;
    CHECK(m.marked(0, 196).verdict == Verdict::right);
    CHECK(m.marked(0, 197.9).verdict == Verdict::right);  // within 1 %
    CHECK(m.marked(0, 199).verdict == Verdict::close);
    CHECK(m.marked(0, 205.7).verdict == Verdict::close);  // within 5 %
    CHECK(m.marked(0, 207).verdict == Verdict::wrong);
    CHECK(m.marked(0, -196).verdict == Verdict::wrong);
    CHECK(m.marked(1, 7).verdict == Verdict::right);
    CHECK(m.marked(1, 7.01).verdict == Verdict::close);  // counts are exact
    CHECK(m.marked(1, 8).verdict == Verdict::wrong);
    CHECK(m.marked(2, 25.4).verdict == Verdict::right);  // half a point
    CHECK(m.marked(2, 25.6).verdict == Verdict::close);
    CHECK(mark(m.exercise.questions[0], 0, m.key, std::nullopt).verdict == Verdict::unanswered);
}

TEST_CASE("the hint says what the mistake was") {
    const Marking m;
    CHECK(m.marked(0, 98).hint->en == "the handshake");
    CHECK(m.marked(0, 49).hint->en == "there and back");
    CHECK(m.marked(0, 120).hint == nullptr);
    CHECK(m.marked(3, 0).hint->en == "look at the rest");
    CHECK(m.marked(3, 1).hint == nullptr);
}

TEST_CASE("a mistake that nobody can make with these numbers has no hint") {
    Marking m;
    std::vector<Mistake>& mistakes = m.exercise.questions[0].mistakes;
    mistakes[0].when.text = "rtt > 1000";
    CHECK(m.marked(0, 98).hint == nullptr);
    CHECK(m.marked(0, 49).hint->en == "there and back");
    mistakes[0].when.text = "rtt > 1";
    CHECK(m.marked(0, 98).hint->en == "the handshake");
}

TEST_CASE("another unit is recognised") {
    const Marking m;
    CHECK(m.marked(0, 196'000).other_unit);
    CHECK(m.marked(0, 0.196).other_unit);
    CHECK(m.marked(2, 0.25).other_unit);
    CHECK_FALSE(m.marked(0, 196 * 8).other_unit);  // no unit of time is 8, 100 or 1024 of another
    CHECK_FALSE(m.marked(0, 196 * 100).other_unit);
    CHECK_FALSE(m.marked(0, 196.0 * 1024).other_unit);
    CHECK_FALSE(m.marked(2, 25 * 1000).other_unit);
    CHECK_FALSE(m.marked(2, 25 * 8).other_unit);
    CHECK_FALSE(m.marked(1, 7000).other_unit);  // packets are packets
    CHECK_FALSE(m.marked(0, 300).other_unit);
    CHECK_FALSE(m.marked(0, 196).other_unit);
}

TEST_CASE("bits and bytes, and binary prefixes, are of sizes and rates") {
    const Marking m;
    Question q = m.exercise.questions[0];
    q.mistakes.clear();
    for (const Measure measure : {Measure::size, Measure::rate}) {
        q.unit.measure = measure;
        const auto other_unit = [&](double value) { return mark(q, 0, m.key, Given{"", value}).other_unit; };
        for (const double factor : {8.0, 1000.0, 1024.0, 1024.0 * 1024.0}) {
            CHECK(other_unit(196 * factor));
            CHECK(other_unit(196 / factor));
        }
        CHECK_FALSE(other_unit(196 * 100));
    }
}

TEST_CASE("points of a sheet") {
    const Marking m;
    Answers answers;
    answers.given = {Given{"199", 199}, Given{"7", 7}, std::nullopt, Given{"a", 0}};
    answers.written = {"199", "7", "much", "a"};
    answers.problems = {"", "", "share: no number", ""};
    Sheet sheet;
    sheet.version = m.personal.version;
    const MarkedSheet marked = mark_sheet(m.exercise, m.key, sheet, m.personal, answers, Language::english, 0.25);
    CHECK(marked.points() == doctest::Approx(0.25 + 2));
    CHECK(marked.most() == doctest::Approx(5));
    CHECK(marked.right() == 1);
    CHECK_FALSE(marked.other_version);
    CHECK(marked.answers[2].verdict == Verdict::unreadable);
    CHECK(marked.answers[2].hint == "share: no number");
    CHECK(marked.answers[2].written == "much");
    CHECK(marked.answers[3].hint == "look at the rest");
    sheet.version = "0";
    CHECK(mark_sheet(m.exercise, m.key, sheet, m.personal, answers, Language::korean, 0.5).other_version);
}
