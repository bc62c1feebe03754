// When to acknowledge: at once, with data, or by a timer (RFC 1122 4.2.3.2, RFC 5681 4.2; in Linux the quick
// credit, interactive mode and the estimated ATO of tcp_event_data_recv, __tcp_ack_snd_check, tcp_send_delayed_ack
// and tcp_cleanup_rbuf).
#include <algorithm>

#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kMostQuick = 16;      // TCP_MAX_QUICKACKS
constexpr Duration kLongestAto{500'000'000};  // HZ / 2
constexpr std::uint32_t kSmallSegment = 536;  // TCP_MSS_DEFAULT
constexpr std::uint32_t kTinySegment = 88;    // TCP_MIN_MSS
}  // namespace

void Connection::add_quick(std::uint32_t most) {
    if (!config_->linux_ack_policy || !config_->quickack) return;
    const std::uint64_t segments = receive_.offered() / (2 * std::uint64_t{receive_segment_});
    const auto credit = static_cast<std::uint8_t>(std::clamp<std::uint64_t>(segments, 2, most));
    quick_ = std::max(quick_, credit);
}

void Connection::on_data_received(Time now, const Segment& s) {
    schedule_ack(now);
    measure_segment(s);
    receive_.on_data(now, receive_next_);
    if (config_->linux_ack_policy) {
        const Duration least = config_->delayed_ack;
        constexpr Duration tick{4'000'000};  // the kernel reckons in jiffies; HZ = 250
        const Duration gap = (now - last_received_) / tick * tick;
        if (ato_ == Duration::zero()) {
            add_quick(kMostQuick);
            ato_ = std::max(least, Duration(1));
        } else if (gap <= least / 2) {
            ato_ = ato_ / 2 + least / 2;
        } else if (gap < ato_) {
            ato_ = std::min(ato_ / 2 / tick * tick + gap, std::max(rto(), least));
        } else if (gap > rto()) {
            add_quick(kMostQuick);  // the sender starts again and waits for us
        }
    }
    last_received_ = now;
    grow_receive_window(s);
}

void Connection::grow_receive_window(const Segment& s) {
    const bool grown = receive_.grow(s.payload.length, receive_.cost(s.payload.length, s.ip_size()), receive_segment_);
    if (grown && config_->linux_ack_policy && config_->quickack) quick_ |= 1U;
}

void Connection::measure_segment(const Segment& s) {
    const std::uint32_t length = s.payload.length;
    const std::uint16_t last = last_odd_segment_;
    last_odd_segment_ = 0;
    if (length >= receive_segment_) {
        if (length != receive_segment_) receive_.learn_cost(length, receive_.cost(length, s.ip_size()));
        const auto advertised = static_cast<std::uint32_t>(config_->mss - (timestamps_ ? 12U : 0U));
        receive_segment_ = static_cast<std::uint16_t>(std::min(length, advertised));
        if (s.has(flag::psh)) pushed_ = true;
        return;
    }
    if (length >= kSmallSegment || (length >= kTinySegment && !s.has(flag::psh | flag::fin))) {
        last_odd_segment_ = static_cast<std::uint16_t>(length);
        if (length == last) {
            receive_segment_ = static_cast<std::uint16_t>(length);
            return;
        }
    }
    if (pushed_) pushed_twice_ = true;
    pushed_ = true;
}

bool Connection::acknowledge_now() {
    if (config_->delayed_ack == Duration::zero()) return true;
    const std::uint64_t unacknowledged = receive_next_ - receive_.offered_at();
    const std::uint64_t enough = std::uint64_t{config_->ack_every > 0 ? config_->ack_every - 1 : 0} * receive_segment_;
    if (!config_->linux_ack_policy) {
        return unacknowledged >= std::uint64_t{config_->ack_every} * receive_segment_ || !out_of_order_.empty();
    }
    // Enough came, and the window can move on; else the reader will acknowledge.
    if (unacknowledged > enough && receive_.select(receive_segment_) >= receive_.offered()) return true;
    return quick_mode() || (!out_of_order_.empty() && duplicate_goes_now());
}

