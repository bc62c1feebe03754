#include <doctest/doctest.h>

#include "tcp/rtt.hpp"

using namespace tcplab;

namespace {

Config bounded(Duration initial_rto, Duration min_rto, Duration max_rto, bool linux_rtt) {
    Config c;
    c.initial_rto = initial_rto;
    c.min_rto = min_rto;
    c.max_rto = max_rto;
    c.linux_rtt = linux_rtt;
    return c;
}

}  // namespace

TEST_CASE("RFC 6298 2.2 and 2.3: first and later samples") {
    RttEstimator e;
    const Config c = bounded(1s, 0s, 60s, false);
    e.reset(c);
    CHECK(e.rto(c, 0) == 1s);
    CHECK_FALSE(e.has_sample());
    e.sample(c, 100ms, 100ms, 1, 1);
    CHECK(e.srtt() == 100ms);
    CHECK(e.rto(c, 0) == 300ms);  // SRTT + 4 * R/2
    e.sample(c, 180ms, 180ms, 2, 2);
    CHECK(e.srtt() == 110ms);                   // 7/8 100 + 1/8 180
    CHECK(e.rto(c, 0) == 110ms + 4 * 57500us);  // RTTVAR = 3/4 50 + 1/4 80
}

TEST_CASE("RFC 6298 2.4 and 2.5: floor and ceiling of the whole timeout") {
    RttEstimator e;
    const Config c = bounded(3s, 1s, 60s, false);
    e.reset(c);
    e.sample(c, 10ms, 10ms, 1, 1);
    CHECK(e.rto(c, 0) == 1s);
    e.sample(c, 100s, 100s, 2, 2);
    CHECK(e.rto(c, 0) == 60s);
}

TEST_CASE("Linux: at least 200 ms above the smoothed round trip") {
    // Seen on Linux 6.18: 304 ms at a round trip of 100 ms, 224 at 20, 604 at first at 200 (HZ = 250 rounds up).
    for (const auto& [rtt, rto] : {std::pair{100ms, 300ms}, std::pair{20ms, 220ms}, std::pair{200ms, 600ms}}) {
        RttEstimator e;
        const Config c = bounded(1s, 200ms, 120s, true);
        e.reset(c);
        e.sample(c, rtt, rtt, 1, 1);
        CHECK(e.rto(c, 0) == rto);
    }
}

TEST_CASE("Linux: the deviation of a window fades by a quarter a window, not below 200 ms") {
    RttEstimator e;
    const Config c = bounded(1s, 200ms, 120s, true);
    e.reset(c);
    e.sample(c, 200ms, 200ms, 1, 10);
    CHECK(e.rto(c, 0) == 600ms);
    std::uint64_t una = 1;
    for (int i = 0; i < 40; ++i) {
        una += 10;
        const Duration before = e.rto(c, 0);
        e.sample(c, 200ms, 200ms, una, una + 9);
        CHECK(e.rto(c, 0) <= before);
    }
    CHECK(e.rto(c, 0) < 401ms);
    CHECK(e.rto(c, 0) >= 400ms);
    CHECK(e.min_rtt() == 200ms);
}
