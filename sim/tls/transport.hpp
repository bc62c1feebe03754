#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "stack/stack.hpp"
#include "tls/config.hpp"
#include "tls/sockets.hpp"

namespace tcplab {

/// The sockets of an application, through TLS where it is on. The calls are the stack's, with its names, errors and
/// events (stack/stack.hpp); without TLS they are those and nothing else. With TLS:
///  - Every event of the stack goes through on_event(), which does what the handshake needs and returns what the
///    event means to the application. What read() and write() carry is plaintext, in records on the wire.
///  - ready::connected comes when TCP is connected, ready::secured when application data may be written: when the
///    handshake is over, or together with `connected` on a TLS 1.3 connection that is resumed with early data. Before,
///    write() would block. A server has nothing to wait for: its first ready::readable is data, the end, or an error.
///  - connect() returns none only if data may be written at once, into the SYN (SocketOption::fast_open_connect, and
///    early data); then neither `connected` nor `secured` need be waited for.
///  - A record of which the stack took only a part is finished before anything else is written; the bytes in it count
///    as written. write() would block until then, and ready::writable follows.
///  - read() gives no byte of a record before all of it has arrived. The end of the stream is TCP's, with or without
///    close_notify; a record that it cuts off is lost.
///  - What the peer must not send is answered with an alert, and is TcpError::protocol from then on.
///  - close() and shutdown(write) send a close_notify first, unless the peer has ended its stream, SO_LINGER is 0 or
///    the handshake is not over. What they do may have to wait: for room for the rest of a record, and behind early
///    data, but for a client's close(), for the end of the handshake. Until a close() is through the descriptor is in
///    use, and its events mean nothing to the application.
///  - TCP_NODELAY is on until the first write() after the handshake, as small flights come before small messages.
///    From then on it is as the application has it.
///  - Tickets are kept per server; one serves any number of connections.
class Transport {
  public:
    /// Keeps a reference to `stack`, a copy of `tls`; nullptr: plain TCP.
    explicit Transport(Stack& stack, const TlsConfig* tls = nullptr)
        : stack_(&stack), tls_(tls != nullptr ? std::make_unique<TlsSockets>(stack, *tls) : nullptr) {}

    SocketId socket() { return stack_->socket(); }
    TcpError bind(SocketId s, Endpoint local) { return stack_->bind(s, local); }
    TcpError listen(SocketId s, std::uint32_t backlog) { return stack_->listen(s, backlog); }
    /// `early`: what is written first may go in early data, where that is on.
    TcpError connect(Time now, SocketId s, Endpoint remote, bool early = true) {
        return tls_ ? tls_->connect(now, s, remote, early) : stack_->connect(now, s, remote);
    }
    /// TCP alone, for a tunnel that has to be asked for in plain text (RFC 9110 9.3.6); then start_tls().
    TcpError connect_plain(Time now, SocketId s, Endpoint remote) { return stack_->connect(now, s, remote); }
    /// Begins TLS with the server behind the tunnel, `server`, which names it for resumption. True: data may be written
    /// at once; else ready::secured follows. Only with TLS, once TCP is connected.
    bool start_tls(Time now, SocketId s, Endpoint server, bool early = true) {
        return tls_->start_tls(now, s, server, early);
    }
    /// What is written now is no early data.
    [[nodiscard]] bool handshake_done(SocketId s) const { return !tls_ || tls_->handshake_done(s); }
    Result<SocketId> accept(Time now, SocketId listener, Endpoint* peer = nullptr) {
        return tls_ ? tls_->accept(now, listener, peer) : stack_->accept(now, listener, peer);
    }
    Result<std::uint64_t> write(Time now, SocketId s, const Piece& piece) { return writev(now, s, &piece, 1); }
    Result<std::uint64_t> writev(Time now, SocketId s, const Piece* pieces, std::size_t count) {
        return tls_ ? tls_->writev(now, s, pieces, count) : stack_->writev(now, s, pieces, count);
    }
    /// What it gives stays readable until the next read() or on_event() of the same socket.
    Result<Payload> read(Time now, SocketId s, std::uint32_t max) {
        return tls_ ? tls_->read(now, s, max) : stack_->read(now, s, max);
    }
    TcpError shutdown(Time now, SocketId s, Shutdown how) {
        return tls_ ? tls_->shutdown(now, s, how) : stack_->shutdown(now, s, how);
    }
    TcpError close(Time now, SocketId s) { return tls_ ? tls_->close(now, s) : stack_->close(now, s); }
    TcpError set_option(Time now, SocketId s, SocketOption option, std::int64_t value) {
        return tls_ ? tls_->set_option(now, s, option, value) : stack_->set_option(now, s, option, value);
    }
    [[nodiscard]] Result<std::int64_t> get_option(SocketId s, SocketOption option) {
        return tls_ ? tls_->get_option(s, option) : stack_->get_option(s, option);
    }
    [[nodiscard]] Result<ConnectionInfo> info(SocketId s) const { return stack_->info(s); }
    [[nodiscard]] std::uint64_t connection_id(SocketId s) const { return stack_->connection_id(s); }
    /// The stack, for what is asked about messages. Through TLS `left` is 0 there: bytes have other places in records.
    [[nodiscard]] Stack& stack() const { return *stack_; }
    [[nodiscard]] bool is_plain() const { return tls_ == nullptr; }

    /// What the stack's event means to the application; nothing, if `ready` is 0. Events of sockets that are none of
    /// this transport's connections, such as listeners, are as they were.
    SocketEvent on_event(Time now, const SocketEvent& event) {
        if (tls_) return tls_->on_event(now, event);
        SocketEvent out = event;
        if ((event.ready & ready::connected) != 0) out.ready |= ready::secured;
        return out;
    }

  private:
    Stack* stack_;
    std::unique_ptr<TlsSockets> tls_;
};

}  // namespace tcplab
