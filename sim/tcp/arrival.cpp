// RFC 9293 3.10.7: what an arriving segment does, a function per step.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kTimestampOption = 12;
constexpr std::uint16_t kDefaultMss = 536;  // RFC 9293 3.7.1
constexpr std::uint16_t kLeastMss = 48;     // tcp_min_snd_mss
// Between two answers to segments that are not acceptable (tcp_invalid_ratelimit).
constexpr Duration kChallengeInterval{500'000'000};
// RFC 7323 5.5: older than 24 days, a remembered timestamp may have wrapped.
constexpr Duration kTimestampLifetime{24LL * 24 * 3600 * 1'000'000'000};
}  // namespace

void Connection::on_segment(Time now, const Segment& s) {
    switch (state_) {
        case State::closed:
        case State::listen: return;
        case State::syn_sent: arrive_syn_sent(now, s); return;
        case State::time_wait: {
            const TimeWaitAction action = time_wait_arrival(time_wait(), s);
            if (action == TimeWaitAction::kill) enter_closed();
            if (action == TimeWaitAction::restart) timers_.set(Timer::close, now + config_->time_wait);
            if (action == TimeWaitAction::restart || action == TimeWaitAction::acknowledge) pending_ |= kAckNow;
            return;
        }
        default: break;
    }
    const bool syn_again =
        state_ == State::syn_received && passive_ && s.has(flag::syn) && !s.has(flag::ack) && s.seq == initial_receive_;
    if (syn_again) {
        pending_ |= kHandshake;
        return;
    }
    if (keepalive_ > Duration::zero()) {
        keepalive_probes_ = 0;
        timers_.set(Timer::keepalive, now + keepalive_);
    }
    if (!check_sequence(now, s) || !check_reset(now, s) || !check_syn(now, s) || !check_ack(now, s)) return;
    if (s.payload.length > 0) {
        take_text(now, s);
    } else {
        ts_echoed_ = s.ts_echo;  // what it echoes was answered by this; data that echoes it again came later
    }
    if (s.has(flag::fin) && is_open()) check_fin(now, s);
    if (!is_open()) return;
    if (next_ < send_end()) pending_ |= kData;
    if (ack_scheduled_) pending_ |= kAckCheck;
}

void Connection::learn_options(const Segment& syn) {
    timestamps_ = config_->timestamps && syn.has_timestamps;
    sack_ = config_->sack && syn.sack_permitted;
    scaling_ = config_->window_scaling && syn.has_window_scale;
    if (!scaling_) receive_.no_scaling();
    peer_scale_ = scaling_ ? std::min<std::uint8_t>(syn.window_scale, 14) : 0;
    const std::uint16_t peer_mss = syn.mss != 0 ? syn.mss : kDefaultMss;
    const std::uint16_t mss = std::max(std::min(peer_mss, config_->mss), kLeastMss);
    segment_size_ = static_cast<std::uint16_t>(timestamps_ ? mss - kTimestampOption : mss);
    if (timestamps_) ts_recent_ = syn.ts_value;
}

void Connection::arrive_syn_sent(Time now, const Segment& s) {
    if (s.has(flag::ack) && s.ack != wire_seq(next_)) {
        // Of another incarnation: reset that one (3.10.7.3, first step), and go on asking.
        stray_ack_ = s.ack;
        if (!s.has(flag::rst)) pending_ |= kReset;
        return;
    }
    if (s.has(flag::rst)) {
        if (s.has(flag::ack)) fail(TcpError::refused);
        return;
    }
    if (!s.has(flag::syn)) return;
    initial_receive_ = s.seq;
    receive_next_ = 1;
    learn_options(s);
    ts_recent_at_ = now;
    peer_window_ = s.window;
    peer_window_max_ = s.window;
    if (!s.has(flag::ack)) {  // simultaneous open
        state_ = State::syn_received;
        pending_ |= kHandshake;
        return;
    }
    acknowledge_handshake(now, s);
    establish(now);
    if (config_->request_on_handshake_ack) {
        // The application gets a chance to write first; the timer is due at once if it does not.
        ack_scheduled_ = true;
        ack_timer_ = true;
        timers_.set(Timer::delayed_ack, now);
    } else {
        pending_ |= kAckNow;
    }
}

