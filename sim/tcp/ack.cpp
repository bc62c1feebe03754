// What an acknowledgement does to the sending side (RFC 9293 3.10.7.4, fifth step; RFC 5681; tcp_ack in Linux).
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

bool Connection::process_ack(Time now, const Segment& s) {
    const std::int64_t signed_ack = unwrap(s.ack, initial_send_, next_);
    if (signed_ack > static_cast<std::int64_t>(next_)) {
        challenge(now);  // acknowledges what was never sent
        return false;
    }
    AckResult r;
    r.prior_una = una_;
    r.prior_highest = highest_sacked();
    const std::uint64_t delivered_before = delivered_;
    begin_rate_sample();
    const std::uint32_t losses_before = queue_.losses();
    if (signed_ack < static_cast<std::int64_t>(una_)) {
        // RFC 5961 5.2: far too old is challenged, a little old is a reordered packet.
        const std::uint64_t old = std::min<std::uint64_t>(peer_.largest(), bytes_acknowledged());
        const bool too_old = signed_ack + static_cast<std::int64_t>(old) < static_cast<std::int64_t>(una_);
        if (too_old) challenge(now);
        if (too_old || s.sack.empty() || !sack_recovery()) return !too_old;
        read_sack(now, s, static_cast<std::uint64_t>(std::max<std::int64_t>(signed_ack, 0)), r);
        process_recovery(now, s, r);
        transmit_after(r);
        return true;
    }
    const auto ack = static_cast<std::uint64_t>(signed_ack);
    r.advanced = ack > una_;
    r.carried_data = s.sequence_length() > 0;
    r.congestion_echoed = ecn_ && s.has(flag::ece);
    if (r.advanced) retries_ = 0;
    const std::uint32_t old_window = peer_.bytes();
    r.window_updated = update_send_window(s, ack);
    una_ = ack;
    if (!s.sack.empty() && sack_recovery()) read_sack(now, s, ack, r);
    if (queue_.empty()) {  // the answer to a window probe, if one was out
        retries_ = 0;
        if (peer_.bytes() != old_window) backoff_ = 0;
        if (probe_is_out()) judge_tail_probe(ack, r);
        if (r.duplicate_reported) process_recovery(now, s, r);
        stop_xmit_timer();  // send_data() sets it anew when the window is still closed
        if (s.journey.held > Duration::zero()) note_held_back(now, s.journey);
        after_ack();
        return true;
    }
    remove_acknowledged(now, s, r);
    std::visit([&](auto& c) { c.on_rtt(window_, sample_of(now, r)); }, controller_);
    update_reordering_window(r);
    if (probe_is_out()) judge_tail_probe(ack, r);
    const bool dubious = !r.not_duplicate() || r.data_sacked || r.congestion_echoed || r.duplicate_reported ||
                         ca_state_ != CaState::open;
    if (dubious) {
        r.duplicates = !r.advanced && !r.not_duplicate() && !r.duplicate_reported ? 1 : 0;
        process_recovery(now, s, r);
    }
    if (r.set_timer) restart_xmit_timer(now);
    r.delivered = static_cast<std::uint32_t>(delivered_ - delivered_before);
    r.lost = queue_.losses() - losses_before;
    control_congestion(now, r);
    if (s.journey.held > Duration::zero()) note_held_back(now, s.journey);
    transmit_after(r);
    after_ack();
    return true;
}

bool Connection::update_send_window(const Segment& s, std::uint64_t ack) {
    const std::int64_t seq = std::max<std::int64_t>(0, unwrap(s.seq, initial_receive_, receive_next_));
    if (!peer_.update(peer_.offered(s), static_cast<std::uint64_t>(seq), ack > una_)) return false;
    if (peer_.note_largest()) fit_segments();
    return true;
}

void Connection::fit_segments() {
    if (!config_->linux_ack_policy) return;
    segment_size_ = peer_.segment(kLeastMss - timestamps_.option_bytes());
}

void Connection::acknowledge_handshake(Time now, const Segment& s) {
    AckResult r;
    r.prior_una = una_;
    r.advanced = true;
    una_ = static_cast<std::uint64_t>(unwrap(s.ack, initial_send_, next_));
    remove_acknowledged(now, s, r);
}

