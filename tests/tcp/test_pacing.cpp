// Pacing as the kernel does it without a queue discipline that would (net/ipv4/tcp_output.c): bursts leave back to
// back, the next one when the last has taken its time at the pacing rate.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using doctest::Approx;
using test::TwoEnds;

namespace {

constexpr double kSegment = 1448;

Config paced(CongestionControl which) {
    Config c = make_config(Profile::linux_);
    c.congestion_control = which;
    c.nagle = false;
    c.pacing = true;
    return c;
}

struct Burst {
    double at;  // ms
    std::uint32_t segments;
};

/// The data that the server sent since `from`, what left at one instant as one.
std::vector<Burst> bursts(const TwoEnds& w, Time from = kStart) {
    std::vector<Burst> out;
    for (const auto& p : w.sent()) {
        if (p.from != TwoEnds::kServer || p.segment.payload.length == 0 || p.at < from) continue;
        if (out.empty() || out.back().at != to_ms(p.at)) out.push_back({to_ms(p.at), 0});
        ++out.back().segments;
    }
    return out;
}

void read_everything(TwoEnds& w) {
    w.on_events = [&w](std::uint32_t end, std::uint8_t events) {
        if ((events & event::readable) != 0) w.read_all(end);
    };
}

}  // namespace

TEST_CASE("the first ten segments are not paced, the second flight spreads over half a round trip") {
    TwoEnds w(paced(CongestionControl::reno), paced(CongestionControl::reno), 50ms);
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 1'000'000);
    const Time start = w.now();
    w.run_until(start + 199ms);
    const std::vector<Burst> b = bursts(w);
    REQUIRE(b.size() == 11);
    CHECK(b[0].segments == 10);
    // A round trip of 100 ms, an infinitely fast path: all acknowledgements come at once. The first finds a window of
    // 11, so twice 11 segments in 100 ms; the burst is late, which halves its time. From the last one on: twice 20.
    CHECK(b[1].at - b[0].at == Approx(100));
    const double first = 2 * 1000 / (2 * 11 / 0.1);
    CHECK(b[2].at - b[1].at == Approx(first / 2).epsilon(1e-4));
    for (std::size_t i = 3; i < b.size(); ++i) {
        CAPTURE(i);
        CHECK(b[i].segments == 2);
        CHECK(b[i].at - b[i - 1].at == Approx(2 * 1000 / (2 * 20 / 0.1)).epsilon(1e-4));
    }
}

TEST_CASE("near and above ssthresh the rate is 1.2 times the window in a round trip") {
    Config server = paced(CongestionControl::reno);
    server.initial_ssthresh = 10;
    TwoEnds w(paced(CongestionControl::reno), server, 50ms);
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 100'000);
    w.run_until(w.now() + 199ms);
    const std::vector<Burst> b = bursts(w);
    REQUIRE(b.size() == 7);
    // The first acknowledgement lets out one, at the rate of ten; the others, all at once, make the window eleven.
    CHECK(b[1].segments == 1);
    CHECK(b[2].at - b[1].at == Approx(1000 / (1.2 * 10 / 0.1) / 2).epsilon(1e-4));
    for (std::size_t i = 3; i < b.size(); ++i) {
        CHECK(b[i].segments == 2);
        CHECK(b[i].at - b[i - 1].at == Approx(2 * 1000 / (1.2 * 11 / 0.1)).epsilon(1e-4));
    }
}

TEST_CASE("a burst as long as the rate says, whatever it holds; less than a segment takes less") {
    TwoEnds w(paced(CongestionControl::reno), paced(CongestionControl::reno), 50ms);
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 14'480);
    w.run_until(w.now() + 1s);
    // Twice 20 segments in 100 ms, of which the first 362 bytes take 0.625 ms, less half as they come from silence.
    const Time from = w.now();
    w.write(TwoEnds::kServer, 362);
    w.write(TwoEnds::kServer, 362);
    w.write(TwoEnds::kServer, 362);
    w.run_until(from + 99ms);
    const std::vector<Burst> b = bursts(w, from);
    REQUIRE(b.size() == 2);
    CHECK(b[0].segments == 1);
    CHECK(b[1].segments == 1);  // what the second and third write gave, joined while pacing held it
    CHECK(b[1].at - b[0].at == Approx(362 / (2 * 20 * kSegment / 0.1) * 1000 / 2).epsilon(1e-3));
    CHECK(w.server().next_deadline() > w.now());
}

