#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tcp/congestion/controller.hpp"
#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

Config without_nagle() {
    Config c = make_config(Profile::linux_);
    c.nagle = false;
    return c;
}

/// The client asks with 200 bytes, the server answers with `bytes` and closes.
void transfer(TwoEnds& w, std::uint64_t bytes) {
    std::uint64_t requested = 0;
    w.on_events = [&](std::uint32_t end, std::uint8_t events) {
        if ((events & event::readable) != 0) {
            const std::uint64_t n = w.read_all(end);
            if (end == TwoEnds::kServer) {
                requested += n;
                w.drain(end);
                if (n > 0 && requested == 200) {
                    w.write(end, bytes);
                    w.close(end);
                }
            } else if (w.client().end_of_stream()) {
                w.close(end);
            }
        }
        if (end == TwoEnds::kClient && (events & event::connected) != 0) w.write(end, 200);
    };
    w.connect();
    REQUIRE(w.run_to_end());
    CHECK(w.client().bytes_received() == bytes);
}

}  // namespace

TEST_CASE("HyStart leaves slow start where Linux 6.18 was seen to") {
    // Recorded transfers of 1,000,200 bytes: RTT, rate, and the ssthresh that HyStart set.
    struct Seen {
        Duration rtt;
        std::uint64_t rate;
        std::uint32_t ssthresh;
    };
    for (const Seen& s : {Seen{20ms, 10'000'000, 30}, Seen{50ms, 10'000'000, 63}, Seen{100ms, 10'000'000, 124},
                          Seen{200ms, 10'000'000, 246}, Seen{20ms, 1'500'000, 28}, Seen{100ms, 1'500'000, 50},
                          Seen{200ms, 1'500'000, 88}}) {
        CAPTURE(s.rtt.count());
        CAPTURE(s.rate);
        TwoEnds w(without_nagle(), without_nagle(), s.rtt / 2);
        w.rate = BitRate{s.rate};
        transfer(w, 1'000'200);
        CHECK(w.server().window().ssthresh == s.ssthresh);
    }
}

namespace {

/// Of the client's bare acknowledgements, what they acknowledge and the window they offer.
std::vector<std::pair<std::uint64_t, std::uint64_t>> acknowledgements(const TwoEnds& w) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    for (const auto& p : w.sent()) {
        if (p.from != TwoEnds::kClient || p.segment.flags != flag::ack ||
            p.segment.ack == TwoEnds::kServerInitial + 1) {
            continue;
        }
        out.emplace_back(distance(p.segment.ack, TwoEnds::kServerInitial), std::uint64_t{p.segment.window} << 10U);
    }
    return out;
}

}  // namespace

TEST_CASE("every acknowledgement and every window of a recorded transfer is the kernel's") {
    // Quick acknowledgements, the window's growth and its tuning, and through them the sender's HyStart.
    const char* source = std::getenv("TCPLAB_SOURCE");
    std::ifstream file(std::string(source != nullptr ? source : ".") +
                       "/tests/tcp/data/linux_6_18_get_100ms_10mbit.txt");
    std::vector<std::pair<std::uint64_t, std::uint64_t>> kernel;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind('#', 0) == 0) continue;
        std::istringstream fields(line);
        auto& row = kernel.emplace_back();
        fields >> row.first >> row.second;
    }
    REQUIRE(kernel.size() == 435);
    // Whether a round trip reads 101 or 102 ms depends on where the ticks of the clocks fell, which nobody recorded.
    std::size_t longest = 0;
    for (Duration start = 0us; start < 1ms && longest < kernel.size(); start += 20us) {
        TwoEnds w(without_nagle(), without_nagle(), 50ms);
        w.rate = BitRate{10'000'000};
        w.run_until(Time(start));
        transfer(w, 1'000'200);
        const auto ours = acknowledgements(w);
        std::size_t same = 0;
        while (same < std::min(ours.size(), kernel.size()) && ours[same] == kernel[same]) ++same;
        longest = std::max(longest, same);
    }
    CHECK(longest == kernel.size());
}

