#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

constexpr std::uint64_t kSegment = 1448;  // payload of a full segment with timestamps

Config linux_config() { return make_config(Profile::linux_); }

bool is_data(const Segment& s) { return s.payload.length > 0; }
bool is_pure_ack(const Segment& s) { return s.payload.length == 0 && s.flags == flag::ack; }

/// Both ends read at once whatever comes.
void read_always(TwoEnds& w) {
    w.on_events = [&w](std::uint32_t end, std::uint8_t) {
        w.read_all(end);
        w.drain(end);
    };
}

std::vector<std::uint32_t> lengths(const TwoEnds& w, std::uint32_t from) {
    std::vector<std::uint32_t> out;
    for (const auto& p : w.sent()) {
        if (p.from == from && is_data(p.segment)) out.push_back(p.segment.payload.length);
    }
    return out;
}

}  // namespace

TEST_CASE("slow start doubles whatever the acknowledgement pattern when segments count: 10, 20, 40, 80") {
    TwoEnds w(linux_config(), linux_config(), 50ms);
    read_always(w);
    w.open();
    w.write(TwoEnds::kClient, kSegment * 150);
    w.run_until(w.now() + 1s);
    std::map<long, int> flights;
    for (const double t : w.times(0, is_data)) ++flights[static_cast<long>(t)];
    std::vector<int> counts(flights.size());
    std::transform(flights.begin(), flights.end(), counts.begin(), [](const auto& f) { return f.second; });
    CHECK(counts == std::vector<int>{10, 20, 40, 80});
}

TEST_CASE("slow start 1, 2, 3, 5 when each ACK counts one and every second segment is acknowledged") {
    Config c = make_config(Profile::classic);
    TwoEnds w(c, c, 50ms);
    read_always(w);
    w.open();
    w.run_until(w.now() + 10ms);
    w.write(TwoEnds::kClient, 29200);
    w.run_until(w.now() + 2s);
    std::map<long, int> flights;
    for (const double t : w.times(0, is_data)) ++flights[static_cast<long>(t)];
    std::vector<int> counts(flights.size());
    std::transform(flights.begin(), flights.end(), counts.begin(), [](const auto& f) { return f.second; });
    REQUIRE(counts.size() >= 4);
    CHECK(counts[0] == 1);  // waits 200 ms for the delayed ACK
    CHECK(counts[1] == 2);
    CHECK(counts[2] == 3);
}

TEST_CASE("the first request is acknowledged at once; an answer makes the session interactive") {
    TwoEnds w(linux_config(), linux_config(), 10ms);
    int request = 0;
    w.on_events = [&](std::uint32_t end, std::uint8_t events) {
        const std::uint64_t n = w.read_all(end);
        w.drain(end);
        if (end == TwoEnds::kServer && n > 0) w.write(end, 400);
        const bool ask = end == TwoEnds::kClient && ((events & event::connected) != 0 || n > 0);
        if (ask && ++request <= 3) w.write(end, 200);
    };
    w.open();
    w.run_until(w.now() + 30ms);
    // Both ends had one pure ACK: the client's of the handshake, the server's of the first request.
    w.run_until(w.now() + 200ms);
    CHECK(w.times(TwoEnds::kServer, is_pure_ack).size() == 1);
    // The last response has nothing to ride on: 40 ms.
    const auto acks = w.times(TwoEnds::kClient, is_pure_ack);
    const auto responses = w.times(TwoEnds::kServer, is_data);
    REQUIRE(responses.size() == 3);
    CHECK(acks.back() == doctest::Approx(responses.back() + 10 + 40));
}

TEST_CASE("a delayed ACK comes after 40 ms, or with every second full segment") {
    Config c = linux_config();
    c.quickack = false;
    TwoEnds w(c, c, 10ms);
    w.open();
    w.run_until(w.now() + 10ms);
    w.write(TwoEnds::kClient, 100);  // left unread: a reader who empties the buffer acknowledges the end of a write
    const double sent = w.times(0, is_data).back();
    w.run_until(w.now() + 100ms);
    CHECK(w.times(1, is_pure_ack).back() == doctest::Approx(sent + 10 + 40));
    const std::size_t before = w.times(1, is_pure_ack).size();
    w.write(TwoEnds::kClient, kSegment * 4);
    w.run_until(w.now() + 20ms);
    CHECK(w.times(1, is_pure_ack).size() == before + 2);
}

TEST_CASE("delayed_ack = 0 acknowledges every segment at once") {
    Config c = make_config(Profile::rfc);
    Config quick = c;
    quick.delayed_ack = 0ms;
    TwoEnds w(c, quick, 10ms);
    read_always(w);
    w.open();
    w.run_until(w.now() + 10ms);
    w.write(TwoEnds::kClient, kSegment * 5 + 10);
    w.run_until(w.now() + 30ms);
    CHECK(w.times(1, is_pure_ack).size() == 6);
}

