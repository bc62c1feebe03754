#include <doctest/doctest.h>

#include "terminal/shell.hpp"

using namespace tcplab;

TEST_CASE("words for a shell") {
    CHECK(shell_word("scenarios/nagle.toml") == "scenarios/nagle.toml");
    CHECK(shell_word("") == "''");
    CHECK(shell_word("two, Nagle") == "'two, Nagle'");
    CHECK(shell_word("it's") == "'it'\\''s'");
    CHECK(shell_word("$HOME") == "'$HOME'");
}
