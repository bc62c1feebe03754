#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "wire/segment.hpp"

namespace tcplab {

/// What the sequence numbers of a text count from: the initial numbers of a segment's sender and of its receiver,
/// whose SYNs thus have number 0.
struct InitialNumbers {
    SeqNum sender;
    SeqNum receiver;
};

/// The segment in packetdrill's notation, addresses and ports apart:
///     [ECN] FLAGS FIRST:LAST(LENGTH) [ack N] win N [<OPTION,...>]
/// "S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 7 ecr 100,nop,wscale 10>"
/// "[ce] P. 1:301(300) ack 1 win 64". FLAGS are letters of FSRP.UEW, or "-"; ECN is [ect0], [ect1] or [ce]; options
/// are in the order of the wire.
std::string to_text(const Segment& segment, InitialNumbers initial);

/// What a text says. A payload is so many bytes without content: zeros on the wire.
struct ParsedSegment {
    Segment segment;
    bool any_window = false;   ///< there was no "win"
    bool any_options = false;  ///< the options were "<...>"
    std::string error;         ///< why the text is none; empty: it is
    std::size_t column = 0;    ///< where, from 1
    [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Reads that notation. Options may come in any order and with any "nop" and "eol", which the wire's own layout
/// replaces; "win" may be absent.
ParsedSegment parse_segment(std::string_view text, InitialNumbers initial);

}  // namespace tcplab
