#include <doctest/doctest.h>

#include <random>
#include <vector>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

const Config kLinux = make_config(Profile::linux_);

bool is_pure_ack(const Segment& s) { return s.payload.length == 0 && s.flags == flag::ack; }

/// Both ends read at once whatever comes.
void read_always(TwoEnds& w) {
    w.on_events = [&w](std::uint32_t end, std::uint8_t) {
        w.read_all(end);
        w.drain(end);
    };
}

}  // namespace

TEST_CASE("a FIN whose acknowledgement was lost is acknowledged again (RFC 9293 3.10.7.4, first step)") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        const Config c = make_config(profile);
        TwoEnds w(c, c, 10ms);
        w.open();
        w.run_until(w.now() + 2s);
        bool lost = false;
        w.lose = [&](std::uint32_t from, std::uint64_t, const Segment&) {
            if (from != TwoEnds::kServer || lost) return false;
            return lost = true;
        };
        w.client().shutdown_write();
        w.drain(TwoEnds::kClient);
        w.run_until(w.now() + 10s);
        INFO(w.story());
        CHECK(lost);
        CHECK(w.server().state() == State::close_wait);
        CHECK(w.client().state() == State::fin_wait_2);
    }
}

TEST_CASE("a FIN beyond a hole is acknowledged at once, as a duplicate (RFC 5681 4.2)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 2s);
    w.lose = [](std::uint32_t, std::uint64_t, const Segment& s) { return s.payload.length > 0; };
    w.write(TwoEnds::kClient, 100);
    w.client().shutdown_write();
    w.drain(TwoEnds::kClient);
    const std::size_t before = w.times(TwoEnds::kServer, is_pure_ack).size();
    w.run_until(w.now() + 30ms);
    CHECK(w.times(TwoEnds::kServer, is_pure_ack).size() == before + 1);
}

TEST_CASE("a FIN that finds no room beside the last data does not hold the data back for ever") {
    Config small = make_config(Profile::classic);
    small.receive_buffer = 2000;
    small.receive_buffer_max = 2000;
    TwoEnds w(make_config(Profile::classic), small, 10ms);  // nobody reads
    w.open();
    const Piece piece = Piece::body(2000);
    w.client().write(w.now(), &piece, 1);
    w.client().shutdown_write();
    w.drain(TwoEnds::kClient);
    w.run_until(w.now() + 60s);
    INFO(w.story());
    CHECK(w.server().readable() == 2000);
    CHECK(w.client().error() == TcpError::none);
    read_always(w);
    w.read_all(TwoEnds::kServer);
    w.drain(TwoEnds::kServer);
    w.run_until(w.now() + 60s);
    CHECK(w.server().state() == State::close_wait);
}

TEST_CASE("a peer's absurdly small MSS is raised to 48 (tcp_min_snd_mss)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    Segment syn;
    syn.flags = flag::syn;
    syn.seq = TwoEnds::kClientInitial;
    syn.mss = 1;
    syn.window = 65535;
    syn.has_timestamps = true;
    syn.ts_value = 1;
    w.server().accept(w.now(), syn);
    w.drain(TwoEnds::kServer);
    Segment ack;
    ack.flags = flag::ack;
    ack.seq = TwoEnds::kClientInitial + 1;
    ack.ack = TwoEnds::kServerInitial + 1;
    ack.window = 65535;
    ack.has_timestamps = true;
    ack.ts_value = 2;
    w.inject(TwoEnds::kServer, ack);
    w.write(TwoEnds::kServer, 1000);
    CHECK(w.sent().back().segment.payload.length == 36);  // and 12 bytes of timestamps
}

TEST_CASE("a window smaller than a segment: a segment each, not a probe each (RFC 9293 3.8.6.2.1)") {
    Config small = make_config(Profile::classic);
    small.receive_buffer = 1200;
    small.receive_buffer_max = 1200;
    TwoEnds w(make_config(Profile::classic), small, 10ms);
    read_always(w);
    w.open();
    w.write(TwoEnds::kClient, 60000);
    const Time begin = w.now();
    while (w.server().bytes_received() < 60000 && w.now() < begin + 100s) w.run_until(w.now() + 10ms);
    INFO(to_ms(w.now() - begin));
    CHECK(w.now() - begin < 2s);  // a hundred segments, two a round trip
}

TEST_CASE("the window of a crossing SYN-ACK is not scaled (RFC 7323 2.2)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.server().connect(w.now());
    w.connect();
    w.drain(TwoEnds::kServer);
    w.run_until(kStart + 30ms);
    REQUIRE(w.client().state() == State::established);
    CHECK(w.client().snapshot().rwnd <= 65535);
}

TEST_CASE("without window scaling the window offered is never beyond 64 kB, nor is an update due for more") {
    Config unscaled = make_config(Profile::classic);
    TwoEnds w(unscaled, make_config(Profile::rfc), 10ms);
    read_always(w);
    w.rate = BitRate{10'000'000};
    w.open();
    w.write(TwoEnds::kClient, 1'000'000);
    w.run_until(w.now() + 20s);
    REQUIRE(w.server().bytes_received() == 1'000'000);
    const std::size_t acks = w.times(TwoEnds::kServer, is_pure_ack).size();
    CHECK(acks < 400);  // 685 segments, an acknowledgement for every second
}

