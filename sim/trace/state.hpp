#pragma once

#include <cstdint>
#include <string_view>

namespace tcplab {

/// The states of RFC 9293 3.3.2, in its order.
enum class State : std::uint8_t {
    listen,
    syn_sent,
    syn_received,
    established,
    fin_wait_1,
    fin_wait_2,
    close_wait,
    closing,
    last_ack,
    time_wait,
    closed,
};

/// The RFC's name: "SYN-SENT".
constexpr std::string_view name(State s) {
    switch (s) {
        case State::listen: return "LISTEN";
        case State::syn_sent: return "SYN-SENT";
        case State::syn_received: return "SYN-RECEIVED";
        case State::established: return "ESTABLISHED";
        case State::fin_wait_1: return "FIN-WAIT-1";
        case State::fin_wait_2: return "FIN-WAIT-2";
        case State::close_wait: return "CLOSE-WAIT";
        case State::closing: return "CLOSING";
        case State::last_ack: return "LAST-ACK";
        case State::time_wait: return "TIME-WAIT";
        case State::closed: return "CLOSED";
    }
    return "?";
}

}  // namespace tcplab
