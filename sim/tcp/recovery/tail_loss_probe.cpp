// Tail loss probe (RFC 8985 7): where nothing comes back from the end of a flight, one segment is sent two round
// trips later, so that its acknowledgement shows what is missing before the timeout does.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {
constexpr Duration kLeastTimeout{2'000'000};  // TCP_TIMEOUT_MIN_US
}

bool Connection::schedule_tail_probe(Time now, bool advancing) {
    const bool calm = ca_state_ == CaState::open || ca_state_ == CaState::cwr;
    if (!config_->tail_loss_probe || queue_.empty() || !sack_recovery() || !calm) return false;
    Duration timeout = config_->initial_rto;
    if (rtt_.has_sample()) {
        timeout = 2 * rtt_.srtt() + (queue_.size() == 1 ? config_->min_rto : kLeastTimeout);
    }
    // The timeout itself may come first.
    const Duration left = advancing ? rto() : queue_.head().sent + rto() - now;
    if (left > Duration::zero()) timeout = std::min(timeout, left);
    set_xmit_timer(XmitTimer::tail_probe, now, timeout);
    return true;
}

void Connection::on_tail_probe_timer(Time now) {
    if (probe_is_out() || queue_.empty()) {  // one at a time
        rearm_retransmit(now);
        return;
    }
    note_fired(FiredTimer::tail_loss_probe);
    pending_ |= kTailProbe;
}

bool Connection::send_tail_probe(Time now, Segment& out) {
    pending_ = static_cast<std::uint16_t>(pending_ & ~kTailProbe);
    // Acknowledged meanwhile.
    if (queue_.empty()) return false;
    tlp_retransmits_ = false;
    const std::uint64_t wanted = std::max<std::uint64_t>(std::min<std::uint64_t>(unsent(), segment_size_), 1);
    const bool has_new = next_ < send_end() && wanted <= peer_room();
    bool sent = false;
    if (has_new) {
        probing_ = true;
        sent = send_data(now, out);
        probing_ = false;
    } else {
        tlp_retransmits_ = true;
        queue_.split(queue_.size() - 1);
        send_again(now, out, queue_.size() - 1, false);
        sent = true;
    }
    if (sent) {
        doubt().probe_end = next_;
        arm_retransmit(now);
    } else {
        rearm_retransmit(now);
    }
    return sent;
}

void Connection::judge_tail_probe(std::uint64_t ack, const AckResult& r) {
    std::uint64_t& end = doubt().probe_end;
    if (ack < end) return;
    if (!tlp_retransmits_ || r.probe_was_duplicate) {
        end = 0;
    } else if (ack > end) {
        // The probe has repaired a loss: congestion, as any other (RFC 8985 7.4.2).
        start_reduction();
        ca_state_ = CaState::cwr;
        end_reduction();
        keep_open();
    } else if (!r.advanced && !r.not_duplicate() && !r.data_sacked) {
        end = 0;  // a duplicate: both have arrived
    }
}

}  // namespace tcplab