TEST_CASE("no round trip measured on the handshake: the timeout starts at 3 s (RFC 6298 5.7)") {
    Config c = kLinux;
    c.timestamps = false;
    TwoEnds w(c, c, 10ms);
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == 0 && n == 1; };
    w.open();
    CHECK(w.client().rto() == 3s);
    CHECK(w.server().rto() == 220ms);
}

TEST_CASE("bare segments that are not acceptable are answered twice a second at most (RFC 5961 7)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 1s);
    Segment bad;
    bad.flags = flag::ack;
    bad.seq = TwoEnds::kClientInitial + 1;
    bad.ack = TwoEnds::kServerInitial + 1000;  // never sent
    bad.has_timestamps = true;
    for (const auto& p : w.sent()) {
        if (p.from == TwoEnds::kClient) bad.ts_value = p.segment.ts_value;
    }
    const std::size_t before = w.sent().size();
    for (int i = 0; i < 100; ++i) {
        w.inject(TwoEnds::kServer, bad);
        w.run_until(w.now() + 10ms);
    }
    CHECK(w.sent().size() == before + 2);
}

TEST_CASE("NODELAY on a corked socket pushes what is queued, once (tcp_sock_set_nodelay)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.client().set_cork(true);
    w.write(TwoEnds::kClient, 100);
    const std::size_t before = w.sent().size();
    w.client().set_no_delay(true);
    w.drain(TwoEnds::kClient);
    CHECK(w.sent().size() == before + 1);
    w.write(TwoEnds::kClient, 100);
    CHECK(w.sent().size() == before + 1);
}

TEST_CASE("whatever duplicates arrive, no more is believed to have left the network than was sent") {
    for (unsigned seed = 1; seed <= 300; ++seed) {
        std::mt19937 random(seed);
        Config c = kLinux;
        c.congestion_control = seed % 2 == 0 ? CongestionControl::reno : CongestionControl::cubic;
        c.receive_buffer = 100000 + random() % 1'000'000;
        TwoEnds w(c, c, 10ms);
        read_always(w);
        w.rate = BitRate{20'000'000};
        w.lose = [&](std::uint32_t, std::uint64_t, const Segment&) { return random() % 20 == 0; };
        w.open();
        w.write(TwoEnds::kClient, 300'000);
        for (int i = 0; i < 3000 && w.server().bytes_received() < 300'000; ++i) {
            w.run_until(w.now() + 1ms);
            // a packet again that was sent before, or the last one several times
            if (random() % 4 == 0) {
                const auto copy = w.sent()[w.sent().size() - 1 - random() % std::min<std::size_t>(w.sent().size(), 30)];
                w.inject(1 - copy.from, copy.segment);
            }
            for (std::uint32_t end = 0; end < 2; ++end) {
                INFO(seed);
                REQUIRE(w.end(end).snapshot().in_flight < 100'000);
            }
        }
    }
}

TEST_CASE("tiny buffers are slow, not stuck") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        for (const std::uint64_t bytes : {1U, 700U, 3000U}) {
            Config receiver = make_config(profile);
            receiver.receive_buffer = receiver.receive_buffer_max = bytes;
            Config sender = make_config(profile);
            sender.send_buffer = bytes;
            for (const bool both : {false, true}) {
                TwoEnds w(both ? sender : make_config(profile), receiver, 5ms);
                std::uint64_t left = 2000;
                const auto write = [&] {
                    while (left > 0) {
                        const Piece piece = Piece::body(left);
                        const std::uint64_t taken = w.client().write(w.now(), &piece, 1);
                        if (taken == 0) return;
                        left -= taken;
                        w.drain(TwoEnds::kClient);
                    }
                };
                w.on_events = [&](std::uint32_t end, std::uint8_t events) {
                    w.read_all(end);
                    if ((events & event::writable) != 0) write();
                    w.drain(end);
                };
                w.open();
                write();
                w.run_until(w.now() + 500s);
                CAPTURE(static_cast<int>(profile));
                CAPTURE(bytes);
                CHECK(w.server().bytes_read() == 2000);
            }
        }
    }
}

TEST_CASE("a RST that ends a connection carries timestamps (RFC 7323 3.2; tcp_send_active_reset)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.client().abort();
    w.drain(TwoEnds::kClient);
    const Segment& rst = w.sent().back().segment;
    CHECK(rst.flags == (flag::rst | flag::ack));
    CHECK(rst.has_timestamps);
    CHECK(rst.ip_size() == 52);
    w.run_until(w.now() + 1s);
    CHECK(w.server().error() == TcpError::reset);
}

TEST_CASE("a connection that ends amid duplicates has nothing in flight") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.lose = [](std::uint32_t from, std::uint64_t, const Segment& s) {
        return from == TwoEnds::kClient && s.seq == TwoEnds::kClientInitial + 1;
    };
    w.write(TwoEnds::kClient, 14480);
    w.run_until(w.now() + 25ms);
    REQUIRE(w.client().snapshot().ca_state == CaState::recovery);
    w.client().abort();
    CHECK(w.client().snapshot().in_flight == 0);
}
