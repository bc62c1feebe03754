// Which segments are lost by RFC 6675: those above which enough has been acknowledged selectively.
#include "tcp/connection.hpp"

namespace tcplab {

void Connection::mark_by_count() {
    if (queue_.sacked() < kReordering) return;
    // IsLost(): DupThresh segments above it are covered (RFC 6675 4). From the top down, the first place with so
    // many above it bounds all that are lost.
    std::uint32_t above = 0;
    std::uint32_t i = queue_.find(doubt_->highest_sacked - 1) + 1;
    while (i > 0 && above < kReordering) {
        if (queue_[--i].sacked) ++above;
    }
    while (i > 0) {
        --i;
        if (queue_[i].lost) return;  // everything below was judged when that one was
        queue_.mark_lost(i);
    }
}

}  // namespace tcplab
