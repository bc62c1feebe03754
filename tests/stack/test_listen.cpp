// Listeners: backlog, what accepted sockets inherit, conflicts of bind().
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};

bool is_syn_ack(const Segment& s) { return s.has(flag::syn) && s.has(flag::ack); }

}  // namespace

TEST_CASE("accept queue: one more than the backlog fits, the next handshake is left open, new SYNs are dropped") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort, 2);
    std::array<SocketId, 5> c{};
    c[0] = w.connect(w.a, kServer);
    c[1] = w.connect(w.a, kServer);
    w.run(25ms);
    for (std::size_t i = 2; i < 5; ++i) c[i] = w.connect(w.a, kServer);
    w.run(175ms);
    // All five SYNs came while both queues had room. The clients believe that they are connected.
    for (const SocketId s : c) CHECK(w.a.info(s).value.state == State::established);
    CHECK(w.sent(is_syn_ack) == 5);
    CHECK(w.b.open_connections() == 5);
    const SocketId late = w.connect(w.a, kServer);
    w.run(500ms);
    CHECK(w.a.info(late).value.state == State::syn_sent);
    CHECK(w.b.open_connections() == 5);
    int accepted = 0;
    while (w.b.accept(w.now, l).ok()) ++accepted;
    CHECK(accepted == 3);
    // The SYN-ACKs are sent again, and this time their acknowledgements count; so does the late one's second SYN.
    w.run(2s);
    CHECK(w.sent(is_syn_ack) == 8);
    while (w.b.accept(w.now, l).ok()) ++accepted;
    CHECK(accepted == 6);
    CHECK(w.a.info(late).value.state == State::established);
}

TEST_CASE("connections are accepted in the order in which they were established") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    std::array<SocketId, 3> c{};
    for (SocketId& s : c) s = w.connect(w.a, kServer);
    w.run();
    for (const SocketId s : c) {
        Endpoint peer;
        REQUIRE(w.b.accept(w.now, l, &peer).ok());
        CHECK(peer == w.a.info(s).value.tuple.local);
    }
}

TEST_CASE(
    "SYN queue without cookies: one more than listen() says, and three quarters of syn_backlog (tcp_conn_request)") {
    for (const auto& [backlog, syn_backlog, most] :
         std::vector<std::array<std::uint32_t, 3>>{{4, 4096, 5}, {100, 8, 7}, {100, 3, 4}, {100, 4, 4}}) {
        Config config;
        config.syn_cookies = false;
        config.syn_backlog = syn_backlog;
        World w(config);
        INFO(w);
        w.listen(w.b, kPort, backlog);
        w.loses = [](const Segment& s) { return !s.has(flag::syn); };  // no handshake ends
        for (int i = 0; i < 12; ++i) w.connect(w.a, kServer);
        w.run(100ms);
        CHECK(w.b.open_connections() == most);
        CHECK(w.sent(is_syn_ack) == most);
    }
}

TEST_CASE("what arrived before accept() is announced after it") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const SocketId c = w.connect(w.a, kServer);
    w.run();
    w.write(w.a, c, "early");
    w.a.close(w.now, c);
    w.run();
    const SocketId s = w.b.accept(w.now, l).value;
    w.run(0ms);
    CHECK(w.ready(w.b, s) == ready::readable);
    const World::Taken got = w.read_all(w.b, s);
    CHECK(got.bytes == "early");
    CHECK(got.end);
}

TEST_CASE("a connection that is reset before accept() is not given out") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const SocketId first = w.connect(w.a, kServer);
    const SocketId second = w.connect(w.a, kServer);
    w.run();
    w.a.set_option(w.now, first, SocketOption::linger_ns, 0);
    w.a.close(w.now, first);
    w.run();
    Endpoint peer;
    REQUIRE(w.b.accept(w.now, l, &peer).ok());
    CHECK(peer == w.a.info(second).value.tuple.local);
    CHECK(w.b.accept(w.now, l).error == TcpError::would_block);
    REQUIRE(w.finished_b.size() == 1);
    CHECK(w.finished_b[0].info.error == TcpError::reset);
}

