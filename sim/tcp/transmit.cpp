// New data: what may go, in which bursts, and what that tells of the window (tcp_write_xmit, tcp_cwnd_validate).
#include <algorithm>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kOffloadBytes = 65536;  // sk_gso_max_size
constexpr std::uint32_t kLeastBurst = 2;        // tcp_min_tso_segs
constexpr std::uint32_t kWindowDivisor = 3;     // tcp_tso_win_divisor
constexpr Duration kDeferTime{1'000'000};
}  // namespace

bool Connection::send_data(Time now, Segment& out) {
    const bool joined = burst_left_ > 0;  // what may go was decided when the burst began
    if (joined) --burst_left_;
    const std::uint64_t room = peer_room();
    const std::uint32_t length = next_length(room);
    const bool with_fin = takes_fin(length, room, joined);
    if (next_ == send_end() || (!joined && !may_begin_burst(now, length, with_fin, room))) {
        pending_ = static_cast<std::uint16_t>(pending_ & ~kData);
        note_hold(now);
        finish_burst(now);
        return false;
    }
    if (!joined) start_burst(now, room);
    const bool written_whole = length > 0 && send_buffer_.sent(next_ + length, write_end_, burst_left_ == 0);
    const bool cut =
        forced_ && config_->linux_ack_policy && length < unsent();  // all that the peer takes (tcp_write_wakeup)
    const bool push = written_whole || cut || (joined && burst_left_ == 0);
    if (in_flight() == 0) {
        const Duration idle = now - last_sent_;
        std::visit([&](auto& c) { c.on_restart(window_, idle, now); }, controller_);
    }
    fill(now, out, next_, static_cast<std::uint8_t>(flag::ack | (push ? flag::psh : 0) | (with_fin ? flag::fin : 0)));
    fill_payload(out, next_, length);
    const bool probes_window = forced_ && backoff_ > 0;
    out.reason = probing_        ? SendReason::tail_loss_probe
                 : probes_window ? SendReason::window_probe
                 : length > 0    ? SendReason::data
                                 : SendReason::fin;
    const std::uint32_t span = length + (with_fin ? 1U : 0U);
    const bool first = queue_.empty();
    queue_.push({.pos = next_,
                 .sent = now,
                 .length = static_cast<std::uint16_t>(span),
                 .transmissions = 1,
                 .push = written_whole,
                 .joined = joined},
                memory_->sent, is_modelled());
    if (length > 0 && length < segment_size_) queue_.note_small(next_ + span);
    stamp(now, queue_.size() - 1, first);
    if (ecn_ && length > 0) {  // RFC 3168 6.1.2: new data only
        out.ecn = 2;
        if (cwr_due_) out.flags |= flag::cwr;
        cwr_due_ = false;
    }
    next_ += span;
    if (burst_left_ == 0) {
        ends_in_part_ = false;
        if (write_blocked_ && !send_buffer_.leaves_within_write(next_ - 1)) wake_writer(now);
    }
    if (in_reduction()) ++doubt().out;
    sent_in_burst_ = true;
    if (length > 0) after_data(now);
    if (first) arm_retransmit(now);
    return true;
}

bool Connection::may_begin_burst(Time now, std::uint32_t length, bool with_fin, std::uint64_t room) {
    if (!may_send() || (!forced_ && !probing_ && pacing_holds(now))) return false;
    const bool bare_fin = with_fin && length == 0;
    if (in_flight() >= window_.cwnd && !probing_ && (!bare_fin || config_->window_holds_fin)) return false;
    const std::uint32_t span = length + (with_fin ? 1U : 0U);
    const bool held = !forced_ && !probing_ && !new_first_ && nagle_holds(length, with_fin);
    if (span == 0 || span > room || held) {
        // A closed window, with nothing out whose acknowledgement could open it: probe (RFC 9293 3.8.6.1).
        if (queue_.empty() && !timers_.running(Timer::retransmit)) arm_retransmit(now);
        return false;
    }
    deferred_ = config_->linux_ack_policy && !probing_ && unsent() > segment_size_ &&
                !send_buffer_.leaves_within_write(next_) && should_defer(now);
    return !deferred_;
}