void Connection::establish(Time now) {
    state_ = send_closed_ ? State::fin_wait_1 : State::established;
    stop_xmit_timer();
    backoff_ = 0;
    const std::uint32_t lost = retries_;
    retries_ = 0;
    // One lost SYN is forgiven, more tell of congestion (RFC 5681 3.1; tcp_init_transfer).
    window_.cwnd = lost > (config_->linux_rtt ? 1U : 0U) ? 1 : config_->initial_window;
    if (!rtt_.has_sample()) rtt_.fall_back();
    std::visit([&](auto& c) { c.reset(now, next_); }, controller_);
    start_pacing(now);
    if (queue_.empty()) queue_.clear();  // the SYN's place: a connection that stays idle keeps no memory for it
    const auto advertised = static_cast<std::uint32_t>(config_->mss - (timestamps_ ? kTimestampOption : 0U));
    receive_.establish(advertised, scaling_, receive_next_, now);
    receive_segment_ = std::min<std::uint16_t>(kDefaultMss, segment_size_);
    window_stamp_ = last_sent_ = last_received_ = now;  // tcp_finish_connect, tcp_create_openreq_child
    usage_end_ = next_;
    if (keepalive_ > Duration::zero()) timers_.set(Timer::keepalive, now + keepalive_);
    events_ |= event::connected;
    if (next_ < send_end()) pending_ |= kData;
}

bool Connection::check_sequence(Time now, const Segment& s) {
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const std::int64_t end = begin + s.sequence_length();
    if (timestamps_ && s.has_timestamps && !s.has(flag::rst) &&
        static_cast<std::int32_t>(s.ts_value - ts_recent_) < 0 && now - ts_recent_at_ < kTimestampLifetime) {
        challenge(now, s);  // PAWS, RFC 7323 5.3 R1
        return false;
    }
    const auto next = static_cast<std::int64_t>(receive_next_);
    const auto edge = next + static_cast<std::int64_t>(receive_.left(receive_next_));
    const bool acceptable =
        end >= static_cast<std::int64_t>(std::min(receive_.offered_at(), receive_next_)) && begin <= edge;
    if (!acceptable) {
        if (!s.has(flag::rst)) {
            if (s.payload.length > 0) add_quick(16);
            challenge(now, s);
        }
        return false;
    }
    if (timestamps_ && s.has_timestamps && begin <= static_cast<std::int64_t>(receive_.offered_at()) &&
        static_cast<std::int32_t>(s.ts_value - ts_recent_) >= 0) {
        ts_recent_ = s.ts_value;
        ts_recent_at_ = now;
    }
    return true;
}

void Connection::challenge(Time now, const Segment& s) {
    // RFC 5961 7: two ends that disagree must not answer each other's bare ACKs for ever.
    const bool carries_data = s.sequence_length() > 0 && !s.has(flag::syn | flag::rst);
    if (!carries_data) {
        if (now < next_challenge_) return;
        next_challenge_ = now + kChallengeInterval;
    }
    pending_ |= kExtraAck;
}

bool Connection::check_reset(Time now, const Segment& s) {
    if (!s.has(flag::rst)) return true;
    // RFC 5961 3: only the exact number resets; anything else in the window is challenged.
    if (s.seq != wrap(receive_next_, initial_receive_)) {
        challenge(now, s);
        return false;
    }
    if (state_ == State::syn_received) {
        fail(TcpError::refused);
    } else {
        fail(state_ == State::close_wait ? TcpError::broken_pipe : TcpError::reset);
    }
    return false;
}

bool Connection::check_syn(Time now, const Segment& s) {
    if (!s.has(flag::syn)) return true;
    // The peer's SYN-ACK of a simultaneous open repeats its SYN.
    const bool crossing = state_ == State::syn_received && !passive_ && s.has(flag::ack) && s.seq == initial_receive_ &&
                          s.ack == wire_seq(next_);
    if (crossing) return true;
    challenge(now, s);  // RFC 5961 4
    return false;
}

bool Connection::check_ack(Time now, const Segment& s) {
    if (!s.has(flag::ack)) return false;
    if (state_ == State::syn_received) {
        if (s.ack != wire_seq(next_)) {
            stray_ack_ = s.ack;
            pending_ |= kReset;
            return false;
        }
        ts_recent_at_ = now;
        peer_window_ = offered_window(s);
        acknowledge_handshake(now, s);
        establish(now);
    }
    if (!process_ack(now, s)) return false;
    const bool fin_acknowledged = send_closed_ && una_ == send_end();
    switch (state_) {
        case State::fin_wait_1:
            if (!fin_acknowledged) break;
            state_ = State::fin_wait_2;
            if (receive_closed_) timers_.set(Timer::close, now + config_->fin_timeout);
            break;
        case State::closing:
            if (fin_acknowledged) {
                enter_time_wait(now);
                return false;
            }
            break;
        case State::last_ack:
            if (fin_acknowledged) {
                enter_closed();
                return false;
            }
            break;
        default: break;
    }
    return true;
}

