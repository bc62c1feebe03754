#pragma once

#include <cstdint>

#include "core/content.hpp"
#include "http/config.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// How an application cuts what it has to say into write() calls.
struct WriteStyle {
    Writes writes = Writes::one;
    std::uint64_t chunk = 0;  ///< bytes per write(), head and body alike; 0: as `writes` says
};

/// A message on its way into a socket.
struct Outgoing {
    TextRef head;
    std::uint64_t body = 0;     ///< bytes
    std::uint64_t written = 0;  ///< bytes of both that write() took

    [[nodiscard]] std::uint64_t size() const { return head->bytes.size() + body; }
};

/// Writes as much of `message` as the socket takes. none: all of it is written; would_block: the rest can follow
/// when the socket is writable; anything else: the connection is gone.
TcpError write_message(Stack& stack, Time now, SocketId socket, Outgoing& message, WriteStyle style);

}  // namespace tcplab
