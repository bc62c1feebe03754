#pragma once

#include <cstdint>
#include <string_view>

namespace tcplab {

/// Why its sender sent a segment: the truth behind it, which no header tells.
enum class SendReason : std::uint8_t {
    unknown,                  ///< it came from outside
    handshake,                ///< SYN or SYN-ACK
    handshake_again,          ///< the same, repeated
    data,                     ///< new data, with the FIN or without
    fin,                      ///< the FIN alone
    acknowledgement,          ///< of something new, at once
    delayed_acknowledgement,  ///< of something new, when the timer ran out
    duplicate_ack,            ///< of nothing new: data came that leaves a hole, or was there already (RFC 5681 2)
    compressed_ack,           ///< one for several of those, when the timer ran out (Linux: tcp_comp_sack_delay_ns)
    window_update,            ///< of nothing new: the reader has made room (RFC 9293 3.8.6.2.2)
    answer,                   ///< to a segment that is not acceptable, such as a keepalive probe (RFC 9293 3.10.7.4)
    fast_retransmission,      ///< in recovery, as acknowledgements tell of a loss
    timeout_retransmission,   ///< after the retransmission timeout, until it is repaired
    tail_loss_probe,          ///< RFC 8985 7: the last segment again, or a new one
    window_probe,             ///< of a window that is closed, or too small for what waits
    keepalive,
    reset,
};

/// In words: "fast retransmission".
constexpr std::string_view name(SendReason reason) {
    switch (reason) {
        case SendReason::unknown: return "unknown";
        case SendReason::handshake: return "handshake";
        case SendReason::handshake_again: return "handshake retransmission";
        case SendReason::data: return "data";
        case SendReason::fin: return "FIN";
        case SendReason::acknowledgement: return "ACK";
        case SendReason::delayed_acknowledgement: return "delayed ACK";
        case SendReason::duplicate_ack: return "duplicate ACK";
        case SendReason::compressed_ack: return "compressed ACK";
        case SendReason::window_update: return "window update";
        case SendReason::answer: return "answer";
        case SendReason::fast_retransmission: return "fast retransmission";
        case SendReason::timeout_retransmission: return "RTO retransmission";
        case SendReason::tail_loss_probe: return "tail loss probe";
        case SendReason::window_probe: return "window probe";
        case SendReason::keepalive: return "keepalive";
        case SendReason::reset: return "reset";
    }
    return "?";
}

/// Whether it sends again what was sent before; a tail loss probe may.
constexpr bool is_retransmission(SendReason r) {
    return r == SendReason::handshake_again || r == SendReason::fast_retransmission ||
           r == SendReason::timeout_retransmission;
}

}  // namespace tcplab
