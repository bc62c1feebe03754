#include <doctest/doctest.h>

#include <string>

#include "har/json.hpp"

using namespace tcplab::har;

namespace {

bool all(std::string_view) { return true; }

std::string error_of(std::string_view text) {
    const ParsedJson parsed = parse_json(text, all);
    return parsed.value ? "" : std::to_string(parsed.error.offset) + " " + parsed.error.message;
}

/// What stands at the value of that key in an object.
std::string covered(const std::string& text, std::string_view key) {
    const ParsedJson parsed = parse_json(text, all);
    REQUIRE(parsed.value);
    const Extent extent = extent_of(*find(*parsed.value, key), text);
    return text.substr(extent.offset, extent.length);
}

}  // namespace

TEST_CASE("values know where they stand") {
    const std::string text = R"({"n": -1.5e3, "last": 7 , "t": true,"f":false, "s": "a\"b\\", "e": "", "o": {"x": [1]},
        "l": [2, 3]})";
    CHECK(covered(text, "n") == "-1.5e3");
    CHECK(covered(text, "last") == "7");
    CHECK(covered(text, "t") == "true");
    CHECK(covered(text, "f") == "false");
    CHECK(covered(text, "s") == R"("a\"b\\")");
    CHECK(covered(text, "e") == "\"\"");
    CHECK(covered(text, "o") == "{");
    CHECK(covered(text, "l") == "[");

    const ParsedJson number = parse_json(" 12", all);  // nothing stands behind it
    REQUIRE(number.value);
    CHECK(extent_of(*number.value, " 12").offset == 1);
    CHECK(extent_of(*number.value, " 12").length == 2);
}

TEST_CASE("what is read") {
    const ParsedJson parsed =
        parse_json("\xef\xbb\xbf{\"a\": \"\\u00fc\", \"b\": null, \"a\": [1.5, {\"c\": 2}]}", all);
    REQUIRE(parsed.value);
    CHECK(find(*parsed.value, "a")->items.at(0).number == 1.5);  // the last of the two
    CHECK(find(find(*parsed.value, "a")->items.at(1), "c")->number == 2);
    CHECK(parsed.value->members.at(0).value.text == "ü");
    CHECK(find(*parsed.value, "b") == nullptr);
    CHECK(find(*parsed.value, "d") == nullptr);
}

TEST_CASE("what nobody wants is read and forgotten") {
    const auto wanted = [](std::string_view key) { return key == "a"; };
    const ParsedJson parsed =
        parse_json(R"({"b": {"a": [1, {"a": 2}]}, "c": [[]], "a": {"d": 3, "a": 4}, "e": 5})", wanted);
    REQUIRE(parsed.value);
    REQUIRE(parsed.value->members.size() == 1);
    CHECK(find(*find(*parsed.value, "a"), "a")->number == 4);
    CHECK(find(*parsed.value, "a")->members.size() == 1);
}

TEST_CASE("half a surrogate pair is a replacement character") {
    const ParsedJson parsed =
        parse_json(R"(["\ud83d", "\ud83d\ude00", "\ude00x", "\\ud83d", "\ud83d\ud83d\ude00"])", all);
    REQUIRE(parsed.value);
    CHECK(parsed.value->items.at(0).text == "\xef\xbf\xbd");
    CHECK(parsed.value->items.at(1).text == "\xf0\x9f\x98\x80");
    CHECK(parsed.value->items.at(2).text == "\xef\xbf\xbdx");
    CHECK(parsed.value->items.at(3).text == "\\ud83d");
    CHECK(parsed.value->items.at(4).text == "\xef\xbf\xbd\xf0\x9f\x98\x80");
}

TEST_CASE("long texts are cut, between characters") {
    const ParsedJson parsed = parse_json("\"" + std::string(kLongestText - 1, 'x') + "üx\"", all);
    REQUIRE(parsed.value);
    CHECK(parsed.value->text == std::string(kLongestText - 1, 'x'));
}

TEST_CASE("deep nesting takes no stack") {
    const std::size_t deep = 1'000'000;
    CHECK(parse_json(std::string(deep, '[') + std::string(deep, ']'), all).value);
    CHECK(error_of(std::string(deep, '[')).find("1000000 not JSON: unexpected end of input") == 0);
}

TEST_CASE("syntax errors say where and what") {
    CHECK(error_of("") == "0 not JSON: unexpected end of input; expected '[', '{', or a literal");
    CHECK(error_of("{\"a\": 1,}") == "8 not JSON: unexpected '}'; expected string literal");
    CHECK(error_of("[1 2]") == "3 not JSON: unexpected number literal; expected ']'");
    CHECK(error_of("[1 23") == "3 not JSON: unexpected number literal; expected ']'");
    CHECK(error_of("{\"a\" \"b\"}") == "5 not JSON: unexpected string literal; expected ':'");
    CHECK(error_of("{\"a\" true}") == "5 not JSON: unexpected true literal; expected ':'");
    CHECK(error_of("{\"a\" false}") == "5 not JSON: unexpected false literal; expected ':'");
    CHECK(error_of("{null: 1}") == "1 not JSON: unexpected null literal; expected string literal");
    CHECK(error_of("[1, trup]") == "7 not JSON: invalid literal");
    CHECK(error_of("[1]]") == "3 not JSON: unexpected ']'; expected end of input");
    CHECK(error_of("[\"abc") == "5 not JSON: invalid string: missing closing quote");
    CHECK(error_of("[\"\xff\"]") == "2 not JSON: invalid string: ill-formed UTF-8 byte");
    CHECK(error_of("[1e999]").find("not JSON: a number that is too large") != std::string::npos);
    CHECK(error_of("<html>") == "0 not JSON: invalid literal");
}