TEST_CASE("Slow start and congestion avoidance count segments (RFC 5681 3.1)") {
    CongestionWindow w{10, 16, 0};
    CHECK(w.in_slow_start());
    CHECK(w.slow_start(4) == 0);
    CHECK(w.cwnd == 14);
    CHECK(w.slow_start(4) == 2);  // two of them are beyond ssthresh
    CHECK(w.cwnd == 16);
    for (int i = 0; i < 15; ++i) w.increase(w.cwnd, 1);
    CHECK(w.cwnd == 16);
    w.increase(w.cwnd, 1);
    CHECK(w.cwnd == 17);
}

TEST_CASE("Reno halves, CUBIC takes 0.7, neither goes below two") {
    const CongestionWindow w{100, kInfiniteSegments, 0};
    CHECK(Reno().ssthresh_after_loss(w) == 50);
    CHECK(Cubic().ssthresh_after_loss(w) == 70);
    const CongestionWindow tiny{1, kInfiniteSegments, 0};
    CHECK(Reno().ssthresh_after_loss(tiny) == 2);
    CHECK(Cubic().ssthresh_after_loss(tiny) == 2);
}

TEST_CASE("CUBIC is back at W_max after K = cbrt(W_max (1 - beta) / C) seconds (RFC 9438 4.2)") {
    Cubic cubic;
    cubic.reset(kStart, 0);
    CongestionWindow w{1000, 1000, 0};
    w.ssthresh = cubic.ssthresh_after_loss(w);
    w.cwnd = w.ssthresh;
    // K = cbrt(1000 * 0.3 / 0.4) = 9.086 s. A round trip of 100 ms, every segment acknowledged.
    Time now = kStart + 10s;
    const Time begin = now;
    const Duration rtt = 100ms;
    Duration reached{0};
    Duration plateau_begin{0};
    while (now < begin + 20s) {
        now += rtt;
        for (std::uint32_t i = 0, n = w.cwnd; i < n; ++i) {
            AckSample s;
            s.now = now;
            s.hystart = false;
            s.acked = 1;
            s.rtt = rtt;
            cubic.on_rtt(w, s);
            cubic.on_ack(w, s);
        }
        if (plateau_begin == 0s && w.cwnd >= 990) plateau_begin = now - begin;
        if (reached == 0s && w.cwnd > 1000) reached = now - begin;
    }
    CHECK(plateau_begin > 5s);  // concave: fast at first,
    CHECK(plateau_begin < 8s);  // then a plateau around W_max
    CHECK(reached > 8500ms);
    CHECK(reached < 10700ms);  // one segment above W_max comes cbrt(1 / 0.4) = 1.36 s after K
    CHECK(w.cwnd > 1200);      // and convex beyond
}

TEST_CASE("CUBIC grows at least as fast as Reno would (RFC 9438 4.3)") {
    Cubic cubic;
    cubic.reset(kStart, 0);
    CongestionWindow w{20, 20, 0};
    w.ssthresh = cubic.ssthresh_after_loss(w);
    w.cwnd = w.ssthresh;
    Time now = kStart + 10s;
    const std::uint32_t start = w.cwnd;
    for (int round = 0; round < 100; ++round) {  // a round trip of 10 ms: the cubic curve hardly moves in a second
        now += 10ms;
        for (std::uint32_t i = 0, n = w.cwnd; i < n; ++i) {
            AckSample s;
            s.now = now;
            s.hystart = false;
            s.acked = 1;
            s.rtt = 10ms;
            cubic.on_ack(w, s);
        }
    }
    // Reno with beta 0.7 adds 3 (1 - 0.7) / (1 + 0.7) = 0.53 a round trip.
    CHECK(w.cwnd >= start + 45);
    CHECK(w.cwnd <= start + 60);
}
