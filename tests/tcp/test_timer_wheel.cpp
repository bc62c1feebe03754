#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "tcp/timer_wheel.hpp"
#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

Config with_ticks() {
    Config c = make_config(Profile::linux_);
    c.timer_hz = 250;
    c.tail_loss_probe = false;  // the timeout itself is looked at
    return c;
}

bool is_syn(const Segment& s) { return s.has(flag::syn); }

}  // namespace

TEST_CASE("a kernel's timer runs at the end of its bucket (calc_wheel_index), buckets of 1, 8, 64 ticks") {
    const auto at = [](Time now, Duration after) { return wheel_expiry(now, after, 250) - kStart; };
    CHECK(at(kStart, 200ms) == 204ms);  // 50 ticks: the 51st
    CHECK(at(kStart + 1ms, 200ms) == 204ms);
    CHECK(at(kStart + 4ms, 200ms) == 208ms);
    CHECK(at(kStart + 4ms, 197ms) == 208ms);  // rounded up to ticks first
    CHECK(at(kStart, 248ms) == 252ms);        // 62 ticks, the last of the first level
    CHECK(at(kStart, 249ms) == 256ms);        // 63: the second level, 32 ms wide
    CHECK(at(kStart, 1s) == 1024ms);
    CHECK(at(kStart, 2012ms) == 2016ms);
    CHECK(at(kStart, 2013ms) == 2048ms);  // 504: the third level, 256 ms wide
    CHECK(at(kStart, 60s) == 61440ms);    // 2048 ms wide
    CHECK(wheel_expiry(kStart, 1s, 1000) == kStart + 1024ms);
    CHECK(wheel_expiry(kStart, 1s, 100) == kStart + 1040ms);
}

TEST_CASE("late by at most 8, 36 and 260 ms below 256 ms, 2 s and 16 s, and never early") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const Time now = kStart + Duration(static_cast<std::int64_t>(random() % 100'000'000'000));
        const Duration after(static_cast<std::int64_t>(random() % 15'000'000'000));
        const Duration late = wheel_expiry(now, after, 250) - now - after;
        REQUIRE(late >= Duration::zero());
        REQUIRE(late <= (after < 248ms ? 8ms : after < 2012ms ? 36ms : 260ms));
        REQUIRE((wheel_expiry(now, after, 250) - kStart) % 4ms == Duration::zero());
    }
}

TEST_CASE("six lost SYNs of Linux 6.18 at 250 Hz: the gaps of its packet log, to the tick") {
    TwoEnds w(with_ticks(), with_ticks(), 50ms);
    w.lose = [](std::uint32_t, std::uint64_t n, const Segment&) { return n <= 6; };
    w.run_until(kStart + 22'017us);  // where between two ticks the recorded connect() was
    w.connect();
    w.run_until(kStart + 10s);
    const std::vector<double> at = w.times(0, is_syn);
    const std::vector<double> recorded{0.117, 1002.100, 2026.106, 3050.095, 4074.112, 5098.126, 7114.117};
    REQUIRE(at.size() == recorded.size());
    for (std::size_t i = 0; i < at.size(); ++i)
        CHECK(at[i] - at[0] == doctest::Approx(recorded[i] - 0.117).epsilon(1e-5));
}

TEST_CASE("timer_hz: the back-off doubles whole ticks, delayed ACKs run late, TIME-WAIT lasts longer") {
    TwoEnds w(with_ticks(), with_ticks(), 10ms);
    w.open();
    CHECK(w.client().rto() == 220ms);
    bool cut = true;
    w.lose = [&](std::uint32_t, std::uint64_t, const Segment&) { return cut; };
    w.run_until(kStart + 400ms);
    w.write(TwoEnds::kClient, 100);
    w.run_until(kStart + 1200ms);
    const std::vector<double> sent = w.times(0, [](const Segment& s) { return s.payload.length > 0; });
    // 55 ticks from the 100th: the 156th. 110 from there, in buckets of 8: the 272nd.
    REQUIRE(sent.size() >= 3);
    CHECK(sent[0] == 400);
    CHECK(sent[1] == 624);
    CHECK(sent[2] == 1088);
    cut = false;
    w.run_until(kStart + 10s);
    w.client().shutdown_write();
    w.drain(0);
    w.run_until(kStart + 11s);
    CHECK(w.read_all(1) == 100);
    w.close(1);
    w.run_until(kStart + 12s);
    REQUIRE(w.client().state() == State::time_wait);
    CHECK(w.client().next_deadline() - (kStart + 11s) > 60s);
    CHECK(w.client().next_deadline() - (kStart + 11s) < 62100ms);
}