std::uint32_t Connection::next_length(std::uint64_t room) const {
    const std::uint64_t length = std::min<std::uint64_t>(unsent(), segment_size_);
    if (length <= room) return static_cast<std::uint32_t>(length);
    // Less than a segment is worth sending when it is half of the largest window seen (RFC 9293 3.8.6.2.1, rule 3),
    // or when it ends a burst.
    const bool cut = forced_ || 2 * room >= peer_.largest() || (burst_left_ == 0 && ends_in_part_);
    return static_cast<std::uint32_t>(cut ? room : length);
}

bool Connection::takes_fin(std::uint32_t length, std::uint64_t room, bool joined) const {
    // Alone a segment waits for room for both (may_begin_burst); within a burst the FIN stays behind.
    return send_closed_ && next_ + length == write_end_ && ((!forced_ && !joined) || length < room);
}

bool Connection::nagle_holds(std::uint32_t length, bool with_fin) const {
    if (with_fin || length >= segment_size_) return false;
    if (cork_) return true;
    if (no_delay_ || queue_.empty()) return false;
    if (config_->nagle_variant == NagleVariant::rfc896) return true;
    return queue_.small_end() > una_;  // Minshall: only an unacknowledged small segment holds another
}

void Connection::start_burst(Time now, std::uint64_t room) {
    const bool bursts = config_->linux_ack_policy && !probing_ && !forced_;
    burst_left_ = static_cast<std::uint16_t>(bursts ? burst_size(room) : 1);
    if (is_paced()) {
        const std::uint64_t bytes =
            std::min({send_buffer_.together(next_, unsent()), room, std::uint64_t{burst_left_} * segment_size_});
        pace(now, static_cast<std::uint32_t>(bytes), burst_left_);
    }
    --burst_left_;
}

std::uint32_t Connection::burst_size(std::uint64_t room) {
    // One sk_buff (tcp_write_xmit): at most half the window, in full segments but for what the peer's window or the
    // end of the data cuts off (tcp_mss_split_point).
    const std::uint64_t limit = std::min(send_buffer_.together(next_, unsent()), room);
    std::uint32_t most = std::min(std::max(window_.cwnd / 2, 1U), window_.cwnd - in_flight());
    const std::uint32_t least = least_burst();
    if (most > least && limit > least * std::uint64_t{segment_size_}) most = std::min(most, offload_segments());
    if (limit >= std::uint64_t{most} * segment_size_) return most;
    const auto full = static_cast<std::uint32_t>(std::min<std::uint64_t>(limit / segment_size_, most));
    const auto rest = static_cast<std::uint32_t>(limit % segment_size_);
    const bool joins = no_delay_ || config_->nagle_variant == NagleVariant::minshall;
    ends_in_part_ = full > 0 && full < most && rest > 0 && joins && !nagle_holds(rest, false);
    return std::max(full + (ends_in_part_ ? 1U : 0U), 1U);
}

std::uint32_t Connection::least_burst() const {
    return is_modelled() ? Bbr::least_burst(window_.pacing_rate) : kLeastBurst;
}

std::uint32_t Connection::offload_segments() const {
    // Send offload: as many segments as a millisecond holds at the pacing rate (tcp_tso_autosize).
    std::uint64_t bytes = kOffloadBytes;
    if (window_.pacing_rate > 0) {
        bytes = window_.pacing_rate >> 10U;
        const std::int64_t log_rtt = rtt_.min_rtt().count() / 1000 / 512;  // tcp_tso_rtt_log
        if (log_rtt < 32) bytes += kOffloadBytes >> static_cast<unsigned>(log_rtt);
        bytes = std::min<std::uint64_t>(bytes, kOffloadBytes);
    }
    return std::max(static_cast<std::uint32_t>(bytes / segment_size_), least_burst());
}

