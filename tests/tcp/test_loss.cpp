#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

constexpr std::uint64_t kSegment = 1448;  // payload of a full segment with timestamps

bool is_data(const Segment& s) { return s.payload.length > 0; }

/// Loses the given transmissions of data segments, counted from 1.
void lose_data(TwoEnds& w, const std::vector<int>& which) {
    auto count = std::make_shared<int>(0);
    w.lose = [which, count](std::uint32_t from, std::uint64_t, const Segment& s) {
        if (from != TwoEnds::kClient || !is_data(s)) return false;
        ++*count;
        return std::find(which.begin(), which.end(), *count) != which.end();
    };
}

void read_always(TwoEnds& w) {
    w.on_events = [&w](std::uint32_t end, std::uint8_t) {
        w.read_all(end);
        w.drain(end);
    };
}

Config newreno() {
    Config c = make_config(Profile::linux_);
    c.congestion_control = CongestionControl::reno;
    c.sack = false;
    return c;
}

}  // namespace

TEST_CASE("three duplicates retransmit the hole at once and halve the window (RFC 5681 3.2)") {
    TwoEnds w(newreno(), newreno(), 50ms);
    read_always(w);
    w.open();
    lose_data(w, {5});
    const Time begin = w.now();
    w.write(TwoEnds::kClient, kSegment * 30);
    w.run_until(begin + 130ms);
    // Sent again one round trip after it was lost, when the third duplicate came.
    std::vector<Time> fifth;
    for (const auto& p : w.sent()) {
        if (p.from == 0 && is_data(p.segment) && distance(p.segment.seq, TwoEnds::kClientInitial + 1) == 4 * kSegment) {
            fifth.push_back(p.at);
        }
    }
    REQUIRE(fifth.size() == 2);
    CHECK(fifth[1] - fifth[0] == 100ms);
    CHECK(w.client().window().ssthresh == 7);  // half of the 14 that four acknowledged segments made
    w.run_until(begin + 2s);
    CHECK(w.server().bytes_read() == kSegment * 30);
    CHECK(w.client().retransmitted() == 1);
}

TEST_CASE("limited transmit: the first two duplicates let a new segment out each (RFC 3042)") {
    Config c = newreno();
    c.initial_window = 4;
    TwoEnds w(c, c, 50ms);
    read_always(w);
    w.open();
    lose_data(w, {2});
    const Time begin = w.now();
    w.write(TwoEnds::kClient, kSegment * 20);
    w.run_until(begin + 110ms);
    // One ACK (cwnd 5: two new ones), then two duplicates: two more.
    CHECK(w.times(0, is_data).size() == 4 + 2 + 2);
    w.run_until(begin + 3s);
    CHECK(w.server().bytes_read() == kSegment * 20);
}

TEST_CASE("NewReno repairs a hole per round trip on partial acknowledgements, without a timeout (RFC 6582)") {
    TwoEnds w(newreno(), newreno(), 50ms);
    read_always(w);
    w.open();
    lose_data(w, {3, 5, 7});
    const Time begin = w.now();
    w.write(TwoEnds::kClient, kSegment * 40);
    w.run_until(begin + 3s);
    CHECK(w.server().bytes_read() == kSegment * 40);
    CHECK(w.client().retransmitted() == 3);
    std::vector<double> again;
    std::vector<std::int32_t> seen;
    for (const auto& p : w.sent()) {
        if (p.from != 0 || !is_data(p.segment)) continue;
        const std::int32_t seq = distance(p.segment.seq, TwoEnds::kClientInitial + 1);
        if (std::find(seen.begin(), seen.end(), seq) != seen.end()) again.push_back(to_ms(p.at - begin));
        seen.push_back(seq);
    }
    REQUIRE(again.size() == 3);
    CHECK(again[0] == doctest::Approx(100));
    CHECK(again[1] == doctest::Approx(200));
    CHECK(again[2] == doctest::Approx(300));
}

TEST_CASE("a lost tail waits for the timeout, which doubles (RFC 6298 5.5)") {
    TwoEnds w(newreno(), newreno(), 50ms);
    read_always(w);
    w.open();
    w.run_until(w.now() + 10ms);
    lose_data(w, {1, 2, 3});
    w.write(TwoEnds::kClient, 500);
    const Time begin = w.now();
    w.run_until(begin + 10s);
    std::vector<double> at;
    for (const double t : w.times(0, is_data)) at.push_back(t - to_ms(begin));
    REQUIRE(at.size() == 4);
    CHECK(at[1] == doctest::Approx(300));  // 100 + 200 ms
    CHECK(at[2] == doctest::Approx(900));
    CHECK(at[3] == doctest::Approx(2100));
    CHECK(w.server().bytes_read() == 500);
    CHECK(w.client().rto() == 300ms);  // a new sample ends the back-off
}