TEST_CASE("closing a listener resets those that wait and leaves accepted ones alone") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    const SocketId waiting = w.connect(w.a, kServer);
    w.run();
    w.b.close(w.now, l);
    w.run();
    CHECK((w.ready(w.a, waiting) & ready::failed) != 0);
    CHECK(w.event_error(w.a, waiting) == TcpError::reset);
    CHECK(w.a.info(c).value.state == State::established);
    w.write(w.a, c, "still here");
    w.run();
    CHECK(w.read_all(w.b, s).bytes == "still here");
    const SocketId late = w.connect(w.a, kServer);
    w.run();
    CHECK(w.event_error(w.a, late) == TcpError::refused);
    CHECK(w.b.open_connections() == 1);
}

TEST_CASE("a SYN-RECEIVED connection that is reset frees its place in the SYN queue") {
    Config config;
    config.syn_cookies = false;
    World w(config);
    INFO(w);
    const SocketId l = w.listen(w.b, kPort, 0);
    Segment syn;
    syn.source = {World::kA, 9};
    syn.destination = kServer;
    syn.seq = SeqNum(5000);
    syn.flags = flag::syn;
    syn.window = 1000;
    w.loses = [](const Segment&) { return true; };
    w.inject(w.b, syn);
    CHECK(w.b.open_connections() == 1);
    Segment rst = syn;
    rst.flags = flag::rst;
    rst.seq = SeqNum(5001);
    w.inject(w.b, rst);
    CHECK(w.b.open_connections() == 0);
    w.loses = nullptr;
    w.connect(w.a, kServer);
    w.run();
    CHECK(w.b.accept(w.now, l).ok());
}

TEST_CASE("a SYN-ACK that is never answered is given up, and its place is free again") {
    Config config;
    config.synack_retries = 2;
    World w(config);
    INFO(w);
    w.listen(w.b, kPort);
    w.connect(w.a, kServer);
    w.loses = [](const Segment& s) { return is_syn_ack(s); };
    w.run(300s);
    CHECK(w.b.open_connections() == 0);
    CHECK(w.a.open_connections() == 0);
    CHECK(w.finished_a.at(0).info.error == TcpError::timed_out);
}

