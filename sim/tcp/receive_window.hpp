#pragma once

#include <algorithm>
#include <cstdint>

#include "core/pool.hpp"
#include "core/time.hpp"
#include "tcp/config.hpp"

namespace tcplab {

/// What a receiver offers: buffer, window, and how both grow. With Config::linux_receive_window a segment is charged
/// what the kernel's packet buffer costs and the window opens slowly (tcp_select_window, tcp_grow_window,
/// tcp_rcv_space_adjust); else every byte costs one and the window is the free buffer, with silly-window avoidance
/// (RFC 1122 4.2.3.3).
class ReceiveWindow {
    /// What it is tuned by, once data come.
    struct Tuning {
        std::uint64_t round_copied = 0;    // rcvq_space.seq
        Time round_start{};                // rcvq_space.time
        Duration rtt{0};                   // receiver's estimate
        Time measured_since = kNever;      // rcv_rtt_est.time
        std::uint64_t measured_until = 0;  // rcv_rtt_est.seq

        void clear() { *this = Tuning(); }
    };

  public:
    /// Lends what is needed from the first data on.
    using Memory = Pool<Tuning>;

    /// `stamped`: a SYN with timestamps is being answered.
    void reset(const Config& config, bool stamped);
    /// SO_RCVBUF on a live connection: a fixed size from now on. The window that was offered is not taken back.
    void set_buffer(std::uint64_t bytes);
    /// The peer does not scale windows (RFC 7323 2.2).
    void no_scaling() { scale_ = 0; }
    /// The options and the peer's data segments are known: `advertised_mss` is what a full segment can carry here.
    void establish(std::uint16_t advertised_mss, bool scaling, std::uint64_t next);
    /// Data come, perhaps the first since the connection was `established`; RCV.NXT is still `next`. To be called
    /// before on_data() and on_rtt().
    void begin(Time established, std::uint64_t next, Memory& memory) {
        if (tuning_) return;
        tuning_ = memory.take();
        tuning_->round_copied = next;
        tuning_->round_start = established;
    }

    /// Bytes of buffer that a segment of this size occupies.
    [[nodiscard]] std::uint32_t cost(std::uint32_t payload, std::uint32_t ip_size) const;
    void charge(std::uint64_t cost) { used_ += static_cast<std::uint32_t>(cost); }
    void release(std::uint64_t cost) { used_ -= static_cast<std::uint32_t>(cost); }
    [[nodiscard]] bool buffer_empty() const { return used_ == 0; }

    /// The window to offer now, given the peer's segment size; does not change the one in force.
    [[nodiscard]] std::uint32_t select(std::uint32_t segment) const;
    /// Puts the window into a header: never shrinks it (RFC 9293 3.8.6), and remembers it. Returns the 16 bits.
    std::uint16_t advertise(std::uint64_t next, std::uint32_t segment, bool syn);

    /// What is left of the window last offered, beyond `next`.
    [[nodiscard]] std::uint64_t left(std::uint64_t next) const {
        const std::uint64_t edge = offered_at_ + offered_;
        return edge > next ? edge - next : 0;
    }
    [[nodiscard]] std::uint32_t offered() const { return offered_; }
    /// RCV.NXT when the window was last offered (rcv_wup).
    [[nodiscard]] std::uint64_t offered_at() const { return offered_at_; }
    [[nodiscard]] std::uint8_t scale() const { return scale_; }
    [[nodiscard]] std::uint32_t clamp() const { return clamp_; }
    /// The most that is offered now, while the buffer allows more (rcv_ssthresh).
    [[nodiscard]] std::uint32_t threshold() const { return threshold_; }
    /// The receiver's estimate of the round trip; zero: none yet.
    [[nodiscard]] Duration rtt() const { return tuning_ ? tuning_->rtt : Duration::zero(); }
    /// What was read in the last round trip, in bytes (rcvq_space.space).
    [[nodiscard]] std::uint32_t read_per_round() const { return round_bytes_; }

    /// A data segment arrived: lets the window open, by two of the peer's segments where `payload` is less than one.
    /// True when it did (Linux then acknowledges at once).
    bool grow(std::uint32_t payload, std::uint32_t cost, std::uint32_t segment);
    /// A full segment told what the buffer's bookkeeping costs.
    void learn_cost(std::uint32_t payload, std::uint32_t cost);
    /// Data came and RCV.NXT is `next`: the time that a whole window takes to arrive bounds the round trip, which is
    /// all that is known without timestamps (tcp_rcv_rtt_measure).
    void on_data(Time now, std::uint64_t next);
    /// A round trip that the receiver saw.
    void on_rtt(Duration rtt, bool queue_empty);
    /// Data up to `beyond` waits behind the hole at `next`.
    void on_out_of_order(std::uint64_t next, std::uint64_t beyond);
    /// The application has read up to `copied`; `next` is RCV.NXT, `beyond` the end of what waits behind a hole.
    void on_read(Time now, std::uint64_t copied, std::uint64_t next, std::uint64_t beyond);

  private:
    static constexpr std::uint32_t kMost = std::uint32_t{1} << 30U;  // bytes of a window (RFC 7323 2.3)
    [[nodiscard]] std::uint32_t from_buffer(std::uint64_t bytes) const {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(bytes * ratio_ / 256, kMost));
    }
    [[nodiscard]] std::uint64_t to_buffer(std::uint64_t window) const { return (window * 256 + ratio_ - 1) / ratio_; }
    void grow_buffer(std::uint64_t window);
    [[nodiscard]] std::uint32_t free() const { return buffer_ > used_ ? from_buffer(buffer_ - used_) : 0; }

    Memory::Lent tuning_;
    std::uint64_t offered_at_ = 0;   // rcv_wup
    std::uint32_t buffer_ = 0;       // sk_rcvbuf
    std::uint32_t buffer_max_ = 0;   // tcp_rmem[2]
    std::uint32_t used_ = 0;         // sk_rmem_alloc
    std::uint32_t offered_ = 0;      // rcv_wnd
    std::uint32_t limit_ = 0;        // Config::window_clamp
    std::uint32_t clamp_ = 0;        // window_clamp
    std::uint32_t threshold_ = 0;    // rcv_ssthresh
    std::uint32_t round_bytes_ = 0;  // rcvq_space.space
    std::uint16_t advertised_mss_ = 1460;
    std::uint16_t ratio_ = 256;  // window bytes per 256 bytes of buffer
    std::uint8_t scale_ = 0;
    bool scaling_ : 1 = false;
    bool by_cost_ : 1 = true;
    bool tuned_ : 1 = true;
};

}  // namespace tcplab
