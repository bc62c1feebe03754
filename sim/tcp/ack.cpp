// What an acknowledgement does to the sending side (RFC 9293 3.10.7.4, fifth step; RFC 5681; tcp_ack in Linux).
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

bool Connection::process_ack(Time now, const Segment& s) {
    const std::int64_t signed_ack = unwrap(s.ack, initial_send_, next_);
    if (signed_ack > static_cast<std::int64_t>(next_)) {
        challenge(now, s);  // acknowledges what was never sent
        return false;
    }
    if (signed_ack < static_cast<std::int64_t>(una_)) {
        // RFC 5961 5.2: far too old is challenged, a little old is a reordered packet.
        const bool too_old = signed_ack + static_cast<std::int64_t>(peer_window_max_) < static_cast<std::int64_t>(una_);
        if (too_old) challenge(now, s);
        return !too_old;
    }
    const auto ack = static_cast<std::uint64_t>(signed_ack);
    const std::uint64_t old_window = peer_window_;
    update_send_window(s, ack);
    const bool window_changed = peer_window_ != old_window;

    AckResult r;
    const bool any_out = !queue_.empty();
    begin_rate_sample();
    const bool advanced = ack > una_;
    if (advanced) {
        retries_ = 0;
        r = remove_acknowledged(now, ack, s);
    }
    r.advanced = advanced;
    if (queue_.empty()) {  // the answer to a probe, if one was out
        retries_ = 0;
        if (window_changed) backoff_ = 0;
    }
    // RFC 5681 2: a duplicate acknowledges nothing, carries nothing and leaves the window alone.
    const bool duplicate =
        !advanced && s.payload.length == 0 && !window_changed && !s.has(flag::fin | flag::syn) && !queue_.empty();
    if (duplicate || ca_state_ != CaState::open) process_recovery(r, duplicate);
    if (any_out) control_congestion(now, r);
    after_ack();
    arm_after_ack(now, advanced);
    return true;
}

void Connection::update_send_window(const Segment& s, std::uint64_t ack) {
    const auto seq =
        static_cast<std::uint64_t>(std::max<std::int64_t>(0, unwrap(s.seq, initial_receive_, receive_next_)));
    const std::uint64_t offered = offered_window(s);
    const bool newer = ack > una_ || seq > window_seq_ || (seq == window_seq_ && offered > peer_window_);
    if (!newer) return;
    window_seq_ = seq;
    peer_window_ = offered;
    peer_window_max_ = std::max(peer_window_max_, offered);
}

Connection::AckResult Connection::remove_acknowledged(Time now, std::uint64_t ack, const Segment& s) {
    AckResult r;
    r.advanced = true;
    Time first_sent = kNever;
    Time last_sent = kNever;
    bool resent = false;
    const std::uint64_t old_una = una_;
    una_ = ack;
    while (!queue_.empty()) {
        const SentSegment& h = queue_.head();
        if (h.end() > ack) {
            if (h.pos < ack) queue_.shorten_head(ack);
            break;
        }
        if (h.transmissions > 1) {
            resent = true;
        } else {
            if (first_sent == kNever) first_sent = h.sent;
            last_sent = h.sent;
        }
        segment_delivered(h);  // once a segment: not again when it had been SACKed
        r.data = r.data || h.pos > 0;
        ++r.acked;
        queue_.pop();
    }
    if (resent) {
        first_sent = last_sent = kNever;  // Karn
    }
    Duration rtt{-1};
    if (first_sent != kNever) {
        rtt = now - first_sent;
        r.rtt = now - last_sent;
    } else if (timestamps_ && s.has_timestamps && s.ts_echo != 0) {
        const auto ms = static_cast<std::int32_t>(timestamp(now) - s.ts_echo);
        if (ms >= 0) rtt = std::max(Duration(std::int64_t{ms} * 1'000'000), Duration(1'000'000));
    }
    if (rtt >= Duration::zero()) {
        rtt_.sample(rtt, una_, next_);
        backoff_ = 0;
    }
    if (content_ && old_una > 0) content_->release_acknowledged(std::min(una_, write_end_) - 1);
    // Duplicates stood for segments that arrived; those are now acknowledged themselves.
    if (sacked_ > 0 && r.acked > 0) {
        r.delivered = std::max(r.acked > sacked_ ? r.acked - sacked_ : 0U, 1U);
        sacked_ -= std::min(sacked_, r.acked - 1);
    } else {
        r.delivered = r.acked;
    }
    r.runt = r.acked == 1 && una_ - old_una < segment_size_;
    return r;
}

void Connection::grow_window(Time now, const AckResult& r) {
    AckSample sample;
    sample.now = now;
    sample.rtt = r.rtt;
    sample.una = una_;
    sample.nxt = next_;
    sample.burst_delay = 1ms;
    std::visit([&](auto& c) { c.on_rtt(window_, sample); }, controller_);
    if (in_reduction()) {
        reduce_window(r);
        return;
    }
    if (!r.data) return;
    // Growth only while the window is what limits (RFC 7661; tcp_is_cwnd_limited).
    const bool limited = cwnd_limited_ || (window_.in_slow_start() && window_.cwnd < 2 * max_out_);
    if (!limited) return;
    sample.acked = config_->slow_start_growth == SlowStartGrowth::acks ? 1 : r.delivered;
    if (sample.acked == 0) return;
    std::visit([&](auto& c) { c.on_ack(window_, sample); }, controller_);
}

void Connection::after_ack() {
    if (next_ < send_end()) pending_ |= kData;
    if (queue_.next_to_retransmit() < queue_.size()) pending_ |= kRetransmit;
    if (write_blocked_) {
        // Wake the writer when a third of the buffer is free (sk_stream_is_writeable).
        const std::uint64_t used = write_end_ - una_;
        const std::uint64_t free = config_->send_buffer > used ? config_->send_buffer - used : 0;
        if (free >= used / 2 && free > 0) {
            write_blocked_ = false;
            events_ |= event::writable;
        }
    }
}

}  // namespace tcplab
