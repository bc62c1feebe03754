#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <set>

#include "core/address.hpp"
#include "core/random.hpp"

using namespace tcplab;

TEST_CASE("the same labels give the same stream") {
    RandomStream a = make_stream(1, 2, Purpose::link_loss, 3);
    RandomStream b = make_stream(1, 2, Purpose::link_loss, 3);
    for (int i = 0; i < 1000; ++i) REQUIRE(a() == b());
}

TEST_CASE("every label tells streams apart") {
    std::set<std::uint64_t> seeds;
    for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL}) {
        for (const std::uint32_t repetition : {0U, 1U, 2U}) {
            for (const Purpose purpose : {Purpose::initial_sequence, Purpose::link_loss, Purpose::queue_discipline}) {
                for (const std::uint64_t instance : {0ULL, 1ULL, 2ULL}) {
                    seeds.insert(stream_seed(seed, repetition, purpose, instance));
                }
            }
        }
    }
    CHECK(seeds.size() == 81);
}

TEST_CASE("the numbers are those of every machine") {
    // mt19937's 10,000th number after its default seed, from the C++ standard [rand.predef].
    RandomStream reference;
    reference.discard(9999);
    CHECK(reference() == 4123659995U);
    CHECK(stream_seed(1, 1, Purpose::link_loss, 0) == 4150453318360919454ULL);
}

TEST_CASE("mix64 is SplitMix64's") {
    CHECK(mix64(0) == 0xe220a8397b1dcdafULL);  // the generator's first number after seed 0
}
