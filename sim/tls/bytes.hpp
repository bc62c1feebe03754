#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/content.hpp"

namespace tcplab {

/// Big-endian numbers and vectors with their length before them, as TLS has them (RFC 8446 3).
class TlsBytes {
  public:
    TlsBytes& number(std::uint64_t value, unsigned bytes) {
        for (unsigned i = bytes; i > 0; --i) out_.push_back(static_cast<char>(value >> (8 * (i - 1))));
        return *this;
    }
    TlsBytes& text(std::string_view bytes) {
        out_.append(bytes);
        return *this;
    }
    /// Bytes that would be random, a key or a signature.
    TlsBytes& opaque(std::size_t n) {
        for (std::size_t i = 0; i < n; ++i) out_.push_back(body_byte(i));
        return *this;
    }
    /// `bytes`, and before them their length in so many bytes.
    TlsBytes& vector(unsigned length_bytes, std::string_view bytes) {
        return number(bytes.size(), length_bytes).text(bytes);
    }

    [[nodiscard]] const std::string& str() const { return out_; }

  private:
    std::string out_;
};

}  // namespace tcplab
