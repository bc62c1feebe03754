// RFC 9293 3.10.7: what an arriving segment does, a function per step.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {
constexpr std::uint8_t kCongestionExperienced = 3;  // RFC 3168 5
}  // namespace

void Connection::on_segment(Time now, const Segment& s) {
    switch (state_) {
        case State::closed:
        case State::listen: return;
        case State::syn_sent: arrive_syn_sent(now, s); return;
        case State::time_wait: arrive_time_wait(now, s); return;
        case State::syn_received:
            if (passive_ && !check_request(now, s)) return;
            break;
        default: break;
    }
    if (!check_timestamp(now, s) || !check_sequence(now, s) || !check_reset(now, s) || !check_syn(now, s) ||
        !check_ack(now, s)) {
        return;
    }
    // Where nothing of ours is left to do Linux keeps a small socket, without keepalive (tcp_time_wait).
    const bool small = state_ == State::fin_wait_2 && orphan_;
    if (config_->keepalive > Duration::zero() && is_synchronized() && !small) {
        keepalive_probes_ = 0;
        set_timer(Timer::keepalive, now, config_->keepalive);
    }
    if (s.payload.length > 0) {
        take_text(now, s);
    } else {
        timestamps_.note_echo(s);
    }
    if (s.has(flag::fin) && is_open()) check_fin(now, s);
    if (!is_open()) return;
    if (next_ < send_end()) pending_ |= kData;
    if (acks_.owed()) pending_ |= kAckCheck;
}

void Connection::arrive_time_wait(Time now, const Segment& s) {
    TimeWait entry = time_wait();
    const TimeWaitAction action = time_wait_arrival(now, entry, s);
    timestamps_.set_recent(entry.ts_recent);
    if (action.kill) enter_closed();
    if (action.restart) set_timer(Timer::close, now, config_->time_wait);
    if (action.acknowledge) pending_ |= kAckNow;
}

/// PAWS (RFC 7323 5.3 R1): a segment with an older timestamp is one of long ago.
bool Connection::check_timestamp(Time now, const Segment& s) {
    if (!timestamps_.on(s)) return true;
    const std::int32_t slack = config_->linux_checks ? 1 : 0;  // TCP_PAWS_WINDOW
    if (timestamps_.age(s) <= slack || timestamps_.recent() == 0 || timestamps_.outlived(now)) return true;
    if (s.has(flag::rst)) return true;
    if (config_->linux_checks) {
        if (s.has(flag::syn)) {
            challenge(now);
            return false;
        }
        const bool bare = s.has(flag::ack) && s.sequence_length() == 0;
        if (bare && is_disordered_ack(s)) return true;
        // An old ACK is common, and not worth an answer.
        if (bare && unwrap(s.seq, initial_receive_, receive_next_) < static_cast<std::int64_t>(receive_next_)) {
            return false;
        }
    }
    answer_unacceptable(now, s);
    return false;
}

/// A bare ACK that was overtaken by a later one: it may count as a duplicate, which is all that it changes
/// (tcp_disordered_ack_check).
bool Connection::is_disordered_ack(const Segment& s) const {
    constexpr std::int64_t ticks_per_second = 1200;  // the fastest clock of a peer that is believed in
    return s.seq == wrap(receive_next_, initial_receive_) && s.ack == wire_seq(una_) &&
           peer_.offered(s) <= peer_.bytes() && timestamps_.age(s) <= rto().count() * ticks_per_second / 1'000'000'000;
}

bool Connection::check_sequence(Time now, const Segment& s) {
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const std::int64_t end = begin + s.sequence_length();
    const auto next = static_cast<std::int64_t>(receive_next_);
    const auto edge = next + static_cast<std::int64_t>(receive_.left(receive_next_));
    const bool acceptable =
        end >= static_cast<std::int64_t>(std::min(receive_.offered_at(), receive_next_)) && begin <= edge;
    if (acceptable) return true;
    if (s.has(flag::rst)) return resets_exactly(s);  // which check_reset then does
    if (s.has(flag::syn)) {
        challenge(now);
    } else {
        answer_unacceptable(now, s);
    }
    return false;
}

/// A duplicate ACK for a segment that is not acceptable (RFC 9293 3.10.7.4, first step; tcp_send_dupack).
void Connection::answer_unacceptable(Time now, const Segment& s) {
    const bool carries_data = s.sequence_length() > 0 && !s.has(flag::syn);
    if (!carries_data && !may_answer(now)) return;
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const auto next = static_cast<std::int64_t>(receive_next_);
    if (carries_data && begin < next) {
        acks_.quicken(*config_, receive_);
        report_duplicate(begin, std::min(begin + s.sequence_length(), next));
    }
    pending_ |= kExtraAck;
}

