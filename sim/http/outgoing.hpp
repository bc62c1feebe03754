#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/content.hpp"
#include "http/config.hpp"
#include "tls/transport.hpp"

namespace tcplab {

/// How an application cuts what it has to say into write() calls.
struct WriteStyle {
    Writes writes = Writes::one;
    std::uint64_t chunk = 0;  ///< bytes per write(), head and body alike; 0: as `writes` says
};

/// The chunked coding of a body that is made on demand (RFC 9112 7.1): equal chunks, the last one shorter, then the
/// empty one. Offsets count the coded bytes.
class ChunkedBody {
  public:
    /// `chunk`: bytes of data in each; more than 0.
    ChunkedBody(std::uint64_t body, std::uint64_t chunk);

    [[nodiscard]] std::uint64_t size() const;
    /// The longest piece of one kind at `offset`, which is less than size().
    [[nodiscard]] Piece at(std::uint64_t offset) const;

  private:
    std::uint64_t body_;
    std::uint64_t chunk_;
    TextRef full_size_;  // the size line of a full chunk
    TextRef last_size_;  // of the shorter one
    TextRef chunk_end_;
    TextRef end_;
};

/// A message on its way into a socket.
struct Outgoing {
    TextRef head;
    std::uint64_t body = 0;                                         ///< bytes
    const ChunkedBody* chunked = nullptr;                           ///< the body's coding; nullptr: none
    std::uint64_t cut = std::numeric_limits<std::uint64_t>::max();  ///< nothing follows after so many bytes
    std::uint64_t written = 0;                                      ///< bytes that write() took

    [[nodiscard]] std::uint64_t size() const { return std::min(cut, whole()); }
    [[nodiscard]] bool is_cut() const { return cut < whole(); }

  private:
    [[nodiscard]] std::uint64_t whole() const {
        return head->bytes.size() + (chunked != nullptr ? chunked->size() : body);
    }
};

/// Writes as much of `message` as the socket takes. none: all of it is written; would_block: the rest can follow
/// when the socket is writable; anything else: the connection is gone.
TcpError write_message(Transport& transport, Time now, SocketId socket, Outgoing& message, WriteStyle style);

}  // namespace tcplab
