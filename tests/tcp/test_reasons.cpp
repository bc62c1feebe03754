// Why segments are sent, and which timers ran out: what a watcher is told beside what the wire shows.
#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;
using enum SendReason;

namespace {

constexpr std::uint32_t kClient = TwoEnds::kClient;
constexpr std::uint32_t kServer = TwoEnds::kServer;
const Config kLinux = make_config(Profile::linux_);

std::vector<SendReason> reasons(const TwoEnds& w, std::uint32_t from, std::size_t skip = 0) {
    std::vector<SendReason> out;
    for (const TwoEnds::Sent& s : w.sent()) {
        if (s.from == from) out.push_back(s.segment.reason);
    }
    out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(skip, out.size())));
    return out;
}

bool fired(Connection& c, FiredTimer timer) { return (c.take_fired() >> static_cast<unsigned>(timer) & 1U) != 0; }

/// Established, with the three segments of the handshake sent.
struct Open : TwoEnds {
    explicit Open(const Config& client = kLinux, const Config& server = kLinux) : TwoEnds(client, server, 10ms) {
        open();
    }
};

}  // namespace

TEST_CASE("the handshake, data, its acknowledgement, the end") {
    Open w;
    w.write(kClient, 100);
    w.run_until(w.now() + 30ms);
    w.close(kClient);
    w.run_until(w.now() + 100ms);
    CHECK(reasons(w, kClient) == std::vector{handshake, acknowledgement, data, fin});
    CHECK(reasons(w, kServer) == std::vector{handshake, acknowledgement, delayed_acknowledgement});
    CHECK(w.client().take_fired() == 0);
    CHECK(fired(w.server(), FiredTimer::delayed_ack));  // of the FIN, which an answer of ours could have acknowledged
    CHECK(w.server().take_fired() == 0);                // told once
}

TEST_CASE("an acknowledgement that waited for its timer") {
    Config patient = kLinux;
    patient.quickack = false;
    Open w(kLinux, patient);
    w.write(kClient, 100);
    w.run_until(w.now() + 45ms);
    CHECK(reasons(w, kServer, 1).empty());
    w.run_until(w.now() + 10ms);
    CHECK(reasons(w, kServer, 1) == std::vector{delayed_acknowledgement});
    CHECK(fired(w.server(), FiredTimer::delayed_ack));
}

TEST_CASE("a lost SYN") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == kClient && n == 1; };
    w.open();
    CHECK(reasons(w, kClient) == std::vector{handshake, handshake_again, acknowledgement});
    CHECK(fired(w.client(), FiredTimer::handshake));
}

TEST_CASE("a loss in the middle: duplicates, and a fast retransmission") {
    Open w;
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == kServer && n == 3; };
    w.write(kServer, 8 * 1448);
    w.run_until(w.now() + 100ms);
    CHECK(reasons(w, kServer, 1) == std::vector{data, data, data, data, data, data, data, data, fast_retransmission});
    const std::vector<SendReason> acks = reasons(w, kClient, 2);
    CHECK(acks.front() == acknowledgement);
    CHECK(std::count(acks.begin(), acks.end(), duplicate_ack) >= 3);
    CHECK(acks.back() == acknowledgement);
    CHECK_FALSE(fired(w.server(), FiredTimer::retransmission));
}

TEST_CASE("duplicates beyond the third go together, when the timer for that runs out (tcp_comp_sack_delay_ns)") {
    Config ready = kLinux;
    ready.quickack = false;
    Open w(ready);
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == kServer && n == 1; };
    w.write(kServer, 8 * 1448);
    w.run_until(w.now() + 100ms);
    const std::vector<SendReason> acks = reasons(w, kClient, 2);
    CHECK(std::count(acks.begin(), acks.end(), duplicate_ack) == 3);
    CHECK(std::count(acks.begin(), acks.end(), compressed_ack) == 1);
    CHECK(std::count(acks.begin(), acks.end(), delayed_acknowledgement) == 0);
    const std::uint16_t all = w.client().take_fired();
    CHECK((all >> static_cast<unsigned>(FiredTimer::ack_compression) & 1U) == 1);
    CHECK((all >> static_cast<unsigned>(FiredTimer::delayed_ack) & 1U) == 0);
}

