#include "core/blocks.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace tcplab;

TEST_CASE("blocks: objects are found by number, and keep their place as more come") {
    Blocks<std::uint64_t> blocks;
    CHECK(blocks.size() == 0);
    std::vector<const std::uint64_t*> places;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        REQUIRE(blocks.add() == i);
        CHECK(blocks[i] == 0);
        blocks[i] = std::uint64_t{i} * i;
        places.push_back(&blocks[i]);
    }
    CHECK(blocks.size() == 10'000);
    const Blocks<std::uint64_t>& same = blocks;
    for (std::uint32_t i = 0; i < blocks.size(); ++i) {
        CHECK(same[i] == std::uint64_t{i} * i);
        CHECK(&same[i] == places[i]);
    }
}
