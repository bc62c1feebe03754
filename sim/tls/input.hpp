#pragma once

#include <cstdint>

#include "core/content.hpp"
#include "core/ring.hpp"

namespace tcplab {

/// Bytes that were read from a connection and are not used yet: ranges of what the peer has written, not a copy.
/// They stay readable there for as long as they are here.
class TlsInput {
  public:
    /// What read() of the stack gave. Ends the life of what take() has given out.
    void append(const Payload& bytes);
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// Copies bytes [at, at + n) to `out`; there must be so many.
    void peek(std::uint32_t at, std::uint32_t n, char* out) const;
    /// Removes at most `most` bytes that are adjacent in one content: the longest such range at the front. They stay
    /// readable until append().
    Payload take(std::uint32_t most);
    /// Removes so many bytes; there must be so many.
    void skip(std::uint32_t n);
    void clear();

  private:
    Ring<Payload> ranges_;  // none is empty
    std::uint32_t size_ = 0;
};

}  // namespace tcplab
