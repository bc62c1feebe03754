#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>

#include "core/ring.hpp"
#include "tcp/config.hpp"

namespace tcplab {

/// The send buffer as Linux has it: packet buffers (sk_buff) and the memory that they take (tcp_sendmsg_locked,
/// tcp_sndbuf_expand, sk_stream_is_writeable). With no Config::send_buffer_start it counts bytes and has one size.
/// It holds no data and, until a write does not fit into the last packet buffer of the queue, no memory.
class SendBuffer {
  public:
    /// Payload of the largest packet buffer (sk_gso_max_size less the headers).
    static constexpr std::uint32_t kMostPayload = 65536 - (256 + 1);

    /// Where the sending side stands.
    struct View {
        const Config& config;
        std::uint64_t una;           ///< SND.UNA, and
        std::uint64_t next;          ///< SND.NXT, past the SYN
        std::uint64_t end;           ///< of what is written
        std::uint32_t segment;       ///< payload of a full segment
        bool stamped;                ///< with a timestamp besides
        std::uint32_t sent_buffers;  ///< packet buffers that wait for acknowledgements
        bool modelled;               ///< the controller has a model of the path: memory for three windows, not two

        [[nodiscard]] std::uint64_t unsent() const { return end > next ? end - next : 0; }
    };
    /// What a write can count on while it is taken in, in bytes.
    struct Outlet {
        std::uint64_t packet;      ///< payload of a full packet buffer
        std::uint64_t burst;       ///< the most that leaves in one
        std::uint64_t push_after;  ///< so much is pushed out, whatever follows
        std::uint64_t leaving;     ///< what the windows let out now
    };

    /// A write of so many bytes goes into the last packet buffer, or into a first one.
    [[nodiscard]] bool joins(const View& v, std::uint64_t wanted) const;
    /// Takes in what there is room for of a write of `wanted` bytes that does not join: bytes.
    std::uint64_t fill(const View& v, std::uint64_t wanted, const Outlet& out);
    /// The last write was cut short: its caller still waits in it, and the next goes on with it.
    [[nodiscard]] bool cut_short() const { return queue_ && queue_->cut_short; }
    /// A third of the buffer is free (sk_stream_is_writeable).
    [[nodiscard]] bool has_space(const View& v) const {
        const std::uint64_t taken = used(v);
        const std::uint64_t most = limit(v);
        return taken < most && most - taken >= taken / 2 && 2 * v.unsent() < v.config.unsent_low_water;
    }
    /// A window was as large as so many segments: there is to be memory for two, or three, of them.
    void provide(std::uint32_t segments) { queue().segments = std::max(queue().segments, segments); }

    /// Everything before `pos` is sent, of `end` written, and a burst ends there or goes on: whether PSH belongs there.
    bool sent(std::uint64_t pos, std::uint64_t end, bool burst_ends) {
        return queue_ ? leave(pos, end, burst_ends) : pos == end;
    }
    /// The kernel sends that position while the write that brings it is still being taken in.
    [[nodiscard]] bool leaves_within_write(std::uint64_t pos) const { return queue_ && pos < queue_->leaving_end; }
    /// A packet buffer that gets no more ends at `pos` or before.
    [[nodiscard]] bool filled_by(std::uint64_t pos) const {
        return queue_ && !queue_->ends.empty() && queue_->ends.front().pos <= pos;
    }
    /// How far from `next` on a burst can reach, of `unsent` bytes.
    [[nodiscard]] std::uint64_t together(std::uint64_t next, std::uint64_t unsent) const {
        const bool apart = queue_ && !queue_->ends.empty() && queue_->ends.front().apart;
        return apart ? queue_->ends.front().pos - next : unsent;
    }

  private:
    static constexpr std::uint32_t kSegments = 10;  // TCP_INIT_CWND
    // Of struct sk_buff and skb_shared_info, aligned, and of the headers' place in them (skb_small_head_cache).
    static constexpr std::uint64_t kBufferHead = 256;
    static constexpr std::uint64_t kSharedInfo = 320;
    static constexpr std::uint64_t kHeaderPlace = 320;
    static constexpr std::uint64_t kBufferCost = kBufferHead + kSharedInfo + kHeaderPlace;  // truesize of an empty one
    static constexpr std::uint64_t kHeaders = 256;                                          // MAX_TCP_HEADER
    static constexpr std::uint32_t kTimestamp = 12;  // bytes of the option, padded

    /// Where a packet buffer with unsent data ends, before the last one.
    struct End {
        std::uint64_t pos = 0;
        bool push = false;   ///< its last segment has PSH
        bool apart = false;  ///< it leaves before more is written: no burst goes on behind it
    };
    struct Queue {
        Ring<End> ends;
        std::uint64_t leaving_end = 0;       ///< what is before it leaves while the last write is still being taken in
        std::uint32_t segments = kSegments;  ///< the most of a window so far (sk_sndbuf)
        bool burst_pushes = false;           ///< the burst that is being sent has passed an end with PSH
        bool cut_short = false;
    };
    struct Filling;

    Queue& queue() {
        if (!queue_) queue_ = std::make_unique<Queue>();
        return *queue_;
    }
    /// Memory of a segment in a packet buffer of its own, of `size` bytes with its options.
    static std::uint64_t memory_of(std::uint32_t size) {
        std::uint64_t block = 1024;  // the least: the headers' place and skb_shared_info take more than half of it
        while (block < size + kHeaders + kSharedInfo) block *= 2;
        return block + kBufferHead;
    }
    [[nodiscard]] std::uint64_t limit(const View& v) const {
        if (!v.config.send_buffer_start) return v.config.send_buffer;
        const std::uint64_t windows = v.modelled ? 3 : 2;  // bbr_sndbuf_expand, tcp_sndbuf_expand
        const std::uint64_t segments = windows * (queue_ ? queue_->segments : kSegments);
        const std::uint64_t provided = segments * memory_of(v.segment + (v.stamped ? kTimestamp : 0));
        return std::max(*v.config.send_buffer_start, std::min(v.config.send_buffer, provided));
    }
    [[nodiscard]] std::uint64_t used(const View& v) const {
        const std::uint64_t bytes = v.end - v.una;
        if (!v.config.send_buffer_start) return bytes;
        const std::uint32_t unsent_buffers = v.unsent() == 0 ? 0 : 1 + (queue_ ? queue_->ends.size() : 0);
        return bytes + kBufferCost * (v.sent_buffers + unsent_buffers);
    }
    static void send_full(Filling& f, const Outlet& out);
    bool leave(std::uint64_t pos, std::uint64_t end, bool burst_ends);

    std::unique_ptr<Queue> queue_;
};

}  // namespace tcplab
