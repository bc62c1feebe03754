// TIME_WAIT: ports that it keeps, how they come back, what it answers.
#include "stack/world.hpp"
#include "tcp/time_wait.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};

Config with_ports(std::uint16_t count, TimeWaitReuse reuse) {
    Config c;
    c.port_first = 32768;
    c.port_last = static_cast<std::uint16_t>(32768 + count - 1);
    c.time_wait_reuse = reuse;
    return c;
}

// One connection that `client` opens and the client, or else the server, closes first. False: no port.
bool transact(World& w, SocketId listener, bool client_closes) {
    const SocketId c = w.a.socket();
    if (w.a.connect(w.now, c, {w.b.address(), kPort}) == TcpError::no_port) {
        w.a.close(w.now, c);
        return false;
    }
    w.run(30ms);
    const Result<SocketId> accepted = w.b.accept(w.now, listener);
    REQUIRE(accepted.ok());
    const SocketId s = accepted.value;
    Stack& first = client_closes ? w.a : w.b;
    Stack& second = client_closes ? w.b : w.a;
    first.close(w.now, client_closes ? c : s);
    w.run(15ms);
    second.close(w.now, client_closes ? s : c);
    w.run(30ms);
    return true;
}

int transactions_until_no_port(World& w, SocketId listener, bool client_closes, int most) {
    int n = 0;
    while (n < most && transact(w, listener, client_closes)) ++n;
    return n;
}

/// Notes the states that connections come to.
class StateWatcher final : public Observer {
  public:
    void on_tcp(Time, const TcpSnapshot& snapshot) override { states.push_back(snapshot.state); }
    std::vector<State> states;
};

// Time from the first no_port until a port is there again, in steps of 10 ms.
Duration until_port(World& w) {
    const Time from = w.now;
    while (true) {
        const SocketId c = w.a.socket();
        const TcpError e = w.a.connect(w.now, c, {w.b.address(), kPort});
        w.a.close(w.now, c);
        w.run(10ms);
        if (e != TcpError::no_port) return w.now - 10ms - from;
    }
}

}  // namespace

TEST_CASE("ports run out when the client closes first, and come back after time_wait") {
    for (const TimeWaitReuse reuse : {TimeWaitReuse::never, TimeWaitReuse::loopback}) {
        World w(with_ports(100, reuse));
        const SocketId l = w.listen(w.b, kPort);
        const Time start = w.now;
        CHECK(transactions_until_no_port(w, l, true, 200) == 100);
        CHECK(w.a.time_wait_count() == 100);
        const Duration took = w.now - start;
        const Duration wait = until_port(w);
        // The first one's TIME_WAIT began 55 ms after its connect().
        CHECK(took + wait >= 60s + 55ms);
        CHECK(took + wait < 60s + 55ms + 10ms);
    }
}

TEST_CASE("tcp_tw_reuse: after a second when always, or towards 127/8 when loopback") {
    for (const bool loopback : {false, true}) {
        const Ipv4Address a{loopback ? 0x7f000001U : 0x0a000001U};
        const Ipv4Address b{loopback ? 0x7f000002U : 0x0a000002U};
        World w(with_ports(10, loopback ? TimeWaitReuse::loopback : TimeWaitReuse::always), a, b);
        INFO(w);
        const SocketId l = w.listen(w.b, kPort);
        const Time start = w.now;
        CHECK(transactions_until_no_port(w, l, true, 20) == 10);
        const Duration took = w.now - start;
        const Duration wait = until_port(w);
        CHECK(took + wait >= 1s + 55ms);
        CHECK(took + wait < 1s + 55ms + 10ms);
        // and the port works: the server, which has no TIME_WAIT, takes the new connection
        w.run(2s);
        CHECK(transact(w, l, true));
        CHECK(w.a.time_wait_count() == 10);
    }
}

TEST_CASE("tcp_tw_reuse needs timestamps") {
    Config config = with_ports(3, TimeWaitReuse::always);
    config.timestamps = false;
    World w(config);
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    CHECK(transactions_until_no_port(w, l, true, 10) == 3);
    w.run(5s);
    CHECK_FALSE(transact(w, l, true));
}

