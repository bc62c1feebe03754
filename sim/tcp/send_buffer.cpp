#include "tcp/send_buffer.hpp"

#include <algorithm>

namespace tcplab {

namespace {

/// What unsent_low_water lets in. The last buffer that is begun below the mark is filled up (tcp_stream_memory_free,
/// in tcp_sendmsg).
std::uint64_t room_below_low_water(const SendBuffer::View& v, std::uint64_t packet) {
    const std::uint64_t mark = v.config.unsent_low_water;
    return v.unsent() >= mark ? 0 : (mark - v.unsent() + packet - 1) / packet * packet;
}

}  // namespace

/// A write while it is taken in: the last packet buffer of the queue, from `begin` to `end`, and what becomes of it.
struct SendBuffer::Filling {
    std::uint64_t begin;
    std::uint64_t end;
    std::uint64_t used;     // memory
    std::uint64_t sent;     // SND.NXT as it would be by now
    std::uint64_t leaving;  // bytes that the windows still let out
    std::uint64_t pushed;   // where PSH was asked for last
    bool push;
};

bool SendBuffer::joins(const View& v, std::uint64_t wanted) const {
    if (!v.config.send_buffer_start || queue_ || v.unsent() + wanted > v.segment) return false;
    return v.unsent() > 0 || v.sent_buffers == 0;
}

std::uint64_t SendBuffer::fill(const View& v, std::uint64_t wanted, const Outlet& out) {
    const std::uint64_t most = limit(v);
    Filling f{};
    f.used = used(v);
    if (!v.config.send_buffer_start) {
        return std::min({wanted, most > f.used ? most - f.used : 0, room_below_low_water(v, out.packet)});
    }
    f.begin = queue_ && !queue_->ends.empty() ? queue_->ends.back().pos : v.next;
    f.end = f.pushed = v.end;
    f.sent = v.next;
    f.leaving = out.leaving;
    f.push = cut_short();  // the mark that the wait has left; another call's is taken off
    std::uint64_t left = wanted;
    while (left > 0) {
        if (f.begin == f.end || f.end - f.begin >= out.packet) {
            if (f.used >= most || f.end - f.sent >= v.config.unsent_low_water) break;
            if (f.end > v.next) queue().ends.push_back({f.end, f.push, f.begin == f.end});
            f.used += kBufferCost;
            f.begin = f.end;
            f.push = false;
        }
        const std::uint64_t n = std::min(left, out.packet - (f.end - f.begin));
        f.end += n;
        f.used += n;
        left -= n;
        if (left > 0) send_full(f, out);
    }
    if (left > 0 || queue_) {
        queue().cut_short = left > 0;
        queue().leaving_end = f.sent;
    }
    return wanted - left;
}

/// A buffer is full, with more to come: all that can goes after every half of the largest window, else one burst, if
/// nothing is before it (forced_push, tcp_push_one). What leaves makes room in the buffer that remains.
void SendBuffer::send_full(Filling& f, const Outlet& out) {
    const bool forced = f.end > f.pushed + out.push_after;
    if (forced) {
        f.push = true;
        f.pushed = f.end;
    }
    if (f.sent < f.begin) return;
    do {
        const std::uint64_t n = std::min({out.burst, f.leaving, f.end - f.begin});
        if (n == 0) break;
        f.begin += n;
        f.leaving -= n;
        if (f.begin < f.end) f.used += kBufferCost;  // the burst has one of its own
    } while (forced && f.begin < f.end);
    f.sent = f.begin;
}

bool SendBuffer::leave(std::uint64_t pos, std::uint64_t end, bool burst_ends) {
    // A burst that goes on behind the end of a buffer carries its mark to its own end (tcp_grow_skb).
    Queue& q = *queue_;
    while (!q.ends.empty() && pos >= q.ends.front().pos) {
        q.burst_pushes = q.burst_pushes || q.ends.front().push;
        q.ends.pop_front();
    }
    const bool push = q.burst_pushes && burst_ends;
    if (push) q.burst_pushes = false;
    return push || pos == end;
}

}  // namespace tcplab
