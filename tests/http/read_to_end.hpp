#pragma once

#include <optional>
#include <utility>

#include "stack/stack.hpp"

namespace tcplab {

/// Gives `take` all that has come on the socket. When the other end has ended its stream, or the connection is gone,
/// the socket is closed and forgotten: the error that says why, `none` for the end of the stream.
template <class Take>
std::optional<TcpError> read_to_end(Stack& stack, Time now, SocketId& socket, const Take& take) {
    while (true) {
        const Result<Payload> r = stack.read(now, socket, 1U << 20U);
        if (r.error == TcpError::would_block) return std::nullopt;
        if (!r.ok() || r.value.length == 0) {
            stack.close(now, std::exchange(socket, kNoSocket));
            return r.error;
        }
        take(r.value);
    }
}

}  // namespace tcplab