TEST_CASE("a timeout starts again from one segment and goes back to what was lost") {
    TwoEnds w(newreno(), newreno(), 50ms);
    read_always(w);
    w.open();
    w.run_until(w.now() + 10ms);
    lose_data(w, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
    w.write(TwoEnds::kClient, kSegment * 30);
    const Time begin = w.now();
    w.run_until(begin + 310ms);
    CHECK(w.client().window().cwnd == 1);
    CHECK(w.client().window().ssthresh == 5);
    w.run_until(begin + 5s);
    CHECK(w.server().bytes_read() == kSegment * 30);
    CHECK(w.client().retransmitted() == 10);
}

TEST_CASE("after tcp_retries2 timeouts the connection gives up with ETIMEDOUT") {
    Config c = newreno();
    c.retries = 5;
    TwoEnds w(c, c, 50ms);
    w.open();
    w.run_until(w.now() + 10ms);
    w.lose = [](std::uint32_t from, std::uint64_t, const Segment&) { return from == 0; };
    w.write(TwoEnds::kClient, 500);
    w.run_until(w.now() + 60s);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().error() == TcpError::timed_out);
    CHECK(w.times(0, is_data).size() == 6);
}

TEST_CASE("out-of-order data is acknowledged at once, with SACK blocks where agreed") {
    for (const bool sack : {true, false}) {
        Config c = newreno();
        c.sack = sack;
        TwoEnds w(c, c, 50ms);
        read_always(w);
        w.open();
        lose_data(w, {1});
        w.write(TwoEnds::kClient, kSegment * 3);
        w.run_until(w.now() + 51ms);
        int duplicates = 0;
        for (const auto& p : w.sent()) {
            if (p.from == 1 && p.segment.flags == flag::ack && p.segment.ack == TwoEnds::kClientInitial + 1) {
                ++duplicates;
                CHECK(p.segment.sack.empty() == !sack);
            }
        }
        CHECK(duplicates == 2);
    }
}

TEST_CASE("duplicates and reordering by less than three do not retransmit") {
    TwoEnds w(newreno(), newreno(), 50ms);
    w.open();
    w.run_until(w.now() + 10ms);
    w.write(TwoEnds::kClient, kSegment * 3);
    // Hand the three to the server in the order 3, 1, 1, 2 ahead of their real arrival.
    std::vector<Segment> data;
    for (const auto& p : w.sent()) {
        if (p.from == 0 && is_data(p.segment)) data.push_back(p.segment);
    }
    REQUIRE(data.size() == 3);
    w.inject(TwoEnds::kServer, data[2]);
    w.inject(TwoEnds::kServer, data[0]);
    w.inject(TwoEnds::kServer, data[0]);
    w.inject(TwoEnds::kServer, data[1]);
    CHECK(w.read_all(TwoEnds::kServer) == 3 * kSegment);
    w.run_until(w.now() + 1s);
    CHECK(w.client().retransmitted() == 0);
    CHECK(w.server().bytes_received() == 3 * kSegment);
}

TEST_CASE("a lost retransmission that nothing can find is repeated when the timeout is due (RFC 6298 5.3)") {
    // RFC 6675 does not find it, and all that follows arrives: its SACK blocks acknowledge nothing new and must not
    // put the timeout off.
    Config c = make_config(Profile::rfc);
    c.timestamps = false;
    TwoEnds w(c, c, 50ms);
    read_always(w);
    w.open();
    constexpr std::int32_t hole = 20 * 1460;
    std::vector<Time> sent;
    w.lose = [&](std::uint32_t from, std::uint64_t, const Segment& s) {
        if (from != TwoEnds::kClient || distance(s.seq, TwoEnds::kClientInitial + 1) != hole) return false;
        if (!is_data(s)) return false;
        sent.push_back(w.now());
        return sent.size() <= 2;
    };
    w.write(TwoEnds::kClient, 2'000'000);
    w.run_until(w.now() + 4s);
    REQUIRE(sent.size() == 3);
    CHECK(sent[1] - sent[0] == 100ms);
    CHECK(sent[2] - sent[1] == 1s);
}
