#pragma once

#include <cstdint>
#include <string_view>

#include "trace/state.hpp"

namespace tcplab {

/// Why a connection, or a call on it, failed. Named as errno has them.
enum class TcpError : std::uint8_t {
    none,
    would_block,     ///< EAGAIN
    in_progress,     ///< EINPROGRESS: connect() goes on
    already,         ///< EALREADY
    is_connected,    ///< EISCONN
    not_connected,   ///< ENOTCONN
    bad_socket,      ///< EBADF
    invalid,         ///< EINVAL
    address_in_use,  ///< EADDRINUSE
    no_port,         ///< EADDRNOTAVAIL: no ephemeral port is free
    refused,         ///< ECONNREFUSED
    reset,           ///< ECONNRESET
    broken_pipe,     ///< EPIPE
    timed_out,       ///< ETIMEDOUT
    not_supported,   ///< EOPNOTSUPP
    protocol,        ///< EPROTO: what the peer sends makes no sense above TCP (TLS)
};

/// errno's name: "ECONNRESET"; "" for none.
constexpr std::string_view name(TcpError e) {
    switch (e) {
        case TcpError::none: return "";
        case TcpError::would_block: return "EAGAIN";
        case TcpError::in_progress: return "EINPROGRESS";
        case TcpError::already: return "EALREADY";
        case TcpError::is_connected: return "EISCONN";
        case TcpError::not_connected: return "ENOTCONN";
        case TcpError::bad_socket: return "EBADF";
        case TcpError::invalid: return "EINVAL";
        case TcpError::address_in_use: return "EADDRINUSE";
        case TcpError::no_port: return "EADDRNOTAVAIL";
        case TcpError::refused: return "ECONNREFUSED";
        case TcpError::reset: return "ECONNRESET";
        case TcpError::broken_pipe: return "EPIPE";
        case TcpError::timed_out: return "ETIMEDOUT";
        case TcpError::not_supported: return "EOPNOTSUPP";
        case TcpError::protocol: return "EPROTO";
    }
    return "?";
}

/// What became true of a connection since take_events() was last called; the low bits are those of
/// stack/socket.hpp.
namespace event {
inline constexpr std::uint8_t connected = 1;  ///< ESTABLISHED was reached
inline constexpr std::uint8_t readable = 2;   ///< data or the end of the stream
inline constexpr std::uint8_t writable = 4;   ///< a write that was cut short can go on
inline constexpr std::uint8_t failed = 16;    ///< error() says why
}  // namespace event

}  // namespace tcplab
