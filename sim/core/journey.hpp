#pragma once

#include "core/time.hpp"

namespace tcplab {

/// What a segment has met since its connection sent it: the simulation's own knowledge, no part of any header. The
/// network and the sender keep it up to date, the receiver explains with it why bytes came when they did.
struct Journey {
    Time sent{};              ///< handed to the first link
    Duration queued{};        ///< waited for other packets, on all links so far
    Duration transmission{};  ///< serialisation, on all links so far
    Duration repaired{};      ///< a retransmission: since the same bytes were sent for the first time
    Duration held{};          ///< its acknowledgement was held back so long, for a timer or data to ride on
};

}  // namespace tcplab
