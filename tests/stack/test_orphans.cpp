// Orphans, which the application has closed and which still wait for acknowledgements, and SO_LINGER, which lets a
// close() wait for them (tcp_close in Linux).
#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;

bool is_reset(const Segment& s) { return s.has(flag::rst); }

Config limited(std::uint32_t most) {
    Config c;
    c.max_orphans = most;
    return c;
}

}  // namespace

TEST_CASE("an orphan counts until its FIN is acknowledged") {
    World w;
    INFO(w);
    const auto [c, s] = w.pair(w.listen(w.b, kPort), kPort);
    w.a.close(w.now, c);
    CHECK(w.a.orphans() == 1);
    w.run(2 * World::kDelay);
    CHECK(w.a.open_connections() == 1);  // FIN-WAIT-2
    CHECK(w.a.orphans() == 0);
    w.b.close(w.now, s);
    CHECK(w.b.orphans() == 1);  // LAST-ACK
    w.run();
    CHECK(w.b.orphans() == 0);
    CHECK(w.b.open_connections() == 0);
    CHECK(w.a.orphans_aborted() + w.b.orphans_aborted() == 0);
}

TEST_CASE("half closed, reset, refused or never opened: no orphan") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.a.shutdown(w.now, c, Shutdown::write);
    CHECK(w.a.orphans() == 0);
    w.run();
    w.a.close(w.now, c);  // in FIN-WAIT-2
    CHECK(w.a.orphans() == 0);
    w.b.set_option(w.now, s, SocketOption::linger_ns, 0);
    w.b.close(w.now, s);
    const SocketId opening = w.connect(w.a, {w.b.address(), kPort});
    w.a.close(w.now, opening);
    w.a.close(w.now, w.a.socket());
    w.run();
    w.b.close(w.now, l);
    w.run();
    CHECK(w.a.orphans() == 0);
    CHECK(w.b.orphans() == 0);
}

TEST_CASE("an orphan that the peer resets counts no more") {
    World w;
    INFO(w);
    const auto [c, s] = w.pair(w.listen(w.b, kPort), kPort);
    w.write(w.a, c, "never read");
    w.run();
    w.a.close(w.now, c);
    w.b.close(w.now, s);
    CHECK(w.a.orphans() == 1);
    w.run();
    CHECK(w.a.orphans() == 0);
}

TEST_CASE("one orphan more than max_orphans is reset, and counted") {
    World w(limited(2));
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    std::array<SocketId, 4> clients{};
    std::array<SocketId, 4> servers{};
    for (std::size_t i = 0; i < clients.size(); ++i) {
        std::tie(clients.at(i), servers.at(i)) = w.pair(l, kPort);
    }
    for (const SocketId c : clients) w.a.close(w.now, c);
    w.run(Duration::zero());
    CHECK(w.a.orphans() == 2);
    CHECK(w.a.orphans_aborted() == 2);
    CHECK(w.sent(is_reset) == 2);
    CHECK(w.finished_a.size() == 2);
    w.run();
    for (std::size_t i = 0; i < servers.size(); ++i) {
        const World::Taken got = w.read_all(w.b, servers.at(i));
        CHECK(got.end);  // the FIN came first
        CHECK(w.b.info(servers.at(i)).value.error == (i < 2 ? TcpError::none : TcpError::broken_pipe));
    }
    CHECK(w.a.orphans() == 0);
    CHECK(w.b.orphans_aborted() == 0);
}

TEST_CASE("the profiles of the RFCs know no limit") {
    for (const Profile p : {Profile::rfc, Profile::classic}) CHECK(make_config(p).max_orphans == kInfiniteSegments);
    CHECK(make_config(Profile::linux_).max_orphans == 65536);
}

TEST_CASE("an orphan that was given up before it repeats anything says RST once") {
    World w(limited(1));
    INFO(w);
    const auto [c, s] = w.pair(w.listen(w.b, kPort), kPort);
    w.run(300s);
    w.loses = [](const Segment&) { return true; };
    w.a.close(w.now, c);
    w.run(100ms);
    CHECK(w.a.orphans() == 1);
    w.run(1s);
    CHECK(w.a.orphans() == 0);
    CHECK(w.a.orphans_aborted() == 1);
    CHECK(w.a.open_connections() == 0);
    CHECK(w.sent(is_reset) == 1);
    w.run(300s);
    CHECK(w.sent(is_reset) == 1);
}

TEST_CASE("linger() says when a blocking close() would return") {
    World w;
    INFO(w);
    const auto [c, s] = w.pair(w.listen(w.b, kPort), kPort);
    w.a.set_option(w.now, c, SocketOption::linger_ns, 1'000'000'000);
    w.write(w.a, c, "last words");
    CHECK(w.a.linger(w.now, c) == TcpError::in_progress);
    CHECK(w.a.write(w.now, c, Piece::body(1)).error == TcpError::broken_pipe);
    w.run(World::kDelay);
    CHECK(w.a.linger(w.now, c) == TcpError::in_progress);
    CHECK(w.a.orphans() == 0);
    w.run(100ms);  // the FIN's acknowledgement is a delayed one
    CHECK(w.a.linger(w.now, c) == TcpError::none);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    CHECK(w.a.orphans() == 0);  // FIN-WAIT-2
    const World::Taken got = w.read_all(w.b, s);
    CHECK(got.bytes == "last words");
    CHECK(got.end);
    w.b.close(w.now, s);
    w.run();
    CHECK(w.a.open_connections() == 0);
    CHECK(w.a.time_wait_count() == 1);
}

TEST_CASE("linger(): the time runs out, and close() leaves an orphan") {
    World w;
    INFO(w);
    const auto [c, s] = w.pair(w.listen(w.b, kPort), kPort);
    w.a.set_option(w.now, c, SocketOption::linger_ns, 1'000'000'000);
    w.loses = [](const Segment&) { return true; };
    CHECK(w.a.linger(w.now, c) == TcpError::in_progress);
    w.run(1s);
    CHECK(w.a.linger(w.now, c) == TcpError::in_progress);
    CHECK(w.a.close(w.now, c) == TcpError::none);
    CHECK(w.a.linger(w.now, c) == TcpError::bad_socket);
    CHECK(w.a.orphans() == 1);
    w.loses = nullptr;
    w.run(2s);
    CHECK(w.a.orphans() == 0);
    CHECK(w.read_all(w.b, s).end);
}

TEST_CASE("linger() has nothing to wait for") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    SUBCASE("SO_LINGER is off: nothing happens") {
        CHECK(w.a.linger(w.now, c) == TcpError::none);
        w.write(w.a, c, "still open");
    }
    SUBCASE("its time is 0: close() will reset") {
        w.a.set_option(w.now, c, SocketOption::linger_ns, 0);
        CHECK(w.a.linger(w.now, c) == TcpError::none);
        w.write(w.a, c, "still open");
    }
    SUBCASE("not connected") {
        CHECK(w.b.linger(w.now, l) == TcpError::none);
        CHECK(w.a.linger(w.now, w.a.socket()) == TcpError::none);
        CHECK(w.a.linger(w.now, kNoSocket) == TcpError::bad_socket);
    }
    SUBCASE("unread data: reset") {
        w.write(w.b, s, "unread");
        w.run();
        w.a.set_option(w.now, c, SocketOption::linger_ns, 1'000'000'000);
        CHECK(w.a.linger(w.now, c) == TcpError::none);
        CHECK(w.a.close(w.now, c) == TcpError::none);
        w.run();
        CHECK(w.last_sent().has(flag::rst));
        CHECK(w.a.open_connections() + w.b.open_connections() == 0);
    }
}
