// Loss recovery without SACK (RFC 6582), the window reduced in proportion (RFC 6937), in the states that Linux has
// (tcp_fastretrans_alert). Duplicate acknowledgements count as arrived segments, so that the pipe shrinks and
// limited transmit (RFC 3042) needs no rule of its own.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kDuplicateThreshold = 3;
}

void Connection::process_recovery(AckResult& r, bool duplicate) {
    const bool past_point = una_ >= recovery_point_;
    if (ca_state_ == CaState::recovery || ca_state_ == CaState::loss) {
        if (past_point) {
            sacked_ = 0;
            // Duplicates of the recovery itself may still come; wait until something beyond it is acknowledged.
            if (una_ == recovery_point_ && !queue_.empty()) return;
            end_reduction();
            ca_state_ = CaState::open;
        } else if (ca_state_ == CaState::recovery) {
            if (r.advanced) {
                mark_head_lost();  // a partial acknowledgement: the next hole
                limit_duplicates();
            } else if (duplicate) {
                add_duplicate();
                r.delivered = 1;
            }
            return;
        } else {
            if (r.advanced) sacked_ = 0;
            return;
        }
    }
    if (r.advanced) sacked_ = 0;
    if (duplicate) {
        const std::uint32_t before = sacked_;
        add_duplicate();
        r.delivered = sacked_ - before;
    }
    if (sacked_ >= kDuplicateThreshold && !queue_.empty()) {
        enter_recovery();
    } else {
        keep_open();
    }
}

void Connection::add_duplicate() {
    ++sacked_;
    limit_duplicates();
}

void Connection::limit_duplicates() {
    // At least one segment must be missing, else there would be no duplicate.
    const std::uint32_t holes = std::min(std::max(queue_.lost(), 1U), queue_.size());
    sacked_ = std::min(sacked_, queue_.size() - holes);
}

void Connection::mark_head_lost() {
    if (queue_.empty() || queue_.head().lost) return;
    queue_.mark_lost(0);
}

void Connection::enter_recovery() {
    recovery_point_ = next_;
    prior_cwnd_ = window_.cwnd;
    prr_delivered_ = 0;
    prr_out_ = 0;
    window_.count = 0;
    window_.ssthresh = std::visit([&](auto& c) { return c.ssthresh_after_loss(window_); }, controller_);
    ca_state_ = CaState::recovery;
    mark_head_lost();
}

void Connection::enter_loss(Time now) {
    const bool fresh = ca_state_ == CaState::open || ca_state_ == CaState::disorder || una_ >= recovery_point_ ||
                       (ca_state_ == CaState::loss && retries_ == 0);
    if (fresh) {
        prior_cwnd_ = window_.cwnd;
        window_.ssthresh = std::visit([&](auto& c) { return c.ssthresh_after_loss(window_); }, controller_);
    }
    sacked_ = 0;
    queue_.mark_all_lost();
    begin_rate_sample();  // counts what this marked
    std::visit([&](auto& c) { c.on_timeout(now, next_); }, controller_);
    window_.cwnd = in_flight() + 1;
    window_.count = 0;
    window_stamp_ = now;
    ca_state_ = CaState::loss;
    recovery_point_ = next_;
    pending_ |= kRetransmit;
}

void Connection::end_reduction() {
    if (model() != nullptr) return;  // it restores what it saved
    if (ca_state_ == CaState::recovery || ca_state_ == CaState::cwr) window_.cwnd = window_.ssthresh;
}

void Connection::reduce_window(const AckResult& r) {
    if (r.delivered == 0 || prior_cwnd_ == 0) return;
    prr_delivered_ += r.delivered;
    const auto pipe = static_cast<std::int64_t>(in_flight());
    const std::int64_t room = static_cast<std::int64_t>(window_.ssthresh) - pipe;
    std::int64_t send = 0;
    if (room < 0) {
        const std::uint64_t share = (std::uint64_t{window_.ssthresh} * prr_delivered_ + prior_cwnd_ - 1) / prior_cwnd_;
        send = static_cast<std::int64_t>(share) - static_cast<std::int64_t>(prr_out_);
    } else {
        send = std::max<std::int64_t>(static_cast<std::int64_t>(prr_delivered_) - static_cast<std::int64_t>(prr_out_),
                                      r.delivered);
        if (r.advanced) ++send;
        send = std::min(room, send);
    }
    // The first retransmission goes in any case.
    send = std::max<std::int64_t>(send, prr_out_ == 0 ? 1 : 0);
    window_.cwnd = static_cast<std::uint32_t>(pipe + send);
}

void Connection::keep_open() {
    if (ca_state_ == CaState::cwr) return;
    ca_state_ = sacked_ > 0 || queue_.lost() > 0 || queue_.retransmitted() > 0 ? CaState::disorder : CaState::open;
    if (ca_state_ == CaState::disorder) recovery_point_ = next_;
}

}  // namespace tcplab
