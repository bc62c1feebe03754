// Connections between two stacks: opened and closed in every order.
#include <memory>

#include "stack/share.hpp"
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;

void check_all_gone(World& w) {
    CHECK(w.a.open_connections() == 0);
    CHECK(w.b.open_connections() == 0);
    CHECK(w.a.time_wait_count() == 0);
    CHECK(w.b.time_wait_count() == 0);
    CHECK(w.a.next_deadline() == kNever);
    CHECK(w.b.next_deadline() == kNever);
}

}  // namespace

TEST_CASE("connect, transfer both ways, the client closes first") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const SocketId c = w.connect(w.a, {World::kB, kPort});
    CHECK(w.a.info(c).value.state == State::syn_sent);
    CHECK(w.a.read(w.now, c, 100).error == TcpError::would_block);
    CHECK(w.a.write(w.now, c, Piece::body(5)).error == TcpError::would_block);
    CHECK(w.a.connect(w.now, c, {World::kB, kPort}) == TcpError::already);
    w.run();
    CHECK(w.ready(w.a, c) == ready::connected);
    CHECK(w.a.connect(w.now, c, {World::kB, kPort}) == TcpError::is_connected);
    CHECK(w.ready(w.b, l) == ready::accept);
    Endpoint peer;
    const SocketId s = w.b.accept(w.now, l, &peer).value;
    CHECK(peer == w.a.info(c).value.tuple.local);
    CHECK(w.b.accept(w.now, l).error == TcpError::would_block);
    CHECK(w.ready(w.b, s) == 0);

    w.write(w.a, c, "a question");
    w.run();
    CHECK((w.ready(w.b, s) & ready::readable) != 0);
    CHECK(w.read_all(w.b, s).bytes == "a question");
    w.write(w.b, s, std::string(40000, 'x') + "!");
    w.run();
    CHECK((w.ready(w.a, c) & ready::readable) != 0);
    CHECK(w.read_all(w.a, c).bytes == std::string(40000, 'x') + "!");

    const Time closed = w.now;
    CHECK(w.a.close(w.now, c) == TcpError::none);
    w.run();
    CHECK(w.read_all(w.b, s).end);
    CHECK(w.b.info(s).value.state == State::close_wait);
    CHECK(w.b.close(w.now, s) == TcpError::none);
    w.run();
    CHECK(w.a.time_wait_count() == 1);
    CHECK(w.b.time_wait_count() == 0);
    REQUIRE(w.finished_a.size() == 1);
    REQUIRE(w.finished_b.size() == 1);
    const Stack::Finished& row = w.finished_a[0];
    CHECK(row.id == 1);
    CHECK(row.info.opened == kStart);
    CHECK(row.info.established == kStart + 2 * World::kDelay);
    CHECK(row.closed == closed + 100ms + 10ms);
    CHECK(row.time_wait_until == row.closed + 60s);
    CHECK(row.info.bytes_written == 10);
    CHECK(row.info.bytes_acknowledged == 10);
    CHECK(row.info.bytes_read == 40001);
    CHECK(w.finished_b[0].info.syn == row.info.syn);
    CHECK(w.finished_b[0].info.established == kStart + 3 * World::kDelay);
    CHECK(w.finished_b[0].info.bytes_acknowledged == 40001);
    CHECK(w.finished_b[0].time_wait_until == kNever);
    CHECK(w.finished_b[0].info.state == State::closed);
    w.run(61s);
    check_all_gone(w);
    CHECK(w.a.time_wait_peak() == 1);
}

TEST_CASE("the server closes first: TIME_WAIT is there") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.b, s, "answer");
    CHECK(w.b.close(w.now, s) == TcpError::none);
    w.run();
    const World::Taken got = w.read_all(w.a, c);
    CHECK(got.bytes == "answer");
    CHECK(got.end);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    w.run();
    CHECK(w.a.time_wait_count() == 0);
    CHECK(w.b.time_wait_count() == 1);
    w.run(61s);
    check_all_gone(w);
}

TEST_CASE("both close at the same time: TIME_WAIT at both") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.a.close(w.now, c);
    w.b.close(w.now, s);
    w.run();
    CHECK(w.a.time_wait_count() == 1);
    CHECK(w.b.time_wait_count() == 1);
    CHECK(w.a.open_connections() + w.b.open_connections() == 0);
    w.run(61s);
    check_all_gone(w);
}

