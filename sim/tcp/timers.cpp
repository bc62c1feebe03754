#include <algorithm>

#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint8_t kKeepaliveProbes = 9;            // tcp_keepalive_probes
constexpr Duration kKeepaliveInterval{75'000'000'000};  // tcp_keepalive_intvl
}  // namespace

void Connection::on_deadline(Time now) {
    if (timers_.expired(Timer::delayed_ack, now)) on_delayed_ack_timer();
    if (timers_.expired(Timer::retransmit, now)) on_retransmit_timer(now);
    if (timers_.expired(Timer::close, now)) on_close_timer();
    if (timers_.expired(Timer::keepalive, now)) on_keepalive_timer(now);
    if (timers_.expired(Timer::pacing, now)) pending_ |= kRetransmit | kData;
}

Duration Connection::rto() const { return rtt_.rto(); }

Duration Connection::backed_off() const {
    const Duration base = rtt_.rto();
    Duration d = base;
    for (unsigned i = 0; i < backoff_ && d < config_->max_rto; ++i) d *= 2;
    return std::min(d, config_->max_rto);
}

void Connection::arm_retransmit(Time now) { timers_.set(Timer::retransmit, now + backed_off()); }

void Connection::arm_after_ack(Time now, bool advanced) {
    if (queue_.empty()) {
        timers_.stop(Timer::retransmit);
        // Unsent data behind a closed window: the probe timer takes over (send_data sets it).
        return;
    }
    if (advanced) arm_retransmit(now);
}

void Connection::on_delayed_ack_timer() {
    ack_timer_ = false;
    if (!ack_scheduled_) return;
    if (config_->linux_ack_policy) {
        if (interactive_) {
            interactive_ = false;  // no answer came to ride on
            ato_ = config_->delayed_ack;
        } else {
            ato_ = std::min(2 * ato_, std::max(rto(), config_->delayed_ack));
        }
    }
    pending_ |= kAckNow;
}

void Connection::on_retransmit_timer(Time now) {
    if (state_ == State::syn_sent || state_ == State::syn_received) {
        const std::uint32_t limit =
            state_ == State::syn_sent ? config_->syn_retries + config_->syn_linear_timeouts : config_->synack_retries;
        // Answers to a repeated SYN are not timeouts, though they count as lost for the first window.
        const std::uint32_t timeouts = state_ == State::syn_sent ? retries_ : backoff_;
        if (timeouts >= limit) {
            fail(TcpError::timed_out);
            return;
        }
        if (!(passive_ && state_ == State::syn_received)) ++retries_;
        if (state_ != State::syn_sent || retries_ > config_->syn_linear_timeouts) ++backoff_;
        pending_ |= kHandshake;
        return;
    }
    if (queue_.empty()) {  // a closed window
        if (next_ == send_end()) return;
        if (retries_ >= config_->retries) {
            fail(TcpError::timed_out);
            return;
        }
        ++retries_;
        ++backoff_;
        // What fits is sent even if Nagle, CORK or silly-window avoidance would wait (tcp_write_wakeup).
        forced_ = una_ + peer_window_ > next_;
        pending_ |= forced_ ? kData : kProbe;
        arm_retransmit(now);
        return;
    }
    if (retries_ >= config_->retries) {
        fail(TcpError::timed_out);
        return;
    }
    enter_loss(now);
    ++retries_;
    ++backoff_;
    arm_retransmit(now);
}

void Connection::on_close_timer() {
    // TIME-WAIT is over, or nobody ended an orphan's FIN-WAIT-2.
    enter_closed();
}

void Connection::on_keepalive_timer(Time now) {
    if (!is_synchronized() || state_ == State::time_wait) return;
    if (!queue_.empty() || next_ < send_end()) {  // the retransmission timer watches over it
        timers_.set(Timer::keepalive, now + keepalive_);
        return;
    }
    if (keepalive_probes_ >= kKeepaliveProbes) {
        fail(TcpError::timed_out);
        pending_ = kReset;
        return;
    }
    ++keepalive_probes_;
    pending_ |= kProbe;
    timers_.set(Timer::keepalive, now + kKeepaliveInterval);
}

}  // namespace tcplab