TEST_CASE("the pacing timer is exact, and a wake-up before it sends nothing") {
    TwoEnds w(paced(CongestionControl::reno), paced(CongestionControl::reno), 50ms);
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 1'000'000);
    w.run_until(w.now() + 101ms);  // the second flight has begun
    const Time due = w.server().next_deadline();
    REQUIRE(due > w.now());
    const std::size_t before = w.sent().size();
    w.server().on_deadline(due - 1ns);
    Segment s;
    CHECK_FALSE(w.server().poll_segment(due - 1ns, s));
    w.run_until(due);
    REQUIRE(w.sent().size() == before + 2);
    CHECK(w.sent().back().at == due);
}

TEST_CASE("retransmissions are paced as well") {
    TwoEnds w(paced(CongestionControl::reno), paced(CongestionControl::reno), 50ms);
    read_everything(w);
    // Two whole flights are lost from the twelfth packet on, with the first repetition of what was lost first.
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) {
        return from == TwoEnds::kServer && n > 11 && n <= 32;
    };
    w.open();
    w.write(TwoEnds::kServer, 100'000);
    REQUIRE(w.run_to_end());
    std::vector<Time> again;
    std::uint32_t highest = 0;
    for (const auto& p : w.sent()) {
        if (p.from != TwoEnds::kServer || p.segment.payload.length == 0) continue;
        const auto end = static_cast<std::uint32_t>(distance(p.segment.seq, TwoEnds::kServerInitial));
        if (end <= highest) again.push_back(p.at);
        highest = std::max(highest, end);
    }
    REQUIRE(again.size() >= 10);
    // In bursts, as the first time (tcp_retransmit_skb), but not all at once.
    std::size_t together = 1;
    std::size_t most = 1;
    for (std::size_t i = 1; i < again.size(); ++i) {
        together = again[i] == again[i - 1] ? together + 1 : 1;
        most = std::max(most, together);
    }
    CHECK(most == 2);
}

TEST_CASE("without Linux's bursts each segment is paced by itself") {
    Config c = make_config(Profile::rfc);
    c.pacing = true;
    c.nagle = false;
    TwoEnds w(c, c, 50ms);
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 1'000'000);
    w.run_until(w.now() + 199ms);
    const std::vector<Burst> b = bursts(w);
    REQUIRE(b.size() > 5);
    for (std::size_t i = 1; i < b.size(); ++i) CHECK(b[i].segments == 1);
}