bool Connection::should_defer(Time now) const {
    // Right after a burst a short one is not worth its packets, if an acknowledgement that makes it longer is near
    // (tcp_tso_should_defer).
    if (ca_state_ == CaState::recovery || ca_state_ == CaState::loss) return false;
    if (now - pace_at_ > kDeferTime || queue_.empty()) return false;
    const std::uint64_t by_window = std::uint64_t{window_.cwnd - in_flight()} * segment_size_;
    const std::uint64_t limit = std::min(peer_room(), by_window);
    if (limit >= least_burst() * std::uint64_t{segment_size_} &&
        limit >= std::uint64_t{offload_segments()} * segment_size_) {
        return false;
    }
    // The packet buffer gets no more (tcp_write_queue_tail).
    if (send_buffer_.filled_by(next_ + limit) && next_ + limit < write_end_) return false;
    const Duration next_ack = queue_.head().sent + rtt_.srtt() - now;
    if (next_ack > std::min(rtt_.srtt() / 2, kDeferTime)) return false;
    const std::uint64_t window = std::min<std::uint64_t>(peer_.bytes(), std::uint64_t{window_.cwnd} * segment_size_);
    if (limit * kWindowDivisor >= window) return false;
    return limit <= unsent() || !send_closed_;
}

void Connection::after_data(Time now) {
    ++data_segments_sent_;
    last_sent_ = now;
    acks_.on_data_sent(now, *config_);
}

void Connection::finish_burst(Time now) {
    forced_ = false;
    const bool limited = deferred_ || in_flight() >= window_.cwnd;
    deferred_ = false;
    if (sent_in_burst_) {
        const bool probed = xmit_timer_ == XmitTimer::tail_probe;
        if (!schedule_tail_probe(now, false) && probed) rearm_retransmit(now);
    }
    if (sent_in_burst_ || (limited && next_ < send_end())) validate_window(now, limited);
    sent_in_burst_ = false;
    if (check_space_ && write_blocked_) wake_writer(now);
    check_space_ = false;
}

void Connection::validate_window(Time now, bool limited) {
    use_.note(una_, next_, queue_.size(), limited);
    if (use_.is_used_up(window_)) {
        use_.restart(now);
        return;
    }
    use_.note_part(queue_.size());
    if (!config_->slow_start_after_idle || !config_->decay_when_idle || now - use_.since() < rto()) return;
    if (model() != nullptr) return;
    // RFC 2861 3.1: a window that was not used for an RTO decays towards what was.
    if (ca_state_ == CaState::open) {
        const std::uint32_t used = std::max(use_.used(), config_->initial_window);
        if (used < window_.cwnd) {
            window_.ssthresh = current_ssthresh();
            window_.cwnd = (window_.cwnd + used) / 2;
        }
        use_.restart(now);
    } else {
        use_.stamp(now);
    }
}

void Connection::check_idle_restart(Time now) {
    if (!config_->slow_start_after_idle || !queue_.empty() || next_ < write_end_ || model() != nullptr) return;
    Duration idle = now - last_sent_;
    const Duration timeout = rto();
    if (idle <= timeout || data_segments_sent_ == 0) return;
    const std::uint32_t least = std::min(config_->initial_window, window_.cwnd);
    if (!config_->decay_when_idle) {
        window_.cwnd = least;  // RFC 5681 4.1: the restart window
        return;
    }
    // RFC 2861 3.1: half the window for each timeout spent idle, down to the initial one.
    window_.ssthresh = current_ssthresh();
    while ((idle -= timeout) > Duration::zero() && window_.cwnd > least) window_.cwnd /= 2;
    window_.cwnd = std::max(window_.cwnd, least);
    use_.restart(now);
}

}  // namespace tcplab
