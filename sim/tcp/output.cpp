// What leaves: the order in which poll_segment looks at what is pending is the order in which Linux sends.
#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

bool Connection::poll_segment(Time now, Segment& out) {
    if (pending_ == 0) return false;
    if ((pending_ & (kReset | kHandshake)) != 0 || state_ == State::closed) return send_outside_stream(now, out);
    if ((pending_ & kTailProbe) != 0 && send_tail_probe(now, out)) return true;
    if (new_first_ && send_new_first(now, out)) return true;
    if ((pending_ & kRetransmit) != 0 && send_retransmission(now, out)) return true;
    if ((pending_ & kData) != 0 && send_data(now, out)) return true;
    if ((pending_ & kProbe) != 0) return send_probe(now, out);
    return send_ack(now, out);
}

bool Connection::send_outside_stream(Time now, Segment& out) {
    if ((pending_ & kReset) != 0) return send_reset(now, out);
    if (state_ != State::closed) return send_handshake(now, out);
    pending_ = 0;
    return false;
}

void Connection::fill(Time now, Segment& out, std::uint64_t pos, std::uint8_t flags) {
    out.journey = {};
    out.source = tuple_.local;
    out.destination = tuple_.remote;
    out.seq = wire_seq(pos);
    out.flags = flags;
    out.has_window_scale = false;
    out.window_scale = 0;
    out.sack_permitted = false;
    out.mss = 0;
    out.ecn = 0;
    out.has_timestamps = timestamps_.in_force();
    out.ts_value = out.has_timestamps ? timestamps_.at(now) : 0;
    out.ts_echo = out.has_timestamps ? timestamps_.recent() : 0;
    out.sack.clear();
    out.payload = Payload();
    if ((flags & flag::ack) != 0) {
        out.ack = wrap(receive_next_, initial_receive_);
        if (echo_mark_) out.flags |= flag::ece;
        if (sack_) report_blocks(out);
    } else {
        out.ack = SeqNum();
    }
    if (flags == flag::rst) {  // an answer to a stray segment; one that ends a connection has both
        out.window = 0;
        out.has_timestamps = false;
        return;
    }
    pace_at_ = std::max(pace_at_, now);
    out.window = receive_.advertise(receive_next_, acks_.segment(), (flags & flag::syn) != 0);
    if ((flags & flag::ack) == 0) return;
    out.journey.held = acks_.held(now);
    acks_.sent(*config_);
    pending_ = static_cast<std::uint16_t>(pending_ & ~(kAckCheck | kAckNow));
    timers_.stop(Timer::delayed_ack);
}

void Connection::report_blocks(Segment& out) const {
    const unsigned most = timestamps_.in_force() ? 3 : 4;
    if (!doubt_ || doubt_->duplicate.empty()) {
        if (has_hole()) out.sack = doubt_->out_of_order.report(initial_receive_, most);
        return;
    }
    const StreamRange d = doubt_->duplicate;  // RFC 2883 4: the first block
    out.sack.push_back({wrap(d.from, initial_receive_), wrap(d.to, initial_receive_)});
    if (!has_hole()) return;
    for (const SeqRange& r : doubt_->out_of_order.report(initial_receive_, most - 1)) out.sack.push_back(r);
}

void Connection::fill_payload(Segment& out, std::uint64_t pos, std::uint32_t length) const {
    if (length == 0) return;
    out.payload.content = content_;
    out.payload.offset = pos - 1;
    out.payload.length = length;
    // What the payload leaves no room for stays away: the acknowledgements of each arrival have told it.
    if (!out.sack.empty() && length + 4 + 8 * out.sack.size() > segment_size_) out.sack.clear();
}

bool Connection::send_reset(Time now, Segment& out) {
    if (reset_ == Answer::own) {
        fill(now, out, next_, flag::rst | flag::ack);
    } else {
        fill(now, out, 0, flag::rst);
        out.seq = stray_;
        if (reset_ == Answer::number) {
            out.seq = SeqNum();
            out.ack = stray_;
            out.flags |= flag::ack;
        }
    }
    out.reason = SendReason::reset;
    reset_ = Answer::own;
    pending_ = static_cast<std::uint16_t>(state_ == State::closed ? 0 : pending_ & ~kReset);
    return true;
}

bool Connection::send_new_first(Time now, Segment& out) {
    if (send_data(now, out)) return true;
    new_first_ = false;
    // Nothing new could go after all: the timeout counts, and what it marked is sent (tcp_xmit_recovery).
    if (next_ > recovery_point()) {
        pending_ = static_cast<std::uint16_t>(pending_ & ~kRetransmit);
    } else {
        frto_ = false;
    }
    return false;
}

