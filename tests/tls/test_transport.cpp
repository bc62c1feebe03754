// The sockets of an application: what differs from the stack's, and that nothing does without TLS.
#include <doctest/doctest.h>

#include "tls/world.hpp"

using namespace tcplab;

namespace {

TlsConfig config13() { return {}; }

TlsConfig config12() {
    TlsConfig c;
    c.version = TlsVersion::tls12;
    return c;
}

constexpr std::uint8_t kReadable = ready::readable;

Config small_send_buffer(std::uint64_t bytes) {
    Config c = prompt_tcp();
    c.send_buffer = bytes;
    c.send_buffer_start.reset();
    return c;
}

/// Both ends of an open connection, with nothing said yet.
struct Open : TlsWorld {
    explicit Open(const TlsConfig& config, const Config& at_client = prompt_tcp(),
                  const Config& at_server = prompt_tcp())
        : TlsWorld(config, at_client, at_server) {
        client.request.clear();
        client.closes = false;
        connect();
        at = server.talks.begin()->first;
        log.clear();
    }
    void live(Duration d = 1s) { run(now + d); }
    [[nodiscard]] std::size_t sent(bool to_server, std::uint8_t flags) const {
        std::size_t n = 0;
        for (const Sent& s : log) n += s.to_server == to_server && s.segment.has(flags) ? 1U : 0U;
        return n;
    }
    /// Bytes of the records of one type that one end has sent since.
    [[nodiscard]] std::size_t payload(bool to_server) const {
        std::size_t n = 0;
        for (const Sent& s : log) n += s.to_server == to_server ? s.bytes.size() : 0;
        return n;
    }

    SocketId at = kNoSocket;  // the server's
};

}  // namespace

TEST_CASE("without TLS it is the stack, and what is connected is secured") {
    TlsWorld w({});
    TlsClient client(w.client_stack, nullptr);
    TlsServer server(w.server_stack, nullptr);
    const SocketEvent connected = client.sockets.on_event(w.now, {7, ready::connected | ready::writable});
    CHECK(connected.socket == 7);
    CHECK(connected.ready == (ready::connected | ready::writable | ready::secured));
    const SocketEvent failed = client.sockets.on_event(w.now, {7, ready::failed, TcpError::reset});
    CHECK(failed.ready == ready::failed);
    CHECK(failed.error == TcpError::reset);

    const SocketId s = client.sockets.socket();
    CHECK(client.sockets.bind(s, {kTlsClient, 5000}) == TcpError::none);
    CHECK(client.sockets.connect(w.now, s, kTlsServer) == TcpError::in_progress);
    CHECK(client.sockets.connection_id(s) == w.client_stack.connection_id(s));
    CHECK(client.sockets.info(s).value.tuple.local.port == 5000);
    CHECK(client.sockets.set_option(w.now, s, SocketOption::no_delay, 1) == TcpError::none);
    CHECK(client.sockets.get_option(s, SocketOption::no_delay).value == 1);
    CHECK(client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::would_block);
    CHECK(client.sockets.read(w.now, s, 1).error == TcpError::would_block);
    CHECK(client.sockets.shutdown(w.now, s, Shutdown::both) == TcpError::not_connected);
    CHECK(client.sockets.accept(w.now, s).error == TcpError::invalid);
    CHECK(client.sockets.close(w.now, s) == TcpError::none);
    CHECK(client.sockets.close(w.now, s) == TcpError::bad_socket);
}

TEST_CASE("calls on what is no TLS connection are the stack's") {
    TlsWorld w(config13());
    Transport& sockets = w.client.sockets;
    const SocketId s = sockets.socket();
    CHECK(sockets.read(w.now, s, 1).error == TcpError::not_connected);
    CHECK(sockets.write(w.now, s, Piece::body(1)).error == TcpError::broken_pipe);
    CHECK(sockets.shutdown(w.now, s, Shutdown::write) == TcpError::not_connected);
    CHECK(sockets.connect(w.now, s, {kTlsServer.address, 0}) == TcpError::invalid);
    CHECK(sockets.close(w.now, s) == TcpError::none);
    CHECK(sockets.close(w.now, s) == TcpError::bad_socket);
    CHECK(sockets.close(w.now, kNoSocket) == TcpError::bad_socket);
    CHECK(sockets.on_event(w.now, {99, kReadable}).ready == kReadable);
}

