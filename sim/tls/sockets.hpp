#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/address.hpp"
#include "core/content.hpp"
#include "stack/stack.hpp"
#include "tls/config.hpp"
#include "tls/flights.hpp"
#include "tls/records.hpp"
#include "tls/session.hpp"

namespace tcplab {

namespace ready {
/// Application data may be written: the TLS handshake is over, or 0-RTT data may go before it is. Without TLS it
/// comes with `connected`.
inline constexpr std::uint8_t secured = 32;
static_assert((secured & (connected | readable | writable | accept | failed)) == 0);
}  // namespace ready

/// The sockets of an application through TLS: what Transport (tls/transport.hpp) is when it is on; see there.
class TlsSockets {
  public:
    TlsSockets(Stack& stack, const TlsConfig& config) : stack_(&stack), flights_(config), sealer_(config) {}

    TcpError connect(Time now, SocketId s, Endpoint remote, bool early);
    bool start_tls(Time now, SocketId s, Endpoint server, bool early);
    [[nodiscard]] bool handshake_done(SocketId s) const;
    Result<SocketId> accept(Time now, SocketId listener, Endpoint* peer);
    Result<std::uint64_t> writev(Time now, SocketId s, const Piece* pieces, std::size_t count);
    Result<Payload> read(Time now, SocketId s, std::uint32_t max);
    TcpError shutdown(Time now, SocketId s, Shutdown how);
    TcpError close(Time now, SocketId s);
    TcpError set_option(Time now, SocketId s, SocketOption option, std::int64_t value);
    [[nodiscard]] Result<std::int64_t> get_option(SocketId s, SocketOption option);
    SocketEvent on_event(Time now, const SocketEvent& event);

  private:
    struct Connection {
        Connection(TlsSession::Side side, TlsFlights& flights, Endpoint peer)
            : session(side, flights), remote(peer), told_secured(side == TlsSession::Side::server) {}

        TlsSession session;
        Endpoint remote;
        TcpError error = TcpError::none;  // TLS has failed: what every call returns
        bool told_secured;                // or need not be told
        bool may_be_early = true;         // what is written first
        bool refused = false;             // a write was cut short: the application waits for ready::writable
        bool lends_no_delay = false;      // TCP_NODELAY is on for the handshake only
        bool ended = false;               // the peer's stream
        bool dead = false;                // the stack has said ready::failed
        bool said_goodbye = false;        // close_notify is sent, or not wanted
        bool shut = false;                // for writing
        bool owes_fin = false;            // the same, when output() is empty
        bool closing = false;             // by the application; for the stack when output() is empty
    };

    Connection* find(SocketId s) const;
    Connection& add(Time now, SocketId s, TlsSession::Side side, Endpoint remote);
    [[nodiscard]] bool can_resume(Endpoint server) const;
    void start(Connection& c);
    TcpError pump(Time now, SocketId s, Connection& c);
    void settle(Time now, SocketId s, Connection& c);
    void flush(Time now, SocketId s, Connection& c);
    Result<std::uint64_t> write_records(Time now, SocketId s, Connection& c, const Piece* pieces, std::size_t count,
                                        std::uint64_t begin, std::uint64_t length);
    std::uint8_t advance(Time now, SocketId s, Connection& c, TcpError& error);
    void say_goodbye(Time now, SocketId s, Connection& c);
    void shut_if_possible(Time now, SocketId s, Connection& c);
    void go_on_closing(Time now, SocketId s, Connection& c);
    void finish(Time now, SocketId s);

    Stack* stack_;
    TlsFlights flights_;
    TlsSealer sealer_;
    std::vector<std::unique_ptr<Connection>> connections_;  // by socket
    std::vector<Endpoint> resumable_;                       // servers that have given a ticket
    std::vector<Piece> scratch_;
};

}  // namespace tcplab
