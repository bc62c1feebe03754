// When segments leave (net/ipv4/tcp_output.c: tcp_pacing_check, tcp_update_skb_after_send), and who sets the window and
// the rate after an acknowledgement (tcp_cong_control).
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kUnpaced = 10;  // the first segments of a connection leave as the window allows
}

SenderView Connection::view(Time now) const {
    return {now, pace_at_, rtt_.srtt(), rtt_.min_rtt(), in_flight(), segment_size_, ca_state_};
}

void Connection::start_pacing(Time now) {
    if (Bbr* const m = model()) {
        m->start(window_, view(now));
    } else {
        set_pacing_rate();
    }
}

void Connection::set_pacing_rate() {
    // Twice the current rate while it still doubles, else 1.2 times (tcp_update_pacing_rate).
    const auto srtt = static_cast<std::uint64_t>(rtt_.srtt() / 125ns);  // eighths of a microsecond
    if (srtt == 0) return;
    const std::uint64_t percent = window_.cwnd < window_.ssthresh / 2 ? 200 : 120;
    const std::uint64_t out = std::max(window_.cwnd, queue_.size());
    window_.pacing_rate = out * segment_size_ * percent * 80'000 / srtt;
}

bool Connection::pacing_holds(Time now) {
    if (pace_at_ <= now) return false;
    timers_.set(Timer::pacing, pace_at_, memory_->timers);
    return true;
}

void Connection::pace(Time now, std::uint32_t bytes, std::uint32_t segments) {
    if (!is_paced()) return;  // fill() notes when it left
    const Duration late = std::max(now - pace_at_, Duration::zero());
    pace_at_ = std::max(pace_at_, now);
    if (window_.pacing_rate == 0 || data_segments_sent_ + segments < kUnpaced) return;
    const Duration length(static_cast<std::int64_t>(std::uint64_t{bytes} * 1'000'000'000 / window_.pacing_rate));
    // A burst that left late makes up for up to half of its own time.
    pace_at_ += length - std::min(length / 2, late);
}

void Connection::control_congestion(Time now, const AckResult& r) {
    Bbr* const m = model();
    if (m == nullptr) {
        grow_window(now, r);
        set_pacing_rate();
        return;
    }
    RateSample& sample = m->sample();
    rate_finish(now, r.delivered, queue_.losses(), rtt_.min_rtt(), m->path(), sample);
    sample.rtt_us = r.rtt < Duration::zero() ? -1 : r.rtt / 1us;
    sample.ack_delayed = r.runt && sample.prior_delivered + 1 == m->path().delivered && ca_state_ == CaState::open;
    m->control(window_, sample, view(now));
}

void Connection::begin_rate_sample() {
    if (Bbr* const m = model()) m->sample() = rate_begin(in_flight(), queue_.losses(), m->path());
}

void Connection::stamp(Time now, std::uint32_t i, bool none_out) {
    if (Bbr* const m = model()) queue_.stamp(i) = rate_sent(m->path(), now, none_out);
}

void Connection::segment_delivered(std::uint32_t i) {
    Bbr* const m = model();
    if (m == nullptr) return;
    const SentSegment& s = queue_[i];
    rate_delivered(queue_.stamp(i), s.sent, s.end(), s.transmissions > 1, m->path(), m->sample());
}

void Connection::check_app_limited() {
    Bbr* const m = model();
    if (m == nullptr || !is_synchronized()) return;
    const bool all_sent = write_end_ < next_ + segment_size_ && queue_.lost() <= queue_.retransmitted();
    if (all_sent && in_flight() < window_.cwnd) rate_app_limited(m->path(), in_flight());
}

}  // namespace tcplab
