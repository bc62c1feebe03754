// BBR version 1: what it does follows in closed form from the samples it is given (net/ipv4/tcp_bbr.c; Cardwell et al.,
// "BBR: Congestion-Based Congestion Control", ACM Queue 14(5), 2016).
#include "tcp/congestion/bbr.hpp"

#include <doctest/doctest.h>

#include <set>
#include <utility>
#include <vector>

#include "tcp/congestion/controller.hpp"
#include "tcp/windowed_max.hpp"

using namespace tcplab;
using doctest::Approx;

namespace {

constexpr std::uint32_t kSegment = 1448;
constexpr double kHighGain = 2.885;

/// A sender whose every acknowledgement ends a round.
struct Sender {
    explicit Sender(std::uint64_t seed = 1, Duration path = 100ms) : bbr(seed), rtt(path) {
        w.cwnd = 10;
        bbr.start(w, view());
    }

    [[nodiscard]] SenderView view() const { return {now, now, rtt, rtt, in_flight, kSegment, state}; }

    /// `n` segments were delivered over `interval`, which is how much later it is.
    void round(std::uint32_t n, Duration interval, std::uint32_t losses = 0) {
        RateSample s = sample(n, interval);
        s.losses = losses;
        bbr.control(w, s, view());
    }
    RateSample sample(std::uint32_t n, Duration interval) {
        now += interval;
        RateSample s;
        s.timed = true;
        s.prior_delivered = bbr.path().delivered;
        s.delivered = n;
        s.interval_us = interval / 1us;
        s.acked_sacked = n;
        s.prior_in_flight = in_flight;
        s.rtt_us = measured / 1us;
        bbr.path().delivered += n;
        bbr.path().delivered_at = now;
        return s;
    }
    /// Rounds at a rate that does not grow, until the pipe is seen to be full and drained: 100 segments a round trip.
    void to_cruise() {
        in_flight = 300;
        for (int i = 0; i < 5; ++i) round(100, rtt);
        in_flight = 50;
        round(100, rtt);
        REQUIRE(bbr.mode() == Bbr::Mode::probe_bw);
    }
    /// The pacing rate in multiples of the segments per round trip `n`.
    [[nodiscard]] double gain(double n) const {
        const double seconds = static_cast<double>(rtt.count()) / 1e9;
        return static_cast<double>(w.pacing_rate) / (0.99 * n * kSegment / seconds);
    }

    Bbr bbr;
    CongestionWindow w;
    Time now = kStart + 1s;
    Duration rtt;
    Duration measured{100'500'000};  // above `rtt`, so that the least stays what the handshake saw
    std::uint32_t in_flight = 10;
    CaState state = CaState::open;
};

}  // namespace

TEST_CASE("the first pacing rate is the initial window in a round trip, or in 1 ms before one is known") {
    const Sender a;
    CHECK(a.gain(10) == Approx(kHighGain).epsilon(0.003));
    Bbr b(1);
    CongestionWindow w;
    b.start(w, {kStart, kStart, 0ms, Duration::max(), 0, kSegment, CaState::open});
    CHECK(static_cast<double>(w.pacing_rate) == Approx(0.99 * kHighGain * 10 * kSegment * 1000).epsilon(0.003));
}