TEST_CASE("half close: the other direction goes on, and the socket reads what came before TIME_WAIT") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.a, c, "all I had");
    CHECK(w.a.shutdown(w.now, c, Shutdown::write) == TcpError::none);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
    w.run();
    const World::Taken got = w.read_all(w.b, s);
    CHECK(got.bytes == "all I had");
    CHECK(got.end);
    w.write(w.b, s, std::string(30000, 'r'));
    w.b.close(w.now, s);
    w.run(1s);
    // The connection is in TIME_WAIT, its socket still has everything to read.
    CHECK(w.a.time_wait_count() == 1);
    CHECK(w.finished_a.size() == 1);
    CHECK(w.a.info(c).value.state == State::time_wait);
    const World::Taken rest = w.read_all(w.a, c);
    CHECK(rest.bytes.size() == 30000);
    CHECK(rest.end);
    CHECK(w.a.shutdown(w.now, c, Shutdown::write) == TcpError::none);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    CHECK(w.a.close(w.now, c) == TcpError::bad_socket);
    w.run(61s);
    check_all_gone(w);
    CHECK(w.finished_a.size() == 1);
}

TEST_CASE("shutdown for reading ends the stream once what is there was read") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.a, c, "text");
    w.run();
    w.ready(w.b, s);
    CHECK(w.b.shutdown(w.now, s, Shutdown::read) == TcpError::none);
    w.run(0ms);
    CHECK(w.ready(w.b, s) == ready::readable);
    const World::Taken got = w.read_all(w.b, s);
    CHECK(got.bytes == "text");
    CHECK(got.end);
    CHECK(w.b.write(w.now, s, Piece::body(3)).ok());
}

TEST_CASE("simultaneous open") {
    World w;
    INFO(w);
    const SocketId x = w.a.socket();
    const SocketId y = w.b.socket();
    REQUIRE(w.a.bind(x, {World::kA, 4000}) == TcpError::none);
    REQUIRE(w.b.bind(y, {World::kB, 5000}) == TcpError::none);
    CHECK(w.a.connect(w.now, x, {World::kB, 5000}) == TcpError::in_progress);
    CHECK(w.b.connect(w.now, y, {World::kA, 4000}) == TcpError::in_progress);
    w.run();
    CHECK((w.ready(w.a, x) & ready::connected) != 0);
    CHECK((w.ready(w.b, y) & ready::connected) != 0);
    w.write(w.a, x, "hello");
    w.run();
    CHECK(w.read_all(w.b, y).bytes == "hello");
    w.b.close(w.now, y);
    w.run();
    CHECK(w.read_all(w.a, x).end);
    w.a.close(w.now, x);
    w.run(61s);
    check_all_gone(w);
}

TEST_CASE("lost SYN, SYN-ACK and ACK: the connection comes up all the same") {
    for (int nth = 1; nth <= 3; ++nth) {
        World w;
        INFO(w);
        int sent = 0;
        w.loses = [&](const Segment&) { return ++sent == nth; };
        const SocketId l = w.listen(w.b, kPort);
        const SocketId c = w.connect(w.a, {World::kB, kPort});
        w.run(3s);
        CHECK((w.ready(w.a, c) & ready::connected) != 0);
        CHECK(w.b.accept(w.now, l).ok());
    }
}

TEST_CASE("closing while connecting leaves nothing behind") {
    World w;
    INFO(w);
    const SocketId c = w.connect(w.a, {{0x0a0000ff}, kPort});
    w.loses = [](const Segment&) { return true; };
    w.run(1500ms);
    CHECK(w.a.open_connections() == 1);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    w.run(0ms);
    CHECK(w.a.open_connections() == 0);
    CHECK(w.finished_a.size() == 1);
    CHECK(w.finished_a[0].info.established == kNever);
    w.run(60s);
    check_all_gone(w);
    CHECK(w.a.info(c).error == TcpError::bad_socket);
}

TEST_CASE("descriptors are reused, the lowest first, and numbers of connections never") {
    World w;
    INFO(w);
    w.listen(w.b, kPort);
    const SocketId c0 = w.connect(w.a, {World::kB, kPort});
    const SocketId c1 = w.connect(w.a, {World::kB, kPort});
    const SocketId c2 = w.connect(w.a, {World::kB, kPort});
    CHECK(w.a.connection_id(c2) == 3);
    w.run();
    w.a.close(w.now, c1);
    w.a.close(w.now, c0);
    CHECK(w.a.socket() == c0);
    CHECK(w.a.connection_id(c0) == 0);
    CHECK(w.connect(w.a, {World::kB, kPort}) == c1);
    CHECK(w.a.connection_id(c1) == 4);
    w.run();
    CHECK(w.ready(w.a, c0) == ready::connected);  // of the connection that had it before
    CHECK(w.ready(w.a, c1) == ready::connected);
    w.a.close(w.now, c2);
}

