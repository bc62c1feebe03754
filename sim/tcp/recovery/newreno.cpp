// Loss recovery without SACK (RFC 6582): every duplicate stands for a segment that has arrived, so that the pipe
// shrinks and limited transmit (RFC 3042) needs no rule of its own; a partial acknowledgement shows the next hole.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint32_t kMaxReordering = 300;  // tcp_max_reordering
}

void Connection::count_duplicate(const AckResult& r) {
    if (sack_recovery()) return;
    if (r.advanced) duplicates_ = 0;
    if (r.duplicates > 0) add_duplicate();
}

void Connection::add_duplicate() {
    const std::uint32_t before = duplicates_;
    ++duplicates_;
    if (limit_duplicates()) {
        reordering_ = std::min(queue_.size(), kMaxReordering);
        ++doubt().reorderings;
    }
    delivered_ += duplicates_ > before ? duplicates_ - before : 0;
}

void Connection::remove_duplicates(std::uint32_t acked) {
    // One of those acknowledged was the hole, the others ate duplicates.
    delivered_ += std::max(acked > duplicates_ ? acked - duplicates_ : 0U, 1U);
    duplicates_ -= std::min(duplicates_, acked - 1);
    if (limit_duplicates()) {
        reordering_ = std::min(queue_.size() + acked, kMaxReordering);
        ++doubt().reorderings;
    }
}

bool Connection::limit_duplicates() {
    // At least one segment must be missing, else there would be no duplicate.
    const std::uint32_t holes = std::min(std::max(queue_.lost(), 1U), queue_.size());
    if (duplicates_ + holes <= queue_.size()) return false;
    duplicates_ = queue_.size() - holes;
    return true;
}

void Connection::mark_head_lost(bool advanced) {
    const bool first = ca_state_ < CaState::recovery && duplicates_ >= reordering_;
    const bool next_hole = ca_state_ == CaState::recovery && advanced;
    if ((first || next_hole) && !queue_.head().lost) queue_.mark_lost(0);
}

}  // namespace tcplab
