// What the application writes: how much is taken, and when there is room again (tcp_sendmsg_locked, tcp_new_space).
#include <algorithm>
#include <cassert>

#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

// Inline, with SendBuffer::has_space: asked after every burst that leaves while a writer waits.
inline SendBuffer::View Connection::send_view() const {
    return {.config = *config_,
            .una = std::max<std::uint64_t>(una_, 1),
            .next = std::max<std::uint64_t>(next_, 1),
            .end = write_end_,
            .segment = segment_size_,
            .stamped = timestamps_.in_force(),
            .sent_buffers = queue_.buffers(),
            .modelled = is_modelled()};
}

std::uint64_t Connection::write(Time now, const Piece* pieces, std::size_t count) {
    assert(can_write());
    const bool goes_on = send_buffer_.cut_short();  // within one call of the kernel's
    if (may_send()) check_idle_restart(now);
    const std::uint64_t room = send_room(now, pieces, count);
    if (!goes_on) check_app_limited();
    const std::uint64_t taken = write_up_to(now, room, pieces, count);
    if (taken > 0) pending_ |= kData;
    if (write_blocked_) note_hold(now);
    return taken;
}

std::uint64_t Connection::write_up_to(Time now, std::uint64_t room, const Piece* pieces, std::size_t count) {
    std::uint64_t taken = 0;
    if (!content_) content_ = ContentRef(new Content);
    if (config_->attribution && !content_->journal) begin_outgoing(now);
    for (std::size_t i = 0; i < count; ++i) {
        Piece piece = pieces[i];
        const std::uint64_t wanted = piece.length;
        piece.length = std::min(wanted, room);
        content_->append(piece);
        taken += piece.length;
        room -= piece.length;
        if (piece.length < wanted) {
            write_blocked_ = true;
            break;
        }
    }
    write_end_ += taken;
    return taken;
}

bool Connection::has_send_space() const { return send_buffer_.has_space(send_view()); }

std::uint64_t Connection::send_room(Time now, const Piece* pieces, std::size_t count) {
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].length;
    const SendBuffer::View v = send_view();
    if (send_buffer_.joins(v, wanted)) return wanted;
    // tcp_xmit_size_goal
    const std::uint32_t packet =
        std::max(peer_.bound(SendBuffer::kMostPayload, kLeastMss - timestamps_.option_bytes()) / segment_size_, 1U) *
        segment_size_;
    return send_buffer_.fill(v, wanted,
                             {.packet = packet,
                              .burst = std::uint64_t{offload_segments()} * segment_size_,
                              .push_after = peer_.largest() / 2,
                              .leaving = leaving_at_once(now)});
}

std::uint64_t Connection::leaving_at_once(Time now) const {
    const std::uint32_t out = in_flight();
    const bool paced = is_paced();
    if (!may_send() || out >= window_.cwnd || (paced && pace_at_ > now)) return 0;
    const std::uint32_t quota = window_.cwnd - out;
    const std::uint64_t segments =
        std::min<std::uint64_t>(paced ? std::min(quota, offload_segments()) : quota, peer_room() / segment_size_);
    return segments * segment_size_;
}

void Connection::wake_writer(Time now) {
    if (config_->send_buffer_start && in_flight() < window_.cwnd) {
        send_buffer_.provide(std::max(window_.cwnd, reordering_ + 1));
        use_.stamp(now);
    }
    if (!has_send_space()) return;
    write_blocked_ = false;
    events_ |= event::writable;
}

}  // namespace tcplab