TEST_CASE("Nagle, as RFC 896 and as Minshall has it, and neither") {
    struct Case {
        bool nagle;
        NagleVariant variant;
        std::vector<std::uint32_t> lengths;
    };
    // Write 2000 bytes, then 100: the tail of the first write is small; Minshall lets one small segment out.
    for (const Case& c : {Case{false, NagleVariant::rfc896, {1448, 552, 100}},
                          Case{true, NagleVariant::minshall, {1448, 552}}, Case{true, NagleVariant::rfc896, {1448}}}) {
        Config config = linux_config();
        config.nagle = c.nagle;
        config.nagle_variant = c.variant;
        TwoEnds w(config, config, 10ms);
        w.open();
        w.run_until(w.now() + 10ms);
        w.write(TwoEnds::kClient, 2000);
        w.write(TwoEnds::kClient, 100);
        CHECK(lengths(w, 0) == c.lengths);
        w.run_until(w.now() + 300ms);
        CHECK(w.server().bytes_received() == 2100);
    }
}

TEST_CASE("Nagle never holds back a FIN, nor a full segment") {
    TwoEnds w(linux_config(), linux_config(), 10ms);
    w.open();
    w.run_until(w.now() + 10ms);
    w.write(TwoEnds::kClient, 100);
    w.write(TwoEnds::kClient, 100);
    w.close(TwoEnds::kClient);
    CHECK(lengths(w, 0) == std::vector<std::uint32_t>{100, 100});
    CHECK(w.sent().back().segment.has(flag::fin));
}

TEST_CASE("CORK holds what is not full until it is taken off, or 200 ms and a round trip have passed") {
    TwoEnds w(linux_config(), linux_config(), 10ms);
    w.open();
    w.run_until(w.now() + 10ms);
    w.client().set_cork(true);
    w.write(TwoEnds::kClient, 100);
    w.write(TwoEnds::kClient, 1448);
    CHECK(lengths(w, 0) == std::vector<std::uint32_t>{1448});
    w.client().set_cork(false);
    w.drain(0);
    CHECK(lengths(w, 0) == std::vector<std::uint32_t>{1448, 100});
    w.run_until(w.now() + 100ms);
    w.client().set_cork(true);
    w.write(TwoEnds::kClient, 50);
    const Time begin = w.now();
    w.run_until(begin + 199ms);
    CHECK(lengths(w, 0).size() == 2);
    w.run_until(begin + 230ms);
    CHECK(lengths(w, 0).back() == 50);
}

TEST_CASE("a reader that stops closes the window; probes back off; reading opens it again") {
    Config server = linux_config();
    server.receive_buffer_max = server.receive_buffer;
    TwoEnds w(linux_config(), server, 10ms);
    w.open();
    w.write(TwoEnds::kClient, 300000);
    w.run_until(w.now() + 20s);
    const std::uint64_t stuck = w.server().bytes_received();
    CHECK(stuck > 60000);
    CHECK(stuck < 131072);
    CHECK(w.client().snapshot().rwnd == 0);
    const auto probes = w.times(0, [](const Segment& s) { return s.payload.length == 0 && s.flags == flag::ack; });
    REQUIRE(probes.size() >= 5);
    const std::size_t n = probes.size();
    // each wait is twice the one before
    CHECK((probes[n - 1] - probes[n - 2]) / (probes[n - 2] - probes[n - 3]) == doctest::Approx(2).epsilon(0.01));
    read_always(w);
    w.read_all(TwoEnds::kServer);
    w.drain(TwoEnds::kServer);
    w.run_until(w.now() + 5s);
    CHECK(w.server().bytes_read() == 300000);
}

TEST_CASE("nothing beyond the offered window is sent, nothing beyond it is accepted") {
    Config server = make_config(Profile::classic);
    server.receive_buffer = server.receive_buffer_max = 8000;
    TwoEnds w(linux_config(), server, 10ms);
    w.open();
    w.write(TwoEnds::kClient, 50000);
    std::uint32_t sent = 0;
    for (const std::uint32_t n : lengths(w, 0)) sent += n;
    CHECK(sent <= 8000);
    w.run_until(w.now() + 10ms);
    const std::uint64_t before = w.server().bytes_received();
    Segment beyond = w.sent().back().segment;
    beyond.source = {{0x0a000001}, 40000};
    beyond.flags = flag::ack;
    beyond.has_timestamps = false;
    beyond.ack = TwoEnds::kServerInitial + 1;
    beyond.seq = TwoEnds::kClientInitial + 1 + 20000;
    beyond.payload = Payload::of(std::string(1000, 'x'));
    w.inject(TwoEnds::kServer, beyond);
    CHECK(w.server().bytes_received() == before);
}

