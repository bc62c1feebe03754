#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.hpp"
#include "tcp/congestion/controller.hpp"

namespace tcplab {

/// How much of the congestion window is used: one that is not must not grow (RFC 7661), and decays (RFC 2861). With the
/// rules of tcp_cwnd_validate() and tcp_is_cwnd_limited().
class WindowUse {
  public:
    /// The transfer begins, with SND.NXT at `next`.
    void start(Time now, std::uint64_t next) {
        since_ = now;
        round_end_ = next;
    }
    /// Segments were sent, and so many are `out`; `limited`: the window kept back more. The strongest sign of a round
    /// trip counts.
    void note(std::uint64_t una, std::uint64_t next, std::uint32_t out, bool limited) {
        if (una < round_end_ && !limited && (limited_ || out <= most_out_)) return;
        limited_ = limited;
        most_out_ = out & 0x7fffffffU;
        round_end_ = next;
    }
    /// So many were out while the window was not full.
    void note_part(std::uint32_t out) { used_ = std::max(used_, out); }
    /// It was full, or changed, now.
    void stamp(Time now) { since_ = now; }
    /// The same, and what was used of it before does not count.
    void restart(Time now) {
        since_ = now;
        used_ = 0;
    }

    /// The window kept segments back.
    [[nodiscard]] bool limited() const { return limited_; }
    /// It is what limits: in slow start, already when half of it is used.
    [[nodiscard]] bool is_used_up(const CongestionWindow& w) const {
        return limited_ || (w.in_slow_start() && w.cwnd < 2 * most_out_);
    }
    /// The most that was out since the last restart(), in segments.
    [[nodiscard]] std::uint32_t used() const { return used_; }
    /// The time of the last stamp().
    [[nodiscard]] Time since() const { return since_; }

  private:
    Time since_{};                     // snd_cwnd_stamp
    std::uint64_t round_end_ = 0;      // cwnd_usage_seq
    std::uint32_t used_ = 0;           // snd_cwnd_used
    std::uint32_t most_out_ : 31 = 0;  // max_packets_out
    std::uint32_t limited_ : 1 = 0;    // is_cwnd_limited
};

}  // namespace tcplab
