#include "tcp/retransmit_queue.hpp"

#include <algorithm>

namespace tcplab {

std::uint32_t RetransmitQueue::find(std::uint64_t pos) const {
    std::uint32_t low = 0;
    std::uint32_t high = ring_.size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (ring_[middle].end() > pos) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void RetransmitQueue::mark_lost(std::uint32_t i) {
    SentSegment& s = ring_[i];
    if (s.sacked || (s.lost && !s.retransmitted)) return;
    ++losses_;
    if (s.lost) {
        --retransmitted_;
        s.retransmitted = false;
    } else {
        ++lost_;
        s.lost = true;
    }
    if (!s.retransmitted) next_retransmit_ = std::min(next_retransmit_, i);
}

void RetransmitQueue::mark_sacked(std::uint32_t i) {
    SentSegment& s = ring_[i];
    // A retransmission of what is not marked lost is believed to be still under way (tcp_sacktag_one).
    if (s.lost) {
        s.lost = false;
        --lost_;
        if (s.retransmitted) --retransmitted_;
        s.retransmitted = false;
    }
    s.sacked = true;
    ++sacked_;
    // What is covered side by side is put into one buffer (tcp_shift_skb_data).
    split(i);
    split(i + 1);
    if (s.retransmitted || i == 0 || !takes_neighbour(i - 1, s)) return;
    join(i);
    if (i + 1 < ring_.size() && takes_neighbour(i + 1, s)) join(i + 1);
}

void RetransmitQueue::join(std::uint32_t i) {
    ring_[i].joined = true;
    ++joined_;
}

void RetransmitQueue::retransmission_arrived(std::uint32_t i) {
    SentSegment& s = ring_[i];
    if (!s.retransmitted) return;
    s.retransmitted = false;
    --retransmitted_;
    if (s.lost) next_retransmit_ = std::min(next_retransmit_, i);
}

void RetransmitQueue::unmark_lost() {
    for (std::uint32_t i = 0; i < ring_.size(); ++i) ring_[i].lost = false;
    lost_ = 0;
}

void RetransmitQueue::forget_sacked() {
    for (std::uint32_t i = 0; i < ring_.size(); ++i) ring_[i].sacked = false;
    sacked_ = 0;
}

std::uint32_t RetransmitQueue::unsettled(const Resent& r) const {
    const std::uint32_t i = find(r.pos);
    if (i == size()) return i;
    const SentSegment& s = ring_[i];
    return s.sacked || s.order != r.order || (s.lost && !s.retransmitted) ? size() : i;
}

void RetransmitQueue::drop_settled() {
    while (!resent_->empty() && unsettled(resent_->front()) == size()) resent_->pop_front();
}

Duration RetransmitQueue::mark_overdue(Time now, const LatestDelivered& latest, Duration window) {
    Duration longest{0};
    const auto judge = [&](std::uint32_t i) {
        const Duration remaining = latest.rtt + window - (now - ring_[i].sent);
        if (remaining <= Duration::zero()) {
            mark_lost(i);
        } else {
            longest = std::max(longest, remaining);
        }
    };
    // What was sent once is in the order of its transmission, and so is what was sent again; no list of both is
    // needed to see each in that order.
    for (std::uint32_t i = scanned_; i < ring_.size(); ++i) {
        const SentSegment& s = ring_[i];
        if (!s.sacked && !s.lost && s.transmissions == 1) {
            if (!latest.after(s)) break;
            judge(i);
        }
        if (i == scanned_ && (s.sacked || s.lost || s.transmissions > 1)) ++scanned_;
    }
    if (!resent_) return longest;
    drop_settled();
    for (std::uint32_t k = 0; k < resent_->size(); ++k) {
        const std::uint32_t i = unsettled((*resent_)[k]);
        if (i == size()) continue;
        if (!latest.after(ring_[i])) break;
        judge(i);
    }
    return longest;
}

std::uint32_t RetransmitQueue::next_to_retransmit() {
    if (lost_ <= retransmitted_) return size();
    while (next_retransmit_ < ring_.size()) {
        const SentSegment& s = ring_[next_retransmit_];
        if (s.lost && !s.retransmitted) break;
        ++next_retransmit_;
    }
    return next_retransmit_;
}

void RetransmitQueue::sent_again(std::uint32_t i, Time now, bool counted) {
    SentSegment& s = ring_[i];
    s.sent = now;
    s.order = ++sent_;
    if (s.transmissions < 255) ++s.transmissions;
    if (counted && !s.retransmitted) {
        s.retransmitted = true;
        ++retransmitted_;
    }
    if (!resent_) resent_ = std::make_unique<Ring<Resent>>();
    drop_settled();
    resent_->push_back({s.pos, s.order});
}

void RetransmitQueue::clear() {
    ring_.release();
    resent_.reset();
    if (stamps_) stamps_->release();
    lost_ = retransmitted_ = sacked_ = joined_ = next_retransmit_ = scanned_ = 0;
}

}  // namespace tcplab
