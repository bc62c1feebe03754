#include <doctest/doctest.h>

#include "course/formula.hpp"

using tcplab::course::can_be_name;
using tcplab::course::evaluate;

TEST_CASE("formulas speak of names") {
    CHECK(evaluate("2 * rtt + tx(1250, 1e6)", {{"rtt", 50}}).value == 110);
    CHECK(evaluate("ceil(2.1) + floor(2.9) + round(2.5)", {}).value == 8);
    CHECK(evaluate("a > b ? 1 : 2", {{"a", 1}, {"b", 2}}).value == 2);
    CHECK(evaluate("a < b && b < 3", {{"a", 1}, {"b", 2}}).value == 1);
}

TEST_CASE("what is wrong with a formula, and where") {
    const auto unknown = evaluate("2 * rt", {{"rtt", 50}});
    CHECK_FALSE(unknown.value);
    CHECK(unknown.error == "there is no \"rt\": did you mean \"rtt\"?");
    CHECK(unknown.at == 4);
    CHECK(evaluate("2 *", {}).error == "the formula ends too early");
    CHECK(evaluate("(2", {}).error == "a parenthesis is not closed");
    CHECK(evaluate("1 / 0", {}).error.rfind("this is no number", 0) == 0);
    CHECK_FALSE(evaluate("", {}).value);
    CHECK_FALSE(evaluate("a = 3", {{"a", 1}}).value);  // names are not variables
}

TEST_CASE("a comma is no decimal point") {
    for (const char* formula : {"1,5 * a", "(1,5) * a", "2 * (a + 1,5)", "max(a, (1,5))", "1 < a ? 2,5 : 3"}) {
        CAPTURE(formula);
        const auto read = evaluate(formula, {{"a", 2}});
        CHECK_FALSE(read.value);
        CHECK(read.error == "a decimal point is a point: 1.5; a comma separates the arguments of a function");
        CHECK(formula[read.at] == ',');
        CHECK(formula[read.at + 1] == '5');
    }
    CHECK(evaluate("max(a, min(3, 2 * (a + 1))) + tx(1e3, 8e6)", {{"a", 2}}).value == 4);
    CHECK(evaluate("ceil(1,5)", {}).error.find("a decimal point is a point") != std::string::npos);
    CHECK(evaluate("tx(1)", {}).error == "too few arguments for \"tx\"");
}

TEST_CASE("names of one's own") {
    CHECK(can_be_name("rtt_2"));
    CHECK_FALSE(can_be_name("min"));
    CHECK_FALSE(can_be_name("tx"));
    CHECK_FALSE(can_be_name("Rtt"));
    CHECK_FALSE(can_be_name("2x"));
    CHECK_FALSE(can_be_name(""));
}