TEST_CASE("pacing does not change what arrives, nor does bbr") {
    for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic, CongestionControl::bbr}) {
        for (const unsigned every : {0U, 7U, 50U}) {
            CAPTURE(static_cast<int>(which));
            CAPTURE(every);
            TwoEnds w(paced(which), paced(which), 10ms);
            w.rate = BitRate{10'000'000};
            read_everything(w);
            w.lose = [every](std::uint32_t, std::uint64_t n, const Segment&) { return every > 0 && n % every == 5; };
            w.open();
            w.write(TwoEnds::kServer, 500'000);
            w.close(TwoEnds::kServer);
            w.run_until(w.now() + 60s);
            CHECK(w.client().bytes_received() == 500'000);
            CHECK(w.client().end_of_stream());
        }
    }
}

TEST_CASE("a lost segment costs bbr a round trip or two, no timeout, and no window for good") {
    const auto transfer = [](std::uint64_t lost, std::uint32_t& window) {
        TwoEnds w(paced(CongestionControl::bbr), paced(CongestionControl::bbr), 20ms);
        w.rate = BitRate{10'000'000};
        read_everything(w);
        w.lose = [lost](std::uint32_t from, std::uint64_t n, const Segment&) {
            return from == TwoEnds::kServer && n == lost;
        };
        w.open();
        w.write(TwoEnds::kServer, 3'000'000);
        const Time start = w.now();
        while (w.client().bytes_received() < 3'000'000 && w.now() < start + 10s) w.run_until(w.now() + 1ms);
        window = w.server().window().cwnd;
        CHECK(w.server().retransmitted() == (lost > 0 ? 1 : 0));
        return w.now() - start;
    };
    std::uint32_t usual = 0;
    const Duration least = transfer(0, usual);
    for (const std::uint64_t lost : {100U, 500U, 1500U}) {
        CAPTURE(lost);
        std::uint32_t window = 0;
        CHECK(transfer(lost, window) <= least + 80ms);
        CHECK(window >= usual - 4);
    }
}

TEST_CASE("bbr sends each burst of a recorded transfer when the kernel did") {
    const char* source = std::getenv("TCPLAB_SOURCE");
    std::ifstream file(std::string(source != nullptr ? source : ".") +
                       "/tests/tcp/data/linux_6_18_bbr_get_100ms_10mbit.txt");
    struct Seen {
        double at;
        std::uint32_t seq;
    };
    std::vector<Seen> kernel;
    for (std::string line; std::getline(file, line);) {
        if (line.rfind('#', 0) == 0) continue;
        kernel.push_back(
            {std::strtod(line.c_str(), nullptr), static_cast<std::uint32_t>(std::stoul(line.substr(line.find(' '))))});
    }
    REQUIRE(kernel.size() == 225);
    Config c = paced(CongestionControl::bbr);
    c.pacing = false;  // bbr paces without being told
    TwoEnds w(c, c, 50ms);
    w.rate = BitRate{10'000'000};
    w.on_events = [&w](std::uint32_t end, std::uint8_t events) {
        if (end == TwoEnds::kClient && (events & event::connected) != 0) w.write(end, 200);
        if ((events & event::readable) == 0) return;
        const std::uint64_t n = w.read_all(end);
        if (end != TwoEnds::kServer || n == 0) return;
        w.drain(end);
        w.write(end, 1'000'200);
        w.close(end);
    };
    w.run_until(Time(500us));  // where the clocks' ticks fell decides a tie of round trips in milliseconds
    w.connect();
    REQUIRE(w.run_to_end());
    std::size_t i = 0;
    bool begins = true;
    Time first = kNever;
    for (const auto& p : w.sent()) {
        if (p.from != TwoEnds::kServer || p.segment.payload.length == 0) continue;
        if (i == kernel.size()) break;
        if (first == kNever) first = p.at;
        if (begins) {
            CAPTURE(i);
            REQUIRE(distance(p.segment.seq, TwoEnds::kServerInitial) == static_cast<std::int32_t>(kernel[i].seq));
            // A host's wake-ups cost the kernel up to 0.3 ms a round trip, and its timers' delay earns it some back.
            CHECK(std::abs(to_ms(p.at - first) - kernel[i].at) < 0.8);
            ++i;
        }
        begins = p.segment.has(flag::psh);
    }
    CHECK(i == kernel.size());
    CHECK(w.server().data_segments_sent() == 691);
}

TEST_CASE("bbr fills a path for half a minute, and stops to measure it every ten seconds") {
    Config c = paced(CongestionControl::bbr);
    TwoEnds w(c, c, 20ms);
    w.rate = BitRate{10'000'000};
    read_everything(w);
    w.open();
    w.write(TwoEnds::kServer, 1);
    std::uint64_t written = 0;
    std::vector<std::pair<Time, Time>> narrow;  // when the window was four segments
    std::uint64_t received_at_5s = 0;
    for (const Time end = w.now() + 31s; w.now() < end; w.run_until(w.now() + 1ms)) {
        if (written < w.server().bytes_acknowledged() + 1'000'000) {
            w.write(TwoEnds::kServer, 1'000'000);
            written += 1'000'000;
        }
        if (w.now() < kStart + 5s) received_at_5s = w.client().bytes_received();
        if (w.server().window().cwnd > 4) continue;
        if (narrow.empty() || w.now() > narrow.back().second + 2ms) narrow.emplace_back(w.now(), w.now());
        narrow.back().second = w.now();
    }
    // Two windows of PROBE_RTT: ten seconds after the least round trip was last seen, for 200 ms and a round trip.
    REQUIRE(narrow.size() >= 2);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(narrow[i].second - narrow[i].first >= 200ms);
        CHECK(narrow[i].second - narrow[i].first <= 400ms);
    }
    CHECK(narrow[1].first - narrow[0].second >= 9s);
    CHECK(narrow[1].first - narrow[0].second <= 11s);
    // 1448 of 1500 bytes are payload; two of 26 s at a fortieth, 1 % for the pacing margin, 1 % for what else stops it.
    const double most = 10e6 / 8 * 1448 / 1500 * 26;
    const auto got = static_cast<double>(w.client().bytes_received() - received_at_5s);
    CHECK(got >= 0.95 * most);
    CHECK(got <= 1.001 * most);
}
