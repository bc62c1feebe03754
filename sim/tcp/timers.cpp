// The timers of a connection that is open; those of the handshake are in handshake.cpp.
#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"
#include "tcp/timer_wheel.hpp"

namespace tcplab {

void Connection::on_deadline(Time now) {
    if (timers_.expired(Timer::delayed_ack, now)) on_delayed_ack_timer();
    if (timers_.expired(Timer::retransmit, now)) on_retransmit_timer(now);
    if (timers_.expired(Timer::close, now)) on_close_timer();
    if (timers_.expired(Timer::keepalive, now)) on_keepalive_timer(now);
    if (timers_.expired(Timer::pacing, now)) pending_ |= kRetransmit | kData;
}

Duration Connection::rto() const { return rtt_.rto(*config_, backoff_); }

void Connection::note_fired(FiredTimer timer) {
    fired_ = static_cast<std::uint16_t>(fired_ | 1U << static_cast<unsigned>(timer));
}

void Connection::set_timer(Timer t, Time now, Duration after) {
    timers_.set(t, timer_expiry(now, after, config_->timer_hz), memory_->timers);
}

void Connection::set_xmit_timer(XmitTimer kind, Time now, Duration after) {
    xmit_timer_ = kind;
    set_timer(Timer::retransmit, now, after);
}

void Connection::stop_xmit_timer() {
    xmit_timer_ = XmitTimer::none;
    timers_.stop(Timer::retransmit);
}

void Connection::arm_retransmit(Time now) {
    const bool listener_asks = state_ == State::syn_received && passive_;
    const bool trying = retries_ > 0 || (queue_.empty() && backoff_ > 0);  // answers to probes are no progress
    Duration wait = rto();
    if (trying && !listener_asks) wait = until_user_timeout(now, wait);
    set_xmit_timer(queue_.empty() ? XmitTimer::persist : XmitTimer::retransmit, now, wait);
}

void Connection::rearm_retransmit(Time now) {
    if (queue_.empty()) {
        stop_xmit_timer();
        return;
    }
    Duration wait = rto();
    // After a probe or a reordering timeout, what has passed since the head was sent counts (tcp_rearm_rto).
    if (xmit_timer_ == XmitTimer::tail_probe || xmit_timer_ == XmitTimer::reordering) {
        wait = std::max<Duration>(queue_.head().sent + wait - now, 1us);
    }
    set_xmit_timer(XmitTimer::retransmit, now, wait);
}

void Connection::restart_xmit_timer(Time now) {
    if (!schedule_tail_probe(now, true)) rearm_retransmit(now);
}

void Connection::on_delayed_ack_timer() {
    if (!acks_.owed()) return;
    note_fired(acks_.compressed() ? FiredTimer::ack_compression : FiredTimer::delayed_ack);
    acks_.on_timer(*config_, rto());
    pending_ |= kAckNow;
}

void Connection::on_retransmit_timer(Time now) {
    StreamJournal* const journal = outgoing();
    if (journal != nullptr && !queue_.empty()) journal->timed_out(now);
    if (state_ == State::syn_sent || state_ == State::syn_received) {
        note_fired(FiredTimer::handshake);
        on_handshake_timer(now);
        return;
    }
    const XmitTimer kind = xmit_timer_;
    if (queue_.empty()) {
        on_probe_timer(now);
    } else if (kind == XmitTimer::tail_probe) {
        on_tail_probe_timer(now);
    } else if (kind == XmitTimer::reordering) {
        on_reordering_timer(now);
    } else {
        on_timeout(now);
    }
}

void Connection::on_timeout(Time now) {
    note_fired(FiredTimer::retransmission);
    xmit_timer_ = XmitTimer::none;
    if (heard_ && peer_.bytes() == 0 && config_->user_timeout == Duration::zero())
        timers_.try_since(now, memory_->timers);
    if (retransmission_is_vain(now)) {
        fail(TcpError::timed_out);
        return;
    }
    if (retries_ == 0) timers_.try_since(now, memory_->timers);
    heard_ = false;
    enter_loss(now);
    ++retries_;
    ++backoff_;
    arm_retransmit(now);
}

/// The window is closed, or too small for what waits.
void Connection::on_probe_timer(Time now) {
    if (next_ == send_end()) return;
    note_fired(FiredTimer::persist);
    if (probe_is_vain(now)) {
        fail(TcpError::timed_out);
        return;
    }
    if (backoff_ == 0) timers_.try_since(now, memory_->timers);
    ++retries_;
    if (backoff_ < config_->retries) ++backoff_;
    // What fits is sent even if Nagle, CORK or silly-window avoidance would wait (tcp_write_wakeup).
    forced_ = peer_room() > 0;
    pending_ |= forced_ ? kData : kProbe;
    arm_retransmit(now);
}

void Connection::on_close_timer() {
    // TIME-WAIT is over, or nobody ended an orphan's FIN-WAIT-2.
    note_fired(state_ == State::time_wait ? FiredTimer::time_wait : FiredTimer::fin_wait_2);
    enter_closed();
}

/// As long as a closed socket waits for the peer's FIN (tcp_fin_time).
Duration Connection::fin_wait_2_time() const { return std::max(config_->fin_timeout, rto() * 7 / 2); }

void Connection::on_keepalive_timer(Time now) {
    if (!is_synchronized() || state_ == State::time_wait) return;
    if (!queue_.empty() || next_ < send_end()) {  // the retransmission timer watches over it
        set_timer(Timer::keepalive, now, config_->keepalive);
        return;
    }
    const Duration patience = config_->user_timeout;
    const Duration quiet = config_->keepalive + keepalive_probes_ * config_->keepalive_interval;
    const bool vain = patience > Duration::zero() ? keepalive_probes_ > 0 && quiet >= patience
                                                  : keepalive_probes_ >= config_->keepalive_probes;
    if (vain) {
        fail(TcpError::timed_out);
        pending_ = kReset;
        return;
    }
    note_fired(FiredTimer::keepalive);
    if (keepalive_probes_ < 255) ++keepalive_probes_;
    pending_ |= kProbe;
    set_timer(Timer::keepalive, now, config_->keepalive_interval);
}

}  // namespace tcplab
