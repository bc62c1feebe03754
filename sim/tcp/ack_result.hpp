#pragma once

#include <cstdint>

#include "tcp/connection.hpp"

namespace tcplab {

/// What one acknowledgement did to the retransmission queue.
struct Connection::AckResult {
    std::uint32_t acked = 0;      ///< segments removed
    std::uint32_t delivered = 0;  ///< segments that it tells have arrived and nothing told before
    bool advanced = false;        ///< SND.UNA moved
    bool data = false;            ///< more than the SYN was acknowledged
    bool runt = false;            ///< just one segment, and not a full one
    Duration rtt{-1};             ///< of the newest segment removed; negative: none was sent just once
};

}  // namespace tcplab
