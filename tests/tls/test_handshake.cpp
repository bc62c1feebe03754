// Handshakes over TCP: what goes when, and how many bytes it has. Sizes are those that OpenSSL 3.0.19 was seen to send
// with the same key exchange, ciphers and certificate (docs/notes/tls.md); times are counted in round trips of 100 ms.
#include <doctest/doctest.h>

#include "tls/world.hpp"

using namespace tcplab;

namespace {

using Records = std::vector<WireRecord>;

TlsConfig version(TlsVersion v, bool resumption = false, bool early_data = false) {
    TlsConfig c;
    c.version = v;
    c.resumption = resumption;
    c.early_data = early_data;
    c.certificate = 781;
    return c;
}

constexpr TlsVersion k12 = TlsVersion::tls12;
constexpr TlsVersion k13 = TlsVersion::tls13;

constexpr std::uint8_t kConnected = ready::connected;
constexpr std::uint8_t kSecured = ready::secured;

/// The first so many records of a stream.
Records first(const std::string& stream, std::size_t count) {
    Records all = records_of(stream);
    REQUIRE(all.size() >= count);
    all.resize(count);
    return all;
}

/// Segments with payload that one end sent, so long after the connection was opened.
std::size_t packets(const TlsWorld& w, bool to_server, Duration at) {
    std::size_t n = 0;
    for (const TlsWorld::Sent& s : w.log) {
        n += s.to_server == to_server && w.since(s.at) == at && s.segment.payload.length > 0 ? 1U : 0U;
    }
    return n;
}

}  // namespace

TEST_CASE("TLS 1.3, full: a round trip after TCP's (RFC 8446, figure 1)") {
    TlsWorld w(version(k13));
    w.connect();
    CHECK(w.since(w.client.story.connected) == 100ms);
    CHECK(w.since(w.client.story.secured) == 200ms);
    CHECK(w.since(w.client.story.first_byte) == 300ms);
    REQUIRE(w.server.finished.size() == 1);
    CHECK(w.since(w.server.finished[0].first_byte) == 250ms);
    CHECK(w.server.finished[0].reading.bytes == w.client.request);
    CHECK(w.client.story.reading.bytes.size() == 1000);

    // ClientHello; change_cipher_spec, Finished; 300 bytes; close_notify
    CHECK(records_of(w.stream(true)) == Records{{22, 517}, {20, 6}, {23, 58}, {23, 322}, {23, 24}});
    // ServerHello, change_cipher_spec, EncryptedExtensions, Certificate, CertificateVerify, Finished; 1000 bytes
    CHECK(records_of(w.stream(false)) ==
          Records{{22, 127}, {20, 6}, {23, 28}, {23, 816}, {23, 286}, {23, 58}, {23, 1022}});
}

TEST_CASE("TLS 1.3 gives two tickets after a full handshake, one after a resumed one, before any answer") {
    TlsWorld w(version(k13, true));
    w.connect();
    CHECK(first(w.stream(false), 8) ==
          Records{{22, 127}, {20, 6}, {23, 28}, {23, 816}, {23, 286}, {23, 58}, {23, 239}, {23, 239}});
    w.connect();
    CHECK(w.since(w.client.story.secured) == 200ms);  // as long, but without certificate
    CHECK(w.since(w.client.story.first_byte) == 300ms);
    CHECK(first(w.stream(false), 6) == Records{{22, 133}, {20, 6}, {23, 28}, {23, 58}, {23, 239}, {23, 1022}});
    CHECK(first(w.stream(true), 4) == Records{{22, 517}, {20, 6}, {23, 58}, {23, 322}});
}

TEST_CASE("TLS 1.3, early data: the request goes with the ClientHello, so TLS costs no round trip (figure 4)") {
    TlsWorld w(version(k13, true, true));
    w.connect();
    CHECK(w.since(w.client.story.secured) == 200ms);  // the first visit
    w.connect();
    CHECK(w.client.story.events.front() == (kConnected | kSecured));
    CHECK(w.since(w.client.story.secured) == 100ms);
    CHECK(w.since(w.client.story.first_byte) == 200ms);
    CHECK(w.since(w.server.finished[1].first_byte) == 150ms);
    CHECK(w.server.finished[1].reading.bytes == w.client.request);
    // ClientHello, change_cipher_spec; 0-RTT data; EndOfEarlyData, Finished; close_notify
    CHECK(records_of(w.stream(true)) == Records{{22, 517}, {20, 6}, {23, 322}, {23, 26}, {23, 58}, {23, 24}});
    // ServerHello with pre_shared_key, change_cipher_spec, EncryptedExtensions with early_data, Finished; a ticket that
    // allows early data, and the answer, before the client's Finished
    CHECK(records_of(w.stream(false)) == Records{{22, 133}, {20, 6}, {23, 32}, {23, 58}, {23, 247}, {23, 1022}});
}

