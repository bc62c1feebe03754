// What the SACK option of an acknowledgement tells (RFC 2018, 2883; RFC 6675 4 Update; tcp_sacktag_write_queue).
#include <algorithm>
#include <array>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kMaxReordering = 300;  // tcp_max_reordering

}  // namespace

Doubt& Connection::doubt() {
    if (!doubt_) doubt_ = std::make_unique<Doubt>();
    return *doubt_;
}

std::uint32_t Connection::in_flight() const {
    // Without limited transmit (RFC 3042) duplicates let nothing out before the third.
    const bool counted = ca_state_ != CaState::disorder || config_->limited_transmit;
    return queue_.size() - ((counted ? sacked_out() : 0) + queue_.lost()) + queue_.retransmitted();
}

void Connection::read_sack(Time now, const Segment& s, std::uint64_t ack, AckResult& r) {
    Doubt& d = doubt();
    const bool first_is_duplicate = read_duplicate(s, ack, r);
    std::array<StreamRange, SackBlocks::kMost> blocks;
    std::size_t count = 0;
    for (unsigned i = first_is_duplicate ? 1 : 0; i < s.sack.size(); ++i) {
        const std::int64_t from = unwrap(s.sack[i].left, initial_send_, next_);
        const std::int64_t to = unwrap(s.sack[i].right, initial_send_, next_);
        // What lies below SND.UNA is old, what lies beyond SND.NXT is a lie (tcp_is_sackblock_valid).
        if (from >= to || to > static_cast<std::int64_t>(next_) || from <= static_cast<std::int64_t>(una_)) continue;
        std::size_t place = count++;
        for (; place > 0 && blocks[place - 1].from > static_cast<std::uint64_t>(from); --place) {
            blocks[place] = blocks[place - 1];
        }
        blocks[place] = {static_cast<std::uint64_t>(from), static_cast<std::uint64_t>(to)};
    }
    for (std::size_t i = 0; i < count; ++i) {
        // What the last acknowledgement told is known: look only at what is new on either side of it.
        std::uint64_t from = blocks[i].from;
        const std::uint64_t to = blocks[i].to;
        while (from < to) {
            StreamRange known{to, to};
            for (const SeqRange& k : d.known_sack) {
                const std::int64_t left = unwrap(k.left, initial_send_, next_);
                const std::int64_t right = unwrap(k.right, initial_send_, next_);
                if (right <= static_cast<std::int64_t>(from) || left >= static_cast<std::int64_t>(known.from)) continue;
                known = {static_cast<std::uint64_t>(std::max<std::int64_t>(left, 0)),
                         static_cast<std::uint64_t>(right)};
            }
            if (known.from > from) cover(now, blocks[i], {from, std::min(known.from, to)}, r);
            from = std::max(known.to, from);
        }
    }
    d.known_sack.clear();
    for (unsigned i = first_is_duplicate ? 1 : 0; i < s.sack.size(); ++i) d.known_sack.push_back(s.sack[i]);
    if (r.reordered_from < highest_sacked() && (ca_state_ != CaState::loss || undoable())) {
        note_reordering(r.reordered_from);
    }
}

bool Connection::read_duplicate(const Segment& s, std::uint64_t ack, AckResult& r) {
    Doubt& d = doubt();
    const std::int64_t from = unwrap(s.sack[0].left, initial_send_, next_);
    const std::int64_t to = unwrap(s.sack[0].right, initial_send_, next_);
    bool duplicate = from < static_cast<std::int64_t>(ack);
    if (!duplicate && s.sack.size() > 1) {  // RFC 2883 4: inside the second block
        duplicate =
            from >= unwrap(s.sack[1].left, initial_send_, next_) && to <= unwrap(s.sack[1].right, initial_send_, next_);
    }
    if (!duplicate) return false;
    if (from < 0 || to <= from || to > static_cast<std::int64_t>(next_)) return true;
    const auto length = static_cast<std::uint64_t>(to - from);
    const auto end = static_cast<std::uint64_t>(to);
    if (length > peer_.largest()) return true;
    const auto segments = static_cast<std::uint32_t>((length + segment_size_ - 1) / segment_size_);
    if (d.probe_end == end && segments == 1) r.probe_was_duplicate = true;
    d.reported += segments;
    // More duplicates than retransmissions: it is the path that duplicates (tcp_dsack_seen).
    if (d.reported > retransmitted_) return true;
    if (d.reorderings > 0 && !r.probe_was_duplicate) d.duplicate_seen = true;
    r.duplicate_reported = true;
    delivered_ += segments;  // a retransmission in vain arrives, too
    if (end <= r.prior_una && d.undo_point != 0 && end > d.undo_point && d.retransmissions > 0) {
        d.retransmissions = std::max(0, d.retransmissions - static_cast<std::int32_t>(segments));
    }
    cover_duplicate(static_cast<std::uint64_t>(from), end, r);
    return true;
}

void Connection::cover_duplicate(std::uint64_t from, std::uint64_t to, AckResult& r) {
    Doubt& d = doubt();
    for (std::uint32_t i = queue_.find(from); i < queue_.size(); ++i) {
        const SentSegment& q = queue_[i];
        if (q.end() > to) return;
        if (q.pos < from || q.transmissions == 1) continue;
        if (d.undo_point != 0 && d.retransmissions > 0 && q.end() > d.undo_point) --d.retransmissions;
        if (q.end() <= una_) continue;
        if (q.sacked) r.reordered_from = std::min(r.reordered_from, q.pos);
        queue_.retransmission_arrived(i);
    }
}

void Connection::cover(Time now, StreamRange block, StreamRange part, AckResult& r) {
    const std::uint64_t highest = highest_sacked();
    for (std::uint32_t i = queue_.find(part.from); i < queue_.size() && queue_[i].pos < part.to; ++i) {
        const SentSegment& q = queue_[i];
        // Only whole segments count.
        if (q.end() > block.to) return;
        if (q.pos < block.from || q.sacked) continue;
        advance_rack(now, q);
        if (q.transmissions == 1) {
            if (q.pos < highest) r.reordered_from = std::min(r.reordered_from, q.pos);
            if (q.end() <= recovery_point()) r.original_arrived = true;
            if (r.first_sacked == kNever) r.first_sacked = q.sent;
            r.last_sacked = q.sent;
        }
        doubt().highest_sacked = std::max(highest_sacked(), q.end());
        segment_delivered(i);
        queue_.mark_sacked(i);
        ++delivered_;
        r.data_sacked = true;
    }
}

void Connection::note_reordering(std::uint64_t from) {
    const std::uint64_t highest = highest_sacked();
    if (from >= highest) return;
    const std::uint64_t segments = (highest - from + segment_size_ - 1) / segment_size_;
    if (segments > reordering_) {
        reordering_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(segments, kMaxReordering));
    }
    ++doubt().reorderings;
}

}  // namespace tcplab
