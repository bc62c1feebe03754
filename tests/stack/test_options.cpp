// Socket options that count on a live connection, and those of a listener that shape the handshake.
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};

bool is_syn(const Segment& s) { return s.has(flag::syn) && !s.has(flag::ack); }
bool is_syn_ack(const Segment& s) { return s.has(flag::syn) && s.has(flag::ack); }

}  // namespace

TEST_CASE("limits read back as they were set, are inherited, and leave other sockets alone") {
    const std::vector<std::pair<SocketOption, std::int64_t>> options{
        {SocketOption::keepalive_interval_ns, 3'000'000'000},
        {SocketOption::keepalive_probes, 4},
        {SocketOption::user_timeout_ns, 30'000'000'000},
        {SocketOption::syn_retries, 2},
        {SocketOption::linger2_ns, 7'000'000'000},
        {SocketOption::defer_accept_ns, 3'000'000'000},
        {SocketOption::unsent_low_water, 10'000},
    };
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    for (const auto& [option, value] : options) CHECK(w.b.set_option(w.now, l, option, value) == TcpError::none);
    const SocketId c = w.connect(w.a, kServer);
    w.run();
    w.write(w.a, c, "x");  // TCP_DEFER_ACCEPT waits for it
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, l);
    REQUIRE(s.ok());
    for (const auto& [option, value] : options) {
        CHECK(w.b.get_option(s.value, option).value == value);
        CHECK(w.a.get_option(c, option).value != value);
    }
}

TEST_CASE("TCP_USER_TIMEOUT on a live connection counts at once") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.a.set_option(w.now, c, SocketOption::user_timeout_ns, 2'000'000'000) == TcpError::none);
    w.loses = [](const Segment&) { return true; };
    w.write(w.a, c, "lost");
    w.run(2s);
    CHECK(w.event_error(w.a, c) == TcpError::none);
    w.run(500ms);
    CHECK(w.event_error(w.a, c) == TcpError::timed_out);
    // SO_ERROR tells once, then the connection is just gone
    CHECK(w.a.get_option(c, SocketOption::error).value == static_cast<std::int64_t>(TcpError::timed_out));
    CHECK(w.a.get_option(c, SocketOption::error).value == 0);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
}

TEST_CASE("SO_KEEPALIVE, TCP_KEEPINTVL and TCP_KEEPCNT on a live connection") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.loses = [](const Segment&) { return true; };
    w.a.set_option(w.now, c, SocketOption::keepalive_ns, 5'000'000'000);
    w.a.set_option(w.now, c, SocketOption::keepalive_interval_ns, 1'000'000'000);
    w.a.set_option(w.now, c, SocketOption::keepalive_probes, 2);
    const std::size_t before = w.sent_count();
    w.run(6900ms);
    CHECK(w.sent_count() == before + 2);
    w.run(200ms);
    CHECK(w.event_error(w.a, c) == TcpError::timed_out);
    CHECK(w.last_sent().has(flag::rst));
}

TEST_CASE("TCP_SYNCNT: so many SYNs again and the linear ones, but no longer than so many doubled ones would take") {
    World w;
    INFO(w);
    const SocketId s = w.a.socket();
    w.a.set_option(w.now, s, SocketOption::syn_retries, 1);
    w.loses = [](const Segment&) { return true; };
    CHECK(w.a.connect(w.now, s, kServer) == TcpError::in_progress);
    w.run(60s);
    CHECK(w.sent(is_syn) == 3);  // 0, 1, 2 s; after 1 + 2 s it is over (retransmits_timed_out)
    CHECK(w.event_error(w.a, s) == TcpError::timed_out);
}

TEST_CASE("SO_SNDBUF on a live connection bounds the next write") {
    World w;
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.a.set_option(w.now, c, SocketOption::send_buffer, 5000) == TcpError::none);
    CHECK(w.a.write(w.now, c, Piece::body(100'000)).value == 5000);
    CHECK(w.a.set_option(w.now, c, SocketOption::send_buffer, 8000) == TcpError::none);
    CHECK(w.a.write(w.now, c, Piece::body(100'000)).value == 3000);
}

TEST_CASE("SO_RCVBUF on a live connection: auto-tuning ends, the window grows to what the new buffer holds") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.b.set_option(w.now, s, SocketOption::receive_buffer, 150'000) == TcpError::none);
    CHECK(w.a.set_option(w.now, c, SocketOption::send_buffer, 2'000'000) == TcpError::none);
    CHECK(w.a.write(w.now, c, Piece::body(2'000'000)).value == 2'000'000);
    std::size_t got = 0;
    for (int i = 0; i < 200; ++i) {
        w.run(10ms);
        got += w.read_all(w.b, s).bytes.size();
    }
    CHECK(got == 2'000'000);
    // The kernel doubles it; of 300,000 bytes 160/256 are window, rounded up to the scale's 1024.
    std::uint32_t most = 0;
    w.sent([&](const Segment& x) {
        if (x.source.address == World::kB && !x.has(flag::syn)) most = std::max(most, std::uint32_t{x.window} << 10U);
        return false;
    });
    CHECK(most > 150'000);
    CHECK(most <= 188'416);
}

TEST_CASE("TCP_NOTSENT_LOWAT: a write stops at it, and goes on when half of it is sent") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.a.set_option(w.now, c, SocketOption::unsent_low_water, 20'000) == TcpError::none);
    const std::uint64_t first = w.a.write(w.now, c, Piece::body(1'000'000)).value;
    CHECK(first >= 20'000);
    CHECK(first < 20'000 + 65'536);
    w.run(0ms);  // ten segments go
    std::uint64_t total = first;
    for (int i = 0; i < 100; ++i) {
        w.run(10ms);
        w.read_all(w.b, s);
        if ((w.ready(w.a, c) & ready::writable) == 0) continue;
        const Result<std::uint64_t> more = w.a.write(w.now, c, Piece::body(1'000'000 - total));
        if (more.ok()) total += more.value;
        if (total == 1'000'000) break;
    }
    CHECK(total == 1'000'000);
}

TEST_CASE("TCP_DEFER_ACCEPT: the bare ACK is ignored, data completes the handshake") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    w.b.set_option(w.now, l, SocketOption::defer_accept_ns, 3'000'000'000);
    const SocketId c = w.connect(w.a, kServer);
    w.run(200ms);
    CHECK(w.a.info(c).value.state == State::established);
    CHECK(w.b.accept(w.now, l).error == TcpError::would_block);
    w.write(w.a, c, "now");
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, l);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "now");
}

TEST_CASE("TCP_DEFER_ACCEPT: no data in its time: a last SYN-ACK, whose ACK is enough (syn_ack_recalc)") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    w.b.set_option(w.now, l, SocketOption::defer_accept_ns, 3'000'000'000);  // two timeouts: 1 + 2 s
    w.connect(w.a, kServer);
    w.run(2900ms);
    CHECK(w.sent(is_syn_ack) == 1);
    w.run(300ms);
    CHECK(w.sent(is_syn_ack) == 2);
    CHECK(w.b.accept(w.now, l).ok());
}

TEST_CASE("a client that defers its handshake ACK lets its data carry it (TCP_QUICKACK 0, TCP_DEFER_ACCEPT)") {
    for (const auto& [option, value] : std::vector<std::pair<SocketOption, std::int64_t>>{
             {SocketOption::quick_ack, 0}, {SocketOption::defer_accept_ns, 1}}) {
        World w;
        INFO(w);
        w.listen(w.b, kPort);
        const SocketId s = w.a.socket();
        w.a.set_option(w.now, s, option, value);
        CHECK(w.a.connect(w.now, s, kServer) == TcpError::in_progress);
        w.run(30ms);
        CHECK(w.a.info(s).value.state == State::established);
        CHECK(w.sent_count() == 2);
        w.write(w.a, s, "GET");
        w.run(0ms);
        CHECK(w.sent_count() == 3);
        CHECK(w.last_sent().payload.length == 3);
        // without data it goes after 200 ms
        const SocketId t = w.a.socket();
        w.a.set_option(w.now, t, option, value);
        w.a.connect(w.now, t, kServer);
        w.run(215ms);
        const std::size_t before = w.sent_count();
        w.run(10ms);
        CHECK(w.sent_count() == before + 1);
    }
}

TEST_CASE("TCP_LINGER2 below zero: no FIN-WAIT-2") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.a.set_option(w.now, c, SocketOption::linger2_ns, -1);
    w.a.close(w.now, c);
    w.run();
    CHECK(w.a.open_connections() == 0);
    CHECK(w.event_error(w.b, s) == TcpError::broken_pipe);
}

TEST_CASE(
    "old requests make room: with the SYN queue more than half full they are given up earlier (reqsk_timer_handler)") {
    for (const unsigned clients : {3U, 12U}) {
        World w;
        INFO(w);
        w.listen(w.b, kPort, 20);
        w.loses = [](const Segment& s) { return is_syn_ack(s); };
        for (unsigned i = 0; i < clients; ++i) w.connect(w.a, kServer);
        w.run(15ms);
        w.loses = [](const Segment&) { return true; };
        w.run(100s);
        // Each 0, 1, 3, 7, 15, 31 s. But 12 are more than half of 20 and none is young after 1 s: two of them, which
        // are enough, are given up after two retransmissions.
        CHECK(w.sent(is_syn_ack) == (clients == 3 ? 18 : 2 * 3 + 10 * 6));
    }
}