TEST_CASE("startup paces at 2/ln 2 of the rate and lets the window grow by what is acknowledged") {
    Sender a;
    for (const std::uint32_t n : {10U, 20U, 40U, 80U, 160U}) {
        a.in_flight = n;
        const std::uint32_t before = a.w.cwnd;
        a.round(n, 100ms);
        CHECK(a.bbr.mode() == Bbr::Mode::startup);
        CHECK(a.gain(n) == Approx(kHighGain).epsilon(0.003));
        CHECK(a.w.cwnd == before + n);
    }
    CHECK(a.bbr.bandwidth() == 160U * (1U << 24U) / 100'000U);
    // It never slows down before the pipe is full.
    const std::uint64_t rate = a.w.pacing_rate;
    a.round(20, 100ms);
    CHECK(a.w.pacing_rate == rate);
}

TEST_CASE("three rounds of less than a quarter more: the pipe is full") {
    Sender a;
    a.in_flight = 400;
    a.round(100, 100ms);
    a.round(124, 100ms);
    a.round(124, 100ms);
    CHECK_FALSE(a.bbr.full_pipe());
    a.round(126, 100ms);  // a quarter more than the 100: counting begins anew
    a.round(150, 100ms);
    a.round(150, 100ms);
    CHECK_FALSE(a.bbr.full_pipe());
    a.round(150, 100ms);
    CHECK(a.bbr.full_pipe());
    CHECK(a.bbr.mode() == Bbr::Mode::drain);
    // ssthresh marks the delay product then: 150 segments, and three bursts of 2 at 2.1 MB/s of pacing... as Linux has
    // it
    CHECK(a.w.ssthresh >= 150);
    CHECK(a.w.ssthresh <= 150 + 3 * 4 + 1);
}

TEST_CASE("rounds that the application limits do not fill the pipe") {
    Sender a;
    for (int i = 0; i < 8; ++i) {
        RateSample s = a.sample(50, 100ms);
        s.app_limited = true;
        a.bbr.control(a.w, s, a.view());
    }
    CHECK_FALSE(a.bbr.full_pipe());
    // Nor do they lower the rate, but a faster one counts.
    a.round(100, 100ms);
    RateSample slow = a.sample(10, 100ms);
    slow.app_limited = true;
    a.bbr.control(a.w, slow, a.view());
    CHECK(a.bbr.bandwidth() == 100U * (1U << 24U) / 100'000U);
    RateSample fast = a.sample(200, 100ms);
    fast.app_limited = true;
    a.bbr.control(a.w, fast, a.view());
    CHECK(a.bbr.bandwidth() == 200U * (1U << 24U) / 100'000U);
}

TEST_CASE("drain paces at ln 2 / 2 until no more than the delay product is out") {
    Sender a;
    a.in_flight = 280;
    for (int i = 0; i < 4; ++i) a.round(100, 100ms);
    REQUIRE(a.bbr.mode() == Bbr::Mode::drain);
    CHECK(a.gain(100) == Approx(1 / kHighGain).epsilon(0.01));
    a.in_flight = 120;
    a.round(100, 100ms);
    CHECK(a.bbr.mode() == Bbr::Mode::drain);
    a.in_flight = 100;
    a.round(100, 100ms);
    CHECK(a.bbr.mode() == Bbr::Mode::probe_bw);
    // Twice the delay product from now on; as much as each acknowledgement here covers, all of the round trip at once;
    // room for three bursts of two, and for two segments more while probing.
    CHECK(a.w.cwnd >= 200 + 100 + 3 * 2);
    CHECK(a.w.cwnd <= 200 + 100 + 3 * 2 + 2);
}

TEST_CASE("the gain cycles through 5/4, 3/4 and six times 1, a least round trip each") {
    Sender a;
    a.to_cruise();
    std::vector<std::uint32_t> gains;
    for (int i = 0; i < 24; ++i) {
        // While probing the excess has to be out as well.
        a.in_flight = a.bbr.pacing_gain() == 320 ? 140 : 110;
        a.round(100, 101ms);
        gains.push_back(a.bbr.pacing_gain());
    }
    std::size_t first = 0;
    while (gains[first] != 320) ++first;
    REQUIRE(first < 8);
    for (std::size_t i = 0; i < 16; ++i) {
        CAPTURE(i);
        CHECK(gains[first + i] == (i % 8 == 0 ? 320 : i % 8 == 1 ? 192 : 256));
    }
    // 3/4 ends early when the queue is gone.
    while (a.bbr.pacing_gain() != 192) {
        a.in_flight = a.bbr.pacing_gain() == 320 ? 140 : 110;
        a.round(100, 101ms);
    }
    a.in_flight = 100;
    a.round(1, 1ms);
    CHECK(a.bbr.pacing_gain() == 256);
    // 5/4 goes on while its excess is not yet out, unless something is lost.
    while (a.bbr.pacing_gain() != 320) a.round(100, 101ms);
    a.in_flight = 110;
    a.round(100, 101ms);
    a.round(100, 101ms);
    CHECK(a.bbr.pacing_gain() == 320);
    a.round(100, 101ms, 1);
    CHECK(a.bbr.pacing_gain() == 192);
}

TEST_CASE("a cycle begins in any phase but the one that drains, the same for the same seed") {
    std::set<std::size_t> waits;
    for (std::uint64_t seed = 0; seed < 64; ++seed) {
        std::size_t wait[2] = {0, 0};
        for (std::size_t& rounds : wait) {
            Sender a(seed);
            a.to_cruise();
            CHECK(a.bbr.pacing_gain() != 192);
            while (a.bbr.pacing_gain() != 320) {
                a.in_flight = 110;
                a.round(100, 101ms);
                ++rounds;
            }
        }
        CHECK(wait[0] == wait[1]);
        waits.insert(wait[0]);
    }
    CHECK(waits == std::set<std::size_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("ten seconds without a round trip as short: four segments for 200 ms and a round, then as before") {
    Sender a;
    a.to_cruise();
    const Time since = kStart + 1s;  // the handshake's round trip is the least
    while (a.now + 101ms <= since + 10s) {
        a.in_flight = 140;
        a.round(100, 101ms);
        CHECK(a.bbr.mode() == Bbr::Mode::probe_bw);
    }
    const std::uint32_t before = a.w.cwnd;
    a.round(100, 101ms);
    CHECK(a.bbr.mode() == Bbr::Mode::probe_rtt);
    CHECK(a.w.cwnd == 4);
    CHECK(a.bbr.pacing_gain() == 256);
    // The clock starts when no more than four are out.
    for (int i = 0; i < 5; ++i) {
        a.in_flight = 50;
        a.round(20, 100ms);
        CHECK(a.w.cwnd == 4);
    }
    a.in_flight = 4;
    a.round(4, 100ms);
    a.round(4, 100ms);
    a.round(4, 100ms);  // 200 ms, to the instant: not yet longer
    CHECK(a.bbr.mode() == Bbr::Mode::probe_rtt);
    a.measured = 99ms;
    a.round(4, 1ms);
    CHECK(a.bbr.mode() == Bbr::Mode::probe_bw);
    CHECK(a.bbr.min_rtt() == 99ms);
    CHECK(a.w.cwnd >= before - 10);
    CHECK(a.w.cwnd <= before + 10);
}

TEST_CASE("what was not sent for want of data needs no PROBE_RTT") {
    Sender a;
    a.to_cruise();
    rate_app_limited(a.bbr.path(), 0);
    a.now += 11s;
    a.bbr.on_restart(a.w, 11s, a.now);
    CHECK(a.gain(100) == Approx(1.0).epsilon(0.005));  // no burst into a path that stood still
    a.measured = 120ms;
    a.round(10, 120ms);
    CHECK(a.bbr.mode() == Bbr::Mode::probe_bw);
    CHECK(a.bbr.min_rtt() == 120ms);
}

TEST_CASE("a recovery conserves packets for a round, then grows, and its end restores the window") {
    Sender a;
    a.to_cruise();
    for (int i = 0; i < 8; ++i) a.round(100, 101ms);
    const std::uint32_t good = a.w.cwnd;
    REQUIRE(good >= 200);
    CHECK(a.bbr.ssthresh_after_loss(a.w) == a.w.ssthresh);
    a.state = CaState::recovery;
    a.in_flight = 90;
    // An acknowledgement within the round: two arrive, ten are lost.
    RateSample s = a.sample(2, 100ms);
    s.prior_delivered -= 150;
    s.losses = 10;
    a.bbr.control(a.w, s, a.view());
    CHECK(a.w.cwnd == 92);  // what is out, and what has left
    s = a.sample(1, 101ms);
    s.prior_delivered -= 50;
    s.delivered += 50;
    a.in_flight = 91;
    a.bbr.control(a.w, s, a.view());
    CHECK(a.w.cwnd == 92);
    a.round(10, 101ms);  // the next round: slow start towards the target
    CHECK(a.w.cwnd == 102);
    a.state = CaState::open;
    a.round(1, 101ms);
    CHECK(a.w.cwnd >= good - 2);
}

TEST_CASE("a timeout keeps the model and restarts the search for more") {
    Sender a;
    for (int i = 0; i < 3; ++i) a.round(100, 100ms);
    const std::uint32_t rate = a.bbr.bandwidth();
    a.bbr.on_timeout(a.now, 0);
    a.w.cwnd = 1;
    a.state = CaState::loss;
    a.round(100, 100ms);  // the first after it counts as growth
    a.round(100, 100ms);
    a.round(100, 100ms);
    CHECK_FALSE(a.bbr.full_pipe());
    a.round(100, 100ms);
    CHECK(a.bbr.full_pipe());
    CHECK(a.bbr.bandwidth() == rate);
}

TEST_CASE("a recovery that was spurious starts the search for more anew") {
    Sender a;
    for (int i = 0; i < 3; ++i) a.round(100, 100ms);
    a.bbr.on_undo();
    a.round(100, 100ms);  // counts as growth
    a.round(100, 100ms);
    a.round(100, 100ms);
    CHECK_FALSE(a.bbr.full_pipe());
    a.round(100, 100ms);
    CHECK(a.bbr.full_pipe());
}

TEST_CASE("two intervals of one rate with a fifth lost: a policer, believed for 48 rounds") {
    Sender a;
    a.to_cruise();
    const auto lossy = [&] {
        a.bbr.path().lost += 25;
        a.in_flight = 140;
        a.round(100, 200ms, 25);
    };
    a.measured = a.rtt;  // no PROBE_RTT meanwhile
    for (int i = 0; i < 7; ++i) {
        lossy();
        CHECK_FALSE(a.bbr.policed());
    }
    lossy();  // each interval takes four rounds
    CHECK(a.bbr.policed());
    // 100 segments in 200 ms, though the largest rate of ten rounds was twice that.
    CHECK(static_cast<double>(a.bbr.bandwidth()) == Approx(100.0 * (1U << 24U) / 200'000).epsilon(0.01));
    CHECK(a.bbr.pacing_gain() == 256);
    int believed = 0;
    for (; a.bbr.policed() && believed < 100; ++believed) a.round(100, 200ms);
    CHECK(believed == 48);
    // Losses of a tenth are no policer.
    Sender b;
    b.to_cruise();
    for (int i = 0; i < 40; ++i) {
        b.bbr.path().lost += 10;
        b.round(100, 200ms, 10);
    }
    CHECK_FALSE(b.bbr.policed());
}

TEST_CASE("acknowledgements that come in lumps get a window for the silence between them") {
    // 100 segments a round trip either way: one a millisecond, or 60 of them together after 60 ms of silence.
    const auto window = [](bool lumps) {
        Sender a;
        a.to_cruise();
        a.measured = a.rtt;
        a.in_flight = 110;
        a.now += 200ms;  // the lumps that filled the pipe are forgotten
        for (int ms = 1; ms <= 3000; ++ms) {
            const int phase = ms % 100;
            if (lumps && phase < 60) {
                a.now += 1ms;
                continue;
            }
            RateSample s = a.sample(lumps && phase == 60 ? 61 : 1, 1ms);
            s.prior_delivered = a.bbr.path().delivered - 100;
            s.delivered = 100;
            s.interval_us = 100'000;
            a.bbr.control(a.w, s, a.view());
        }
        return a.w.cwnd;
    };
    const std::uint32_t steady = window(false);
    CHECK(steady >= 206);
    CHECK(steady <= 210);
    CHECK(window(true) >= steady + 55);
    CHECK(window(true) <= steady + 65);
}

TEST_CASE("the largest of ten rounds counts, and one that is over gives way to the next best") {
    WindowedMax m;
    m.reset(0, 0);
    m.update(10, 0, 100);
    for (std::uint32_t t = 1; t <= 10; ++t) {
        m.update(10, t, 50);
        CHECK(m.get() == 100);
    }
    m.update(10, 11, 40);
    CHECK(m.get() == 50);
    m.update(10, 12, 60);
    CHECK(m.get() == 60);
    m.update(10, 40, 1);  // nothing for longer than the window
    CHECK(m.get() == 1);
}

TEST_CASE("below 1.2 Mbit/s a burst is one segment") {
    CHECK(Bbr::least_burst(149'999) == 1);
    CHECK(Bbr::least_burst(150'000) == 2);
}
