// What the journals of a connection's two streams are told: why bytes wait here, and what has arrived.
#include "core/stream_journal.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

StreamJournal& Connection::begin_outgoing(Time now) {
    if (!content_) content_ = ContentRef(new Content);
    if (!content_->journal) content_->journal = std::make_unique<StreamJournal>(now, write_end_);
    return *content_->journal;
}

void Connection::end_incoming() {
    StreamJournal* const journal = incoming();
    // Bytes that are still on their way, and that the sender may hold back, keep it.
    if (journal == nullptr || !journal->settled() || journal->end() != incoming_->size() + 1) return;
    incoming_->journal.reset();
    incoming_ = ContentRef();
}

/// After an attempt to send: what was not sent waits for something.
void Connection::note_hold(Time now) {
    if (StreamJournal* const journal = outgoing()) journal->hold(now, holder(now));
}

/// Why nothing more is sent, in the order in which may_begin_burst() asks.
std::uint8_t Connection::holder(Time now) const {
    Cause cause = Cause::receive_window;
    if (next_ >= write_end_) {
        if (!write_blocked_) return StreamJournal::kIdle;
        cause = window_holder();
    } else if (!may_send()) {
        cause = Cause::handshake;
    } else if (is_paced() && pace_at_ > now) {
        cause = Cause::pacing;
    } else if (in_flight() >= window_.cwnd) {
        cause = window_holder();
    } else if (const std::uint32_t length = next_length(peer_room()); length > 0 && length <= peer_room()) {
        // What a longer burst waits for is what the window keeps from it (tcp_tso_should_defer).
        cause = nagle_holds(length, takes_fin(length, peer_room(), false)) ? Cause::nagle : window_holder();
    }
    return static_cast<std::uint8_t>(cause);
}

Cause Connection::window_holder() const {
    if (ca_state_ == CaState::recovery || ca_state_ == CaState::loss) return Cause::loss;
    return window_.in_slow_start() ? Cause::slow_start : Cause::congestion;
}

/// Bytes before receive_next_ are there in order; `end` is where the segment's own end.
void Connection::note_arrival(Time now, std::uint64_t end, const Segment& s) {
    if (!s.payload.content || !s.payload.content->journal) return;
    if (!(incoming_ == s.payload.content)) incoming_ = s.payload.content;
    StreamJournal& journal = *incoming_->journal;
    if (end > receive_next_) {
        journal.arrived_early(now, end, s.journey);
    } else {
        journal.arrived(now, copied_, end, receive_next_data(), s.journey);
    }
}

}  // namespace tcplab
