// What the journals of a connection's two streams are told: why bytes wait here, and what has arrived.
#include <algorithm>

#include "core/stream_journal.hpp"
#include "tcp/connection.hpp"

namespace tcplab {

StreamJournal& Connection::begin_outgoing(Time now) {
    if (!content_) content_ = ContentRef(new Content);
    if (!content_->journal) {
        content_->journal = std::make_unique<StreamJournal>(now, write_end_);
        note_hold(now);
    }
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
    const bool all_sent = next_ >= write_end_;
    Cause cause = window_holder();
    if (!may_send()) {
        cause = Cause::handshake;
    } else if (all_sent && !write_blocked_) {
        return StreamJournal::kIdle;
    } else if (!all_sent && is_paced() && pace_at_ > now) {
        // What the window will hold back in any case waits for that.
        if (!use_.limited() || rest_fits()) cause = Cause::pacing;
    } else if (in_flight() < window_.cwnd) {
        cause = all_sent ? buffer_holder() : segment_holder();
    }
    return static_cast<std::uint8_t>(cause);
}

/// The windows have room for all that is to be sent.
bool Connection::rest_fits() const {
    return !write_blocked_ && unsent() <= peer_room() && in_flight() + unsent() / segment_size_ < window_.cwnd;
}

/// An acknowledgement came that the peer had held back. What is sent last waited for it if no other is to come before.
void Connection::note_held_back(Time now, const Journey& journey) {
    StreamJournal* const journal = outgoing();
    if (journal != nullptr && (queue_.empty() || rest_fits())) journal->acknowledged(now, journey);
}

/// As holder(), but what holds the next segment by itself: whether that delays the last one is not asked.
Hold Connection::hold(Time now) const {
    if (!may_send()) return Hold::nothing;
    if (next_ >= write_end_) return write_blocked_ ? Hold::send_buffer : Hold::nothing;
    if (is_paced() && pace_at_ > now) return Hold::pacing;
    if (in_flight() >= window_.cwnd) return Hold::congestion_window;
    switch (segment_holder()) {
        case Cause::receive_window: return Hold::receive_window;
        case Cause::nagle: return cork_ ? Hold::cork : Hold::nagle;
        default: return Hold::congestion_window;
    }
}

/// Of the next segment, for which the congestion window has room.
Cause Connection::segment_holder() const {
    const std::uint64_t room = peer_room();
    const auto length = static_cast<std::uint32_t>(std::min<std::uint64_t>(unsent(), segment_size_));
    const bool with_fin = takes_fin(length, room, false);
    // A part of it may have to wait for the rest (RFC 9293 3.8.6.2.1).
    if (length + (with_fin ? 1U : 0U) > room) return Cause::receive_window;
    if (nagle_holds(length, with_fin)) return write_blocked_ ? buffer_holder() : Cause::nagle;
    // It waits for a longer burst, which the smaller window keeps from it (tcp_tso_should_defer).
    const std::uint64_t by_window = (window_.cwnd - in_flight()) * std::uint64_t{segment_size_};
    return room < by_window ? Cause::receive_window : window_holder();
}

Cause Connection::window_holder() const {
    if (ca_state_ == CaState::recovery || ca_state_ == CaState::loss) return Cause::loss;
    return window_.in_slow_start() ? Cause::slow_start : Cause::congestion;
}

/// The writer waits for the buffer, which is smaller than the congestion window: a larger one would not help.
Cause Connection::buffer_holder() const {
    const Cause cause = window_holder();
    return cause == Cause::slow_start ? Cause::congestion : cause;
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
