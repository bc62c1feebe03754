#pragma once

#include "core/pool.hpp"
#include "core/ring.hpp"
#include "tcp/reassembly.hpp"
#include "tcp/receive_window.hpp"
#include "tcp/retransmit_queue.hpp"
#include "tcp/timers.hpp"

namespace tcplab {

/// What connections need only while something is under way, or once data have come, lent to those of one host: an idle
/// connection holds none of it, and a warm host allocates none.
struct ConnectionMemory {
    RetransmitQueue::Memory sent;
    ReceiveQueue::Memory received;
    Reassembly::Memory out_of_order;
    ReceiveWindow::Memory tuning;
    Timers::Memory timers;
};

}  // namespace tcplab
