// When a connection without an answer is given up (RFC 9293 3.8.3, RFC 5482; tcp_write_timeout, tcp_probe_timer,
// tcp_rtx_probe0_timed_out in tcp_timer.c).
#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {

constexpr Duration kModelTimeout{200'000'000};   // TCP_RTO_MIN
constexpr std::uint32_t kOrphanRetries = 8;      // tcp_orphan_retries()
constexpr Duration kShortestTimeout{8'000'000};  // TCP_TIMEOUT_MIN: two ticks of 250 Hz

/// How long `retries` retransmissions take and the wait for an answer to the last, from the first on, if the timeout
/// begins at its least and doubles (tcp_model_timeout).
Duration model_timeout(std::uint32_t retries, Duration most) {
    Duration total{0};
    Duration timeout = kModelTimeout;
    for (std::uint32_t i = 0; i <= retries; ++i) {
        if (timeout > most) timeout = most;
        total += timeout;
        timeout *= 2;
    }
    return total;
}

}  // namespace

std::uint32_t Connection::orphan_retries(bool alive) const {
    if (config_->orphan_retries == 0 && alive) return kOrphanRetries;
    return config_->orphan_retries;
}

/// The retransmission timer ran out once more.
bool Connection::retransmission_is_vain(Time now) const {
    const Duration tried = now - timers_.trying_since();
    const Duration patience = config_->user_timeout;
    if (peer_.bytes() == 0 && !orphan_) {
        // The peer shrank its window: retransmissions have become probes, which may go on while it answers.
        if (patience > Duration::zero() && retries_ > 0 && tried > patience) return true;
        return !heard_ && retries_ > 0 && tried > 2 * config_->max_rto;
    }
    if (retries_ == 0) return false;
    std::uint32_t limit = config_->retries;
    if (orphan_) limit = orphan_retries(rto() < config_->max_rto);
    if (patience > Duration::zero()) return tried >= patience;
    return config_->retries_by_time ? tried >= model_timeout(limit, config_->max_rto) : retries_ >= limit;
}

/// A probe of the closed window is due once more. Answers let it go on for ever (RFC 1122 4.2.2.17), unless nobody
/// waits for the data or the application set a limit.
bool Connection::probe_is_vain(Time now) const {
    const Duration patience = config_->user_timeout;
    if (patience > Duration::zero() && backoff_ > 0 && now - timers_.trying_since() >= patience) return true;
    if (!orphan_) return retries_ >= config_->retries;
    const bool alive = rto() < config_->max_rto;
    const std::uint32_t limit = orphan_retries(alive);
    return retries_ >= limit || (!alive && backoff_ >= limit);
}

bool Connection::makes_room(Time now, std::uint32_t orphans, std::uint32_t most) const {
    // tcp_out_of_resources, from tcp_write_timeout and tcp_probe_timer
    const bool repeats = queue_.empty() ? next_ < send_end() : xmit_timer_ == XmitTimer::retransmit;
    if (!is_closing() || !repeats || timers_.at(Timer::retransmit) > now) return false;
    const bool vain = queue_.empty() ? probe_is_vain(now) : retransmission_is_vain(now);
    if (vain && rto() >= config_->max_rto) return false;  // it ends without a word
    const bool silent = now - last_sent_ > 2 * config_->max_rto;
    return std::uint64_t{orphans} * (silent ? 2 : 1) > most;
}

/// `wait`, or less when the user timeout ends before.
Duration Connection::until_user_timeout(Time now, Duration wait) const {
    if (config_->user_timeout == Duration::zero()) return wait;
    return std::min(wait, std::max(config_->user_timeout - (now - timers_.trying_since()), kShortestTimeout));
}

}  // namespace tcplab
