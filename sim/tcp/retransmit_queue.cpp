#include "tcp/retransmit_queue.hpp"

#include <algorithm>

namespace tcplab {

std::uint32_t RetransmitQueue::find(std::uint64_t pos) const {
    std::uint32_t low = 0;
    std::uint32_t high = size();
    while (low < high) {
        const std::uint32_t middle = low + (high - low) / 2;
        if (e_->sent[middle].end() > pos) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

void RetransmitQueue::mark_lost(std::uint32_t i) {
    SentSegment& s = e_->sent[i];
    if (s.sacked || (s.lost && !s.retransmitted)) return;
    ++losses_;
    if (s.lost) {
        --e_->retransmitted;
        s.retransmitted = false;
    } else {
        ++e_->lost;
        s.lost = true;
    }
    if (!s.retransmitted) e_->next_retransmit = std::min(e_->next_retransmit, i);
}

void RetransmitQueue::mark_sacked(std::uint32_t i) {
    SentSegment& s = e_->sent[i];
    // A retransmission of what is not marked lost is believed to be still under way (tcp_sacktag_one).
    if (s.lost) {
        s.lost = false;
        --e_->lost;
        if (s.retransmitted) --e_->retransmitted;
        s.retransmitted = false;
    }
    s.sacked = true;
    ++e_->sacked;
    // What is covered side by side is put into one buffer (tcp_shift_skb_data).
    split(i);
    split(i + 1);
    if (s.retransmitted || i == 0 || !takes_neighbour(i - 1, s)) return;
    join(i);
    if (i + 1 < e_->sent.size() && takes_neighbour(i + 1, s)) join(i + 1);
}

void RetransmitQueue::join(std::uint32_t i) {
    e_->sent[i].joined = true;
    ++e_->joined;
}

void RetransmitQueue::retransmission_arrived(std::uint32_t i) {
    SentSegment& s = e_->sent[i];
    if (!s.retransmitted) return;
    s.retransmitted = false;
    --e_->retransmitted;
    if (s.lost) e_->next_retransmit = std::min(e_->next_retransmit, i);
}

void RetransmitQueue::unmark_lost() {
    if (!e_) return;
    for (std::uint32_t i = 0; i < e_->sent.size(); ++i) e_->sent[i].lost = false;
    e_->lost = 0;
}

void RetransmitQueue::forget_sacked() {
    if (!e_) return;
    for (std::uint32_t i = 0; i < e_->sent.size(); ++i) e_->sent[i].sacked = false;
    e_->sacked = 0;
}

std::uint32_t RetransmitQueue::unsettled(const Resent& r) const {
    const std::uint32_t i = find(r.pos);
    if (i == size()) return i;
    const SentSegment& s = e_->sent[i];
    return s.sacked || s.order != r.order || (s.lost && !s.retransmitted) ? size() : i;
}

void RetransmitQueue::drop_settled() {
    while (!e_->resent.empty() && unsettled(e_->resent.front()) == size()) e_->resent.pop_front();
}

Duration RetransmitQueue::mark_overdue(Time now, const LatestDelivered& latest, Duration window) {
    Duration longest{0};
    if (!e_) return longest;
    const auto judge = [&](std::uint32_t i) {
        const Duration remaining = latest.rtt + window - (now - e_->sent[i].sent);
        if (remaining <= Duration::zero()) {
            mark_lost(i);
        } else {
            longest = std::max(longest, remaining);
        }
    };
    // What was sent once is in the order of its transmission, and so is what was sent again; no list of both is
    // needed to see each in that order.
    for (std::uint32_t i = e_->scanned; i < e_->sent.size(); ++i) {
        const SentSegment& s = e_->sent[i];
        if (!s.sacked && !s.lost && s.transmissions == 1) {
            if (!latest.after(s)) break;
            judge(i);
        }
        if (i == e_->scanned && (s.sacked || s.lost || s.transmissions > 1)) ++e_->scanned;
    }
    drop_settled();
    for (std::uint32_t k = 0; k < e_->resent.size(); ++k) {
        const std::uint32_t i = unsettled(e_->resent[k]);
        if (i == size()) continue;
        if (!latest.after(e_->sent[i])) break;
        judge(i);
    }
    return longest;
}

std::uint32_t RetransmitQueue::next_to_retransmit() {
    if (lost() <= retransmitted()) return size();
    while (e_->next_retransmit < e_->sent.size()) {
        const SentSegment& s = e_->sent[e_->next_retransmit];
        if (s.lost && !s.retransmitted) break;
        ++e_->next_retransmit;
    }
    return e_->next_retransmit;
}

void RetransmitQueue::sent_again(std::uint32_t i, Time now, bool counted) {
    SentSegment& s = e_->sent[i];
    s.sent = now;
    s.order = ++sent_;
    if (s.transmissions < 255) ++s.transmissions;
    if (counted && !s.retransmitted) {
        s.retransmitted = true;
        ++e_->retransmitted;
    }
    drop_settled();
    e_->resent.push_back({s.pos, s.order});
}

void RetransmitQueue::Entries::clear() {
    sent.clear();
    resent.clear();
    stamps.clear();
    lost = retransmitted = sacked = joined = next_retransmit = scanned = 0;
    small_end = 0;
}

}  // namespace tcplab
