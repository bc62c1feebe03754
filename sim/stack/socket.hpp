#pragma once

#include <cstdint>

#include "core/address.hpp"
#include "core/content.hpp"
#include "core/seq.hpp"
#include "core/time.hpp"
#include "tcp/state.hpp"

namespace tcplab {

/// A socket's descriptor. Numbers are reused after close(), the lowest first, as a kernel's are.
using SocketId = std::int32_t;
inline constexpr SocketId kNoSocket = -1;

/// What became true of a socket, edge-triggered as epoll's EPOLLET; several bits may come together.
namespace ready {
inline constexpr std::uint8_t connected = 1;  ///< connect() succeeded
inline constexpr std::uint8_t readable = 2;   ///< data, end of stream or an error arrived: read until would_block
inline constexpr std::uint8_t writable = 4;   ///< a write() that was cut short can go on
inline constexpr std::uint8_t accept = 8;     ///< a connection waits for accept(), called until would_block
inline constexpr std::uint8_t failed = 16;    ///< the connection is dead: `error` says why
}  // namespace ready

/// What poll() reports, with Linux's numbers (tcp_poll).
namespace poll {
inline constexpr std::uint16_t in = 0x001;
inline constexpr std::uint16_t out = 0x004;
inline constexpr std::uint16_t error = 0x008;
inline constexpr std::uint16_t hang_up = 0x010;
inline constexpr std::uint16_t read_hang_up = 0x2000;
}  // namespace poll

struct SocketEvent {
    SocketId socket = kNoSocket;
    std::uint8_t ready = 0;
    TcpError error = TcpError::none;
};

/// A value, or why there is none.
template <class T>
struct Result {
    T value{};
    TcpError error = TcpError::none;
    [[nodiscard]] bool ok() const { return error == TcpError::none; }
};

enum class Shutdown : std::uint8_t { read, write, both };

enum class SocketOption : std::uint8_t {
    no_delay,               ///< TCP_NODELAY: 0 or 1
    quick_ack,              ///< TCP_QUICKACK: 0 or 1
    cork,                   ///< TCP_CORK: 0 or 1
    linger_ns,              ///< SO_LINGER in nanoseconds; -1: off
    send_buffer,            ///< SO_SNDBUF, bytes
    receive_buffer,         ///< SO_RCVBUF, bytes; ends auto-tuning
    reuse_address,          ///< SO_REUSEADDR: 0 or 1
    max_segment,            ///< TCP_MAXSEG, bytes; before connect() or listen()
    congestion_control,     ///< TCP_CONGESTION: the number of a CongestionControl; before connect() or listen()
    keepalive_ns,           ///< SO_KEEPALIVE and TCP_KEEPIDLE in nanoseconds; 0: off
    keepalive_interval_ns,  ///< TCP_KEEPINTVL in nanoseconds
    keepalive_probes,       ///< TCP_KEEPCNT
    user_timeout_ns,        ///< TCP_USER_TIMEOUT in nanoseconds; 0: off
    syn_retries,            ///< TCP_SYNCNT; of a listener, for its SYN-ACKs
    linger2_ns,         ///< TCP_LINGER2 in nanoseconds; 0: as the stack has it; negative: FIN-WAIT-2 is left by a RST
    defer_accept_ns,    ///< TCP_DEFER_ACCEPT in nanoseconds: accept() waits for data; rounded up to SYN-ACK timeouts
    unsent_low_water,   ///< TCP_NOTSENT_LOWAT, bytes; 0: none
    fast_open,          ///< TCP_FASTOPEN of a listener: unfinished Fast Open connections at most; 0: none
    fast_open_connect,  ///< TCP_FASTOPEN_CONNECT: 0 or 1; before connect()
    error,              ///< SO_ERROR: the number of a TcpError, told once; get only
};

/// A connection's counters and instants, as getsockopt(TCP_INFO) and the result files have them.
struct ConnectionInfo {
    FourTuple tuple;
    SeqNum syn;  ///< the number of the SYN that opened the connection: both ends have the same
    State state = State::closed;
    TcpError error = TcpError::none;
    Time opened = kNever;  ///< the SYN was sent or received
    Time established = kNever;
    std::uint32_t cwnd = 0;       ///< segments
    std::uint32_t ssthresh = 0;   ///< segments
    std::uint32_t in_flight = 0;  ///< segments
    Duration srtt{0};
    Duration rto{0};
    std::uint64_t bytes_written = 0;  ///< accepted by write()
    std::uint64_t bytes_acknowledged = 0;
    std::uint64_t bytes_received = 0;  ///< in order
    std::uint64_t bytes_read = 0;
    std::uint64_t bytes_destroyed = 0;  ///< arrived in order and thrown away unread (close or reset)
    std::uint32_t segments_sent = 0;    ///< with payload, retransmissions included
    std::uint32_t retransmitted = 0;    ///< segments
};

}  // namespace tcplab
