// SYN cookies (RFC 4987 3.6; syncookies.c in Linux).
#include "stack/syn_cookies.hpp"

#include "stack/world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kPort = 80;
constexpr Endpoint kServer{World::kB, kPort};
constexpr FourTuple kTuple{kServer, {World::kA, 40000}};

bool is_syn_ack(const Segment& s) { return s.has(flag::syn) && s.has(flag::ack); }

/// A listener that remembers one SYN; a stranger's fills it, and the SYN-ACK to him is lost.
struct Full : World {
    explicit Full(const Config& config = Config()) : World(config), listener(listen(b, kPort, 0)) {
        Segment syn;
        syn.source = {{0x01020304}, 9};
        syn.destination = kServer;
        syn.flags = flag::syn;
        loses = [](const Segment& s) { return s.destination.address == Ipv4Address{0x01020304}; };
        inject(b, syn);
        REQUIRE(b.open_connections() == 1);
    }
    SocketId listener = kNoSocket;
};

Segment ack_from(const Endpoint& peer, SeqNum seq, SeqNum ack) {
    Segment s;
    s.source = peer;
    s.destination = kServer;
    s.flags = flag::ack;
    s.seq = seq;
    s.ack = ack;
    s.window = 500;
    return s;
}

}  // namespace

TEST_CASE("a cookie carries the MSS, rounded down to one of four, for one to two minutes") {
    const SynCookies cookies(7);
    const SeqNum theirs(0xfffffff0);
    struct Row {
        std::uint16_t announced;
        std::uint16_t carried;
    };
    for (const Row& r : {Row{0, 536}, Row{100, 536}, Row{536, 536}, Row{1299, 536}, Row{1300, 1300}, Row{1439, 1300},
                         Row{1440, 1440}, Row{1460, 1460}, Row{8960, 1460}}) {
        const SeqNum c = cookies.make(kStart + 90s, kTuple, theirs, r.announced);
        CHECK(cookies.check(kStart + 90s, kTuple, theirs, c) == r.carried);
        CHECK(cookies.check(kStart + 179s, kTuple, theirs, c) == r.carried);
        CHECK_FALSE(cookies.check(kStart + 180s, kTuple, theirs, c));
        CHECK_FALSE(cookies.check(kStart + 30s, kTuple, theirs, c));  // of the future
    }
}

