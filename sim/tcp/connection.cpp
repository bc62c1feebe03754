#include "tcp/connection.hpp"

#include <algorithm>
#include <cassert>

#include "tcp/pending.hpp"

namespace tcplab {

Connection::Connection(const Config& config, const FourTuple& tuple, SeqNum initial_sequence, ConnectionMemory& memory)
    : config_(&config),
      memory_(&memory),
      tuple_(tuple),
      initial_send_(initial_sequence),
      no_delay_(!config.nagle),
      cork_(config.cork),
      segment_size_(config.mss),
      controller_(make_controller(config.congestion_control, initial_sequence.raw())),
      timestamps_(tuple) {
    rtt_.reset(config);
    window_.cwnd = config.initial_window;
    window_.ssthresh = config.initial_ssthresh;
}

bool Connection::is_open() const { return state_ != State::closed && state_ != State::time_wait; }

bool Connection::is_synchronized() const {
    return state_ != State::closed && state_ != State::listen && state_ != State::syn_sent &&
           state_ != State::syn_received;
}

bool Connection::is_closing() const {
    return state_ == State::fin_wait_1 || state_ == State::closing || state_ == State::last_ack;
}

Payload Connection::read(Time now, std::uint32_t max) {
    Payload out;
    // The buffer is tuned as the first packet has been copied, with the others still queued (tcp_recvmsg_locked).
    const std::uint64_t first =
        received_.empty() ? 0 : std::min<std::uint64_t>(received_.front().payload.length, acks_.segment());
    while (!received_.empty() && out.length < max) {
        ReceivedSegment& front = received_.front();
        if (out.length == 0) {
            // What earlier calls returned has been used by now.
            if (front.payload.content) front.payload.content->release_consumed(front.payload.offset);
            out.content = front.payload.content;
            out.offset = front.payload.offset;
        } else if (!(front.payload.content == out.content) || front.payload.offset != out.offset + out.length) {
            break;
        }
        const std::uint32_t n = std::min(front.payload.length, max - out.length);
        out.length += n;
        if (n < front.payload.length) {
            front.pos += n;
            front.payload.offset += n;
            front.payload.length -= n;
            break;
        }
        receive_.release(front.cost);
        received_.pop();
    }
    if (out.length == 0) return out;
    if (received_.empty() && acks_.pushed()) received_.rest();
    copied_ += out.length;
    const std::uint64_t copied = copied_ - out.length + std::min<std::uint64_t>(first, out.length);
    receive_.on_read(now, copied, receive_next_data(), has_hole() ? doubt_->out_of_order.end() : 0);
    if (is_synchronized() && state_ != State::time_wait) after_read(out.length);
    return out;
}

void Connection::after_read(std::uint64_t bytes) {
    if (acks_.on_read(bytes, *config_, receive_, receive_next_, fin_received_)) pending_ |= kAckNow;
}

void Connection::shutdown_write() {
    if (send_closed_ || !is_open()) return;
    if (state_ == State::syn_sent) {
        enter_closed();
        return;
    }
    send_closed_ = true;
    pending_ |= kData;
    // In SYN-RECEIVED the FIN waits for the handshake; establish() goes to FIN-WAIT-1.
    if (state_ == State::established) state_ = State::fin_wait_1;
    if (state_ == State::close_wait) state_ = State::last_ack;
}

void Connection::linger() {
    if (receive_closed_) return;
    receive_closed_ = true;
    if (state_ == State::closed || state_ == State::time_wait) {
        destroy_unread();
        return;
    }
    if (state_ == State::syn_sent) {
        enter_closed();
        return;
    }
    if (readable() > 0) {
        destroy_unread();
        abort();
        return;
    }
    shutdown_write();
}

void Connection::close(Time now) {
    if (orphan_) return;
    orphan_ = true;
    linger();
    if (state_ != State::fin_wait_2) return;
    if (config_->fin_timeout < Duration::zero()) {  // TCP_LINGER2 below zero: nobody waits for the peer's FIN
        abort();
        return;
    }
    timers_.stop(Timer::keepalive);
    set_timer(Timer::close, now, fin_wait_2_time());
}

void Connection::abort() {
    const bool known = is_open() && state_ != State::syn_sent;
    destroy_unread();
    enter_closed();
    if (known) pending_ = kReset;
}

void Connection::set_no_delay(bool on) {
    no_delay_ = on;
    if (!on || !is_synchronized()) return;
    pending_ |= kData;
    forced_ = cork_;  // what is queued goes; the cork holds back what comes after
}

void Connection::set_cork(bool on) {
    cork_ = on;
    if (!on && is_synchronized()) pending_ |= kData;
}

void Connection::set_quick_ack(bool on) {
    acks_.set_interactive(!on);
    if (!on || !is_synchronized() || !acks_.owed()) return;
    acks_.assume_push();  // due when the reader has emptied the buffer (__tcp_sock_set_quickack)
    after_read(1);
}

void Connection::restart_keepalive(Time now) {
    if (config_->keepalive == Duration::zero()) {
        timers_.stop(Timer::keepalive);
    } else if (is_synchronized()) {
        set_timer(Timer::keepalive, now, config_->keepalive);
    }
}

std::uint8_t Connection::take_events() {
    if (retries_ == 0 && backoff_ == 0) timers_.rest();
    return std::exchange(events_, std::uint8_t{0});
}

std::uint64_t Connection::bytes_acknowledged() const {
    if (una_ == 0) return 0;
    return std::min(una_, write_end_) - 1;
}

std::uint32_t Connection::current_ssthresh() const {
    // What the window has proved to bear counts too (tcp_current_ssthresh).
    if (in_reduction()) return window_.ssthresh;
    return std::max(window_.ssthresh, window_.cwnd / 2 + window_.cwnd / 4);
}

TcpSnapshot Connection::snapshot() const {
    TcpSnapshot s;
    s.tuple = tuple_;
    s.state = state_;
    s.ca_state = ca_state_;
    s.segment_size = segment_size_;
    s.cwnd = window_.cwnd;
    s.ssthresh = window_.ssthresh;
    s.in_flight = in_flight();
    s.rwnd = peer_.bytes();
    s.srtt = rtt_.srtt();
    s.rto = rto();
    return s;
}

TimeWait Connection::time_wait() const {
    TimeWait t;
    t.tuple = tuple_;
    t.send_next = wire_seq(next_);
    t.receive_next = wrap(receive_next_, initial_receive_);
    t.window = static_cast<std::uint16_t>(std::min<std::uint64_t>(receive_.offered() >> receive_.scale(), 65535));
    t.timestamps = timestamps_.in_force();
    t.ts_recent = timestamps_.recent();
    t.ts_offset = timestamps_.offset();
    t.since = timestamps_.recent_at();
    t.expires = timers_.at(Timer::close);
    return t;
}

void Connection::fail(TcpError e) {
    error_ = e;
    events_ |= event::failed | event::readable;
    enter_closed();
}

void Connection::enter_closed() {
    state_ = State::closed;
    pending_ = 0;
    timers_.stop_all();
    queue_.clear();
    duplicates_ = 0;
    if (doubt_) doubt_->out_of_order.clear();
}

void Connection::enter_time_wait(Time now) {
    state_ = State::time_wait;
    pending_ &= kAckNow | kExtraAck;
    timers_.stop_all();
    set_timer(Timer::close, now, config_->time_wait);
    queue_.clear();
    duplicates_ = 0;
    if (doubt_) doubt_->out_of_order.clear();
}

void Connection::destroy_unread() {
    if (readable() > 0) doubt().bytes_destroyed += readable();
    copied_ += readable();
    while (!received_.empty()) {
        receive_.release(received_.front().cost);
        received_.pop();
    }
    received_.rest();
}

}  // namespace tcplab
