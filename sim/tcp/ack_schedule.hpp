#pragma once

#include <cstdint>
#include <optional>

#include "core/time.hpp"
#include "tcp/config.hpp"
#include "tcp/receive_window.hpp"
#include "tcp/rtt.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// When what arrives is acknowledged: at once, with data that leave anyway, or by a timer (RFC 1122 4.2.3.2, RFC 5681
/// 4.2). With Config::linux_ack_policy as the kernel does (struct icsk_ack): a credit of acknowledgements that go at
/// once, interactive mode, in which they wait for an answer to ride on, a timeout that follows the peer's pace (ATO),
/// and one acknowledgement for several duplicates.
///
/// An acknowledgement is owed from the arrival of something to acknowledge until one is sent, whatever carries it. The
/// timer is the user's: due() says what to set it to.
class AckSchedule {
  public:
    /// What due() goes by.
    struct View {
        const Config& config;
        const ReceiveWindow& window;
        const RttEstimator& rtt;
        std::uint64_t next;  ///< RCV.NXT
        bool hole;           ///< data waits behind one
        bool sack;           ///< a duplicate tells more than that something came
    };

    // --- what happens ---
    /// The handshake is done: `segment` is a first guess at the size of the peer's.
    void start(Time now, std::uint16_t segment);
    /// Something came that is to be acknowledged.
    void owe(Time now) {
        if (!owed_) owed_since_ = now;
        owed_ = true;
    }
    /// A data segment came, in order or not: estimates the size of the peer's (tcp_measure_rcv_mss), which is at most
    /// `most`. True when it is a full one of a size that is new.
    bool measure(const Segment& s, std::uint32_t most);
    /// Data came in order (tcp_event_data_recv); so many retransmission `timeouts` in a row keep the RTO long.
    void on_data(Time now, const Config& config, const ReceiveWindow& window, const RttEstimator& rtt,
                 unsigned timeouts);
    /// The window could grow (tcp_grow_window): the peer should know.
    void on_window_grown(const Config& config);
    /// The SYN-ACK came.
    void on_syn_ack() { handshake_ = true; }
    /// Data were sent.
    void on_data_sent(Time now, const Config& config);
    /// The reader took `bytes`, and RCV.NXT is `next`; `ended`: with the FIN. True when an acknowledgement is now due:
    /// it has emptied the buffer at the end of a write, or made room that the peer should know of (tcp_cleanup_rbuf,
    /// RFC 9293 3.8.6.2.2).
    bool on_read(std::uint64_t bytes, const Config& config, const ReceiveWindow& window, std::uint64_t next,
                 bool ended);
    /// The timer ran out while one is owed, which is now due.
    void on_timer(const Config& config, Duration rto);
    /// An acknowledgement was sent.
    void sent(const Config& config);

    // --- what is wanted ---
    /// The next `most` acknowledgements, or fewer for a small window, go at once (tcp_incr_quickack).
    void credit(const Config& config, const ReceiveWindow& window, std::uint32_t most = kMostQuick);
    /// The same, and leaves interactive mode: the peer seems to wait for us (tcp_enter_quickack_mode).
    void quicken(const Config& config, const ReceiveWindow& window, std::uint32_t most = kMostQuick);
    void set_interactive(bool on) { interactive_ = on; }
    /// As if what has come ended a write.
    void assume_push() { pushed_ = true; }

    // --- what is due ---
    [[nodiscard]] bool owed() const { return owed_; }
    /// Since the last acknowledgement something came that ends a write.
    [[nodiscard]] bool pushed() const { return pushed_; }
    /// What is owed stands for duplicates that came together, and waits for their timer (compressed_ack_timer).
    [[nodiscard]] bool compressed() const { return compressed_ > 0; }
    /// How long what goes now was held back: not at all when data that came just now let it go.
    [[nodiscard]] Duration held(Time now) const {
        return owed_ && last_data_ < now ? now - owed_since_ : Duration::zero();
    }
    /// When what is owed is to go if nothing else takes it along; none: now. The timer stands at `timer` (kNever: it
    /// does not run). To be asked once for each segment that came (__tcp_ack_snd_check).
    std::optional<Time> due(Time now, Time timer, const View& v);
    /// Why an acknowledgement goes alone; `news`: it tells more than the last, `answer`: it answers a stray segment.
    [[nodiscard]] SendReason reason(bool news, bool answer) const;
    [[nodiscard]] bool interactive() const { return interactive_; }
    /// The timeout now; zero before the first data.
    [[nodiscard]] Duration timeout() const { return timeout_; }
    /// The estimate of the peer's segment size, in bytes (rcv_mss).
    [[nodiscard]] std::uint16_t segment() const { return segment_; }
    [[nodiscard]] Time last_data() const { return last_data_; }

  private:
    static constexpr std::uint32_t kMostQuick = 16;  // TCP_MAX_QUICKACKS

    bool duplicate_goes_now(bool sack);
    [[nodiscard]] Duration wait(const View& v) const;

    Time last_data_{};   // in order (lrcvtime)
    Time owed_since_{};  // owed_
    Duration timeout_{0};
    std::uint16_t segment_ = 536;
    std::uint16_t odd_segment_ = 0;  // size of the last one, if that was not full (last_seg_size)
    std::uint8_t quick_ = 0;         // acknowledgements still to go at once
    std::uint8_t duplicates_ = 0;    // sent at once since RCV.NXT last moved (dup_ack_counter)
    std::uint8_t compressed_ = 0;    // that the next acknowledgement stands for (compressed_ack)
    bool interactive_ : 1 = false;   // pingpong mode
    // Until the next acknowledgement:
    bool owed_ : 1 = false;
    bool pushed_ : 1 = false;  // a segment that ends a write came
    bool pushed_twice_ : 1 = false;
    bool handshake_ : 1 = false;      // the SYN-ACK came
    bool timed_out_ : 1 = false;      // it has waited for the timer
    bool window_opened_ : 1 = false;  // the reader has made room that the peer should know of
};

}  // namespace tcplab
