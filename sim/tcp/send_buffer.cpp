// The send buffer as Linux has it: packet buffers and the memory they take (tcp_sendmsg_locked, tcp_sndbuf_expand,
// tcp_new_space, sk_stream_is_writeable). With no Config::send_buffer_start it counts bytes and has one size.
#include "tcp/send_buffer.hpp"

#include <algorithm>

#include "tcp/connection.hpp"

namespace tcplab {

namespace {
// Of struct sk_buff and skb_shared_info, aligned, and of the headers' place in them (skb_small_head_cache).
constexpr std::uint64_t kBufferHead = 256;
constexpr std::uint64_t kSharedInfo = 320;
constexpr std::uint64_t kHeaderPlace = 320;
constexpr std::uint64_t kBufferCost = kBufferHead + kSharedInfo + kHeaderPlace;  // truesize of an empty one
constexpr std::uint64_t kHeaders = 256;                                          // MAX_TCP_HEADER
constexpr std::uint64_t kMostBytes = 65536 - (kHeaders + 1);                     // sk_gso_max_size
}  // namespace

/// A write while it is taken in: the last packet buffer of the queue, from `begin` to `end`, and what becomes of it.
struct Connection::Filling {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t used;     // memory
    std::uint64_t sent;     // SND.NXT as it would be by now
    std::uint64_t leaving;  // bytes that the windows still let out
    std::uint64_t pushed;   // where PSH was asked for last
    bool push;
};

/// Bytes of a full packet buffer (tcp_xmit_size_goal).
std::uint64_t Connection::packet_buffer_size() const {
    return std::max<std::uint64_t>(bound_to_window(kMostBytes) / segment_size_, 1) * segment_size_;
}

std::uint64_t Connection::send_buffer_limit() const {
    if (!config_->send_buffer_start) return config_->send_buffer;
    std::uint64_t segment = 1;  // memory of a segment in a buffer of its own
    while (segment < segment_size_ + (timestamps_ ? kTimestampOption : 0) + kHeaders + kSharedInfo) segment *= 2;
    segment += kBufferHead;
    const std::uint64_t windows = std::holds_alternative<Bbr>(controller_) ? 3 : 2;  // bbr_sndbuf_expand
    const std::uint64_t provided = windows * segment * (buffers_ ? buffers_->segments : SendBuffer::kSegments);
    return std::max(*config_->send_buffer_start, std::min(config_->send_buffer, provided));
}

std::uint64_t Connection::send_buffer_used() const {
    const std::uint64_t bytes = write_end_ - std::max<std::uint64_t>(una_, 1);
    if (!config_->send_buffer_start) return bytes;
    const std::uint32_t unsent_buffers = unsent() == 0 ? 0 : 1 + (buffers_ ? buffers_->ends.size() : 0);
    return bytes + kBufferCost * (queue_.buffers() + unsent_buffers);
}

bool Connection::has_send_space() const {
    const std::uint64_t used = send_buffer_used();
    const std::uint64_t limit = send_buffer_limit();
    return used < limit && limit - used >= used / 2 && 2 * unsent() < config_->unsent_low_water;
}

void Connection::wake_writer(Time now) {
    if (config_->send_buffer_start && in_flight() < window_.cwnd) {
        std::uint32_t& segments = send_buffer().segments;
        segments = std::max({segments, window_.cwnd, reordering_ + 1});
        window_stamp_ = now;
    }
    if (!has_send_space()) return;
    write_blocked_ = false;
    events_ |= event::writable;
}

std::uint64_t Connection::room_below_low_water() const {
    if (unsent() >= config_->unsent_low_water) return 0;
    // The last buffer that is begun below the mark is filled up (tcp_stream_memory_free, in tcp_sendmsg).
    const std::uint64_t buffer = packet_buffer_size();
    return (config_->unsent_low_water - unsent() + buffer - 1) / buffer * buffer;
}

std::uint64_t Connection::send_room(Time now, const Piece* pieces, std::size_t count) {
    if (!config_->send_buffer_start) {
        const std::uint64_t used = send_buffer_used();
        return std::min(config_->send_buffer > used ? config_->send_buffer - used : 0, room_below_low_water());
    }
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].length;
    const bool joins = !buffers_ && unsent() + wanted <= segment_size_;
    return joins && (unsent() > 0 || queue_.empty()) ? wanted : fill_packet_buffers(now, wanted);
}

std::uint64_t Connection::fill_packet_buffers(Time now, std::uint64_t wanted) {
    const std::uint64_t size = packet_buffer_size();
    const std::uint64_t limit = send_buffer_limit();
    const std::uint64_t first = std::max<std::uint64_t>(next_, 1);
    const bool goes_on = buffers_ && buffers_->cut_short;
    Filling f{};
    f.begin = buffers_ && !buffers_->ends.empty() ? buffers_->ends.back().pos : first;
    f.end = f.pushed = write_end_;
    f.used = send_buffer_used();
    f.sent = first;
    f.leaving = leaving_at_once(now);
    f.push = goes_on;  // the mark that the wait has left; another call's is taken off
    std::uint64_t left = wanted;
    while (left > 0) {
        if (f.begin == f.end || f.end - f.begin >= size) {
            if (f.used >= limit || f.end - f.sent >= config_->unsent_low_water) break;
            if (f.end > first) send_buffer().ends.push_back({f.end, f.push, f.begin == f.end});
            f.used += kBufferCost;
            f.begin = f.end;
            f.push = false;
        }
        const std::uint64_t n = std::min(left, size - (f.end - f.begin));
        f.end += n;
        f.used += n;
        left -= n;
        if (left > 0) send_full_buffer(f);
    }
    if (left > 0 || buffers_) {
        send_buffer().cut_short = left > 0;
        send_buffer().leaving_end = f.sent;
    }
    return wanted - left;
}

/// A buffer is full, with more to come: all that can goes after every half of the largest window, else one burst, if
/// nothing is before it (forced_push, tcp_push_one). What leaves makes room in the buffer that remains.
void Connection::send_full_buffer(Filling& f) {
    const bool forced = f.end > f.pushed + peer_window_max_ / 2;
    if (forced) {
        f.push = true;
        f.pushed = f.end;
    }
    if (f.sent < f.begin) return;
    const std::uint64_t burst = std::uint64_t{offload_segments()} * segment_size_;
    do {
        const std::uint64_t n = std::min({burst, f.leaving, f.end - f.begin});
        if (n == 0) break;
        f.begin += n;
        f.leaving -= n;
        if (f.begin < f.end) f.used += kBufferCost;  // the burst has one of its own
    } while (forced && f.begin < f.end);
    f.sent = f.begin;
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

bool Connection::leave_buffers(std::uint64_t pos) {
    // A burst that goes on behind the end of a buffer carries its mark to its own end (tcp_grow_skb).
    SendBuffer& b = *buffers_;
    while (!b.ends.empty() && pos >= b.ends.front().pos) {
        b.burst_pushes = b.burst_pushes || b.ends.front().push;
        b.ends.pop_front();
    }
    const bool push = b.burst_pushes && burst_left_ == 0;
    if (push) b.burst_pushes = false;
    return push || pos == write_end_;
}

}  // namespace tcplab