TEST_CASE("a cookie is good for one four-tuple, one sequence number, one secret") {
    const SynCookies cookies(7);
    const SeqNum theirs(1000);
    const SeqNum c = cookies.make(kStart, kTuple, theirs, 1460);
    CHECK_FALSE(cookies.check(kStart, {kTuple.local, {World::kA, 40001}}, theirs, c));
    CHECK_FALSE(cookies.check(kStart, kTuple, theirs + 10, c));
    CHECK_FALSE(SynCookies(8).check(kStart, kTuple, theirs, c));
    unsigned guessed = 0;
    for (std::uint32_t i = 0; i < 100'000; ++i)
        guessed += cookies.check(kStart, kTuple, theirs, SeqNum(i * 40009)) ? 1U : 0U;
    CHECK(guessed < 5);
}

TEST_CASE("options live in the low bits of the timestamp, which is never ahead of the clock") {
    for (std::uint32_t clock : {1000U, 1023U, 1024U, 1087U, 4'000'000'000U}) {
        for (const unsigned scale : {0U, 7U, 10U, 14U, 99U}) {
            Segment syn;
            syn.has_window_scale = scale != 99;
            syn.window_scale = static_cast<std::uint8_t>(syn.has_window_scale ? scale : 0);
            syn.sack_permitted = scale % 2 == 0;
            const std::uint32_t stamp = timestamp_with_options(clock, syn);
            CHECK(stamp <= clock);
            CHECK(clock - stamp < 128);
            Segment back;
            restore_options(stamp, back);
            CHECK(back.has_window_scale == syn.has_window_scale);
            CHECK(back.window_scale == syn.window_scale);
            CHECK(back.sack_permitted == syn.sack_permitted);
        }
    }
}

TEST_CASE("a full SYN queue answers with cookies, remembers nothing, and the connection is as good as any") {
    Full w;
    INFO(w);
    const SocketId c = w.connect(w.a, kServer);
    w.run(15ms);
    CHECK(w.sent(is_syn_ack) == 2);
    CHECK(w.b.open_connections() == 1);  // the stranger's
    w.run(100ms);
    CHECK(w.a.info(c).value.state == State::established);
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.b.info(s.value).value.syn == w.a.info(c).value.syn);
    // Both know of the window scale and of timestamps: 300 kB in flight need the one and carry the other.
    CHECK(w.b.set_option(w.now, s.value, SocketOption::send_buffer, 300'000) == TcpError::none);
    CHECK(w.b.write(w.now, s.value, Piece::body(300'000)).value == 300'000);
    std::size_t got = 0;
    for (int i = 0; i < 40; ++i) {
        w.run(20ms);
        got += w.read_all(w.a, c).bytes.size();
    }
    CHECK(got == 300'000);
    CHECK(w.b.info(s.value).value.retransmitted == 0);
    CHECK(w.last_sent().has_timestamps);
    CHECK(w.b.info(s.value).value.cwnd > 10);
}

TEST_CASE("a cookie SYN-ACK is not sent again; the request brings the cookie back when the ACK was lost") {
    Full w;
    INFO(w);
    const SocketId c = w.connect(w.a, kServer);
    bool lost = false;
    w.loses = [&](const Segment& s) {
        if (s.destination.address == Ipv4Address{0x01020304}) return true;
        const bool first_ack = s.source.address == World::kA && !s.has(flag::syn) && !lost;
        lost = lost || first_ack;
        return first_ack;
    };
    w.run(5s);
    CHECK(w.sent([](const Segment& s) { return is_syn_ack(s) && s.destination.address == World::kA; }) == 1);
    CHECK(w.b.accept(w.now, w.listener).error == TcpError::would_block);
    w.write(w.a, c, "request");
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "request");
}

TEST_CASE("without timestamps only the MSS survives") {
    Config config;
    config.timestamps = false;
    Full w(config);
    INFO(w);
    w.connect(w.a, kServer);
    w.run(15ms);
    const Segment& answer = w.last_sent();
    REQUIRE(is_syn_ack(answer));
    CHECK_FALSE(answer.sack_permitted);
    CHECK_FALSE(answer.has_window_scale);
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    w.b.write(w.now, s.value, Piece::body(1460));
    w.run(0ms);
    CHECK(w.last_sent().payload.length == 1460);
}

TEST_CASE("a guessed or old cookie is answered with RST; so is a good one while nobody was sent any") {
    Full w;
    INFO(w);
    const Endpoint peer{World::kA, 999};
    const auto refused = [&](const Segment& s) {
        w.inject(w.b, s);
        return w.last_sent().has(flag::rst) && w.last_sent().seq == s.ack;
    };
    CHECK(refused(ack_from(peer, SeqNum(1001), SeqNum(5001))));
    Segment syn = ack_from(peer, SeqNum(1000), SeqNum());
    syn.flags = flag::syn;
    w.inject(w.b, syn);
    REQUIRE(is_syn_ack(w.last_sent()));
    const SeqNum cookie = w.last_sent().seq;
    CHECK(refused(ack_from(peer, SeqNum(1001), cookie + 10)));
    CHECK(refused(ack_from(peer, SeqNum(1010), cookie + 1)));
    CHECK(w.b.open_connections() == 1);
    const Segment good = ack_from(peer, SeqNum(1001), cookie + 1);
    w.inject(w.b, good);
    CHECK(w.b.open_connections() == 2);
    w.b.close(w.now, w.b.accept(w.now, w.listener).value);
    w.run(200s);
    CHECK(refused(good));
}

TEST_CASE("with the accept queue full a cookie's ACK is dropped, and later data brings it again") {
    Full w;
    INFO(w);
    const SocketId first = w.connect(w.a, kServer);
    const SocketId second = w.connect(w.a, kServer);
    w.run();
    CHECK(w.a.info(second).value.state == State::established);
    CHECK(w.b.open_connections() == 2);  // the stranger and the first: one fits
    REQUIRE(w.b.accept(w.now, w.listener).ok());
    w.write(w.a, second, "late");
    w.run();
    const Result<SocketId> s = w.b.accept(w.now, w.listener);
    REQUIRE(s.ok());
    CHECK(w.read_all(w.b, s.value).bytes == "late");
    CHECK(w.a.info(first).value.state == State::established);
}

TEST_CASE("syn_cookies = false: SYNs that do not fit are dropped") {
    Config config;
    config.syn_cookies = false;
    Full w(config);
    INFO(w);
    const SocketId c = w.connect(w.a, kServer);
    w.run();
    CHECK(w.sent(is_syn_ack) == 1);
    CHECK(w.a.info(c).value.state == State::syn_sent);
}