void Connection::take_text(Time now, const Segment& s) {
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const auto next = static_cast<std::int64_t>(receive_next_);
    const std::int64_t end = begin + s.payload.length;
    if (fin_received_ || end <= next) {  // nothing new: the peer has not seen our acknowledgement
        add_quick(16);
        pending_ |= kAckNow;
        return;
    }
    if (receive_closed_) {  // nobody will read it (RFC 9293 3.6.1)
        bytes_destroyed_ += static_cast<std::uint64_t>(end - next);
        abort();
        reset_answers_ = true;
        stray_ack_ = s.ack;
        return;
    }
    const auto edge = next + static_cast<std::int64_t>(receive_.left(receive_next_));
    ReceivedSegment r;
    r.payload = s.payload;
    r.cost = receive_.cost(s.payload.length, s.ip_size());
    const std::int64_t from = std::max(begin, next);
    const std::int64_t to = std::min(end, edge);
    if (to <= from) {  // beyond the window: a probe of a closed one
        pending_ |= kAckNow;
        return;
    }
    r.pos = static_cast<std::uint64_t>(from);
    r.payload.offset += static_cast<std::uint64_t>(from - begin);
    r.payload.length = static_cast<std::uint32_t>(to - from);
    if (from > next) {
        receive_.charge(out_of_order_.insert(std::move(r)));
        pending_ |= kExtraAck;  // RFC 5681 4.2: a duplicate acknowledgement at once
        ack_scheduled_ = true;
        // Without SACK a window that grows would make the duplicate look like none (tcp_data_queue_ofo).
        if (sack_) grow_receive_window(s);
        receive_.on_out_of_order(receive_next_, out_of_order_.end());
        return;
    }
    const bool had_hole = !out_of_order_.empty();
    measure_receiver_rtt(now, s);
    receive_.charge(r.cost);
    receive_next_ = r.end();
    received_.push_back(std::move(r));
    on_data_received(now, s);
    std::uint64_t freed = 0;
    ReceivedSegment more;
    while (out_of_order_.take(receive_next_, more, freed)) {
        receive_next_ = more.end();
        received_.push_back(std::move(more));
    }
    receive_.release(freed);
    if (had_hole) pending_ |= kAckNow;  // all or part of a hole was filled: RFC 5681 4.2
    events_ |= event::readable;
    if (out_of_order_.fin_at(receive_next_)) take_fin(now);
}

void Connection::measure_receiver_rtt(Time now, const Segment& s) {
    // Only the first segment that echoes a timestamp tells of the path; later ones waited behind it
    // (tcp_rcv_rtt_measure_ts).
    if (!timestamps_ || !s.has_timestamps || s.ts_echo == 0 || s.ts_echo == ts_echoed_) return;
    ts_echoed_ = s.ts_echo;
    if (s.payload.length < receive_segment_) return;
    const auto ms = static_cast<std::int32_t>(timestamp(now) - s.ts_echo);
    if (ms >= 0) receive_.on_rtt(Duration(std::max<std::int64_t>(ms, 1) * 1'000'000), received_.empty());
}

void Connection::check_fin(Time now, const Segment& s) {
    const auto pos = static_cast<std::uint64_t>(unwrap(s.seq, initial_receive_, receive_next_)) + s.payload.length;
    if (pos < receive_next_) {  // again: the peer has not seen our acknowledgement
        pending_ |= kAckNow;
    } else if (fin_received_) {
        return;  // beyond the end of the stream
    } else if (pos == receive_next_) {
        take_fin(now);
    } else {
        out_of_order_.set_fin(pos);
        if (s.payload.length == 0) pending_ |= kExtraAck;  // RFC 5681 4.2, as for data
    }
}

void Connection::take_fin(Time now) {
    fin_received_ = true;
    ++receive_next_;
    out_of_order_.clear();
    ack_scheduled_ = true;
    events_ |= event::readable;
    if (!config_->linux_ack_policy) pending_ |= kAckNow;
    switch (state_) {
        case State::established:
            state_ = State::close_wait;
            interactive_ = true;  // its ACK may ride on our FIN (tcp_fin)
            break;
        case State::fin_wait_1:
            pending_ |= kAckNow;
            state_ = State::closing;
            break;
        case State::fin_wait_2:
            enter_time_wait(now);
            pending_ |= kAckNow;
            break;
        default: break;
    }
}

}  // namespace tcplab