bool Connection::duplicate_goes_now() {
    constexpr std::uint8_t at_once = 3;       // TCP_FASTRETRANS_THRESH
    constexpr std::uint8_t most_in_one = 44;  // tcp_comp_sack_nr
    if (!sack_) return true;
    Doubt& d = doubt();
    if (d.compressed_acks >= most_in_one) return true;
    if (d.acked_next != receive_next_) {
        d.acked_next = receive_next_;
        d.duplicate_acks = 0;
    }
    if (d.duplicate_acks >= at_once) return false;
    ++d.duplicate_acks;
    return true;
}

void Connection::compress(Time now) {
    // One acknowledgement for those that come within a twentieth of the round trip (tcp_comp_sack_delay_ns and
    // _slack_ns, __tcp_ack_snd_check).
    constexpr Duration most{1'000'000};
    constexpr Duration slack{100'000};
    if (++doubt().compressed_acks > 1) return;
    Duration rtt = receive_.rtt();
    if (rtt_.has_sample()) rtt = std::min(rtt, rtt_.srtt());
    ack_timer_ = true;
    timers_.set(Timer::delayed_ack, now + std::min(most, rtt / 20) + slack);
}

void Connection::quicken(std::uint32_t most) {
    if (!config_->linux_ack_policy) return;
    add_quick(most);
    interactive_ = false;
    ato_ = config_->delayed_ack;
}

void Connection::schedule_delayed_ack(Time now) {
    Duration wait = config_->delayed_ack;
    if (config_->linux_ack_policy) {
        wait = ato_;
        if (wait > config_->delayed_ack) {
            Duration most = interactive_ || pushed_ ? config_->delayed_ack_max : kLongestAto;
            if (rtt_.has_sample()) most = std::min(most, std::max(rtt_.srtt(), config_->delayed_ack));
            wait = std::min(wait, most);
        }
        wait = std::min(wait, config_->delayed_ack_max);
    }
    const Time due = timers_.at(Timer::delayed_ack);
    // About to run out anyway: now.
    if (ack_timer_ && config_->linux_ack_policy && due <= now + wait / 4) {
        pending_ |= kAckNow;
        return;
    }
    set_timer(Timer::delayed_ack, now, wait);
    if (ack_timer_) timers_.set(Timer::delayed_ack, std::min(due, timers_.at(Timer::delayed_ack)));
    ack_timer_ = true;
}

void Connection::ack_sent() {
    if (quick_ > 0 && ack_scheduled_ && --quick_ == 0) ato_ = config_->delayed_ack;
    ack_scheduled_ = false;
    ack_timer_ = false;
    syn_ack_arrived_ = false;
    ack_timed_out_ = false;
    window_opened_ = false;
    pushed_ = false;
    pushed_twice_ = false;
    if (doubt_) doubt_->compressed_acks = 0;
    pending_ = static_cast<std::uint16_t>(pending_ & ~(kAckCheck | kAckNow));
    timers_.stop(Timer::delayed_ack);
}

void Connection::after_read(std::uint64_t copied) {
    bool now_due = false;
    if (ack_scheduled_ && config_->linux_ack_policy) {
        const bool more_than_one = receive_next_ - receive_.offered_at() > receive_segment_;
        // The reader has emptied the buffer at the end of a write: the sender may be waiting for us.
        const bool written_whole =
            copied > 0 && (pushed_twice_ || (pushed_ && !interactive_)) && receive_.buffer_empty();
        now_due = more_than_one || written_whole;
    }
    if (copied > 0 && !now_due && !fin_received_) {
        // Reading has opened the window so far that the sender should know (RFC 9293 3.8.6.2.2).
        const std::uint64_t left = receive_.left(receive_next_);
        if (2 * left <= receive_.clamp()) {
            const std::uint64_t window = receive_.select(receive_segment_);
            if (window > 0 && window >= 2 * left) now_due = window_opened_ = true;
        }
    }
    if (now_due) pending_ |= kAckNow;
}

}  // namespace tcplab
