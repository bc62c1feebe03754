#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.hpp"
#include "tcp/config.hpp"
#include "tcp/timer_wheel.hpp"

namespace tcplab {

/// Smoothed round-trip time and the retransmission timeout that follows from it (RFC 6298), between Config::min_rto and
/// max_rto. With Config::linux_rtt the variance is kept as Linux keeps it (tcp_rtt_estimator): its largest value within
/// a window counts at once, fades by a quarter a window, and is itself at least min_rto; else RFC 6298 to the letter
/// with min_rto a floor of the whole timeout. The config is always that of the connection.
class RttEstimator {
  public:
    void reset(const Config& config);

    /// A round trip measured on a segment that was sent once (Karn): of the first that an acknowledgement told of,
    /// and of the `newest`, which waited the least for it. `una` and `nxt` are SND.UNA and SND.NXT.
    void sample(const Config& config, Duration rtt, Duration newest, std::uint64_t una, std::uint64_t nxt);

    /// The handshake gave no sample as its segments were sent twice: at least 3 s until one comes (RFC 6298 5.7,
    /// TCP_TIMEOUT_FALLBACK).
    void fall_back(const Config& config);

    [[nodiscard]] bool has_sample() const { return srtt_ > Duration::zero(); }
    [[nodiscard]] Duration srtt() const { return srtt_; }
    /// The least sample seen; Duration::max() before the first.
    [[nodiscard]] Duration min_rtt() const { return min_rtt_; }
    /// RTTVAR of RFC 6298, or the mean deviation that Linux keeps (mdev).
    [[nodiscard]] Duration deviation() const { return deviation_; }
    /// The timeout after so many that ran out in a row: doubled each time, at most Config::max_rto.
    [[nodiscard]] Duration rto(const Config& config, unsigned timeouts) const {
        Duration d = srtt_ + variance_;
        if (has_sample()) d = std::min(config.linux_rtt ? d : std::max(d, config.min_rto), config.max_rto);
        // The kernel keeps the timeout in ticks and doubles those.
        if (config.timer_hz > 0) d = ticks_to_duration(ticks_of(d, config.timer_hz), config.timer_hz);
        for (unsigned i = 0; i < timeouts && d < config.max_rto; ++i) d *= 2;
        return std::min(d, config.max_rto);
    }

  private:
    Duration srtt_{0};
    Duration deviation_{0};     // RTTVAR of RFC 6298, mdev of Linux
    Duration variance_{0};      // four deviations, as used; before the first sample the whole timeout
    Duration variance_max_{0};  // largest of this window
    Duration min_rtt_ = Duration::max();
    std::uint64_t window_end_ = 0;
};

}  // namespace tcplab
