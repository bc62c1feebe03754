#include "scenario/text.hpp"

#include <doctest/doctest.h>

using namespace tcplab;

TEST_CASE("edit distance counts inserted, deleted, replaced and swapped letters") {
    CHECK(edit_distance("delay", "delay") == 0);
    CHECK(edit_distance("dealy", "delay") == 1);
    CHECK(edit_distance("delai", "delay") == 1);
    CHECK(edit_distance("dela", "delay") == 1);
    CHECK(edit_distance("ddelay", "delay") == 1);
    CHECK(edit_distance("", "abc") == 3);
    CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("a misspelt word finds its neighbour, another word does not") {
    const std::vector<std::string_view> words{"delay", "rate", "queue", "delayed_ack"};
    CHECK(did_you_mean("dealy", words) == "did you mean \"delay\"?");
    CHECK(did_you_mean("delayd_ack", words) == "did you mean \"delayed_ack\"?");
    CHECK(did_you_mean("raet", words) == "did you mean \"rate\"?");
    CHECK(did_you_mean("banana", words).empty());
    CHECK(did_you_mean("", words).empty());
    CHECK(did_you_mean(std::string(100, 'd'), words).empty());
}

TEST_CASE("text is cited without what would upset a terminal") {
    CHECK(cited("a") == "\"a\"");
    CHECK(cited("a\x1b[31mb\n") == "\"a?[31mb?\"");
    CHECK(cited("\xff") == "\"?\"");
    CHECK(cited("한") == "\"한\"");
    CHECK(cited(std::string(100, 'x')) == "\"" + std::string(60, 'x') + "…\"");
}

TEST_CASE("UTF-8 is told from what is none") {
    CHECK(character_at("é", 0).code == 0xe9);
    CHECK(character_at("한", 0).bytes == 3);
    CHECK(character_at("😀", 0).code == 0x1f600);
    for (const std::string_view bad :
         {"\xff", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xc3"}) {
        CHECK_FALSE(character_at(bad, 0).valid);
    }
    CHECK(columns_of('a') == 1);
    CHECK(columns_of(0xd55c) == 2);
    CHECK(columns_of(0x0301) == 0);
}

TEST_CASE("words are listed and split") {
    CHECK(listed({"a"}) == "a");
    CHECK(listed({"a", "b", "c"}) == "a, b or c");
    CHECK(split("a||b") == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("").empty());
    CHECK(trimmed(" \ta b\r\n") == "a b");
}

TEST_CASE("the hash is FNV-1a's") {
    CHECK(hash_of("") == "cbf29ce484222325");
    CHECK(hash_of("a") == "af63dc4c8601ec8c");
    CHECK(hash_of("foobar") == "85944171f73967e8");
}
