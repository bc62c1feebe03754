#include <doctest/doctest.h>

#include "tcp/timestamps.hpp"

using namespace tcplab;

namespace {

constexpr FourTuple kTuple{{{0x0a000001}, 40000}, {{0x0a000002}, 80}};

Segment stamped(std::uint32_t value, std::uint32_t echo = 0) {
    Segment s;
    s.has_timestamps = true;
    s.ts_value = value;
    s.ts_echo = echo;
    return s;
}

Time at(std::int64_t ms) { return kStart + Duration(ms * 1'000'000); }

}  // namespace

TEST_CASE("timestamps are in force when both ends have agreed") {
    Timestamps t(kTuple);
    CHECK_FALSE(t.on(stamped(7)));
    CHECK(t.option_bytes() == 0);
    t.learn(stamped(7), false);
    CHECK_FALSE(t.in_force());
    CHECK(t.recent() == 0);
    t.learn(stamped(7), true);
    CHECK(t.on(stamped(8)));
    CHECK_FALSE(t.on(Segment()));
    CHECK(t.option_bytes() == 12);  // RFC 7323, appendix A
    CHECK(t.recent() == 7);
}

TEST_CASE("our clock counts milliseconds, for a four-tuple's next connection as well") {
    const Timestamps t(kTuple);
    CHECK(t.at(at(1000)) - t.at(at(0)) == 1000);
    FourTuple next = kTuple;
    next.local.port = 40001;
    CHECK(Timestamps(next).at(at(5)) == t.at(at(5)));
    next.remote.address.value = 0x0a000003;
    CHECK(Timestamps(next).at(at(5)) != t.at(at(5)));
    CHECK(t.since_echo(at(30), stamped(1, t.at(at(10)))) == 20);
    CHECK(t.since_echo(at(10), stamped(1, t.at(at(30)))) == -20);
}

TEST_CASE("ages go round with the 32 bits (RFC 7323 5.2), and end after 24 days (5.5)") {
    Timestamps t(kTuple);
    t.learn(stamped(0xfffffff0), true);
    t.take(at(0), 0xfffffff0);
    CHECK(t.age(stamped(0xffffffef)) == 1);
    CHECK(t.age(stamped(0xfffffff0)) == 0);
    CHECK(t.age(stamped(5)) == -21);
    constexpr std::int64_t day = 24LL * 3600 * 1000;
    CHECK_FALSE(t.outlived(at(24 * day - 1)));
    CHECK(t.outlived(at(24 * day)));
    t.refresh(at(day));
    CHECK_FALSE(t.outlived(at(25 * day - 1)));
}

TEST_CASE("an echo is new once") {
    Timestamps t(kTuple);
    t.learn(stamped(1), true);
    CHECK_FALSE(t.is_new_echo(stamped(2, 0)));  // a SYN echoes nothing
    CHECK(t.is_new_echo(stamped(2, 9)));
    t.note_echo(stamped(2, 9));
    CHECK_FALSE(t.is_new_echo(stamped(3, 9)));
    CHECK(t.echoed_on(stamped(3, 9)));
    CHECK(t.is_new_echo(stamped(3, 10)));
}
