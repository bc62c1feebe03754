#pragma once

#include <compare>
#include <cstdint>

#include "core/time.hpp"

namespace tcplab {

/// A link's or a reader's speed in bits per second. Zero means unlimited.
struct BitRate {
    std::uint64_t bits_per_second = 0;

    [[nodiscard]] constexpr bool unlimited() const { return bits_per_second == 0; }
    auto operator<=>(const BitRate&) const = default;
};

/// How long `bytes` occupy a link of this rate, rounded up to the next nanosecond; zero for an unlimited rate.
/// Exact for packets up to 2 GB.
constexpr Duration transmission_time(std::uint64_t bytes, BitRate rate) {
    if (rate.unlimited()) return Duration::zero();
    const std::uint64_t bit_ns = bytes * 8'000'000'000ULL;
    return Duration(static_cast<std::int64_t>((bit_ns + rate.bits_per_second - 1) / rate.bits_per_second));
}

}  // namespace tcplab