bool Connection::send_retransmission(Time now, Segment& out) {
    const std::uint32_t i = queue_.next_to_retransmit();
    const std::uint32_t out_now = in_flight();
    // Beyond a window that has shrunk only the head may go (__tcp_retransmit_skb).
    const bool outside = i > 0 && i < queue_.size() && queue_[i].pos >= una_ + peer_.bytes();
    if (i == queue_.size() || out_now >= window_.cwnd || outside || (resend_left_ == 0 && pacing_holds(now))) {
        pending_ = static_cast<std::uint16_t>(pending_ & ~kRetransmit);
        resend_left_ = 0;
        return false;
    }
    bool ends_burst = false;
    if (config_->linux_ack_policy) {
        if (resend_left_ == 0 || !queue_[i].joined) {
            resend_left_ = static_cast<std::uint16_t>(resend_size(i, window_.cwnd - out_now));
            queue_.split(i);
            queue_.split(i + resend_left_);
            pace(now, std::uint32_t{resend_left_} * segment_size_, resend_left_);
        }
        ends_burst = --resend_left_ == 0 && queue_[i].joined;
    }
    if (in_reduction()) ++doubt().out;
    if (!config_->linux_ack_policy) pace(now, queue_[i].length, 1);
    send_again(now, out, i, true);
    if (ends_burst) out.flags |= flag::psh;
    if (i == 0 && xmit_timer_ != XmitTimer::reordering) arm_retransmit(now);
    return true;
}

std::uint32_t Connection::resend_size(std::uint32_t first, std::uint32_t quota) const {
    const std::uint32_t most = std::min(offload_segments(), quota);
    std::uint32_t n = 1;
    while (n < most && first + n < queue_.size()) {
        const SentSegment& s = queue_[first + n];
        if (!s.joined || !s.lost || s.retransmitted || s.sacked) break;
        ++n;
    }
    return n;
}

void Connection::send_again(Time now, Segment& out, std::uint32_t i, bool counted) {
    SentSegment& s = queue_[i];
    const bool with_fin = send_closed_ && s.end() == send_end();
    const auto payload = static_cast<std::uint32_t>(s.length - (with_fin ? 1U : 0U));
    const bool push = payload > 0 && s.push;
    fill(now, out, s.pos, static_cast<std::uint8_t>(flag::ack | (with_fin ? flag::fin : 0) | (push ? flag::psh : 0)));
    fill_payload(out, s.pos, payload);
    out.journey.repaired = now - s.first_sent;
    const bool by_timeout = ca_state_ == CaState::loss;
    out.reason = !counted     ? SendReason::tail_loss_probe
                 : by_timeout ? SendReason::timeout_retransmission
                              : SendReason::fast_retransmission;
    queue_.sent_again(i, now, counted);
    stamp(now, i, false);
    ++retransmitted_;
    if (payload > 0) after_data(now);
    if (!counted) return;
    Doubt& d = doubt();
    if (d.first_retransmission == kNever) d.first_retransmission = now;
    d.retransmissions = std::max(d.retransmissions, 0) + 1;
}

bool Connection::send_probe(Time now, Segment& out) {
    pending_ = static_cast<std::uint16_t>(pending_ & ~kProbe);
    // A sequence number just below the window forces an acknowledgement (tcp_xmit_probe_skb).
    fill(now, out, una_ - 1, flag::ack);
    out.reason = next_ == send_end() ? SendReason::keepalive : SendReason::window_probe;
    return true;
}

bool Connection::send_ack(Time now, Segment& out) {
    if ((pending_ & kAckCheck) != 0) {
        pending_ = static_cast<std::uint16_t>(pending_ & ~kAckCheck);
        if ((pending_ & (kAckNow | kExtraAck)) == 0 && acks_.owed()) {
            const AckSchedule::View v{*config_, receive_, rtt_, receive_next_, has_hole(), sack_};
            const std::optional<Time> due = acks_.due(now, timers_.at(Timer::delayed_ack), v);
            if (due) {
                timers_.set(Timer::delayed_ack, *due, memory_->timers);
            } else {
                pending_ |= kAckNow;
            }
        }
    }
    if ((pending_ & (kAckNow | kExtraAck)) == 0) return false;
    const bool news = receive_next_ > receive_.offered_at();
    const SendReason reason = acks_.reason(news, (pending_ & kExtraAck) != 0);
    fill(now, out, next_, flag::ack);
    out.reason = reason;
    if (doubt_) doubt_->duplicate = {};
    pending_ = static_cast<std::uint16_t>(pending_ & ~(kAckNow | kExtraAck));
    return true;
}

}  // namespace tcplab
