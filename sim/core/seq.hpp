#pragma once

#include <cstdint>

namespace tcplab {

/// A TCP sequence number (RFC 9293 3.4): 32 bits that wrap. There is deliberately no operator<; inside the
/// endpoint every position is a 64-bit offset that never wraps, and only the wire's edge uses this type.
class SeqNum {
  public:
    constexpr SeqNum() = default;
    constexpr explicit SeqNum(std::uint32_t raw) : raw_(raw) {}

    [[nodiscard]] constexpr std::uint32_t raw() const { return raw_; }

    friend constexpr bool operator==(SeqNum, SeqNum) = default;
    friend constexpr SeqNum operator+(SeqNum s, std::uint32_t n) { return SeqNum(s.raw_ + n); }
    friend constexpr SeqNum operator-(SeqNum s, std::uint32_t n) { return SeqNum(s.raw_ - n); }

    /// How far `a` lies after `b`, from -2^31 to 2^31 - 1.
    friend constexpr std::int32_t distance(SeqNum a, SeqNum b) { return static_cast<std::int32_t>(a.raw_ - b.raw_); }

  private:
    std::uint32_t raw_ = 0;
};

/// The sequence number of 64-bit stream position `pos` when position 0 (the SYN) has number `initial`.
constexpr SeqNum wrap(std::uint64_t pos, SeqNum initial) { return initial + static_cast<std::uint32_t>(pos); }

/// The signed 64-bit position of `seq` that is nearest to `reference`; negative when it lies before the SYN.
constexpr std::int64_t unwrap(SeqNum seq, SeqNum initial, std::uint64_t reference) {
    return static_cast<std::int64_t>(reference) + distance(seq, wrap(reference, initial));
}

}  // namespace tcplab
