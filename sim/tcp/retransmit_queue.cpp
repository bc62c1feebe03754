#include "tcp/retransmit_queue.hpp"

#include <algorithm>

namespace tcplab {

void RetransmitQueue::mark_lost(std::uint32_t i) {
    SentSegment& s = ring_[i];
    if (s.lost && !s.retransmitted) return;
    ++losses_;
    if (!s.lost) ++lost_;
    if (s.retransmitted) --retransmitted_;
    s.lost = true;
    s.retransmitted = false;
    next_retransmit_ = std::min(next_retransmit_, i);
}

void RetransmitQueue::mark_all_lost() {
    for (std::uint32_t i = 0; i < ring_.size(); ++i) mark_lost(i);
    next_retransmit_ = 0;
}

std::uint32_t RetransmitQueue::next_to_retransmit() {
    if (lost_ == retransmitted_) return size();
    while (next_retransmit_ < ring_.size()) {
        const SentSegment& s = ring_[next_retransmit_];
        if (s.lost && !s.retransmitted) break;
        ++next_retransmit_;
    }
    return next_retransmit_;
}

void RetransmitQueue::sent_again(std::uint32_t i, Time now) {
    SentSegment& s = ring_[i];
    s.sent = now;
    ++s.transmissions;
    if (!s.retransmitted) ++retransmitted_;
    s.retransmitted = true;
}

}  // namespace tcplab
