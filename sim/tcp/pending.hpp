#pragma once

#include "tcp/connection.hpp"

namespace tcplab {

/// What poll_segment still has to look at, in this order.
enum Connection::Pending : std::uint16_t {
    kReset = 1,        ///< a RST: that ends the connection, or, before the handshake is done, answers a stray ACK
    kHandshake = 2,    ///< SYN or SYN-ACK, first or again
    kRetransmit = 4,   ///< segments marked lost
    kData = 8,         ///< new data or FIN, as far as the windows allow
    kAckCheck = 16,    ///< data came: acknowledge now, later or not at all
    kAckNow = 32,      ///< an acknowledgement is owed at once
    kProbe = 64,       ///< a zero-window or keepalive probe
    kExtraAck = 128,   ///< a second acknowledgement beside the owed one (challenge, duplicate)
    kTailProbe = 256,  ///< a tail loss probe
};

/// What a RST says.
enum class Connection::Answer : std::uint8_t {
    own,              ///< that this connection ends
    acknowledgement,  ///< to a segment with an ACK: its number is the RST's
    number,           ///< to one without
};

/// What Timer::retransmit is for; there is only one at a time (icsk_pending).
enum class Connection::XmitTimer : std::uint8_t { none, retransmit, tail_probe, reordering, persist };

}  // namespace tcplab
