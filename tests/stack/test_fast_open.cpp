// TCP Fast Open (RFC 7413; tcp_fastopen.c in Linux).
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};

Config enabled() {
    Config c;
    c.fast_open = fast_open::client | fast_open::server;
    return c;
}

bool is_syn(const Segment& s) { return s.has(flag::syn) && !s.has(flag::ack); }
bool is_syn_ack(const Segment& s) { return s.has(flag::syn) && s.has(flag::ack); }

struct FastWorld : World {
    explicit FastWorld(const Config& config = enabled(), std::int64_t pending = 5)
        : World(config), listener(b.socket()) {
        REQUIRE(b.bind(listener, kServer) == TcpError::none);
        REQUIRE(b.set_option(now, listener, SocketOption::fast_open, pending) == TcpError::none);
        REQUIRE(b.listen(listener, 10) == TcpError::none);
    }
    Result<std::uint64_t> begin(const std::string& text) {
        socket = a.socket();
        const Piece piece = Piece::of(make_text(text));
        const Result<std::uint64_t> r = a.connect_write(now, socket, kServer, &piece, 1);
        run(Duration::zero());
        return r;
    }
    /// One connection from connect_write() to both ends closed, without data.
    void get_cookie() {
        REQUIRE(begin("no cookie yet").error == TcpError::in_progress);
        run();
        const Result<SocketId> s = b.accept(now, listener);
        REQUIRE(s.ok());
        a.close(now, socket);
        run();
        b.close(now, s.value);
        run();
    }
    SocketId listener = kNoSocket;
    SocketId socket = kNoSocket;
};

}  // namespace

TEST_CASE("the first connection asks for a cookie and gets one of 8 bytes; its data waits (RFC 7413 4.2.1)") {
    FastWorld w;
    INFO(w);
    CHECK(w.begin("hello").error == TcpError::in_progress);
    CHECK(is_syn(w.last_sent()));
    CHECK(w.last_sent().fast_open().kind == FastOpenOption::Kind::standard);
    CHECK(w.last_sent().fast_open().length == 0);
    CHECK(w.last_sent().payload.length == 0);
    w.run(15ms);
    REQUIRE(is_syn_ack(w.last_sent()));
    CHECK(w.last_sent().fast_open().length == 8);
    w.run();
    CHECK((w.ready(w.a, w.socket) & ready::connected) != 0);
    w.write(w.a, w.socket, "hello");
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "hello");
}

TEST_CASE("TCP_FASTOPEN is the listener's: its connections have the other options only") {
    FastWorld w;
    w.get_cookie();
    REQUIRE(w.begin("request").ok());
    w.run(10ms);
    const Result<SocketId> child = w.b.accept(w.now, w.listener);
    REQUIRE(child.ok());
    CHECK(w.b.get_option(child.value, SocketOption::fast_open).value == 0);
    CHECK(w.b.get_option(w.listener, SocketOption::fast_open).value == 5);
    REQUIRE(w.b.set_option(w.now, w.listener, SocketOption::keepalive_ns, 1'000'000'000) == TcpError::none);
    CHECK(w.b.get_option(w.listener, SocketOption::fast_open).value == 5);
    CHECK(w.b.get_option(child.value, SocketOption::keepalive_ns).value == 0);
}

TEST_CASE("with a cookie the data is in the SYN, is read and answered before the handshake is done (RFC 7413 4.2.2)") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    const Time begin = w.now;
    const Result<std::uint64_t> r = w.begin("request");
    CHECK(r.ok());
    CHECK(r.value == 7);
    CHECK(w.last_sent().payload.bytes() == "request");
    CHECK(w.last_sent().fast_open().length == 8);
    w.run(10ms);
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.b.info(s.value).value.state == State::syn_received);
    CHECK(w.b.info(s.value).value.syn == w.a.info(w.socket).value.syn);
    CHECK(w.read_all(w.b, s.value).bytes == "request");
    REQUIRE(is_syn_ack(w.last_sent()));
    CHECK(distance(w.last_sent().ack, w.last_sent().seq) != 0);
    CHECK_FALSE(w.last_sent().fast_open().present());
    w.write(w.b, s.value, "answer");
    w.run(10ms);
    CHECK(w.read_all(w.a, w.socket).bytes == "answer");
    CHECK(w.now - begin == 20ms);  // one round trip in all
    w.run();
    CHECK(w.b.info(s.value).value.state == State::established);
    CHECK(w.b.info(s.value).value.srtt == 20ms);
    CHECK(w.a.info(w.socket).value.retransmitted == 0);
    w.write(w.a, w.socket, "more");
    w.run();
    CHECK(w.read_all(w.b, s.value).bytes == "more");
}

