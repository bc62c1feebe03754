#pragma once

#include <algorithm>
#include <cstdint>

#include "core/units.hpp"

namespace tcplab {

/// Bytes that an application of this speed reads at once: what it uses up in 10 ms. It reads again when it has.
constexpr std::uint32_t slow_read(BitRate rate) {
    constexpr std::uint64_t per_second = 100;
    constexpr std::uint64_t most = 65536;
    return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(rate.bits_per_second / 8 / per_second, 1, most));
}

}  // namespace tcplab