TEST_CASE("TLS 1.3, early data and TCP Fast Open: the answer comes after one round trip") {
    Config tcp = prompt_tcp();
    tcp.fast_open = fast_open::client | fast_open::server;
    TlsWorld w(version(k13, true, true), tcp, tcp);
    w.client.fast_open = true;
    w.connect();
    CHECK(w.since(w.client.story.first_byte) == 300ms);  // neither cookie nor ticket
    w.connect();
    CHECK(w.since(w.client.story.first_byte) == 100ms);
    REQUIRE(w.log.front().segment.has(flag::syn));
    CHECK(records_of(w.log.front().bytes) == Records{{22, 517}, {20, 6}, {23, 322}});
    CHECK(w.since(w.server.finished[1].first_byte) == 50ms);
    // connect() has told already
    for (const std::uint8_t ready : w.client.story.events) CHECK((ready & kSecured) == 0);
}

TEST_CASE("what is written behind the SYN's early data goes on when TCP is connected") {
    Config tcp = prompt_tcp();
    tcp.fast_open = fast_open::client | fast_open::server;
    TlsWorld w(version(k13, true, true), tcp, tcp);
    w.client.fast_open = true;
    w.connect();
    w.client.open(w.now);
    CHECK(w.client.story.said == 300);
    w.run(w.now + 10ms);
    w.client.story.events.clear();
    CHECK(w.client.sockets.write(w.now, w.client.socket, Piece::body(300)).error == TcpError::would_block);
    w.run(w.now + 100ms);
    REQUIRE(!w.client.story.events.empty());
    CHECK((w.client.story.events.front() & ready::connected) != 0);
    CHECK((w.client.story.events.front() & ready::writable) != 0);
}

TEST_CASE("Fast Open without early data: the ClientHello goes with the SYN, and TLS takes the only round trip") {
    Config tcp = prompt_tcp();
    tcp.fast_open = fast_open::client | fast_open::server;
    TlsWorld w(version(k13), tcp, tcp);
    w.client.fast_open = true;
    w.connect();
    w.connect();
    CHECK(records_of(w.log.front().bytes) == Records{{22, 517}});
    CHECK(w.since(w.client.story.connected) == 100ms);
    CHECK(w.since(w.client.story.secured) == 100ms);
    CHECK(w.since(w.client.story.first_byte) == 200ms);
}

TEST_CASE("TLS 1.2, full: two round trips after TCP's; 168 ms over 56 (High Performance Browser Networking, 4)") {
    TlsWorld w(version(k12), prompt_tcp(), prompt_tcp(), 28ms);
    w.connect();
    CHECK(w.since(w.client.story.connected) == 56ms);
    CHECK(w.since(w.client.story.secured) == 168ms);
    CHECK(w.since(w.client.story.first_byte) == 224ms);
    // ClientHello; ClientKeyExchange, change_cipher_spec, Finished; 300 bytes; close_notify
    CHECK(records_of(w.stream(true)) == Records{{22, 517}, {22, 42}, {20, 6}, {22, 45}, {23, 329}, {21, 31}});
    // ServerHello, Certificate, ServerKeyExchange, ServerHelloDone; change_cipher_spec, Finished; 1000 bytes
    CHECK(records_of(w.stream(false)) ==
          Records{{22, 98}, {22, 796}, {22, 305}, {22, 9}, {20, 6}, {22, 45}, {23, 1029}});
}

TEST_CASE("TLS 1.2, resumed with a ticket: one round trip after TCP's (RFC 5077, figure 2)") {
    TlsWorld w(version(k12, true));
    w.connect();
    CHECK(w.since(w.client.story.secured) == 300ms);
    CHECK(first(w.stream(false), 7) == Records{{22, 70}, {22, 796}, {22, 305}, {22, 9}, {22, 191}, {20, 6}, {22, 45}});
    w.connect();
    CHECK(w.since(w.client.story.secured) == 200ms);
    CHECK(w.since(w.client.story.first_byte) == 300ms);
    CHECK(first(w.stream(true), 4) == Records{{22, 517}, {20, 6}, {22, 45}, {23, 329}});
    CHECK(first(w.stream(false), 4) == Records{{22, 90}, {20, 6}, {22, 45}, {23, 1029}});
}

TEST_CASE("without resumption every connection begins anew") {
    for (const TlsVersion v : {k12, k13}) {
        TlsWorld w(version(v));
        w.connect();
        const std::string before = w.stream(false);
        w.connect();
        CHECK(w.stream(false) == before);
    }
}

