#pragma once

#include <cstdint>

#include "core/content.hpp"
#include "core/ring.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// Bytes on their way from one socket to another: text is copied, bodies stay descriptions. It has no limit of its own:
/// whoever fills it stops while it is blocked().
class RelayBuffer {
  public:
    void add(TextRef text) { pieces_.push_back(Piece::of(std::move(text))); }
    /// Bytes [offset, offset + length) of what was read.
    void add(const Content& content, std::uint64_t offset, std::uint64_t length);

    /// Writes as much as the socket takes. none: all of it; would_block: the rest can follow when the socket is
    /// writable; anything else: the connection is gone.
    TcpError write(Stack& stack, Time now, SocketId socket);

    [[nodiscard]] bool empty() const { return pieces_.empty(); }
    /// The socket did not take all of it.
    [[nodiscard]] bool blocked() const { return blocked_; }

  private:
    void drop(std::uint64_t bytes);

    Ring<Piece> pieces_;
    bool blocked_ = false;
};

}  // namespace tcplab