TEST_CASE("tcp_tw_reuse needs timestamps of the connection that is taken over") {
    for (const bool with_another : {false, true}) {
        World w(with_ports(3, TimeWaitReuse::always));
        INFO(w);
        const SocketId l = w.listen(w.b, kPort);
        for (std::uint16_t port = 32768; port < 32770; ++port) {  // these had none
            w.a.add_time_wait(w.now, {{World::kA, port}, kServer});
        }
        if (with_another) {
            REQUIRE(transact(w, l, true));
        } else {
            w.a.add_time_wait(w.now, {{World::kA, 32770}, kServer});
        }
        CHECK_FALSE(transact(w, l, true));
        w.run(2s);
        CHECK(transact(w, l, true) == with_another);
        CHECK(w.a.time_wait_count() == 3);
        if (with_another) CHECK(w.finished_a.back().info.tuple.local.port == 32770);
        CHECK_FALSE(transact(w, l, true));
    }
}

TEST_CASE("a port that bind() chose is taken over at once, whatever tcp_tw_reuse says, if there are timestamps") {
    for (const bool timestamps : {true, false}) {
        Config config = with_ports(3, TimeWaitReuse::never);
        config.timestamps = timestamps;
        World w(config);
        INFO(w);
        const SocketId l = w.listen(w.b, kPort);
        REQUIRE(transact(w, l, true));
        const std::uint16_t old = w.finished_a.at(0).info.tuple.local.port;
        const SocketId c = w.a.socket();
        w.a.set_option(w.now, c, SocketOption::reuse_address, 1);
        REQUIRE(w.a.bind(c, {World::kA, old}) == TcpError::none);
        CHECK(w.a.connect(w.now, c, kServer) == (timestamps ? TcpError::in_progress : TcpError::no_port));
        CHECK(w.a.time_wait_count() == (timestamps ? 0 : 1));
        w.run();
        CHECK(w.b.accept(w.now, l).ok() == timestamps);
    }
}

TEST_CASE("a reused port starts beyond the old connection's sequence numbers") {
    World w(with_ports(1, TimeWaitReuse::always));
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.write(w.a, c, std::string(1000, 'x'));
    w.run();
    w.read_all(w.b, s);
    w.a.close(w.now, c);
    w.run();
    w.b.close(w.now, s);
    w.run();
    REQUIRE(w.last_sent().source.address == World::kA);  // the last ACK
    const SeqNum old_next = w.last_sent().seq;
    w.run(2s);
    w.connect(w.a, kServer);
    w.run(0ms);
    CHECK(w.last_sent().has(flag::syn));
    CHECK(w.last_sent().seq == old_next + 65537);
    CHECK(w.a.time_wait_count() == 0);
}

TEST_CASE("no limit when the server closes first: a newer SYN reopens its TIME_WAIT") {
    World w(with_ports(2, TimeWaitReuse::never));
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    CHECK(transactions_until_no_port(w, l, false, 10) == 10);
    CHECK(w.b.time_wait_count() == 2);
    CHECK(w.b.time_wait_peak() == 2);
    CHECK(w.a.time_wait_count() == 0);
}

TEST_CASE("TIME_WAIT without a listener answers a SYN with an acknowledgement") {
    World w(with_ports(1, TimeWaitReuse::never));
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    REQUIRE(transact(w, l, false));
    w.b.close(w.now, l);
    const std::size_t before = w.sent_count();
    w.connect(w.a, kServer);
    w.run(15ms);
    CHECK(w.sent_count() == before + 2);
    CHECK(w.last_sent().flags == flag::ack);
    CHECK(w.b.time_wait_count() == 1);
}

TEST_CASE("a repeated FIN is acknowledged again and the wait starts anew") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    const auto [c, s] = w.pair(l, kPort);
    w.a.close(w.now, c);
    w.run();
    bool lost = false;
    w.loses = [&](const Segment& x) {  // the ACK of b's FIN
        const bool it = !lost && x.source.address == World::kA;
        lost = lost || it;
        return it;
    };
    w.b.close(w.now, s);
    w.run(2s);
    CHECK(lost);
    CHECK(w.b.open_connections() == 0);
    CHECK(w.a.time_wait_count() == 1);
    const Time entered = w.finished_a.at(0).closed;
    w.run(entered + 60s - w.now);
    CHECK(w.a.time_wait_count() == 1);  // restarted
    w.run(2s);
    CHECK(w.a.time_wait_count() == 0);
}

