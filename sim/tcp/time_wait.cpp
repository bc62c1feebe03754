#include "tcp/time_wait.hpp"

namespace tcplab {

TimeWaitAction time_wait_arrival(const TimeWait& entry, const Segment& s) {
    const bool in_order = distance(s.seq, entry.receive_next) >= 0;
    const bool fresh_timestamp =
        !entry.timestamps || !s.has_timestamps || static_cast<std::int32_t>(s.ts_value - entry.ts_recent) >= 0;
    if (s.has(flag::rst)) return s.seq == entry.receive_next ? TimeWaitAction::kill : TimeWaitAction::ignore;
    if (s.has(flag::syn) && !s.has(flag::ack)) {
        // RFC 9293 3.10.7.8 and RFC 6191: beyond the old connection by sequence number or by timestamp
        const bool newer_timestamp =
            entry.timestamps && s.has_timestamps && static_cast<std::int32_t>(s.ts_value - entry.ts_recent) > 0;
        const bool beyond = distance(s.seq, entry.receive_next) > 0;
        return (beyond && fresh_timestamp) || newer_timestamp ? TimeWaitAction::reopen : TimeWaitAction::acknowledge;
    }
    if (s.has(flag::fin)) return TimeWaitAction::restart;
    // Anything that is not the last ACK again tells that the peer has not seen ours.
    const bool last_ack = s.sequence_length() == 0 && in_order && fresh_timestamp;
    return last_ack ? TimeWaitAction::ignore : TimeWaitAction::acknowledge;
}

Segment time_wait_ack(Time now, const TimeWait& entry) {
    Segment out;
    out.source = entry.tuple.local;
    out.destination = entry.tuple.remote;
    out.seq = entry.send_next;
    out.ack = entry.receive_next;
    out.flags = flag::ack;
    out.window = entry.window;
    if (entry.timestamps) {
        out.has_timestamps = true;
        out.ts_value = static_cast<std::uint32_t>(now.time_since_epoch() / 1ms) + entry.ts_offset;
        out.ts_echo = entry.ts_recent;
    }
    return out;
}

}  // namespace tcplab