void Connection::remove_acknowledged(Time now, const Segment& s, AckResult& r) {
    Time first_sent = kNever;
    Time last_sent = kNever;
    std::uint64_t reordered_from = r.reordered_from;
    const bool by_sack = sack_recovery();
    while (!queue_.empty()) {
        const SentSegment& h = queue_.head();
        if (h.end() > una_) {
            if (h.pos < una_) queue_.shorten_head(una_);
            break;
        }
        if (h.transmissions > 1) {
            r.retransmitted_acked = true;
        } else if (!h.sacked) {
            last_sent = h.sent;
            if (first_sent == kNever) first_sent = h.sent;
            reordered_from = std::min(reordered_from, h.pos);
            if (h.end() <= recovery_point()) r.original_arrived = true;
        }
        if (!h.sacked) segment_delivered(0);
        if (!h.sacked && by_sack) {
            ++delivered_;
            if (!resent_in_vain(h, s)) advance_rack(now, h);
        }
        r.data_acked = r.data_acked || h.pos > 0;
        ++r.acked;
        queue_.pop();
    }
    if (doubt_ && r.prior_una == 0) doubt_->first_retransmission = kNever;
    r.runt = r.acked == 1 && una_ - r.prior_una < segment_size_;
    r.reneged = !queue_.empty() && queue_.head().sacked;
    if (r.retransmitted_acked) first_sent = last_sent = kNever;  // Karn
    const bool measured = measure_rtt(now, s, r, first_sent, last_sent);
    if (r.acked > 0) {
        r.set_timer = true;
        if (!by_sack) {
            remove_duplicates(r.acked);
            if (r.retransmitted_acked) r.original_arrived = false;
        } else if (reordered_from < r.prior_highest) {
            note_reordering(reordered_from);  // a hole that nobody filled has closed
        }
    } else if (measured && r.first_sacked != kNever && !queue_.empty() && r.first_sacked < queue_.head().sent) {
        // Do not extend the timeout over and over on samples of what was sent after the head (tcp_clean_rtx_queue).
        r.set_timer = true;
    }
    if (content_ && r.prior_una > 0) content_->release_acknowledged(std::min(una_, write_end_) - 1);
}

bool Connection::measure_rtt(Time now, const Segment& s, AckResult& r, Time first_sent, Time last_sent) {
    Duration rtt{-1};
    if (first_sent != kNever) {
        rtt = now - first_sent;
        r.rtt = now - last_sent;
    }
    if (r.first_sacked != kNever) {
        if (first_sent == kNever) rtt = now - r.first_sacked;
        r.rtt = now - r.last_sacked;
    }
    if (rtt < Duration::zero() && r.acked > 0 && timestamps_.echoed_on(s)) {
        const std::int32_t ms = timestamps_.since_echo(now, s);
        if (ms >= 0) rtt = r.rtt = std::max(Duration(std::int64_t{ms} * 1'000'000), Duration(1'000'000));
    }
    if (rtt < Duration::zero()) return false;
    rtt_.sample(*config_, rtt, r.rtt, una_, next_);
    backoff_ = 0;
    return true;
}

AckSample Connection::sample_of(Time now, const AckResult& r) const {
    AckSample sample;
    sample.now = now;
    sample.rtt = r.rtt;
    sample.una = una_;
    sample.nxt = next_;
    sample.burst_delay = 1ms;
    sample.paced = config_->pacing;
    sample.hystart = config_->hystart;
    sample.begun = established_;
    return sample;
}

void Connection::grow_window(Time now, const AckResult& r) {
    if (in_reduction()) {
        reduce_window(r.delivered, r.lost, r.advanced);
        return;
    }
    // Where reordering is usual the window grows whatever the order (tcp_may_raise_cwnd).
    const bool may_grow = r.data_acked || (reordering_ > kReordering && r.data_sacked);
    if (!may_grow) return;
    use_.stamp(now);
    if (!use_.is_used_up(window_)) return;
    AckSample sample = sample_of(now, r);
    sample.acked = config_->slow_start_growth == SlowStartGrowth::acks ? 1 : r.delivered;
    if (sample.acked == 0) return;
    std::visit([&](auto& c) { c.on_ack(window_, sample); }, controller_);
}

void Connection::transmit_after(const AckResult& r) {
    if (queue_.empty()) return;
    if (r.try_new) new_first_ = true;
    if (r.retransmit || r.try_new) pending_ |= kRetransmit;
}

void Connection::after_ack() {
    if (next_ < send_end()) pending_ |= kData;
    if (!write_blocked_) return;
    pending_ |= kData;  // the writer is woken when what is there has been sent (tcp_data_snd_check)
    check_space_ = true;
}

}  // namespace tcplab