TEST_CASE("what new data waits for, as who watches is told") {
    Open w;
    CHECK(w.client().hold(w.now()) == Hold::nothing);
    w.write(kClient, 100);
    w.drain(kClient);
    CHECK(w.client().hold(w.now()) == Hold::nothing);  // it has left
    w.write(kClient, 100);
    w.drain(kClient);
    CHECK(w.client().hold(w.now()) == Hold::nagle);
    w.write(kServer, 20 * 1448);
    w.drain(kServer);
    CHECK(w.server().hold(w.now()) == Hold::congestion_window);

    Config small = kLinux;
    small.receive_buffer = small.receive_buffer_max = 8192;
    Open narrow(small);
    narrow.write(kServer, 20 * 1448);
    narrow.run_until(narrow.now() + 1s);
    CHECK(narrow.server().hold(narrow.now()) == Hold::receive_window);

    Config paced = kLinux;
    paced.pacing = true;
    Open slow(kLinux, paced);
    slow.write(kServer, 60 * 1448);
    slow.run_until(slow.now() + 20ms);  // the first acknowledgements: from now on there is a rate
    CHECK(slow.server().hold(slow.now()) == Hold::pacing);
}

TEST_CASE("the last segment lost twice: a probe, then the timeout") {
    Open w;
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == kServer && n <= 2; };
    w.write(kServer, 100);
    w.run_until(w.now() + 10s);
    CHECK(reasons(w, kServer, 1) == std::vector{data, tail_loss_probe, timeout_retransmission});
    const std::uint16_t all = w.server().take_fired();
    CHECK(all == (1U << static_cast<unsigned>(FiredTimer::tail_loss_probe) |
                  1U << static_cast<unsigned>(FiredTimer::retransmission)));
}

TEST_CASE("a closed window: probes and their answers, then the reader makes room") {
    Config small = kLinux;
    small.receive_buffer = small.receive_buffer_max = 8192;
    Open w(small);
    w.write(kServer, 100'000);
    w.run_until(w.now() + 2s);
    REQUIRE(w.server().snapshot().rwnd < 1448);
    const std::vector<SendReason> sent = reasons(w, kServer);
    CHECK(std::count(sent.begin(), sent.end(), window_probe) > 1);
    CHECK(fired(w.server(), FiredTimer::persist));
    w.read_all(kClient);
    w.drain(kClient);
    CHECK(reasons(w, kClient).back() == window_update);
}

TEST_CASE("keepalive, and the answer to it") {
    Config alive = kLinux;
    alive.keepalive = 1s;
    Open w(alive);
    w.run_until(w.now() + 1100ms);
    CHECK(reasons(w, kClient).back() == keepalive);
    CHECK(reasons(w, kServer).back() == answer);
    CHECK(fired(w.client(), FiredTimer::keepalive));
}

TEST_CASE("a reset, and states that end by their timer") {
    Open aborted;
    aborted.client().abort();
    aborted.drain(kClient);
    CHECK(reasons(aborted, kClient).back() == reset);

    Open w;
    w.close(kClient);
    w.run_until(w.now() + 30ms);
    REQUIRE(w.client().state() == State::fin_wait_2);
    w.run_until(w.now() + 61s);
    CHECK(w.client().state() == State::closed);
    CHECK(fired(w.client(), FiredTimer::fin_wait_2));

    Open both;
    both.close(kClient);
    both.run_until(both.now() + 30ms);
    both.close(kServer);
    both.run_until(both.now() + 30ms);
    REQUIRE(both.client().state() == State::time_wait);
    both.run_until(both.now() + 61s);
    CHECK(fired(both.client(), FiredTimer::time_wait));
}
