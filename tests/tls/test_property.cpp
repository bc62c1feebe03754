// Whatever two ends write, in whatever pieces, over whatever TCP and path: each byte arrives once and in order, and the
// wire carries what TLS adds to it and nothing else.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "property/draw.hpp"
#include "tls/world.hpp"

using namespace tcplab;
using tcplab::test::Draw;
using tcplab::test::expect;

namespace {

/// Writes so many bytes in random pieces, reads as many as the other end writes, in random steps and with pauses.
class Talker : public Application {
  public:
    Talker(Stack& stack, const TlsConfig& tls, Draw& draw, std::uint64_t writes, std::uint64_t reads)
        : sockets(stack, &tls), draw_(draw), record_(tls.record), writes_(writes), reads_(reads) {}

    void start(Time) override {}
    void listen(Time now) {
        listener_ = sockets.socket();
        sockets.bind(listener_, kTlsServer);
        sockets.set_option(now, listener_, SocketOption::fast_open, 1);
        sockets.listen(listener_, 1);
    }
    void connect(Time now) {
        begin();
        socket_ = sockets.socket();
        if (draw_.chance(50)) sockets.set_option(now, socket_, SocketOption::fast_open_connect, 1);
        if (sockets.connect(now, socket_, kTlsServer) == TcpError::none) write(now);
    }
    void on_socket(Time now, const SocketEvent& raw) override {
        const SocketEvent e = sockets.on_event(now, raw);
        if (e.ready == 0) return;
        if (e.socket == listener_) {
            const Result<SocketId> r = sockets.accept(now, listener_);
            if (!r.ok()) return;
            begin();
            socket_ = r.value;
            return;
        }
        expect(e.socket == socket_, "an event of a socket that is closed");
        if ((e.ready & ready::failed) != 0) error = e.error;
        act(now);
    }
    void on_deadline(Time now) override {
        if (now >= resume_) act(now);
    }
    [[nodiscard]] Time next_deadline() const override { return resume_; }

    Transport sockets;
    TcpError error = TcpError::none;
    std::uint64_t written = 0;
    std::uint64_t read = 0;
    std::uint64_t records = 0;  ///< as many as what was written needs
    bool closed = false;

  private:
    void begin() {
        written = read = records = 0;
        closed = shut_ = ended_ = false;
        resume_ = kNever;
    }

    void act(Time now) {
        resume_ = kNever;
        write(now);
        listen_to(now);
        if (closed || socket_ == kNoSocket || written < writes_) return;
        if (!shut_ && !(ended_ && draw_.chance(50))) {  // else close() says it
            shut_ = true;
            sockets.shutdown(now, socket_, Shutdown::write);
        }
        if (!ended_) return;
        sockets.close(now, socket_);
        socket_ = kNoSocket;
        closed = true;
    }