void Connection::challenge(Time now) {
    if (may_answer(now)) pending_ |= kExtraAck;
}

/// A RST to a segment that does not belong here (RFC 9293 3.10.7.1), unless that is a RST itself.
void Connection::answer_with_reset(const Segment& s) {
    if (s.has(flag::rst)) return;
    reset_ = s.has(flag::ack) ? Answer::acknowledgement : Answer::number;
    stray_ = s.has(flag::ack) ? s.ack : s.seq + s.sequence_length();
    pending_ |= kReset;
}

/// RFC 5961 3.2: only the number that is due resets. Linux also takes the end of the last SACK block, and the FIN's own
/// after a FIN (tcp_validate_incoming, tcp_reset_check).
bool Connection::resets_exactly(const Segment& s) const {
    if (s.seq == wrap(receive_next_, initial_receive_)) return true;
    if (!config_->linux_checks) return false;
    const bool fin_seen = state_ == State::close_wait || state_ == State::last_ack || state_ == State::closing;
    if (fin_seen && s.seq == wrap(receive_next_ - 1, initial_receive_)) return true;
    return sack_ && has_hole() && s.seq == wrap(doubt_->out_of_order.end(), initial_receive_);
}

bool Connection::check_reset(Time now, const Segment& s) {
    if (!s.has(flag::rst)) return true;
    if (!resets_exactly(s)) {
        challenge(now);
        return false;
    }
    if (!config_->keep_unread_after_reset && readable() > 0) {
        destroy_unread();
        // The reader has not come to the end, and is not to believe it.
        if (fin_received_) --receive_next_;
        fin_received_ = false;
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
    const bool crossing =
        state_ == State::syn_received && !passive_ && s.seq == initial_receive_ && acknowledges_syn(s);
    if (crossing) return true;
    challenge(now);  // RFC 5961 4
    return false;
}

bool Connection::check_ack(Time now, const Segment& s) {
    if (!s.has(flag::ack)) return false;
    if (state_ == State::syn_received) {
        if (!acknowledges_syn(s)) {
            answer_with_reset(s);
            return false;
        }
        finish_handshake(now, s);
    }
    if (!process_ack(now, s)) return false;
    heard_ = true;
    note_timestamp(now, s);
    return advance_closing(now, s);
}

/// RFC 7323 4.3: what is echoed next comes from a segment that covers the last ACK we sent, unless its own ACK is old
/// (tcp_replace_ts_recent, where tcp_ack calls it).
void Connection::note_timestamp(Time now, const Segment& s) {
    if (!timestamps_.on(s) || s.ack != wire_seq(una_)) return;
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    if (begin > static_cast<std::int64_t>(receive_.offered_at())) return;
    if (timestamps_.age(s) <= 0 || timestamps_.outlived(now)) timestamps_.take(now, s.ts_value);
}

/// What the acknowledgement of our FIN changes. False: the segment says no more.
bool Connection::advance_closing(Time now, const Segment& s) {
    if (!send_closed_ || una_ != send_end()) return true;
    switch (state_) {
        case State::fin_wait_1:
            state_ = State::fin_wait_2;
            if (!orphan_) return true;
            if (config_->fin_timeout < Duration::zero()) {
                enter_closed();
                answer_with_reset(s);
                return false;
            }
            timers_.stop(Timer::keepalive);
            set_timer(Timer::close, now, fin_wait_2_time());
            return true;
        case State::closing: enter_time_wait(now); return false;
        case State::last_ack: enter_closed(); return false;
        default: return true;
    }
}

void Connection::take_text(Time now, const Segment& s) {
    if (ecn_) note_mark(s);
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const auto next = static_cast<std::int64_t>(receive_next_);
    const std::int64_t end = begin + s.payload.length;
    if (fin_received_ || end <= next) {  // nothing new: the peer has not seen our acknowledgement
        report_duplicate(begin, end);
        acks_.quicken(*config_, receive_);
        pending_ |= kAckNow;
        return;
    }
    if (receive_closed_) {  // nobody will read it (RFC 9293 3.6.1)
        doubt().bytes_destroyed += static_cast<std::uint64_t>(end - next);
        enter_closed();
        answer_with_reset(s);
        return;
    }
    const auto edge = next + static_cast<std::int64_t>(receive_.left(receive_next_));
    ReceivedSegment r;
    r.payload = s.payload;
    r.cost = receive_.cost(s.payload.length, s.ip_size());
    const std::int64_t from = std::max(begin, next);
    const std::int64_t to = std::min(end, edge);
    if (begin < next) report_duplicate(begin, next);
    if (to <= from) {  // beyond the window: a probe of a closed one
        acks_.quicken(*config_, receive_);
        pending_ |= kAckNow;
        return;
    }
    r.pos = static_cast<std::uint64_t>(from);
    r.payload.offset += static_cast<std::uint64_t>(from - begin);
    r.payload.length = static_cast<std::uint32_t>(to - from);
    if (from > next) {
        keep_out_of_order(now, s, std::move(r));
        return;
    }
    const bool had_hole = has_hole();
    receive_.begin(established_, receive_next_, memory_->tuning);
    measure_receiver_rtt(now, s);
    receive_.charge(r.cost);
    receive_next_ = r.end();
    received_.push(std::move(r), memory_->received);
    measure_segment(s);
    receive_.on_data(now, receive_next_);
    acks_.on_data(now, *config_, receive_, rtt_, backoff_);
    grow_receive_window(s);
    if (had_hole) take_what_follows();
    note_arrival(now, static_cast<std::uint64_t>(to), s);
    events_ |= event::readable;
    if (had_hole && doubt_->out_of_order.fin_at(receive_next_)) take_fin(now);
    if (had_hole && (!has_hole() || !config_->linux_ack_policy)) pending_ |= kAckNow;  // RFC 5681 4.2
}

/// A hole may have been filled.
void Connection::take_what_follows() {
    std::uint64_t freed = 0;
    ReceivedSegment more;
    while (doubt_->out_of_order.take(receive_next_, more, freed)) {
        receive_next_ = more.end();
        received_.push(std::move(more), memory_->received);
    }
    receive_.release(freed);
}

void Connection::keep_out_of_order(Time now, const Segment& s, ReceivedSegment r) {
    StreamRange duplicate;
    receive_.begin(established_, receive_next_, memory_->tuning);
    measure_segment(s);
    note_arrival(now, r.end(), s);
    const std::uint32_t cost = doubt().out_of_order.insert(std::move(r), duplicate, memory_->out_of_order);
    if (sack_ && config_->dsack && !duplicate.empty()) doubt().duplicate.extend(duplicate);
    acks_.owe(now);
    measure_receiver_rtt(now, s);
    // Without SACK a window that grows would make the duplicate look like none; the segment is charged
    // afterwards (tcp_data_queue_ofo).
    if (sack_ && cost > 0) grow_receive_window(s);
    receive_.charge(cost);
    receive_.on_out_of_order(receive_next_, doubt_->out_of_order.end());
}

void Connection::measure_segment(const Segment& s) {
    const std::uint32_t most = config_->mss - timestamps_.option_bytes();
    if (acks_.measure(s, most)) receive_.learn_cost(s.payload.length, receive_.cost(s.payload.length, s.ip_size()));
}

void Connection::grow_receive_window(const Segment& s) {
    const std::uint32_t cost = receive_.cost(s.payload.length, s.ip_size());
    if (receive_.grow(s.payload.length, cost, acks_.segment())) acks_.on_window_grown(*config_);
}

void Connection::note_mark(const Segment& s) {
    // RFC 3168 6.1.3: told until the sender says that it has slowed down (tcp_ecn_check_ce, tcp_ecn_accept_cwr).
    if (s.has(flag::cwr)) {
        echo_mark_ = false;
        pending_ |= kAckNow;
    }
    if (s.ecn == kCongestionExperienced && !echo_mark_) {
        echo_mark_ = true;
        acks_.quicken(*config_, receive_, 2);
    }
}

void Connection::report_duplicate(std::int64_t from, std::int64_t to) {
    // RFC 2883 4; the SYN's position too (tcp_dsack_set).
    if (!sack_ || !config_->dsack || from < 0 || to <= from) return;
    doubt().duplicate = {static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(to)};
}

void Connection::measure_receiver_rtt(Time now, const Segment& s) {
    // Only the first segment that echoes a timestamp tells of the path; later ones waited behind it
    // (tcp_rcv_rtt_measure_ts).
    if (!timestamps_.is_new_echo(s)) return;
    timestamps_.note_echo(s);
    if (s.payload.length < acks_.segment()) return;
    const std::int32_t ms = timestamps_.since_echo(now, s);
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
        doubt().out_of_order.set_fin(pos, memory_->out_of_order);
        acks_.owe(now);
    }
}

void Connection::take_fin(Time now) {
    fin_received_ = true;
    ++receive_next_;
    if (doubt_) doubt_->out_of_order.clear();
    acks_.owe(now);
    events_ |= event::readable;
    if (!config_->linux_ack_policy) pending_ |= kAckNow;
    switch (state_) {
        case State::established:
            state_ = State::close_wait;
            acks_.set_interactive(true);  // its ACK may ride on our FIN (tcp_fin)
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