TEST_CASE("accepted sockets inherit the listener's options") {
    World w;
    INFO(w);
    const SocketId l = w.b.socket();
    CHECK(w.b.bind(l, kServer) == TcpError::none);
    for (const auto& [option, value] : std::vector<std::pair<SocketOption, std::int64_t>>{
             {SocketOption::no_delay, 1},
             {SocketOption::cork, 1},
             {SocketOption::linger_ns, 5'000'000'000},
             {SocketOption::send_buffer, 30000},
             {SocketOption::receive_buffer, 20000},
             {SocketOption::max_segment, 1000},
             {SocketOption::congestion_control, 0},
             {SocketOption::keepalive_ns, 7'000'000'000},
         }) {
        CHECK(w.b.set_option(w.now, l, option, value) == TcpError::none);
    }
    CHECK(w.b.listen(l, 10) == TcpError::none);
    const auto [c, s] = w.pair(l, kPort);
    // What the listener sets from now on is no longer the accepted socket's.
    w.b.set_option(w.now, l, SocketOption::linger_ns, 0);
    CHECK(w.b.get_option(s, SocketOption::no_delay).value == 1);
    CHECK(w.b.get_option(s, SocketOption::cork).value == 1);
    CHECK(w.b.get_option(s, SocketOption::linger_ns).value == 5'000'000'000);
    CHECK(w.b.get_option(s, SocketOption::send_buffer).value == 30000);
    CHECK(w.b.get_option(s, SocketOption::receive_buffer).value == 40000);  // doubled, as Linux does
    CHECK(w.b.get_option(s, SocketOption::max_segment).value == 1000);
    CHECK(w.b.get_option(s, SocketOption::congestion_control).value == 0);
    CHECK(w.b.get_option(s, SocketOption::keepalive_ns).value == 7'000'000'000);
    CHECK(w.b.get_option(l, SocketOption::linger_ns).value == 0);
    CHECK(w.a.get_option(c, SocketOption::linger_ns).value == -1);
    CHECK(w.a.get_option(c, SocketOption::max_segment).value == 1460);
    // and they are in force: the SYN-ACK announced the size, the buffer takes no more, CORK holds a small write
    CHECK(w.sent([](const Segment& x) { return is_syn_ack(x) && x.mss == 1000; }) == 1);
    const std::size_t before = w.sent_count();
    w.write(w.b, s, "small");
    w.run(10ms);
    CHECK(w.sent_count() == before);
    CHECK(w.b.set_option(w.now, s, SocketOption::cork, 0) == TcpError::none);
    w.run();
    CHECK(w.read_all(w.a, c).bytes == "small");
    CHECK(w.b.write(w.now, s, Piece::body(1'000'000)).value == 30000);
    CHECK(w.b.write(w.now, s, Piece::body(1)).error == TcpError::would_block);
    w.run();
    CHECK((w.ready(w.b, s) & ready::writable) != 0);
}

TEST_CASE("options out of range, or too late") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    const SocketId fresh = w.a.socket();
    CHECK(w.a.set_option(w.now, fresh, SocketOption::max_segment, 87) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::max_segment, 32768) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::congestion_control, 3) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::congestion_control, -1) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::keepalive_ns, -1) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, c, SocketOption::max_segment, 1000) == TcpError::invalid);
    for (const SocketOption option : {SocketOption::keepalive_probes, SocketOption::syn_retries}) {
        CHECK(w.a.set_option(w.now, fresh, option, 0) == TcpError::invalid);
        CHECK(w.a.set_option(w.now, fresh, option, 128) == TcpError::invalid);
    }
    CHECK(w.a.set_option(w.now, fresh, SocketOption::user_timeout_ns, -1) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::keepalive_interval_ns, 0) == TcpError::invalid);
    CHECK(w.a.set_option(w.now, fresh, SocketOption::error, 0) == TcpError::invalid);
}

TEST_CASE("SO_SNDBUF takes effect on a connection, and on this one only") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.a.set_option(w.now, c, SocketOption::send_buffer, 5000) == TcpError::none);
    CHECK(w.a.get_option(c, SocketOption::send_buffer).value == 5000);
    CHECK(w.a.write(w.now, c, Piece::body(20000)).value == 5000);
    CHECK(w.a.set_option(w.now, c, SocketOption::send_buffer, 7000) == TcpError::none);
    CHECK(w.a.write(w.now, c, Piece::body(20000)).value == 2000);
    CHECK(w.b.write(w.now, s, Piece::body(20000)).value == 20000);
    // A closed descriptor's connection still has its own.
    CHECK(w.a.close(w.now, c) == TcpError::none);
    w.run();
}