TEST_CASE("a valid reset ends TIME_WAIT") {
    World w(with_ports(1, TimeWaitReuse::never));
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    REQUIRE(transact(w, l, true));
    Segment rst;
    rst.source = kServer;
    rst.destination = w.last_sent().source;
    rst.flags = flag::rst;
    rst.seq = w.last_sent().ack;
    REQUIRE(w.a.time_wait_count() == 1);
    rst.seq = rst.seq + 1;
    w.inject(w.a, rst);
    CHECK(w.a.time_wait_count() == 1);
    rst.seq = rst.seq - 1;
    StateWatcher watcher;
    w.a.set_observer(&watcher);
    w.inject(w.a, rst);
    CHECK(w.a.time_wait_count() == 0);
    CHECK(watcher.states == std::vector<State>{State::closed});  // who watches is told
    w.a.set_observer(nullptr);
    CHECK(transact(w, l, true));  // its port is free
}

TEST_CASE("a full TIME_WAIT table does not stand in the way of connections") {
    World w;
    INFO(w);
    const SocketId l = w.listen(w.b, kPort);
    for (std::uint32_t i = 0; i < 100'000; ++i) {
        const auto port = static_cast<std::uint16_t>(1024 + i % 50'000);
        w.b.add_time_wait(w.now, {kServer, {{0x0a000100 + i / 50'000}, port}});
    }
    CHECK(w.b.time_wait_count() == 100'000);
    CHECK(transact(w, l, false));
    CHECK(w.b.time_wait_count() == 100'001);
    w.run(60s);
    CHECK(w.b.time_wait_count() == 0);
    CHECK(w.b.time_wait_peak() == 100'001);
    CHECK(w.b.next_deadline() == kNever);
}

TEST_CASE("entries that were added keep their ports, and the same four-tuple is added once") {
    World w(with_ports(3, TimeWaitReuse::always));
    INFO(w);
    for (int i = 0; i < 2; ++i) w.a.add_time_wait(w.now, {{World::kA, 32769}, kServer});
    CHECK(w.a.time_wait_count() == 1);
    CHECK(w.a.info(w.connect(w.a, kServer)).value.tuple.local.port != 32769);
    CHECK(w.a.info(w.connect(w.a, kServer)).value.tuple.local.port != 32769);
    CHECK(w.a.connect(w.now, w.a.socket(), kServer) == TcpError::no_port);
    CHECK(w.a.connect(w.now, w.a.socket(), {World::kB, 81}) == TcpError::in_progress);
}

TEST_CASE(
    "a bare segment that is not due is answered twice a second, data always (tcp_timewait_check_oow_rate_limit)") {
    TimeWait entry;
    entry.receive_next = SeqNum(1000);
    Segment s;
    s.flags = flag::ack;
    s.seq = SeqNum(400);
    const Time t = kStart + 5s;
    CHECK(time_wait_arrival(t, entry, s).acknowledge);
    CHECK_FALSE(time_wait_arrival(t + 499ms, entry, s).acknowledge);
    CHECK(time_wait_arrival(t + 499ms, entry, s).restart);
    CHECK(time_wait_arrival(t + 500ms, entry, s).acknowledge);
    s.payload.length = 10;
    for (int i = 0; i < 3; ++i) CHECK(time_wait_arrival(t + 501ms, entry, s).acknowledge);
}

TEST_CASE("TIME_WAIT: what begins the wait anew, and what does not (tcp_timewait_state_process)") {
    TimeWait entry;
    entry.receive_next = SeqNum(1000);
    entry.timestamps = true;
    entry.ts_recent = 500;
    Segment s;
    s.has_timestamps = true;
    s.ts_value = 500;
    s.flags = flag::ack;
    s.seq = SeqNum(1000);
    CHECK(time_wait_arrival(kStart, entry, s).restart);  // the last ACK once more: restarted in silence
    CHECK_FALSE(time_wait_arrival(kStart, entry, s).acknowledge);
    s.flags = flag::fin | flag::ack;
    s.seq = SeqNum(999);
    CHECK(time_wait_arrival(kStart, entry, s).restart);
    CHECK(time_wait_arrival(kStart, entry, s).acknowledge);
    // a SYN that is not newer is acknowledged and prolongs nothing, unless it is old by its timestamp
    s.flags = flag::syn;
    s.seq = SeqNum(900);
    CHECK_FALSE(time_wait_arrival(kStart, entry, s).restart);
    s.ts_value = 499;
    CHECK(time_wait_arrival(kStart, entry, s).restart);
    // PAWS counts for a RST too, for a minute
    s.flags = flag::rst;
    s.seq = SeqNum(1000);
    CHECK_FALSE(time_wait_arrival(kStart + 59s, entry, s).kill);
    CHECK(time_wait_arrival(kStart + 60s, entry, s).kill);
}
