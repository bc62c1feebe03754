#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace tcplab {

/// Adds `bytes` to a sum of big-endian 16-bit words (RFC 1071); an odd last byte counts as if a zero followed.
/// For up to 64 KiB of bytes the sum does not overflow.
constexpr std::uint32_t checksum_add(std::span<const std::uint8_t> bytes, std::uint32_t sum = 0) {
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += (std::uint32_t{bytes[i]} << 8U) | bytes[i + 1];
    if (i < bytes.size()) sum += std::uint32_t{bytes[i]} << 8U;
    return sum;
}

/// The Internet checksum of a sum: its folded one's complement. Over data that holds a right checksum it is zero.
constexpr std::uint16_t checksum_finish(std::uint32_t sum) {
    while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
    return static_cast<std::uint16_t>(~sum & 0xffffU);
}

}  // namespace tcplab
