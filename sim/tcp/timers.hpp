#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "core/time.hpp"

namespace tcplab {

/// The timers of a connection. `retransmit` also serves zero-window probes, `close` FIN-WAIT-2 and TIME-WAIT:
/// no connection needs both at once.
enum class Timer : std::uint8_t { retransmit, delayed_ack, close, keepalive, pacing };

/// A table of optional deadlines.
class Timers {
  public:
    Timers() { at_.fill(kNever); }
    void set(Timer t, Time at) { at_[index(t)] = at; }
    void stop(Timer t) { at_[index(t)] = kNever; }
    void stop_all() { at_.fill(kNever); }
    [[nodiscard]] bool running(Timer t) const { return at_[index(t)] != kNever; }
    [[nodiscard]] Time at(Timer t) const { return at_[index(t)]; }
    /// Whether `t` is due; if so it is stopped.
    bool expired(Timer t, Time now) {
        if (at_[index(t)] > now) return false;
        stop(t);
        return true;
    }
    [[nodiscard]] Time next() const {
        return std::min(std::min(std::min(at_[0], at_[1]), std::min(at_[2], at_[3])), at_[4]);
    }

  private:
    static constexpr std::size_t index(Timer t) { return static_cast<std::size_t>(t); }
    std::array<Time, 5> at_;
};

}  // namespace tcplab
