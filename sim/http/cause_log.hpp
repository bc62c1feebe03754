#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "core/causes.hpp"

namespace tcplab {

/// The causes of a run's transactions, which may be a million: bytes, not lists.
class CauseLog {
  public:
    static constexpr std::uint32_t kNone = 0x7fffffff;

    /// A number to find them by; kNone when there is no room for more.
    std::uint32_t add(const Causes& causes);
    /// `total` is theirs, which is not kept. Nothing for kNone.
    [[nodiscard]] Causes find(std::uint32_t number, Duration total) const;

  private:
    std::deque<std::uint8_t> bytes_;  // never moved: growing must not need twice the memory
};

}  // namespace tcplab