TEST_CASE("the server hears of its first data, not of the handshake") {
    for (const TlsConfig& config : {config12(), config13()}) {
        Open w(config);
        CHECK(w.server.talks.at(w.at).events.empty());
        CHECK(w.client.story.events == std::vector<std::uint8_t>{ready::connected, ready::secured});
        w.client.sockets.write(w.now, w.client.socket, Piece::body(10));
        w.live();
        CHECK(w.server.talks.at(w.at).events == std::vector<std::uint8_t>{kReadable});
    }
}

TEST_CASE("nothing is read or written before the handshake is over") {
    TlsWorld w(config13());
    w.server.start(w.now);
    w.client.open(w.now);
    w.run(w.now + 120ms);
    const SocketId s = w.client.socket;
    CHECK(w.client.story.connected != kNever);
    CHECK(w.client.sockets.read(w.now, s, 10).error == TcpError::would_block);
    CHECK(w.client.sockets.write(w.now, s, Piece::body(10)).error == TcpError::would_block);
    CHECK(w.client.sockets.read(w.now, s, 0).ok());
    CHECK(w.client.sockets.writev(w.now, s, nullptr, 0).ok());
}

TEST_CASE("one write() of a head and a body is one record and one segment with PSH") {
    Open w(config13());
    const std::array<Piece, 2> message{Piece::of(make_text("head")), Piece::body(100)};
    CHECK(w.client.sockets.writev(w.now, w.client.socket, message.data(), 2).value == 104);
    w.live();
    CHECK(w.payload(true) == 104 + 22);
    REQUIRE(w.log.front().segment.payload.length == 104 + 22);
    CHECK(w.log.front().segment.has(flag::psh));
    CHECK(w.server.talks.at(w.at).reading.bytes.substr(0, 6) == "heada" + std::string(1, body_byte(1)));
}

