#pragma once

#include <cstdint>

#include "core/ring.hpp"

namespace tcplab {

/// What a connection remembers once a write did not fit into the last packet buffer (sk_buff) of its queue.
struct SendBuffer {
    /// Where a packet buffer with unsent data ends, before the last one.
    struct End {
        std::uint64_t pos = 0;
        bool push = false;   ///< its last segment has PSH
        bool apart = false;  ///< it leaves before more is written: no burst goes on behind it
    };
    Ring<End> ends;
    std::uint64_t leaving_end = 0;  ///< what is before it leaves while the last write is still being taken in
    static constexpr std::uint32_t kSegments = 10;  // TCP_INIT_CWND
    std::uint32_t segments = kSegments;             ///< the most of a window so far: room for two (sk_sndbuf)
    bool burst_pushes = false;                      ///< the burst that is being sent has passed an end with PSH
    bool cut_short = false;                         ///< the last write was: its caller still waits in it
};

}  // namespace tcplab
