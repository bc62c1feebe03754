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

/// What a text says. A payload is so many bytes without content: zeros on the wire. Of the endpoints only the ports
/// are set, and only where the text has them.
struct ParsedSegment {
    Segment segment;
    bool any_window = false;   ///< there was no "win"
    bool any_options = false;  ///< the options were "<...>"
    bool any_ecn = false;      ///< there was no ECN mark
    bool either_ect = false;   ///< the mark was [ect01]: ECT(0) or ECT(1)
    std::string error;         ///< why the text is none; empty: it is
    std::size_t column = 0;    ///< where, from 1
    [[nodiscard]] bool ok() const { return error.empty(); }
};

/// Reads that notation. Options may come in any order and with any "nop" and "eol", which the wire's own layout
/// replaces; "win" may be absent, and ports may stand before the flags: "[ECN] 40000 > 80 FLAGS ...".
ParsedSegment parse_segment(std::string_view text, InitialNumbers initial);

/// The text of what was parsed: nothing stands for a window or a mark that may be any, "<...>" for any options.
std::string to_text(const ParsedSegment& parsed, InitialNumbers initial);

}  // namespace tcplab