TEST_CASE("a response of the whole initial window, and the FIN, go before the handshake's ACK") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    w.begin("request");
    w.run(10ms);
    const SocketId s = w.b.accept(w.now, w.listener).value;
    w.read_all(w.b, s);
    const std::size_t before = w.sent_count();
    REQUIRE(w.b.write(w.now, s, Piece::body(14'480)).value == 14'480);
    w.b.close(w.now, s);
    w.run(0ms);
    CHECK(w.sent_count() >= before + 10);
    std::size_t got = 0;
    bool end = false;
    for (int i = 0; i < 20; ++i) {
        w.run(10ms);
        const World::Taken t = w.read_all(w.a, w.socket);
        got += t.bytes.size();
        end = end || t.end;
    }
    CHECK(got == 14'480);
    CHECK(end);
    w.a.close(w.now, w.socket);
    w.run();
    CHECK(w.b.open_connections() == 0);
    CHECK(w.b.time_wait_count() >= 1);
}

TEST_CASE("as much goes with the SYN as the server's MSS less 40 bytes of options (tcp_send_syn_data)") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    const Result<std::uint64_t> r = w.begin(std::string(5000, 'x'));
    CHECK(r.value == 1420);
    CHECK(w.last_sent().ip_size() == 20 + 20 + 32 + 1420);  // 20 of the usual options, 12 of the cookie
    CHECK(w.a.write(w.now, w.socket, Piece::body(10)).error == TcpError::would_block);
    w.run();
    CHECK(w.a.write(w.now, w.socket, Piece::body(10)).ok());
}

TEST_CASE("a cookie that is not valid: only the SYN is acknowledged, a new one comes, the data goes again at once") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    // The server has another secret now.
    FastWorld other;
    Stack restarted(World::kB, enabled(), {98, 99});
    const SocketId l = restarted.socket();
    restarted.bind(l, kServer);
    restarted.set_option(w.now, l, SocketOption::fast_open, 5);
    restarted.listen(l, 10);
    w.loses = [](const Segment& s) { return s.destination.address == World::kB; };  // it goes to `restarted` by hand
    CHECK(w.begin("request").value == 7);
    const Segment syn = w.last_sent();
    restarted.on_segment(w.now, syn);
    Segment answer;
    REQUIRE(restarted.poll_segment(w.now, answer));
    CHECK(is_syn_ack(answer));
    CHECK(answer.ack == syn.seq + 1);
    CHECK(answer.fast_open().length == 8);
    CHECK_FALSE(answer.fast_open() == syn.fast_open());
    CHECK(restarted.accept(w.now, l).error == TcpError::would_block);
    w.inject(w.a, answer);
    const Segment again = w.last_sent();
    CHECK(again.payload.bytes() == "request");
    CHECK(again.ack == answer.seq + 1);
    CHECK_FALSE(again.has(flag::syn));
    restarted.on_segment(w.now, again);
    const Result<SocketId> s = restarted.accept(w.now, l);
    REQUIRE(s.ok());
    CHECK(restarted.read(w.now, s.value, 100).value.bytes() == "request");
    // and the next SYN carries the new cookie
    CHECK(w.begin("second").value == 6);
    CHECK(w.last_sent().fast_open() == answer.fast_open());
}

TEST_CASE("a SYN with data that is lost is repeated without data and without cookie (RFC 7413 4.2.2)") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    w.loses = [](const Segment& s) { return s.fast_open().present(); };
    w.begin("request");
    w.run(1005ms);
    CHECK(is_syn(w.last_sent()));
    CHECK(w.last_sent().payload.length == 0);
    CHECK_FALSE(w.last_sent().fast_open().present());
    w.run(500ms);
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "request");
}

TEST_CASE("a lost SYN-ACK: repeated after 1 s, the data is acknowledged and delivered once") {
    FastWorld w;
    INFO(w);
    w.get_cookie();
    bool lost = false;
    w.loses = [&](const Segment& s) {
        if (!is_syn_ack(s) || lost) return false;
        return lost = true;
    };
    w.begin("request");
    w.run(3s);
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    const World::Taken t = w.read_all(w.b, s.value);
    CHECK(t.bytes == "request");
    CHECK(w.a.info(w.socket).value.state == State::established);
    CHECK(w.b.info(s.value).value.state == State::established);
    CHECK(w.b.info(s.value).value.bytes_received == 7);
}

TEST_CASE("a SYN-ACK that is never answered: one retry more than usual, and what was accepted fails with ETIMEDOUT") {
    Config c = enabled();
    c.synack_retries = 2;
    FastWorld w(c);
    INFO(w);
    w.get_cookie();
    w.loses = [](const Segment& s) { return s.source.address == World::kB; };
    w.begin("request");
    w.run(10ms);
    const SocketId s = w.b.accept(w.now, w.listener).value;
    const std::size_t before = w.sent(is_syn_ack);
    w.run(100s);
    CHECK(w.event_error(w.b, s) == TcpError::timed_out);
    CHECK(w.sent(is_syn_ack) - before >= 3);
}

