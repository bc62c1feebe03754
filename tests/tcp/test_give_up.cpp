// When a connection is given up, and what its application is told.
#include <doctest/doctest.h>

#include <vector>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

/// Without tail loss probes, each of which would be one transmission more before the first timeout.
Config without_probes() {
    Config c = make_config(Profile::linux_);
    c.tail_loss_probe = false;
    return c;
}
const Config kLinux = without_probes();

bool has_data(const Segment& s) { return s.payload.length > 0; }

/// Two ends that are open, idle for a second, and then lose everything.
struct Broken : TwoEnds {
    explicit Broken(const Config& c) : TwoEnds(c, c, 10ms) {
        open();
        run_until(kStart + 1s);
        lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    }
    /// Runs until the client is closed, and says when it was.
    double end() {
        while (client().state() != State::closed && now() < kStart + 3600s)
            run_until(std::min(client().next_deadline(), kStart + 3600s));
        return to_ms(now());
    }
};

/// The server's window is closed, it answers probes and reads nothing.
struct Closed : TwoEnds {
    explicit Closed(const Config& sender) : TwoEnds(sender, receiver(), 10ms) {
        open();
        run_until(kStart + 1s);
        write(0, 20'000);
        run_until(kStart + 10s);
        REQUIRE(client().snapshot().rwnd < 1448);
    }
    static Config receiver() {
        Config c = make_config(Profile::linux_);
        c.receive_buffer = c.receive_buffer_max = 4608;
        return c;
    }
};

}  // namespace