TEST_CASE("poll: what a socket is ready for") {
    World w;
    INFO(w);
    const SocketId fresh = w.a.socket();
    CHECK(w.a.poll_state(fresh).value == (poll::out | poll::hang_up));
    CHECK(w.a.poll_state(99).error == TcpError::bad_socket);
    const SocketId l = w.listen(w.b, kPort);
    CHECK(w.b.poll_state(l).value == 0);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.b.poll_state(l).value == 0);
    CHECK(w.a.poll_state(c).value == poll::out);
    w.a.write(w.now, c, Piece::body(10));
    w.run();
    CHECK(w.b.poll_state(s).value == (poll::in | poll::out));
    w.a.shutdown(w.now, c, Shutdown::write);
    w.run();
    CHECK(w.b.read(w.now, s, 100).value.length == 10);
    CHECK(w.b.poll_state(s).value == (poll::in | poll::out | poll::read_hang_up));
    w.b.set_option(w.now, s, SocketOption::linger_ns, 0);
    w.b.close(w.now, s);
    w.run();
    const unsigned dead = poll::in | poll::out | poll::read_hang_up | poll::hang_up;
    CHECK(w.a.poll_state(c).value == (dead | poll::error));
    CHECK(w.a.take_error(c).value == TcpError::reset);
    CHECK(w.a.take_error(c).value == TcpError::none);
    CHECK(w.a.poll_state(c).value == dead);
}

TEST_CASE("bind: who may have a port") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const SocketId x = w.b.socket();
    CHECK(w.b.bind(x, kServer) == TcpError::address_in_use);
    CHECK(w.b.bind(x, {{}, kPort}) == TcpError::address_in_use);
    CHECK(w.b.bind(x, {{0x01020304}, 99}) == TcpError::no_port);
    w.b.set_option(w.now, x, SocketOption::reuse_address, 1);
    CHECK(w.b.bind(x, kServer) == TcpError::address_in_use);  // that one listens
    CHECK(w.b.bind(x, {{}, 81}) == TcpError::none);
    CHECK(w.b.bind(x, {{}, 82}) == TcpError::invalid);  // it has one
    const SocketId y = w.b.socket();
    CHECK(w.b.bind(y, {{}, 81}) == TcpError::address_in_use);
    w.b.set_option(w.now, y, SocketOption::reuse_address, 1);
    CHECK(w.b.bind(y, {{}, 81}) == TcpError::none);
    CHECK(w.b.listen(x, 1) == TcpError::none);
    CHECK(w.b.listen(y, 1) == TcpError::address_in_use);
    CHECK(w.b.listen(x, 9) == TcpError::none);  // another backlog

    // The port of a listener that is gone: its connections keep it, unless SO_REUSEADDR.
    const auto [c, s] = w.pair(l, kPort);
    w.b.close(w.now, l);
    const SocketId z = w.b.socket();
    CHECK(w.b.bind(z, kServer) == TcpError::address_in_use);
    w.b.close(w.now, s);
    w.run();
    w.a.close(w.now, c);
    w.run();
    CHECK(w.b.time_wait_count() == 1);
    CHECK(w.b.bind(z, kServer) == TcpError::address_in_use);
    w.b.set_option(w.now, z, SocketOption::reuse_address, 1);
    CHECK(w.b.bind(z, kServer) == TcpError::none);
    w.b.close(w.now, z);
    w.run(61s);
    CHECK(w.b.bind(w.b.socket(), kServer) == TcpError::none);
}

TEST_CASE("a port of 0 is an ephemeral one; connect() leaves bound ports alone") {
    Config config;
    config.port_first = 40000;
    config.port_last = 40002;
    World w(config);
    INFO(w);
    const SocketId l = w.b.socket();
    CHECK(w.b.listen(l, 5) == TcpError::none);
    const Endpoint at = w.b.info(l).value.tuple.local;
    CHECK(at.port >= 40000);
    CHECK(at.port <= 40002);
    const SocketId bound = w.a.socket();
    CHECK(w.a.bind(bound, {}) == TcpError::none);
    const std::uint16_t kept = w.a.info(bound).value.tuple.local.port;
    for (int i = 0; i < 2; ++i) CHECK(w.a.info(w.connect(w.a, at)).value.tuple.local.port != kept);
    CHECK(w.a.connect(w.now, w.a.socket(), at) == TcpError::no_port);
    CHECK(w.a.connect(w.now, bound, at) == TcpError::in_progress);
    w.run();
    for (int i = 0; i < 3; ++i) CHECK(w.b.accept(w.now, l).ok());
}