TEST_CASE("no more than TCP_FASTOPEN unfinished ones; further SYNs are treated as if without a cookie") {
    FastWorld w(enabled(), 1);
    INFO(w);
    w.get_cookie();
    w.loses = [](const Segment& s) { return s.source.address == World::kB; };  // none is finished
    w.begin("one");
    w.begin("two");
    w.run(10ms);
    CHECK(w.b.accept(w.now, w.listener).ok());
    CHECK(w.b.accept(w.now, w.listener).error == TcpError::would_block);
    CHECK(w.b.open_connections() == 2);
}

TEST_CASE("who may: TCP_FASTOPEN on the listener, unless the stack says all; and a client at all") {
    for (const bool all : {false, true}) {
        Config c = enabled();
        if (all) c.fast_open |= fast_open::all_listeners;
        FastWorld w(c, 0);
        w.begin("x");
        w.run(15ms);
        CHECK(w.last_sent().fast_open().present() == all);
    }
    Config off;
    off.fast_open = fast_open::server;
    FastWorld w(off);
    CHECK(w.begin("x").error == TcpError::not_supported);
}

TEST_CASE("without cookies at both ends the first SYN has data (fast_open 0x4, 0x200)") {
    Config c = enabled();
    c.fast_open |= fast_open::client_no_cookie | fast_open::server_no_cookie;
    FastWorld w(c);
    INFO(w);
    CHECK(w.begin("at once").value == 7);
    CHECK_FALSE(w.last_sent().fast_open().present());
    w.run(10ms);
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "at once");
}

TEST_CASE("a server that does not answer option 34 is asked with the experimental one next, then again with 34") {
    FastWorld w(enabled(), 0);
    INFO(w);
    std::vector<FastOpenOption::Kind> kinds;
    for (int i = 0; i < 3; ++i) {
        w.begin("x");
        kinds.push_back(w.last_sent().fast_open().kind);
        w.run();
    }
    CHECK(kinds == std::vector{FastOpenOption::Kind::standard, FastOpenOption::Kind::experimental,
                               FastOpenOption::Kind::standard});
}

TEST_CASE("TCP_FASTOPEN_CONNECT: connect() asks for a cookie, or lets the first write take the SYN along") {
    FastWorld w;
    INFO(w);
    const SocketId first = w.a.socket();
    w.a.set_option(w.now, first, SocketOption::fast_open_connect, 1);
    CHECK(w.a.connect(w.now, first, kServer) == TcpError::in_progress);
    w.run(0ms);
    CHECK(w.last_sent().fast_open().present());
    w.run();
    const SocketId s1 = w.b.accept(w.now, w.listener).value;
    const SocketId second = w.a.socket();
    w.a.set_option(w.now, second, SocketOption::fast_open_connect, 1);
    const std::size_t before = w.sent_count();
    CHECK(w.a.connect(w.now, second, kServer) == TcpError::none);
    CHECK(w.a.set_option(w.now, second, SocketOption::no_delay, 1) == TcpError::none);
    w.run();
    CHECK(w.sent_count() == before);
    CHECK((w.ready(w.a, second) & ready::writable) != 0);
    w.write(w.a, second, "deferred");
    w.run(10ms);
    const Result<SocketId> s2 = w.b.accept(w.now, w.listener);
    REQUIRE(s2.ok());
    CHECK(w.read_all(w.b, s2.value).bytes == "deferred");
    // closed without a write: nothing was ever sent
    const SocketId third = w.a.socket();
    w.a.set_option(w.now, third, SocketOption::fast_open_connect, 1);
    CHECK(w.a.connect(w.now, third, kServer) == TcpError::none);
    const std::uint32_t open = w.a.open_connections();
    const std::size_t sent = w.sent_count();
    CHECK(w.a.close(w.now, third) == TcpError::none);
    w.run(5ms);
    CHECK(w.a.open_connections() == open - 1);
    CHECK(w.sent([](const Segment& s) { return s.has(flag::rst); }) == 0);
    w.run();
    CHECK(w.sent_count() - sent < 3);
    w.b.close(w.now, s1);
}

TEST_CASE("two that open towards each other with data: it arrives once (RFC 7413 4.2.2, simultaneous open)") {
    FastWorld w;
    w.get_cookie();
    // b asks back from its port 80 to a's port 5000, as a does the other way round
    const SocketId la = w.listen(w.a, 7000);
    w.a.close(w.now, la);
    INFO(w);
    const SocketId x = w.a.socket();
    w.a.bind(x, {World::kA, 5000});
    const SocketId y = w.b.socket();
    w.b.bind(y, {World::kB, 5001});
    const Piece piece = Piece::of(make_text("crossing"));
    CHECK(w.a.connect_write(w.now, x, {World::kB, 5001}, &piece, 1).value == 8);
    CHECK(w.b.connect(w.now, y, {World::kA, 5000}) == TcpError::in_progress);
    w.run(3s);
    CHECK(w.a.info(x).value.state == State::established);
    CHECK(w.b.info(y).value.state == State::established);
    CHECK(w.read_all(w.b, y).bytes == "crossing");
}
