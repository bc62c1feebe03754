#include "tcp/ack_schedule.hpp"

#include <algorithm>

#include "tcp/timer_wheel.hpp"

namespace tcplab {

namespace {
constexpr Duration kLongestTimeout{500'000'000};    // HZ / 2
constexpr Duration kTick{4'000'000};                // the kernel reckons in jiffies; HZ = 250
constexpr std::uint32_t kSmallSegment = 536;        // TCP_MSS_DEFAULT
constexpr std::uint32_t kTinySegment = 88;          // TCP_MIN_MSS
constexpr std::uint8_t kMostAtOnce = 3;             // duplicates: TCP_FASTRETRANS_THRESH
constexpr std::uint8_t kMostInOne = 44;             // tcp_comp_sack_nr
constexpr Duration kLongestCompression{1'000'000};  // tcp_comp_sack_delay_ns
constexpr Duration kCompressionSlack{100'000};      // tcp_comp_sack_slack_ns
}  // namespace

void AckSchedule::start(Time now, std::uint16_t segment) {
    segment_ = segment;
    last_data_ = now;
}

bool AckSchedule::measure(const Segment& s, std::uint32_t most) {
    const std::uint32_t length = s.payload.length;
    const std::uint16_t last = odd_segment_;
    odd_segment_ = 0;
    if (length >= segment_) {
        const bool other = length != segment_;
        segment_ = static_cast<std::uint16_t>(std::min(length, most));
        if (s.has(flag::psh)) pushed_ = true;
        return other;
    }
    if (length >= kSmallSegment || (length >= kTinySegment && !s.has(flag::psh | flag::fin))) {
        odd_segment_ = static_cast<std::uint16_t>(length);
        if (length == last) {
            segment_ = static_cast<std::uint16_t>(length);
            return false;
        }
    }
    if (pushed_) pushed_twice_ = true;
    pushed_ = true;
    return false;
}

void AckSchedule::on_data(Time now, const Config& config, const ReceiveWindow& window, const RttEstimator& rtt,
                          unsigned timeouts) {
    owe(now);
    duplicates_ = 0;
    if (config.linux_ack_policy) {
        const Duration least = config.delayed_ack;
        const Duration gap = (now - last_data_) / kTick * kTick;
        if (timeout_ == Duration::zero()) {
            credit(config, window);
            timeout_ = std::max(least, Duration(1));
        } else if (gap <= least / 2) {
            timeout_ = timeout_ / 2 + least / 2;
        } else if (const Duration rto = rtt.rto(config, timeouts); gap < timeout_) {
            timeout_ = std::min(timeout_ / 2 / kTick * kTick + gap, std::max(rto, least));
        } else if (gap > rto) {
            credit(config, window);  // the sender starts again and waits for us
        }
    }
    last_data_ = now;
}

void AckSchedule::on_window_grown(const Config& config) {
    if (config.linux_ack_policy && config.quickack) quick_ |= 1U;
}

void AckSchedule::on_data_sent(Time now, const Config& config) {
    // An answer soon after a question: acknowledgements can ride on data.
    if (config.linux_ack_policy && timeout_ > Duration::zero() && now - last_data_ < timeout_) interactive_ = true;
}

bool AckSchedule::on_read(std::uint64_t bytes, const Config& config, const ReceiveWindow& window, std::uint64_t next,
                          bool ended) {
    if (owed_ && config.linux_ack_policy) {
        const bool more_than_one = next - window.offered_at() > segment_;
        // At the end of a write the sender may be waiting for us.
        const bool written_whole = bytes > 0 && (pushed_twice_ || (pushed_ && !interactive_)) && window.buffer_empty();
        if (more_than_one || written_whole) return true;
    }
    if (bytes == 0 || ended) return false;
    const std::uint64_t left = window.left(next);
    if (2 * left > window.clamp()) return false;
    const std::uint64_t opened = window.select(segment_);
    if (opened == 0 || opened < 2 * left) return false;
    window_opened_ = true;
    return true;
}

void AckSchedule::on_timer(const Config& config, Duration rto) {
    timed_out_ = true;
    if (compressed_ > 0 || !config.linux_ack_policy) return;
    if (interactive_) {
        interactive_ = false;  // no answer came to ride on
        timeout_ = config.delayed_ack;
    } else {
        timeout_ = std::min(2 * timeout_, std::max(rto, config.delayed_ack));
    }
}

void AckSchedule::sent(const Config& config) {
    if (quick_ > 0 && owed_ && --quick_ == 0) timeout_ = config.delayed_ack;
    compressed_ = 0;
    owed_ = false;
    pushed_ = false;
    pushed_twice_ = false;
    handshake_ = false;
    timed_out_ = false;
    window_opened_ = false;
}

void AckSchedule::credit(const Config& config, const ReceiveWindow& window, std::uint32_t most) {
    if (!config.linux_ack_policy || !config.quickack) return;
    const std::uint64_t segments = window.offered() / (2 * std::uint64_t{segment_});
    quick_ = std::max(quick_, static_cast<std::uint8_t>(std::clamp<std::uint64_t>(segments, 2, most)));
}

void AckSchedule::quicken(const Config& config, const ReceiveWindow& window, std::uint32_t most) {
    if (!config.linux_ack_policy) return;
    credit(config, window, most);
    interactive_ = false;
    timeout_ = config.delayed_ack;
}

std::optional<Time> AckSchedule::due(Time now, Time timer, const View& v) {
    const Config& c = v.config;
    if (c.delayed_ack == Duration::zero()) return {};
    const std::uint64_t unacknowledged = v.next - v.window.offered_at();
    if (!c.linux_ack_policy) {
        if (v.hole || unacknowledged >= std::uint64_t{c.ack_every} * segment_) return {};
        return std::min(timer, timer_expiry(now, c.delayed_ack, c.timer_hz));
    }
    // Enough came, and the window can move on; else the reader will acknowledge.
    const std::uint64_t enough = std::uint64_t{c.ack_every > 0 ? c.ack_every - 1 : 0} * segment_;
    if (unacknowledged > enough && v.window.select(segment_) >= v.window.offered()) return {};
    if (quick_ > 0 && !interactive_) return {};
    if (v.hole) {
        if (duplicate_goes_now(v.sack)) return {};
        if (++compressed_ > 1) return timer;
        // One for those that come within a twentieth of the round trip.
        Duration rtt = v.window.rtt();
        if (v.rtt.has_sample()) rtt = std::min(rtt, v.rtt.srtt());
        return now + std::min(kLongestCompression, rtt / 20) + kCompressionSlack;
    }
    const Duration after = wait(v);
    if (timer <= now + after / 4) return {};  // about to run out anyway
    return std::min(timer, timer_expiry(now, after, c.timer_hz));
}

bool AckSchedule::duplicate_goes_now(bool sack) {
    if (!sack || compressed_ >= kMostInOne) return true;
    if (duplicates_ >= kMostAtOnce) return false;
    ++duplicates_;
    return true;
}

/// For an answer to ride on (tcp_send_delayed_ack).
Duration AckSchedule::wait(const View& v) const {
    const Config& c = v.config;
    Duration most = c.delayed_ack_max;
    if (timeout_ > c.delayed_ack) {
        if (!interactive_ && !pushed_) most = std::min(most, kLongestTimeout);
        if (v.rtt.has_sample()) most = std::min(most, std::max(v.rtt.srtt(), c.delayed_ack));
    }
    return std::min(timeout_, most);
}

SendReason AckSchedule::reason(bool news, bool answer) const {
    if (timed_out_ && compressed()) return SendReason::compressed_ack;
    if (news || handshake_) return timed_out_ ? SendReason::delayed_acknowledgement : SendReason::acknowledgement;
    if (answer) return SendReason::answer;
    return window_opened_ ? SendReason::window_update : SendReason::duplicate_ack;
}

}  // namespace tcplab
