// Which segments are lost by time (RFC 8985; net/ipv4/tcp_recovery.c): those sent a round trip and a reordering
// window before the latest one that is known to have arrived.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {
constexpr std::uint8_t kMostSteps = 255;
constexpr std::uint8_t kPersistence = 16;     // TCP_RACK_RECOVERY_THRESH
constexpr Duration kLeastTimeout{2'000'000};  // TCP_TIMEOUT_MIN_US
}  // namespace

void Connection::advance_rack(Time now, const SentSegment& s) {
    const Duration rtt = now - s.sent;
    // Too early to be the retransmission's: it was the original that arrived (RFC 8985 6.2 step 2).
    if (s.transmissions > 1 && rtt < rtt_.min_rtt()) return;
    rack_advanced_ = true;
    rack_.rtt = rtt;
    if (!rack_.after(s)) rack_.order = s.order;
}

Duration Connection::reordering_window() const {
    if (!doubt_ || doubt_->reorderings == 0) {
        // Where nothing was ever reordered the first sign of a loss is believed.
        if (ca_state_ == CaState::recovery || ca_state_ == CaState::loss) return Duration::zero();
        if (queue_.sacked() >= reordering_) return Duration::zero();
    }
    if (!rtt_.has_sample()) return Duration::zero();
    return std::min(rtt_.min_rtt() / 4 * (doubt_ ? doubt_->steps : 1), rtt_.srtt());
}

bool Connection::mark_by_time(Time now) {
    if (!rack_advanced_) return false;
    rack_advanced_ = false;
    const Duration wait = queue_.mark_overdue(now, rack_, reordering_window());
    if (wait == Duration::zero()) return false;
    set_xmit_timer(XmitTimer::reordering, now, wait + kLeastTimeout);
    return true;
}

void Connection::update_reordering_window(const AckResult& r) {
    if (!doubt_ || (r.acked == 0 && !r.data_sacked)) return;
    Doubt& d = *doubt_;
    // Once a round trip at most (RFC 8985 6.2 step 4).
    if (std::max(una_, highest_sacked()) < d.window_adjusted_at) d.duplicate_seen = false;
    if (d.duplicate_seen) {
        if (d.steps < kMostSteps) ++d.steps;
        d.duplicate_seen = false;
        d.window_adjusted_at = next_;
        d.persists = kPersistence;
    } else if (d.persists == 0) {
        d.steps = 1;
    }
}

void Connection::on_reordering_timer(Time now) {
    note_fired(FiredTimer::reordering);
    const std::uint32_t before = in_flight();
    const std::uint32_t losses = queue_.losses();
    queue_.mark_overdue(now, rack_, reordering_window());
    if (in_flight() != before) {
        if (ca_state_ != CaState::recovery) {
            enter_recovery(false);
            if (model() == nullptr) reduce_window(1, queue_.losses() - losses, false);
        }
        pending_ |= kRetransmit;
    }
    rearm_retransmit(now);
}

}  // namespace tcplab
