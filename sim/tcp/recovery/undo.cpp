// Taking a reduction back that was not due: the acknowledgement echoes a timestamp from before the retransmission
// (Eifel, RFC 3522 and 4015), or D-SACK tells that every retransmission was a duplicate (RFC 3708).
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

namespace {
constexpr std::uint8_t kPersistence = 16;  // TCP_RACK_RECOVERY_THRESH
}

void Connection::start_undo() {
    Doubt& d = doubt();
    d.undo_point = una_;
    d.retransmissions = static_cast<std::int32_t>(queue_.retransmitted());
    if (d.probe_end != 0 && tlp_retransmits_) ++d.retransmissions;
    if (d.retransmissions == 0) d.retransmissions = -1;  // 0 would say that all were in vain
}

bool Connection::echoes_before(const Segment& s, Time sent) const {
    return timestamps_.echoed_on(s) && timestamps_.since_echo(sent, s) > 0;
}

bool Connection::resent_in_vain(const SentSegment& h, const Segment& s) const {
    return h.transmissions > 1 && echoes_before(s, h.sent);
}

bool Connection::was_delayed(const Segment& s) const {
    // Nothing was sent again: what was missing came by itself.
    return doubt_->first_retransmission == kNever || echoes_before(s, doubt_->first_retransmission);
}

bool Connection::may_undo(const Segment& s) const {
    return undoable() && (doubt_->retransmissions == 0 || was_delayed(s));
}

void Connection::undo_reduction(bool unmark) {
    Doubt& d = doubt();
    if (unmark) queue_.unmark_lost();
    if (Bbr* const m = model()) {
        m->on_undo();
    } else if (d.prior_ssthresh != 0) {
        window_.cwnd = std::max(window_.cwnd, d.prior_cwnd);
        window_.ssthresh = std::max(window_.ssthresh, d.prior_ssthresh);
    }
    d.undo_point = 0;
    cwr_due_ = false;
    rack_advanced_ = true;  // look again at what is late
}

bool Connection::undo_recovery(const Segment& s) {
    if (may_undo(s)) {
        undo_reduction(false);
    } else if (doubt_ && doubt_->persists > 0) {
        --doubt_->persists;
    }
    if (stays_until_beyond()) return true;
    ca_state_ = CaState::open;
    return false;
}

bool Connection::undo_partial(const Segment& s, const AckResult& r) {
    if (!undoable() || !was_delayed(s)) return false;
    note_reordering(r.prior_una);
    // Retransmissions under way must first be accounted for.
    if (queue_.retransmitted() > 0) return true;
    if (!any_retransmitted()) doubt().first_retransmission = kNever;
    undo_reduction(true);
    keep_open();
    return false;
}

bool Connection::undo_by_duplicates() {
    if (!undoable() || doubt_->retransmissions != 0) return false;
    doubt_->persists = std::min<std::uint8_t>(kPersistence, static_cast<std::uint8_t>(doubt_->persists + 1));
    undo_reduction(false);
    return true;
}

bool Connection::undo_loss(const Segment& s, bool by_frto) {
    if (!by_frto && !may_undo(s)) return false;
    undo_reduction(true);
    retries_ = 0;
    if (stays_until_beyond()) return true;
    if (by_frto || sack_recovery()) ca_state_ = CaState::open;
    return true;
}

bool Connection::stays_until_beyond() const {
    // Without SACK, duplicates of the recovery itself may still come: wait until something beyond it is acknowledged
    // (RFC 6582 4.1).
    return una_ == recovery_point() && !sack_recovery();
}

}  // namespace tcplab
