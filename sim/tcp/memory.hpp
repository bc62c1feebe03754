#pragma once

#include "core/pool.hpp"
#include "core/ring.hpp"
#include "tcp/reassembly.hpp"
#include "tcp/retransmit_queue.hpp"

namespace tcplab {

/// What connections need only while something is under way, lent to those of one host: an idle connection holds none of
/// it, and a warm host allocates none.
struct ConnectionMemory {
    RetransmitQueue::Memory sent;
    ReceiveQueue::Memory received;
    Reassembly::Memory out_of_order;
};

}  // namespace tcplab