TEST_CASE("a large write() goes down as one: PSH only where it ends or a burst does, and no small segments between") {
    TlsConfig config = config13();
    config.record = 1000;
    Open w(config);
    w.client.sockets.write(w.now, w.client.socket, Piece::body(40'000));
    w.live();
    std::size_t small = 0;
    for (const TlsWorld::Sent& s : w.log) {
        small += s.to_server && s.segment.payload.length > 0 && s.segment.payload.length < 1448 ? 1U : 0U;
    }
    CHECK(small == 1);
    CHECK(w.payload(true) == 40 * 1022);
    CHECK(w.server.talks.at(w.at).reading.bytes.size() == 40'000);
}

TEST_CASE("a record is held back until its last byte has come, though TCP has had the rest read") {
    Open w(config13());
    Time lost = kNever;
    std::size_t segments = 0;
    w.loses = [&](const Segment& s, bool to_server) {  // the last of 12 segments
        if (!to_server || s.payload.length == 0 || ++segments != 12) return false;
        lost = w.now;
        return true;
    };
    w.client.sockets.write(w.now, w.client.socket, Piece::body(16'384));
    w.live(180ms);
    REQUIRE(lost != kNever);
    const TlsServer::Talk& t = w.server.talks.at(w.at);
    CHECK(t.reading.bytes.empty());
    CHECK(w.server_stack.info(w.at).value.bytes_read > 11 * 1448);
    w.live();
    CHECK(t.reading.bytes.size() == 16'384);
}

TEST_CASE("a slow reader has at most a record read ahead of it") {
    Open w(config13());
    w.client.listens = false;
    w.server.sockets.write(w.now, w.at, Piece::body(60'000));
    w.live();
    const SocketId s = w.client.socket;
    const std::uint64_t before = w.client_stack.info(s).value.bytes_read;
    std::uint64_t got = 0;
    while (got < 40'000) {
        const Result<Payload> r = w.client.sockets.read(w.now, s, 1000);
        REQUIRE(r.ok());
        REQUIRE(r.value.length <= 1000);
        got += r.value.length;
        const std::uint64_t taken = w.client_stack.info(s).value.bytes_read - before;
        CHECK(taken >= got);
        CHECK(taken <= got + 2 * 16'406);
    }
}

TEST_CASE("a record that the stack takes in parts counts as written, and is finished before the next") {
    for (const TlsConfig& config : {config12(), config13()}) {
        Open w(config, small_send_buffer(5000));
        w.server.request = 100'000;
        const SocketId s = w.client.socket;
        const Result<std::uint64_t> r = w.client.sockets.write(w.now, s, Piece::body(12'000));
        CHECK(r.value == 12'000);  // in one record
        CHECK(w.client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::would_block);
        w.client.story.events.clear();
        w.live();
        CHECK(w.client.story.events == std::vector<std::uint8_t>{ready::writable});  // as a write was refused
        CHECK(w.server.talks.at(w.at).reading.bytes.size() == 12'000);
        CHECK(w.client.sockets.write(w.now, s, Piece::body(12'000)).value == 12'000);
        w.client.story.events.clear();
        w.live();
        CHECK(w.client.story.events.empty());  // nobody waits for anything
        CHECK(w.server.talks.at(w.at).reading.bytes.size() == 24'000);
    }
}

TEST_CASE("close() sends close_notify and FIN, which the peer's end of stream answers with a FIN alone") {
    for (const TlsConfig& config : {config12(), config13()}) {
        Open w(config);
        CHECK(w.client.sockets.close(w.now, w.client.socket) == TcpError::none);
        w.client.socket = kNoSocket;
        w.live();
        CHECK(w.payload(true) == (config.version == TlsVersion::tls13 ? 24 : 31));
        CHECK(w.payload(false) == 0);
        CHECK(w.sent(true, flag::fin) == 1);
        CHECK(w.sent(false, flag::fin) == 1);
        CHECK(w.sent(true, flag::rst) + w.sent(false, flag::rst) == 0);
        REQUIRE(w.server.finished.size() == 1);
        CHECK(w.server.finished[0].reading.error == TcpError::none);
        CHECK(w.client_stack.time_wait_count() == 1);
        CHECK(w.server_stack.time_wait_count() == 0);
    }
}

TEST_CASE("close() waits for the rest of a record; meanwhile the application hears nothing of the socket") {
    Open w(config13(), small_send_buffer(5000));
    const SocketId s = w.client.socket;
    CHECK(w.client.sockets.write(w.now, s, Piece::body(12'000)).value == 12'000);
    CHECK(w.client.sockets.close(w.now, s) == TcpError::none);
    CHECK(w.client.sockets.close(w.now, s) == TcpError::bad_socket);
    CHECK(w.client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::bad_socket);
    CHECK(w.client.sockets.read(w.now, s, 1).error == TcpError::bad_socket);
    CHECK(w.client.sockets.shutdown(w.now, s, Shutdown::write) == TcpError::bad_socket);
    CHECK(w.client.sockets.socket() != s);  // still in use
    w.client.story.events.clear();
    w.live();
    CHECK(w.client.story.events.empty());
    CHECK(w.client_stack.connection_id(s) == 0);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.server.finished[0].reading.bytes.size() == 12'000);
    CHECK(w.payload(true) >= 12'022 + 24);
}

TEST_CASE("a connection that dies while close() waits is given up") {
    Open w(config13(), small_send_buffer(5000));
    const SocketId s = w.client.socket;
    w.client.sockets.write(w.now, s, Piece::body(12'000));
    w.client.sockets.close(w.now, s);
    REQUIRE(w.client_stack.connection_id(s) != 0);
    w.server.sockets.set_option(w.now, w.at, SocketOption::linger_ns, 0);
    w.server.sockets.close(w.now, w.at);
    w.live();
    CHECK(w.client_stack.connection_id(s) == 0);
    CHECK(w.client_stack.open_connections() == 0);
}

TEST_CASE("a reset in the middle of a record is told as one: ECONNRESET, not the end of the stream") {
    Open w(config13(), small_send_buffer(5000));
    w.client.sockets.write(w.now, w.client.socket, Piece::body(12'000));
    w.server.sockets.set_option(w.now, w.at, SocketOption::linger_ns, 0);
    w.server.sockets.close(w.now, w.at);
    w.live();
    CHECK(w.client.story.error == TcpError::reset);
    CHECK(w.client.story.reading.error == TcpError::reset);
    CHECK(w.client_stack.open_connections() == 0);
}

TEST_CASE("with SO_LINGER 0 there is a RST and no close_notify") {
    Open w(config13());
    w.client.sockets.set_option(w.now, w.client.socket, SocketOption::linger_ns, 0);
    w.client.sockets.close(w.now, w.client.socket);
    w.client.socket = kNoSocket;
    w.live();
    CHECK(w.payload(true) == 0);
    CHECK(w.sent(true, flag::rst) == 1);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.server.finished[0].reading.error == TcpError::reset);
}

TEST_CASE("close() with data that nobody has read resets the connection, as without TLS") {
    Open w(config13());
    w.server.sockets.write(w.now, w.at, Piece::body(1000));
    const SocketId s = std::exchange(w.client.socket, kNoSocket);  // its application does not listen
    w.live();
    w.client.sockets.close(w.now, s);
    w.live();
    CHECK(w.sent(true, flag::rst) > 0);
    CHECK(w.sent(true, flag::fin) == 0);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.server.finished[0].reading.error == TcpError::reset);
}

TEST_CASE("close() in the middle of a handshake says nothing of TLS") {
    TlsWorld w(config13());
    w.server.start(w.now);
    w.client.open(w.now);
    w.run(w.now + 120ms);
    w.client.sockets.close(w.now, std::exchange(w.client.socket, kNoSocket));
    w.run(w.now + 5s);
    CHECK(records_of(w.stream(true)) == std::vector<WireRecord>{{22, 517}});
    CHECK(w.client_stack.open_connections() == 0);
    CHECK(w.server_stack.open_connections() == 0);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.server.finished[0].reading.bytes.empty());
}

TEST_CASE("shutdown(write) sends close_notify and FIN; the other direction goes on") {
    Open w(config13());
    const SocketId s = w.client.socket;
    w.server.closes = false;
    w.client.sockets.write(w.now, s, Piece::body(300));
    CHECK(w.client.sockets.shutdown(w.now, s, Shutdown::write) == TcpError::none);
    CHECK(w.client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::broken_pipe);
    w.live();
    CHECK(w.payload(true) == 322 + 24);
    CHECK(w.sent(true, flag::fin) == 1);
    CHECK(w.client.story.reading.bytes.size() == 1000);
    CHECK(w.client.story.reading.end);
    CHECK(w.client.story.reading.error == TcpError::none);
}

TEST_CASE("shutdown(write) waits for the rest of a record, and close() after it does too") {
    for (const bool closes : {false, true}) {
        Open w(config13(), small_send_buffer(5000));
        const SocketId s = w.client.socket;
        w.server.request = 100'000;
        w.client.sockets.write(w.now, s, Piece::body(12'000));
        CHECK(w.client.sockets.shutdown(w.now, s, Shutdown::both) == TcpError::none);
        CHECK(w.client.sockets.shutdown(w.now, s, Shutdown::write) == TcpError::none);
        CHECK(w.sent(true, flag::fin) == 0);
        CHECK(w.client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::broken_pipe);
        if (closes) w.client.sockets.close(w.now, s);
        w.live();
        CHECK(w.sent(true, flag::fin) == 1);
        CHECK(w.payload(true) == 12'022 + 24);
        REQUIRE(w.server.finished.size() == 1);
        CHECK(w.server.finished[0].reading.bytes.size() == 12'000);
    }
}

TEST_CASE("a server that closes behind its answer to early data waits for the client's Finished: no RST destroys it") {
    TlsConfig config = config13();
    config.resumption = config.early_data = true;
    TlsWorld w(config);
    w.server.closes = true;
    w.server.response = 30'000;
    w.client.wants = 1'000'000;
    w.connect();
    w.connect();
    CHECK(w.client.story.reading.bytes.size() == 30'000);
    CHECK(w.client.story.reading.error == TcpError::none);
    CHECK(w.since(w.server.finished[1].closed) == 150ms);  // as the application sees it
    Time fin = kNever;
    for (const TlsWorld::Sent& s : w.log) {
        CHECK_FALSE(s.segment.has(flag::rst));
        if (!s.to_server && s.segment.has(flag::fin)) fin = s.at;
    }
    CHECK(w.since(fin) >= 250ms);
}

TEST_CASE("shutdown(write) behind early data waits for the server's Finished") {
    TlsConfig config = config13();
    config.resumption = config.early_data = true;
    TlsWorld w(config);
    w.connect();
    w.client.shuts = true;
    w.connect();
    CHECK(w.client.story.reading.bytes.size() == 1000);
    CHECK(records_of(w.stream(true)) ==
          std::vector<WireRecord>{{22, 517}, {20, 6}, {23, 322}, {23, 26}, {23, 58}, {23, 24}});
}

TEST_CASE("a stream that ends in the middle of a record ends, without what was cut off") {
    Open w(config13());
    // Behind the transport's back.
    const std::string record = tls_sealed_record(TlsVersion::tls13, TlsContent::application_data, "whole");
    w.server_stack.write(w.now, w.at, Piece::of(make_text(record + record.substr(0, 20))));
    w.server_stack.shutdown(w.now, w.at, Shutdown::write);
    w.live();
    CHECK(w.client.story.reading.bytes == "whole");
    CHECK(w.client.story.reading.end);
    CHECK(w.client.story.reading.error == TcpError::none);
}

TEST_CASE("a peer that does not speak TLS: an alert, and EPROTO at the server") {
    TlsWorld w(config13());
    TlsClient plain(w.client_stack, nullptr);
    w.server.start(w.now);
    const SocketId s = plain.sockets.socket();
    plain.sockets.connect(w.now, s, kTlsServer);
    w.run(w.now + 1s);
    plain.sockets.write(w.now, s, Piece::of(make_text("GET / HTTP/1.1\r\n\r\n")));
    w.run(w.now + 1s);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.server.finished[0].events == std::vector<std::uint8_t>{ready::readable | ready::failed});
    CHECK(w.server.finished[0].reading.error == TcpError::protocol);
    CHECK(w.stream(false) == std::string("\x15\x03\x03\x00\x02\x02\x0a", 7));
}

TEST_CASE("a server that does not speak TLS, or hangs up: EPROTO at the client") {
    for (const std::uint64_t answer : {0U, 1000U}) {
        TlsWorld w(config13());
        w.server.sockets = Transport(w.server_stack);
        w.server.request = 517;
        w.server.response = answer;
        w.server.closes = true;
        w.connect();
        CHECK(w.client.story.error == TcpError::protocol);
        CHECK(w.client.story.reading.error == TcpError::protocol);
        CHECK(w.client.story.reading.bytes.empty());
    }
}

TEST_CASE("a refused connection fails as TCP says") {
    TlsWorld w(config13());
    w.client.open(w.now);
    w.run(w.now + 1s);
    CHECK(w.client.story.error == TcpError::refused);
    CHECK(w.client.story.connected == kNever);
}

TEST_CASE("a record that is broken after the handshake: the data before it, then EPROTO") {
    Open w(config13());
    const std::string good = tls_sealed_record(TlsVersion::tls13, TlsContent::application_data, "good");
    w.server_stack.write(w.now, w.at, Piece::of(make_text(good + "no record at all")));
    w.live();
    CHECK(w.client.story.reading.bytes == "good");
    CHECK(w.client.story.reading.error == TcpError::protocol);
    CHECK(w.sent(true, flag::rst) == 0);
    CHECK(w.payload(true) == 24);  // the alert
}

TEST_CASE("after an error write() and read() go on to say so") {
    Open w(config13());
    const SocketId s = std::exchange(w.client.socket, kNoSocket);
    w.server_stack.write(w.now, w.at, Piece::of(make_text("no record at all")));
    w.live();
    for (int i = 0; i < 2; ++i) CHECK(w.client.sockets.read(w.now, s, 100).error == TcpError::protocol);
    CHECK(w.client.sockets.write(w.now, s, Piece::body(1)).error == TcpError::protocol);
    CHECK(w.client.sockets.close(w.now, s) == TcpError::none);
}

TEST_CASE("nothing of a connection is left when it is closed") {
    for (const TlsConfig& config : {config12(), config13()}) {
        TlsWorld w(config);
        for (int i = 0; i < 3; ++i) {
            w.connect();
            CHECK(w.client_stack.open_connections() == 0);
            CHECK(w.server_stack.open_connections() == 0);
            CHECK(w.client.socket == kNoSocket);
        }
        CHECK(w.client.sockets.socket() == 0);  // no descriptor is in use
    }
}
