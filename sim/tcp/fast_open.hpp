#pragma once

#include <cstdint>

#include "wire/segment.hpp"

namespace tcplab {

/// How an active open uses Fast Open (RFC 7413 4.2).
struct FastOpenRequest {
    FastOpenOption option;           ///< for the SYN: the server's cookie, or a request for one; may be absent
    bool with_data = false;          ///< data goes with the SYN
    std::uint16_t peer_mss = 65535;  ///< what the server announced when it gave the cookie; the most: not known
};

/// What Fast Open did on a connection.
struct FastOpen {
    FastOpenOption offered;      ///< carried by our first SYN or SYN-ACK
    FastOpenOption received;     ///< what the SYN-ACK carried
    std::uint16_t peer_mss = 0;  ///< what the SYN-ACK announced
    std::uint32_t syn_data = 0;  ///< bytes that went with the SYN
    bool data_acknowledged = false;
};

}  // namespace tcplab
