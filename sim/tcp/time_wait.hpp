#pragma once

#include <cstdint>

#include "core/address.hpp"
#include "core/seq.hpp"
#include "core/time.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// What is left of a connection in TIME-WAIT (RFC 9293 3.10.7.8): enough to answer a repeated FIN and to judge
/// a new SYN.
struct TimeWait {
    FourTuple tuple;
    SeqNum send_next;          ///< SND.NXT
    SeqNum receive_next;       ///< RCV.NXT
    std::uint16_t window = 0;  ///< as in the header
    bool timestamps = false;
    std::uint32_t ts_recent = 0;
    std::uint32_t ts_offset = 0;
    std::uint32_t answered_ms = 0;  ///< when a segment without data was last acknowledged; 0: none was
    Time since{};                   ///< when the wait began, again after a restart
    Time expires = kNever;
};

/// What a segment does to a connection in TIME-WAIT.
struct TimeWaitAction {
    bool kill = false;     ///< a valid RST ends it (as in Linux by default: RFC 1337's remedy, tcp_rfc1337, is off)
    bool reopen = false;   ///< a new SYN that is beyond the old connection: forget it, and treat the SYN as to LISTEN
    bool restart = false;  ///< wait 2 MSL again
    bool acknowledge = false;  ///< answer with time_wait_ack()
};
/// Judges as tcp_timewait_state_process does. `entry` remembers the newest timestamp and when it answered.
TimeWaitAction time_wait_arrival(Time now, TimeWait& entry, const Segment& segment);

/// The acknowledgement that TIME-WAIT answers with.
Segment time_wait_ack(Time now, const TimeWait& entry);

}  // namespace tcplab