TEST_CASE("receive-buffer auto-tuning follows a fast sender; a fixed buffer does not") {
    for (const bool tuned : {true, false}) {
        Config server = linux_config();
        if (!tuned) server.receive_buffer_max = server.receive_buffer;
        TwoEnds w(linux_config(), server, 50ms);
        read_always(w);
        w.open();
        w.write(TwoEnds::kClient, 3'000'000);
        w.run_until(w.now() + 900ms);
        const std::uint64_t window = w.client().snapshot().rwnd;
        if (tuned) {
            CHECK(window > 300'000);
        } else {
            CHECK(window <= 82'000);
        }
    }
}

TEST_CASE("window_clamp bounds what is ever offered, however fast the sender") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        Config server = make_config(profile);
        server.window_clamp = 16000;
        TwoEnds w(linux_config(), server, 50ms);
        read_always(w);
        w.open();
        w.write(TwoEnds::kClient, 500'000);
        for (int i = 0; i < 50; ++i) {
            w.run_until(w.now() + 100ms);
            CHECK(w.client().snapshot().rwnd <= 16384);  // rounded up to the scale's unit
        }
        CHECK(w.server().bytes_read() == 500'000);
    }
}

TEST_CASE("idle longer than the RTO halves the window per RTO, down to the initial one (RFC 2861)") {
    for (const bool restart : {true, false}) {
        Config c = linux_config();
        c.slow_start_after_idle = restart;
        TwoEnds w(c, c, 50ms);
        read_always(w);
        w.open();
        w.write(TwoEnds::kClient, 100'000);
        w.run_until(w.now() + 600ms);
        const std::uint32_t grown = w.client().window().cwnd;
        CHECK(grown >= 70);
        w.run_until(w.now() + 5s);
        w.write(TwoEnds::kClient, 100'000);
        CHECK(w.client().window().cwnd == (restart ? 10 : grown));
    }
}

TEST_CASE("idle in the rfc profile: the restart window at once, ssthresh as it was (RFC 5681 4.1)") {
    const Config c = make_config(Profile::rfc);
    TwoEnds w(c, c, 50ms);
    read_always(w);
    w.open();
    w.write(TwoEnds::kClient, 400'000);
    w.run_until(w.now() + 1s);
    CHECK(w.client().window().cwnd >= 70);
    const std::uint32_t ssthresh = w.client().window().ssthresh;
    w.run_until(w.now() + 1500ms);
    w.write(TwoEnds::kClient, 100);
    CHECK(w.client().window().cwnd == 10);
    CHECK(w.client().window().ssthresh == ssthresh);
}

TEST_CASE("no growth while the application is the limit (RFC 7661)") {
    TwoEnds w(linux_config(), linux_config(), 10ms);
    read_always(w);
    w.open();
    for (int i = 0; i < 100; ++i) {
        w.write(TwoEnds::kClient, 8000);  // six segments a round trip
        w.run_until(w.now() + 25ms);
    }
    CHECK(w.client().window().cwnd <= 16);
}

TEST_CASE("the send buffer bounds what write() takes, and writable tells when to go on") {
    Config c = linux_config();
    c.send_buffer = 10000;
    c.send_buffer_start.reset();
    TwoEnds w(c, linux_config(), 10ms);
    std::uint64_t written = 0;
    w.on_events = [&](std::uint32_t end, std::uint8_t events) {
        w.read_all(end);
        w.drain(end);
        if (end == TwoEnds::kClient && (events & (event::writable | event::connected)) != 0) {
            while (written < 100'000) {
                const Piece p = Piece::body(100'000 - written);
                const std::uint64_t n = w.client().write(w.now(), &p, 1);
                if (n == 0) break;
                CHECK(n <= 10000);
                written += n;
            }
            w.drain(end);
        }
    };
    w.open();
    w.run_until(w.now() + 2s);
    CHECK(written == 100'000);
    CHECK(w.server().bytes_received() == 100'000);
}

TEST_CASE("keepalive: nine probes 75 s apart after two hours of silence, then ETIMEDOUT") {
    Config c = linux_config();
    c.keepalive = 7200s;
    TwoEnds w(c, linux_config(), 10ms);
    w.open();
    w.run_until(w.now() + 10ms);
    bool cut = false;
    w.lose = [&](std::uint32_t, std::uint64_t, const Segment&) { return cut; };
    w.run_until(w.now() + 7300s);
    CHECK(w.client().state() == State::established);  // the probe was answered
    cut = true;
    w.run_until(w.now() + 7200s + 10 * 75s + 10s);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().error() == TcpError::timed_out);
}
