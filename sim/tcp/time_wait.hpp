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
    Time expires = kNever;
};

/// What a segment does to a connection in TIME-WAIT.
enum class TimeWaitAction : std::uint8_t {
    ignore,
    acknowledge,  ///< answer with time_wait_ack()
    restart,      ///< a repeated FIN: acknowledge, and wait 2 MSL again
    kill,         ///< a valid RST (RFC 1337 is off in Linux by default: tcp_rfc1337)
    reopen,       ///< a new SYN that is beyond the old connection: forget it and treat the SYN as to LISTEN
};
TimeWaitAction time_wait_arrival(const TimeWait& entry, const Segment& segment);

/// The acknowledgement that TIME-WAIT answers with.
Segment time_wait_ack(Time now, const TimeWait& entry);

}  // namespace tcplab