TEST_CASE("a connection that is opened before the first ticket has come begins anew") {
    TlsWorld w(version(k13, true));
    const SocketId other = w.client.sockets.socket();
    REQUIRE(w.client.sockets.connect(w.now, other, kTlsServer) == TcpError::in_progress);
    w.connect();
    CHECK(w.client_stack.info(other).value.bytes_received == 127 + 6 + 28 + 816 + 286 + 58 + 2 * 239);
    const SocketId later = w.client.sockets.socket();
    REQUIRE(w.client.sockets.connect(w.now, later, kTlsServer) == TcpError::in_progress);
    w.run(w.now + 1s);
    CHECK(w.client_stack.info(later).value.bytes_received == 133 + 6 + 28 + 58 + 239);
}

TEST_CASE("the server's first flight is one write: as many packets as its bytes need") {
    TlsConfig config = version(k13);
    config.certificate = 5000;
    TlsWorld w(config);
    w.connect();
    const std::size_t flight = 127 + 6 + 28 + (5000 + 35) + 286 + 58;
    CHECK(packets(w, false, 150ms) == (flight + 1447) / 1448);
}

TEST_CASE("a certificate beyond the initial window costs another round trip") {
    Config tcp = prompt_tcp();
    tcp.initial_window = 3;
    const std::uint32_t rest = 127 + 6 + 28 + 35 + 286 + 58;
    for (const TlsVersion v : {k13, k12}) {
        const Duration usual = v == k13 ? 200ms : 300ms;
        TlsConfig config = version(v);
        config.certificate = 3 * 1448 - rest;
        TlsWorld fits(config, prompt_tcp(), tcp);
        fits.connect();
        CHECK(fits.since(fits.client.story.secured) == usual);
        config.certificate = 10'000;
        TlsWorld large(config, prompt_tcp(), tcp);
        large.connect();
        CHECK(large.since(large.client.story.secured) == usual + 100ms);
    }
}

TEST_CASE("a certificate that needs several records, and more than the send buffer, arrives") {
    Config tcp = prompt_tcp();
    tcp.send_buffer = 8192;
    tcp.send_buffer_start.reset();
    TlsConfig config = version(k13);
    config.certificate = 40'000;
    TlsWorld w(config, prompt_tcp(), tcp);
    w.connect();
    // the message: 4 + 1 + 3 + (3 + 40000 + 2)
    CHECK(first(w.stream(false), 6) ==
          Records{{22, 127}, {20, 6}, {23, 28}, {23, 16406}, {23, 16406}, {23, 40013 - 2 * 16384 + 22}});
    CHECK(w.client.story.reading.bytes.size() == 1000);
}

TEST_CASE("Nagle holds back neither the request behind the client's Finished nor the answer behind tickets") {
    for (const TlsVersion v : {k13, k12}) {
        TlsWorld w(version(v, true));
        REQUIRE(prompt_tcp().nagle);
        w.connect();
        w.connect();  // in TLS 1.2 the client's Finished is the last flight now
        CHECK(w.since(w.client.story.first_byte) == 300ms);
        CHECK(packets(w, true, 200ms) == 2);  // Finished, request
    }
}

TEST_CASE("from the first write after the handshake TCP_NODELAY is as the application has it") {
    TlsWorld w(version(k13));
    w.client.closes = false;
    w.client.request.clear();
    w.connect();
    const SocketId s = w.client.socket;
    CHECK(w.client.sockets.get_option(s, SocketOption::no_delay).value == 0);
    CHECK(w.client_stack.get_option(s, SocketOption::no_delay).value == 1);
    CHECK(w.client.sockets.write(w.now, s, Piece::body(10)).ok());
    CHECK(w.client_stack.get_option(s, SocketOption::no_delay).value == 0);

    w.client.open(w.now);
    w.run(w.now + 1s);
    const SocketId other = w.client.socket;
    CHECK(w.client.sockets.set_option(w.now, other, SocketOption::no_delay, 1) == TcpError::none);
    CHECK(w.client.sockets.get_option(other, SocketOption::no_delay).value == 1);
    CHECK(w.client.sockets.write(w.now, other, Piece::body(10)).ok());
    CHECK(w.client_stack.get_option(other, SocketOption::no_delay).value == 1);
}

TEST_CASE("early data stops at 16384 bytes until the handshake is over") {
    TlsWorld w(version(k13, true, true));
    w.connect();
    w.client.request = std::string(20'000, 'p');
    w.server.request = 20'000;
    w.connect();
    CHECK(first(w.stream(true), 6) ==
          Records{{22, 517}, {20, 6}, {23, 16406}, {23, 26}, {23, 58}, {23, 20'000 - 16'384 + 22}});
    CHECK(w.server.finished.back().reading.bytes == w.client.request);
    CHECK(w.client.story.reading.bytes.size() == 1000);
}
