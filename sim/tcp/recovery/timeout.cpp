// A retransmission timeout (RFC 6298 5, RFC 5681 3.1; tcp_enter_loss): everything counts as lost but what was sent
// too recently to be late, the window collapses, and F-RTO (RFC 5682) may find out that it was spurious.
#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

void Connection::mark_lost_by_timeout(Time now) {
    const bool reneged = queue_.head().sacked;
    if (reneged) {
        queue_.forget_sacked();
        doubt().known_sack.clear();
    }
    duplicates_ = 0;
    const bool by_time = sack_recovery() && config_->recovery == Recovery::rack && !reneged;
    for (std::uint32_t i = 0; i < queue_.size(); ++i) {
        if (by_time && i > 0 && rack_.rtt > now - queue_[i].sent) continue;
        queue_.mark_lost(i);
    }
    if (queue_.head().retransmitted) queue_.mark_lost(0);
}

void Connection::enter_loss(Time now) {
    const bool fresh = ca_state_ != CaState::recovery && ca_state_ != CaState::loss;
    const std::uint32_t sacked = sacked_out();
    mark_lost_by_timeout(now);
    begin_rate_sample();  // counts what this marked
    // Once a window of data.
    if (ca_state_ == CaState::open || ca_state_ == CaState::disorder || recovery_point() <= una_ ||
        (ca_state_ == CaState::loss && retries_ == 0)) {
        doubt().prior_ssthresh = current_ssthresh();
        doubt().prior_cwnd = window_.cwnd;
        window_.ssthresh = std::visit([&](auto& c) { return c.ssthresh_after_loss(window_); }, controller_);
        start_undo();
    }
    window_.cwnd = in_flight() + 1;
    window_.count = 0;
    use_.stamp(now);
    // So many duplicates and still a timeout: there is less reordering than was thought.
    if ((ca_state_ == CaState::open || ca_state_ == CaState::disorder) && sacked >= kReordering) {
        reordering_ = std::min(reordering_, kReordering);
    }
    ca_state_ = CaState::loss;
    std::visit([&](auto& c) { c.on_timeout(now, next_); }, controller_);
    doubt().recovery_point = next_;
    if (doubt_) doubt_->probe_end = 0;
    cwr_due_ = ecn_;
    frto_ = config_->frto && (fresh || retries_ > 0);
    new_first_ = false;
    pending_ |= kRetransmit;
}

}  // namespace tcplab
