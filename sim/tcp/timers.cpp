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

Duration Connection::rto() const {
    Duration d = rtt_.rto();
    for (unsigned i = 0; i < backoff_ && d < config_->max_rto; ++i) d *= 2;
    return std::min(d, config_->max_rto);
}

void Connection::set_timer(XmitTimer kind, Time at) {
    xmit_timer_ = kind;
    timers_.set(Timer::retransmit, at);
}

void Connection::stop_xmit_timer() {
    xmit_timer_ = XmitTimer::none;
    timers_.stop(Timer::retransmit);
}

void Connection::arm_retransmit(Time now) { set_timer(XmitTimer::retransmit, now + rto()); }

void Connection::rearm_retransmit(Time now) {
    if (queue_.empty()) {
        stop_xmit_timer();
        return;
    }
    Time at = now + rto();
    // After a probe or a reordering timeout, what has passed since the head was sent counts (tcp_rearm_rto).
    if (xmit_timer_ == XmitTimer::tail_probe || xmit_timer_ == XmitTimer::reordering) {
        at = std::max(queue_.head().sent + rto(), now + 1us);
    }
    set_timer(XmitTimer::retransmit, at);
}

void Connection::set_xmit_timer(Time now) {
    if (!schedule_tail_probe(now, true)) rearm_retransmit(now);
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
    switch (xmit_timer_) {
        case XmitTimer::tail_probe: on_tail_probe_timer(now); return;
        case XmitTimer::reordering: on_reordering_timer(now); return;
        case XmitTimer::persist: on_persist_timer(now); return;
        default: on_timeout(now); return;
    }
}
void Connection::on_persist_timer(Time now) {
    if (!queue_.empty() || next_ == send_end()) return;
    if (retries_ >= config_->retries) {
        fail(TcpError::timed_out);
        return;
    }
    ++retries_;
    ++backoff_;
    // What fits is sent even if Nagle, CORK or silly-window avoidance would wait (tcp_write_wakeup).
    forced_ = una_ + peer_window_ > next_;
    pending_ |= forced_ ? kData : kProbe;
    set_timer(XmitTimer::persist, now + rto());
}

void Connection::on_timeout(Time now) {
    xmit_timer_ = XmitTimer::none;
    if (queue_.empty()) return;
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
