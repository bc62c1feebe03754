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

TEST_CASE("names of one's own") {
    CHECK(can_be_name("rtt_2"));
    CHECK_FALSE(can_be_name("min"));
    CHECK_FALSE(can_be_name("tx"));
    CHECK_FALSE(can_be_name("Rtt"));
    CHECK_FALSE(can_be_name("2x"));
    CHECK_FALSE(can_be_name(""));
}