    void write(Time now) {
        while (socket_ != kNoSocket && written < writes_) {
            std::array<Piece, 3> pieces;
            std::uint64_t n = 0;
            for (Piece& p : pieces) {
                const std::uint64_t length = std::min(draw_.size(20'000), writes_ - written - n);
                p = piece(written + n, length);
                n += length;
            }
            const Result<std::uint64_t> r = sockets.writev(now, socket_, pieces.data(), pieces.size());
            if (!r.ok()) {
                if (r.error != TcpError::would_block) error = r.error;
                return;
            }
            expect(r.value > 0 && r.value <= n, "a count of bytes that makes no sense");
            written += r.value;
            records += (r.value + record_ - 1) / record_;
        }
    }

    /// Byte i of what an end writes is that of a body, in a text or not.
    Piece piece(std::uint64_t begin, std::uint64_t length) {
        if (length > 1000 || draw_.chance(50)) return Piece::body(length, begin);
        std::string text;
        for (std::uint64_t i = 0; i < length; ++i) text += body_byte(begin + i);
        return Piece::of(make_text(text));
    }

    void listen_to(Time now) {
        while (socket_ != kNoSocket && !ended_) {
            if (draw_.chance(10)) {
                resume_ = now + draw_.up_to(50ms);
                return;
            }
            const auto most = static_cast<std::uint32_t>(draw_.size(50'000));
            const Result<Payload> r = sockets.read(now, socket_, most);
            if (r.error == TcpError::would_block) return;
            expect(r.ok(), "an error while reading");
            expect(r.value.length <= most, "more than was asked for");
            for (const char c : r.value.bytes()) expect(c == body_byte(read++), "another byte than was written");
            ended_ = r.value.length == 0;
        }
        expect(read <= reads_, "more than was written");
    }

    Draw& draw_;
    std::uint64_t record_;
    std::uint64_t writes_;
    std::uint64_t reads_;
    SocketId listener_ = kNoSocket;
    SocketId socket_ = kNoSocket;
    Time resume_ = kNever;
    bool shut_ = false;
    bool ended_ = false;
};

TlsConfig random_tls(Draw& draw) {
    TlsConfig c;
    c.version = draw.pick({TlsVersion::tls12, TlsVersion::tls13});
    c.resumption = draw.chance(60);
    c.early_data = draw.chance(60);
    c.certificate = static_cast<std::uint32_t>(draw.size(40'000));
    c.record = static_cast<std::uint32_t>(draw.size(16'384));
    return c;
}

/// Bytes of an end's handshake, and its tickets.
std::uint64_t handshake_bytes(TlsFlights& flights, TlsHandshake handshake, bool server) {
    std::uint64_t n = server ? flights.tickets(handshake)->bytes.size() : 0;
    for (std::size_t i = server ? 1 : 0; i < flights.count(handshake); i += 2) {
        n += flights.bytes(handshake, i)->bytes.size();
    }
    return n;
}

TlsHandshake expected_handshake(const TlsConfig& config, int connection) {
    if (connection == 0 || !config.resumption) return TlsHandshake::full;
    const bool early = config.early_data && config.version == TlsVersion::tls13;
    return early ? TlsHandshake::early_data : TlsHandshake::resumed;
}

void check_wire(const ConnectionInfo& tcp, const Talker& end, const TlsConfig& config, TlsHandshake handshake,
                bool server) {
    TlsFlights flights(config);
    const std::uint64_t without_notify =
        handshake_bytes(flights, handshake, server) + end.written + end.records * tls_record_size(config.version, 0);
    const std::uint64_t notify = tls_record_size(config.version, 2);
    const std::uint64_t wire = tcp.bytes_written;
    // An end that has seen the other's close_notify says none.
    expect(wire == without_notify || wire == without_notify + notify, "other bytes on the wire than TLS adds");
}

/// False: TCP has given up, as so much was lost.
bool run_one(std::uint64_t seed) {
    Draw draw(seed);
    const TlsConfig config = random_tls(draw);
    TwoStacks w(test::random_config(draw), test::random_config(draw), draw.up_to(100ms));
    w.keeps_log = false;
    const std::uint64_t loss = draw.below(6);
    w.loses = [&](const Segment&, bool) { return draw.chance(loss); };
    const std::uint64_t up = draw.size(200'000);
    const std::uint64_t down = draw.size(200'000);
    Talker client(w.client_stack, config, draw, up, down);
    Talker server(w.server_stack, config, draw, down, up);
    server.listen(w.now);
    for (int connection = 0; connection < 3; ++connection) {
        client.connect(w.now);
        w.run(client, server, kStart + std::chrono::hours(100 * (connection + 1)));
        Stack::Finished at_client;
        Stack::Finished at_server;
        if (w.server_stack.poll_finished(at_server) && at_server.info.error == TcpError::timed_out) return false;
        if (w.client_stack.poll_finished(at_client) && at_client.info.error == TcpError::timed_out) return false;
        expect(client.error == TcpError::none && server.error == TcpError::none, "the connection has failed");
        expect(client.written == up && server.read == up, "not all has arrived at the server");
        expect(server.written == down && client.read == down, "not all has arrived at the client");
        expect(client.closed && server.closed, "the connection was not closed");
        const TlsHandshake handshake = expected_handshake(config, connection);
        check_wire(at_client.info, client, config, handshake, false);
        check_wire(at_server.info, server, config, handshake, true);
        expect(w.client_stack.open_connections() + w.server_stack.open_connections() == 0, "something is left");
    }
    return true;
}

}  // namespace

TEST_CASE("every byte arrives once and in order, and TLS adds what its closed form says") {
    const test::Seeds seeds(400);
    std::uint64_t given_up = 0;
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        try {
            given_up += run_one(seed) ? 0U : 1U;
        } catch (const test::Broken& broken) {
            FAIL_CHECK("TCPLAB_SEED=" << seed << ": " << std::string(broken.what()));
        }
    }
    if (seeds.many()) CHECK(given_up * 20 < seeds.count());
}