TEST_CASE("an event of a closed socket is not given to the next that has its number") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.b, s, "x");
    w.b.on_deadline(w.now);
    Segment data;
    REQUIRE(w.b.poll_segment(w.now, data));
    w.a.on_segment(w.now, data);
    Segment out;
    while (w.a.poll_segment(w.now, out)) {
    }
    // readable waits to be pulled; the socket goes
    w.a.close(w.now, c);
    CHECK(w.a.socket() == c);
    SocketEvent e;
    CHECK_FALSE(w.a.poll_event(e));
}

TEST_CASE("bad descriptors and wrong kinds") {
    World w;
    Stack& t = w.a;
    for (const SocketId bad : {-1, 0, 7}) {
        CHECK(t.bind(bad, {}) == TcpError::bad_socket);
        CHECK(t.listen(bad, 1) == TcpError::bad_socket);
        CHECK(t.connect(w.now, bad, {World::kB, 1}) == TcpError::bad_socket);
        CHECK(t.accept(w.now, bad).error == TcpError::bad_socket);
        CHECK(t.read(w.now, bad, 1).error == TcpError::bad_socket);
        CHECK(t.write(w.now, bad, Piece::body(1)).error == TcpError::bad_socket);
        CHECK(t.shutdown(w.now, bad, Shutdown::both) == TcpError::bad_socket);
        CHECK(t.close(w.now, bad) == TcpError::bad_socket);
        CHECK(t.set_option(w.now, bad, SocketOption::cork, 1) == TcpError::bad_socket);
        CHECK(t.get_option(bad, SocketOption::cork).error == TcpError::bad_socket);
        CHECK(t.info(bad).error == TcpError::bad_socket);
        CHECK(t.connection_id(bad) == 0);
    }
    const SocketId fresh = t.socket();
    CHECK(t.read(w.now, fresh, 1).error == TcpError::not_connected);
    CHECK(t.write(w.now, fresh, Piece::body(1)).error == TcpError::broken_pipe);
    CHECK(t.shutdown(w.now, fresh, Shutdown::write) == TcpError::not_connected);
    CHECK(t.accept(w.now, fresh).error == TcpError::invalid);
    CHECK(t.connect(w.now, fresh, {World::kB, 0}) == TcpError::invalid);
    const SocketId l = w.listen(t, 80);
    CHECK(t.read(w.now, l, 1).error == TcpError::not_connected);
    CHECK(t.write(w.now, l, Piece::body(1)).error == TcpError::broken_pipe);
    CHECK(t.connect(w.now, l, {World::kB, 1}) == TcpError::is_connected);
    CHECK(t.info(l).value.state == State::listen);
    CHECK(t.info(l).value.tuple.local == Endpoint{World::kA, 80});
}

TEST_CASE("stacks that share their memory: one ends in the middle of its work, the other goes on") {
    auto share = std::make_shared<StackShare>(Config());
    auto a = std::make_unique<Stack>(World::kA, share, StackSeeds{11, 12});
    auto b = std::make_unique<Stack>(World::kB, share, StackSeeds{21, 22});
    share.reset();
    Time now = kStart;
    const auto run = [&] {
        Segment s;
        for (bool any = true; any; now += 1ms) {
            any = false;
            while (a != nullptr && a->poll_segment(now, s)) any = true, b->on_segment(now, s);
            while (b->poll_segment(now, s)) {
                any = true;
                if (a != nullptr) a->on_segment(now, s);
            }
        }
    };
    const SocketId listener = b->socket();
    REQUIRE(b->bind(listener, {World::kB, kPort}) == TcpError::none);
    REQUIRE(b->listen(listener, 10) == TcpError::none);
    const SocketId c = a->socket();
    REQUIRE(a->connect(now, c, {World::kB, kPort}) == TcpError::in_progress);
    run();
    const SocketId s = b->accept(now, listener).value;
    REQUIRE(a->write(now, c, Piece::body(1000)).value == 1000);
    run();
    CHECK(b->read(now, s, 5000).value.length == 1000);
    REQUIRE(a->write(now, c, Piece::body(1000)).value == 1000);
    REQUIRE(b->write(now, s, Piece::body(1000)).value == 1000);
    Segment lost;
    REQUIRE(a->poll_segment(now, lost));
    a.reset();
    run();
    b->on_deadline(b->next_deadline());
    Segment again;
    CHECK(b->poll_segment(now + 1s, again));
    CHECK(again.payload.length == 1000);
}
