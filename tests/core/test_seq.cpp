#include <doctest/doctest.h>

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "core/seq.hpp"

using namespace tcplab;

namespace {

template <class T>
constexpr bool ordered = requires(T a, T b) {
    a < b;
};

}  // namespace

TEST_CASE("sequence numbers are equal or not, and have no order") {
    CHECK(SeqNum(7) == SeqNum(7));
    CHECK(SeqNum(7) != SeqNum(8));
    static_assert(!ordered<SeqNum>);
    static_assert(!std::is_convertible_v<std::uint32_t, SeqNum>);
    static_assert(!std::is_convertible_v<SeqNum, std::uint32_t>);
}

TEST_CASE("sums and differences wrap at 2^32") {
    CHECK(SeqNum(0xffffffff) + 1 == SeqNum(0));
    CHECK(SeqNum(0xfffffff0) + 0x20 == SeqNum(0x10));
    CHECK(SeqNum(0) - 1 == SeqNum(0xffffffff));
}

TEST_CASE("a distance is signed and crosses the wrap") {
    CHECK(distance(SeqNum(5), SeqNum(3)) == 2);
    CHECK(distance(SeqNum(3), SeqNum(5)) == -2);
    CHECK(distance(SeqNum(2), SeqNum(0xfffffffe)) == 4);
    CHECK(distance(SeqNum(0xfffffffe), SeqNum(2)) == -4);
    CHECK(distance(SeqNum(0x80000000), SeqNum(0)) == INT32_MIN);
}

TEST_CASE("a position survives the wire wherever the initial number lies") {
    for (const std::uint32_t initial : {0U, 1U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
        for (const std::uint64_t position : {0ULL, 1ULL, 0xffffffffULL, 0x100000000ULL, 0x123456789abcULL}) {
            const SeqNum on_wire = wrap(position, SeqNum(initial));
            for (const std::int64_t off : {0LL, 1LL, -1LL, 0x7fffffffLL, -0x7fffffffLL}) {
                const std::int64_t reference = static_cast<std::int64_t>(position) + off;
                if (reference < 0) continue;
                CAPTURE(initial);
                CAPTURE(position);
                CAPTURE(off);
                CHECK(unwrap(on_wire, SeqNum(initial), static_cast<std::uint64_t>(reference)) ==
                      static_cast<std::int64_t>(position));
            }
        }
    }
}

TEST_CASE("what lies before the SYN has a negative position") {
    CHECK(unwrap(SeqNum(99), SeqNum(100), 0) == -1);
    CHECK(unwrap(SeqNum(0xffffffff), SeqNum(0), 10) == -1);
}