TEST_CASE("retries = 15 is as long as 15 retransmissions from 200 ms on take: 924.6 s (retransmits_timed_out)") {
    Broken w(kLinux);
    w.write(0, 100);
    const double end = w.end();
    // Retransmissions 220, 660, 1540 ... ms after the data; the timeout that ends more than 924.6 s after the first.
    const std::vector<double> sent = w.times(0, has_data);
    REQUIRE(sent.size() > 3);
    CHECK(sent[1] == 1220);
    CHECK(sent[2] == 1660);
    // 220 ms doubled nine times is 112.64 s, then 120 s: 0.44 + 0.88 + ... + 112.64 + 6 x 120 is the first to be more.
    CHECK(end == 1220 + 440 * 511 + 6 * 120'000);
    CHECK(sent.size() == 16);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("a smaller tcp_retries2 gives up sooner") {
    Config c = kLinux;
    c.retries = 3;
    Broken w(c);
    w.write(0, 100);
    // 200 + 400 + 800 + 1600 ms after the first retransmission at 1220, at the next timeout: 1220 + 440 + 880 + 1760
    CHECK(w.end() == 1220 + 440 + 880 + 1760);
    CHECK(w.times(0, has_data).size() == 4);
}

TEST_CASE("rfc counts retransmissions") {
    Config c = make_config(Profile::rfc);
    c.retries = 3;
    Broken w(c);
    w.write(0, 100);
    CHECK(w.end() == 1000 + 1000 + 2000 + 4000 + 8000);
    CHECK(w.times(0, has_data).size() == 4);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("TCP_USER_TIMEOUT: to the millisecond after the first retransmission, whatever retries says") {
    Config c = kLinux;
    c.user_timeout = 3s;
    Broken w(c);
    w.write(0, 100);
    CHECK(w.end() == 1220 + 3000);
    CHECK(w.client().error() == TcpError::timed_out);
    Config longer = kLinux;
    longer.user_timeout = 2000s;
    Broken v(longer);
    v.write(0, 100);
    CHECK(v.end() == 1220 + 2'000'000);
}

TEST_CASE("TCP_USER_TIMEOUT ends connect() too") {
    Config c = kLinux;
    c.user_timeout = 2500ms;
    TwoEnds w(c, c, 10ms);
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    w.connect();
    REQUIRE(w.run_to_end());
    CHECK(w.times(0, [](const Segment& s) { return s.has(flag::syn); }) == std::vector<double>{0, 1000, 2000});
    CHECK(w.now() == kStart + 2500ms);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("progress starts the count anew") {
    Config c = kLinux;
    c.user_timeout = 5s;
    Broken w(c);
    w.write(0, 100);
    w.run_until(kStart + 3s);
    w.lose = nullptr;
    w.run_until(kStart + 6s);
    REQUIRE(w.client().bytes_acknowledged() == 100);
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    w.write(0, 100);
    const Time first = w.client().next_deadline();
    CHECK(w.end() == to_ms(first + 5s));
}

TEST_CASE("an orphan is given up after 8 retransmissions' time: 102.2 s (tcp_orphan_retries)") {
    Broken w(kLinux);
    w.write(0, 100);
    w.close(0);
    // 220, 440 ... : the first timeout at least 102.2 s after the first retransmission
    CHECK(w.end() == 1220 + 440 * 255);
}

TEST_CASE("a closed window is probed for ever as long as somebody answers and somebody waits (RFC 9293 3.8.6.1)") {
    Closed w(kLinux);
    w.run_until(kStart + 3000s);
    CHECK(w.client().state() == State::established);
    const std::vector<double> probes =
        w.times(0, [&](const Segment& s) { return s.payload.length == 0 && s.flags == flag::ack; });
    CHECK(probes.size() > 25);  // every 120 s in the end
    CHECK(probes.size() < 45);
}

TEST_CASE("but not for an orphan: when its probes are 120 s apart it is given up") {
    Closed w(kLinux);
    w.close(0);
    w.run_until(kStart + 1000s);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("nor beyond TCP_USER_TIMEOUT, which counts from the first probe, answered or not") {
    Config c = kLinux;
    c.user_timeout = 20s;
    Closed w(c);
    w.run_until(kStart + 19s);
    CHECK(w.client().state() == State::established);
    w.run_until(kStart + 24s);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("probes that nobody answers are given up after tcp_retries2 of them") {
    Config c = kLinux;
    c.retries = 4;
    Closed w(c);
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    w.run_until(kStart + 1000s);
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE(
    "keepalive: after keepalive of silence a probe, keepalive_probes of them keepalive_interval apart, then a RST") {
    Config c = kLinux;
    c.keepalive = 10s;
    c.keepalive_interval = 3s;
    c.keepalive_probes = 4;
    Broken w(c);
    const std::size_t before = w.sent().size();
    w.run_until(kStart + 100s);
    std::vector<double> at;
    for (std::size_t i = before; i < w.sent().size(); ++i) {
        if (w.sent()[i].from == 0) at.push_back(to_ms(w.sent()[i].at));
    }
    // The last segment that it heard was the SYN-ACK, at 20 ms.
    CHECK(at == std::vector<double>{10'020, 13'020, 16'020, 19'020, 22'020});
    CHECK(w.sent().back().segment.has(flag::rst));
    CHECK(w.client().error() == TcpError::timed_out);
}

TEST_CASE("keepalive: an answer starts it anew, a segment that is not acceptable does not") {
    Config c = kLinux;
    c.keepalive = 10s;
    TwoEnds w(c, kLinux, 10ms);
    w.open();
    w.run_until(kStart + 5s);
    Segment far;
    far.flags = flag::ack;
    far.seq = TwoEnds::kServerInitial + 5'000'000;
    far.ack = TwoEnds::kClientInitial + 1;
    w.inject(TwoEnds::kClient, far);
    w.run_until(kStart + 100s);
    const auto probes =
        w.times(0, [](const Segment& s) { return s.seq == TwoEnds::kClientInitial && !s.has(flag::syn); });
    REQUIRE(probes.size() == 9);
    CHECK(probes[0] == 10'020);
    CHECK(probes[1] == 20'040);  // 10 s after the answer
    CHECK(w.client().state() == State::established);
}

TEST_CASE("keepalive with TCP_USER_TIMEOUT: that long without a word, and one probe") {
    Config c = kLinux;
    c.keepalive = 10s;
    c.keepalive_interval = 3s;
    c.user_timeout = 15s;
    Broken w(c);
    w.run_until(kStart + 100s);
    CHECK(w.client().error() == TcpError::timed_out);
    CHECK(w.times(0, [](const Segment& s) { return s.has(flag::rst); }) == std::vector<double>{16'020});
}

TEST_CASE("FIN-WAIT-2 of a closed socket ends after fin_timeout, without a word") {
    Config c = kLinux;
    c.fin_timeout = 5s;
    TwoEnds w(c, kLinux, 10ms);
    w.open();
    w.run_until(kStart + 1s);
    w.close(0);
    w.run_until(kStart + 6s);
    CHECK(w.client().state() == State::fin_wait_2);
    w.run_until(kStart + 6030ms);
    CHECK(w.client().state() == State::closed);
    CHECK(w.sent().size() == 5);
}

TEST_CASE("it lasts 3.5 timeouts at least (tcp_fin_time), and TCP_LINGER2 below zero resets instead") {
    Config c = kLinux;
    c.fin_timeout = Duration::zero();
    TwoEnds w(c, kLinux, 10ms);
    w.open();
    w.run_until(kStart + 1s);
    w.close(0);
    w.run_until(kStart + 1020ms);
    REQUIRE(w.client().state() == State::fin_wait_2);
    CHECK(w.client().next_deadline() == kStart + 1020ms + w.client().rto() * 7 / 2);

    c.fin_timeout = -1s;
    TwoEnds v(c, kLinux, 10ms);
    v.open();
    v.run_until(kStart + 1s);
    v.close(0);
    v.run_until(kStart + 2s);
    CHECK(v.client().state() == State::closed);
    CHECK(v.texts(0).back() == "R 2:2(0) win 0");
    CHECK(v.server().error() == TcpError::broken_pipe);
}
