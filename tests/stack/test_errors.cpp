// Resets, refusals, and what the calls return after them.
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};

Segment segment(std::uint8_t flags, std::uint32_t seq, std::uint32_t ack) {
    Segment s;
    s.source = {World::kA, 7777};
    s.destination = kServer;
    s.flags = flags;
    s.seq = SeqNum(seq);
    s.ack = SeqNum(ack);
    return s;
}

}  // namespace

TEST_CASE("refused: an event, the error once, then end of stream and broken pipe") {
    World w;
    INFO(w);
    const SocketId c = w.connect(w.a, kServer);
    w.run();
    CHECK((w.ready(w.a, c) & ready::failed) != 0);
    CHECK(w.event_error(w.a, c) == TcpError::refused);
    CHECK(w.a.info(c).value.error == TcpError::refused);
    CHECK(w.a.read(w.now, c, 10).error == TcpError::refused);
    const Result<Payload> end = w.a.read(w.now, c, 10);
    CHECK(end.ok());
    CHECK(end.value.length == 0);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
    CHECK(w.finished_a.size() == 1);
    CHECK(w.finished_a[0].info.bytes_received == 0);
    CHECK(w.finished_a[0].info.bytes_destroyed == 0);
    CHECK(w.a.open_connections() == 0);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    CHECK(w.b.open_connections() == 0);
}

TEST_CASE("no answer at all: timed out") {
    World w;
    INFO(w);
    w.loses = [](const Segment&) { return true; };
    const SocketId c = w.connect(w.a, kServer);
    w.run(600s);
    CHECK((w.ready(w.a, c) & ready::failed) != 0);
    CHECK(w.event_error(w.a, c) == TcpError::timed_out);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::timed_out);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
}

TEST_CASE("close with unread data resets; the peer reads what had arrived, then the error once") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.a, c, "never read");
    w.write(w.b, s, "the answer");
    w.run();
    w.ready(w.a, c);
    CHECK(w.b.close(w.now, s) == TcpError::none);
    w.run();
    CHECK(w.last_sent().has(flag::rst));
    CHECK((w.ready(w.a, c) & ready::failed) != 0);
    CHECK(w.event_error(w.a, c) == TcpError::reset);
    const World::Taken got = w.read_all(w.a, c);
    CHECK(got.bytes == "the answer");
    CHECK(got.error == TcpError::reset);
    CHECK(w.read_all(w.a, c).end);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
    REQUIRE(w.finished_b.size() == 1);
    CHECK(w.finished_b[0].info.bytes_destroyed == 10);
    CHECK(w.finished_b[0].time_wait_until == kNever);
    CHECK(w.finished_a.size() == 1);
    CHECK(w.a.time_wait_count() + w.b.time_wait_count() == 0);
}

TEST_CASE("the first call after a reset may be a write, which then returns the error") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.b, s, "kept");
    w.run();
    w.b.set_option(w.now, s, SocketOption::linger_ns, 0);
    w.b.close(w.now, s);
    w.run();
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::reset);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
    const World::Taken got = w.read_all(w.a, c);
    CHECK(got.bytes == "kept");
    CHECK(got.end);
}

TEST_CASE("linger 0 resets, and throws away what was not sent") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    CHECK(w.b.write(w.now, s, Piece::body(1'000'000)).ok());
    w.run(15ms);
    w.b.set_option(w.now, s, SocketOption::linger_ns, 0);
    w.b.close(w.now, s);
    w.run();
    const World::Taken got = w.read_all(w.a, c);
    CHECK(got.bytes.size() > 0);
    CHECK(got.bytes.size() < 100'000);
    CHECK(got.error == TcpError::reset);
    CHECK(w.b.open_connections() + w.b.time_wait_count() == 0);
}

TEST_CASE("a longer linger closes in the background") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.b.set_option(w.now, s, SocketOption::linger_ns, 1'000'000'000);
    w.b.set_option(w.now, s, SocketOption::send_buffer, 200'000);
    CHECK(w.b.write(w.now, s, Piece::body(200'000)).value == 200'000);
    CHECK(w.b.close(w.now, s) == TcpError::none);
    World::Taken got;
    std::size_t total = 0;
    while (!got.end) {
        w.run(20ms);
        got = w.read_all(w.a, c);
        total += got.bytes.size();
        REQUIRE((got.end || got.error == TcpError::would_block));
    }
    CHECK(total == 200'000);
}

TEST_CASE("data for an orphan is answered with a reset") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.b.close(w.now, s);
    w.run();
    w.write(w.a, c, "too late");
    w.run();
    CHECK(w.event_error(w.a, c) == TcpError::broken_pipe);  // as Linux has it in CLOSE-WAIT
    CHECK(w.b.open_connections() == 0);
    CHECK(w.finished_b.at(0).info.bytes_destroyed == 8);
    CHECK(w.read_all(w.a, c).end);  // the FIN came before the reset
}

TEST_CASE("an orphan in FIN-WAIT-2 is given up after fin_timeout") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.a.close(w.now, c);
    w.run(50s);
    CHECK(w.a.open_connections() == 1);
    w.run(20s);
    CHECK(w.a.open_connections() == 0);
    CHECK(w.b.info(s).value.state == State::close_wait);
    w.b.close(w.now, s);
    w.run();
    CHECK(w.last_sent().has(flag::rst));
    CHECK(w.b.open_connections() == 0);
}

TEST_CASE("segments for no connection (RFC 9293 3.10.7.1)") {
    World w;
    INFO(w);
    SUBCASE("without ACK: RST with ACK of what came") {
        w.inject(w.b, segment(flag::syn, 1000, 0));
        REQUIRE(w.sent_count() == 1);
        CHECK(w.last_sent().flags == (flag::rst | flag::ack));
        CHECK(w.last_sent().seq == SeqNum(0));
        CHECK(w.last_sent().ack == SeqNum(1001));
        CHECK(w.last_sent().source == kServer);
        CHECK(w.last_sent().destination == Endpoint{World::kA, 7777});
    }
    SUBCASE("with ACK: RST from there") {
        w.inject(w.b, segment(flag::ack | flag::fin, 1000, 5555));
        REQUIRE(w.sent_count() == 1);
        CHECK(w.last_sent().flags == flag::rst);
        CHECK(w.last_sent().seq == SeqNum(5555));
    }
    SUBCASE("never in answer to a RST") {
        w.inject(w.b, segment(flag::rst, 1000, 0));
        w.inject(w.b, segment(flag::rst | flag::ack, 1000, 7));
        CHECK(w.sent_count() == 0);
    }
    SUBCASE("a listener: ACK is reset, anything but SYN ignored") {
        w.listen(w.b, kPort);
        w.inject(w.b, segment(flag::syn | flag::ack, 1000, 42));
        REQUIRE(w.sent_count() == 1);
        CHECK(w.last_sent().flags == flag::rst);
        CHECK(w.last_sent().seq == SeqNum(42));
        w.inject(w.b, segment(flag::fin, 1000, 0));
        w.inject(w.b, segment(0, 1000, 0));
        w.inject(w.b, segment(flag::syn | flag::fin, 1000, 0));
        CHECK(w.sent_count() == 1);
        CHECK(w.b.open_connections() == 0);
    }
}
