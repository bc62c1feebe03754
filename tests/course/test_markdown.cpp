#include <doctest/doctest.h>

#include "course/markdown.hpp"

using tcplab::course::for_terminal;
using tcplab::course::wrapped;

TEST_CASE("paragraphs are wrapped by columns, not bytes") {
    CHECK(wrapped("one two  three\nfour", 9) == std::vector<std::string>{"one two", "three", "four"});
    CHECK(wrapped("왕복 시간은", 6) == std::vector<std::string>{"왕복", "시간은"});
    CHECK(wrapped("incomprehensible a", 5) == std::vector<std::string>{"incomprehensible", "a"});
    CHECK(wrapped("it was 10.01 %였습니다", 13) == std::vector<std::string>{"it was", "10.01 %였습니다"});
    CHECK(wrapped("about 84 ms, or", 9) == std::vector<std::string>{"about", "84 ms, or"});
    CHECK(wrapped("at 84 mst", 6) == std::vector<std::string>{"at 84", "mst"});
    CHECK(wrapped("84 ms", 2) == std::vector<std::string>{"84", "ms"});
    CHECK(wrapped("see `mean object` here", 12) == std::vector<std::string>{"see", "`mean object`", "here"});
    CHECK(wrapped("a tick ` alone", 6) == std::vector<std::string>{"a tick", "`", "alone"});
    CHECK(wrapped("  ", 5).empty());
}

TEST_CASE("Markdown on a terminal") {
    const char* text =
        "# Title\n\nA *very long* line of\ntext with `code here` and **weight**.\n\n- an item that is\n  wrapped\n"
        "- [a link](../docs/x.md), [b](https://example.com)\n\n    ./tcplab lab run 4   # as it is\n\n"
        "| a | b |\n|---|---|\n\n1. one\n2. [not a link] and (this)\n";
    CHECK(for_terminal(text, 24, false) ==
          "Title\n-----\n\nA very long line of text\nwith `code here` and\nweight.\n\n- an item that is\n  wrapped\n"
          "- a link, b\n  (https://example.com)\n\n    ./tcplab lab run 4   # as it is\n\n| a | b |\n|---|---|\n\n"
          "1. one\n2. [not a link] and\n   (this)\n");
    CHECK(for_terminal("## T\n**b**", 20, true) == "\x1b[1mT\x1b[0m\n\n\x1b[1mb\x1b[0m\n");
    CHECK(for_terminal("There are\n156. In all\n- an item\n", 40, false) == "There are 156. In all\n- an item\n");
    CHECK(for_terminal("```\na  b\n```\n", 20, false) == "    a  b\n");
    CHECK(for_terminal("2 * rtt * 3, *\n", 40, false) == "2 * rtt * 3, *\n");
    CHECK(for_terminal("", 20, false).empty());
}
