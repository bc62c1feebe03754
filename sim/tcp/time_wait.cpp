#include "tcp/time_wait.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kAnswerInterval = 500;      // ms; tcp_invalid_ratelimit
constexpr Duration kResetPatience{60'000'000'000};  // TCP_PAWS_MSL

/// PAWS: the segment's timestamp is older than one that came before (tcp_paws_reject).
bool is_old(Time now, const TimeWait& entry, const Segment& s) {
    if (!entry.timestamps || !s.has_timestamps || entry.ts_recent == 0) return false;
    if (static_cast<std::int32_t>(s.ts_value - entry.ts_recent) >= 0) return false;
    // A peer that has restarted may reset what is left of its past.
    return !s.has(flag::rst) || now - entry.since < kResetPatience;
}

/// RFC 9293 3.10.7.8 and RFC 6191: beyond the old connection by sequence number or by timestamp.
bool is_beyond(const TimeWait& entry, const Segment& s) {
    const bool newer =
        s.has_timestamps && entry.timestamps && static_cast<std::int32_t>(s.ts_value - entry.ts_recent) > 0;
    return distance(s.seq, entry.receive_next) > 0 || newer;
}

std::uint32_t milliseconds(Time t) { return static_cast<std::uint32_t>(t.time_since_epoch() / 1ms); }

/// Whether it is time for another acknowledgement of a segment that is none of a closing conversation (RFC 5961 7).
bool may_answer(Time now, TimeWait& entry) {
    const std::uint32_t at = milliseconds(now);
    if (entry.answered_ms != 0 && at - entry.answered_ms < kAnswerInterval) return false;
    entry.answered_ms = at;
    return true;
}

}  // namespace

TimeWaitAction time_wait_arrival(Time now, TimeWait& entry, const Segment& s) {
    TimeWaitAction action;
    const bool old = is_old(now, entry, s);
    const bool rst = s.has(flag::rst);
    if (!old && s.seq == entry.receive_next && (rst || s.sequence_length() == 0)) {
        action.kill = rst;
        action.restart = !rst;
        if (s.has_timestamps) entry.ts_recent = s.ts_value;
        return action;
    }
    if (rst) return action;
    if (s.has(flag::syn) && !s.has(flag::ack) && !old && is_beyond(entry, s)) {
        action.reopen = true;
        return action;
    }
    // A SYN may be a new one with a smaller number: it does not prolong the wait.
    action.restart = old || s.has(flag::ack);
    const bool carries_data = s.sequence_length() > 0 && !s.has(flag::syn);
    action.acknowledge = carries_data || may_answer(now, entry);
    return action;
}

Segment time_wait_ack(Time now, const TimeWait& entry) {
    Segment out;
    out.source = entry.tuple.local;
    out.destination = entry.tuple.remote;
    out.seq = entry.send_next;
    out.ack = entry.receive_next;
    out.flags = flag::ack;
    out.reason = SendReason::answer;
    out.window = entry.window;
    if (entry.timestamps) {
        out.has_timestamps = true;
        out.ts_value = milliseconds(now) + entry.ts_offset;
        out.ts_echo = entry.ts_recent;
    }
    return out;
}

}  // namespace tcplab
