#pragma once

#include <cstdint>
#include <memory>

#include "core/content.hpp"
#include "core/ring.hpp"
#include "tcp/config.hpp"
#include "tcp/congestion/controller.hpp"
#include "tcp/reassembly.hpp"
#include "tcp/receive_window.hpp"
#include "tcp/recovery/doubt.hpp"
#include "tcp/retransmit_queue.hpp"
#include "tcp/rtt.hpp"
#include "tcp/state.hpp"
#include "tcp/tcp_info.hpp"
#include "tcp/time_wait.hpp"
#include "tcp/timers.hpp"
#include "trace/observer.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// What became true of a connection since take_events() was last called; the low bits are those of
/// stack/socket.hpp.
namespace event {
inline constexpr std::uint8_t connected = 1;  ///< ESTABLISHED was reached
inline constexpr std::uint8_t readable = 2;   ///< data or the end of the stream
inline constexpr std::uint8_t writable = 4;   ///< a write that was cut short can go on
inline constexpr std::uint8_t failed = 16;    ///< error() says why
}  // namespace event

/// One end of a TCP connection (RFC 9293). It does no I/O and owns no clock; the same code runs in the simulator,
/// in a test's two-endpoint world, and against real peers. The contract:
///  1. Inputs take `now` and never emit or call back: on_segment, on_deadline and the calls (connect, write, read,
///     shutdown, close, abort, options). `now` never goes back.
///  2. Outputs are pulled after every input, in this order, until empty: poll_segment, take_events, next_deadline.
///     Pull segments before the next input: what a segment carries is decided when it is pulled.
///  3. Deadlines: on_deadline before next_deadline() does nothing, so a driver may wake early or late.
///  4. Same inputs, same outputs: the initial sequence number is handed in, there is no other randomness.
/// Stream positions are 64 bits: 0 is the SYN, 1 the first byte, and the FIN follows the last.
class Connection {
  public:
    /// CLOSED, until connect() or accept(). `config` must outlive the connection.
    Connection(const Config& config, const FourTuple& tuple, SeqNum initial_sequence);

    // --- inputs ---
    /// Active open.
    void connect(Time now);
    /// Passive open: `syn` arrived for a listener.
    void accept(Time now, const Segment& syn);
    /// A segment for this four-tuple arrived, with a good checksum.
    void on_segment(Time now, const Segment& segment);
    void on_deadline(Time now);
    /// Bytes taken of `pieces`, in order; 0 when the send buffer is full (event::writable follows). Only while the
    /// sending side is open: can_write().
    std::uint64_t write(Time now, const Piece* pieces, std::size_t count);
    /// At most `max` bytes of what arrived in order, as one range of the peer's content; the rest needs another
    /// call. Empty: nothing there now (see end_of_stream()).
    Payload read(Time now, std::uint32_t max);
    /// No more writes: a FIN follows what is queued.
    void shutdown_write();
    /// No more reads either. Data that arrived unread, or arrives later, is answered with RST (RFC 9293 3.6.1, and
    /// Linux); else as shutdown_write, and FIN-WAIT-2 ends after Config::fin_timeout.
    void close(Time now);
    /// RST if the peer knows of the connection; CLOSED at once.
    void abort();
    void set_no_delay(bool on);   ///< TCP_NODELAY; turning it on sends what waits
    void set_cork(bool on);       ///< TCP_CORK; turning it off sends what waits
    void set_quick_ack(bool on);  ///< TCP_QUICKACK: leaves or enters interactive mode; on sends a due ACK
    void set_keepalive(Time now, Duration idle);  ///< zero: off
    /// Another Config that differs only in what is looked up when it is needed (send_buffer); it must outlive this.
    void use_config(const Config& config) { config_ = &config; }

    // --- outputs ---
    /// Fills `out` and returns true while there is something to send.
    bool poll_segment(Time now, Segment& out);
    /// event:: bits since the last call.
    std::uint8_t take_events();
    [[nodiscard]] Time next_deadline() const { return timers_.next(); }

    // --- state ---
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] TcpError error() const { return error_; }
    [[nodiscard]] const FourTuple& tuple() const { return tuple_; }
    [[nodiscard]] bool can_write() const { return !send_closed_ && error_ == TcpError::none && is_open(); }
    /// Bytes that read() can give now.
    [[nodiscard]] std::uint64_t readable() const { return receive_next_data() - copied_; }
    /// The peer's FIN was reached and everything before it was read.
    [[nodiscard]] bool end_of_stream() const { return fin_received_ && readable() == 0; }
    [[nodiscard]] const Config& config() const { return *config_; }
    [[nodiscard]] TcpSnapshot snapshot() const;
    /// What getsockopt(TCP_INFO) shows (tcp_info.cpp).
    [[nodiscard]] TcpInfo tcp_info(Time now) const;
    /// Nothing more will arrive: the peer's FIN came, or the connection is dead.
    [[nodiscard]] bool receive_ended() const { return fin_received_ || !is_open(); }
    /// Nothing more can be written: this end was shut down, or the connection is dead.
    [[nodiscard]] bool send_ended() const { return send_closed_ || !is_open(); }
    /// poll()'s POLLOUT: a third of the send buffer is free (sk_stream_is_writeable).
    [[nodiscard]] bool has_send_space() const;
    [[nodiscard]] const CongestionWindow& window() const { return window_; }
    [[nodiscard]] Duration srtt() const { return rtt_.srtt(); }
    [[nodiscard]] Duration rto() const;
    [[nodiscard]] std::uint64_t bytes_written() const { return write_end_ - 1; }
    [[nodiscard]] std::uint64_t bytes_acknowledged() const;
    [[nodiscard]] std::uint64_t bytes_received() const { return receive_next_data() - 1; }
    [[nodiscard]] std::uint64_t bytes_read() const { return copied_ - 1; }
    [[nodiscard]] std::uint64_t bytes_destroyed() const { return bytes_destroyed_; }
    [[nodiscard]] std::uint32_t data_segments_sent() const { return data_segments_sent_; }
    [[nodiscard]] std::uint32_t retransmitted() const { return retransmitted_; }
    /// What a TIME_WAIT table needs; only in State::time_wait.
    [[nodiscard]] TimeWait time_wait() const;

  private:
    // What poll_segment still has to look at, in this order.
    enum Pending : std::uint16_t {
        kReset = 1,        // a RST: that ends the connection, or, before the handshake is done, answers a stray ACK
        kHandshake = 2,    // SYN or SYN-ACK, first or again
        kRetransmit = 4,   // segments marked lost
        kData = 8,         // new data or FIN, as far as the windows allow
        kAckCheck = 16,    // data came: acknowledge now, later or not at all
        kAckNow = 32,      // an acknowledgement is owed at once
        kProbe = 64,       // a zero-window or keepalive probe
        kExtraAck = 128,   // a second acknowledgement beside the owed one (challenge, duplicate)
        kTailProbe = 256,  // a tail loss probe
    };
    struct AckResult;
    struct Range {
        std::uint64_t from = 0;
        std::uint64_t to = 0;
    };
    // What Timer::retransmit is for; there is only one at a time (icsk_pending).
    enum class XmitTimer : std::uint8_t { none, retransmit, tail_probe, reordering, persist };
    static constexpr std::uint32_t kReordering = 3;  // duplicates that tell of a loss; tcp_reordering

    // arrival.cpp: RFC 9293 3.10.7, a function a step
    void arrive_syn_sent(Time now, const Segment& s);
    bool check_sequence(Time now, const Segment& s);
    bool check_reset(Time now, const Segment& s);
    bool check_syn(Time now, const Segment& s);
    void challenge(Time now, const Segment& s);
    bool check_ack(Time now, const Segment& s);
    void take_text(Time now, const Segment& s);
    void check_fin(Time now, const Segment& s);
    void take_fin(Time now);
    void measure_receiver_rtt(Time now, const Segment& s);
    void learn_options(const Segment& syn);
    void establish(Time now);

    // ack.cpp: what an acknowledgement does to the sending side
    bool process_ack(Time now, const Segment& s);
    void acknowledge_handshake(Time now, const Segment& s);
    [[nodiscard]] std::uint64_t offered_window(const Segment& s) const {
        // On a SYN the window is not scaled (RFC 7323 2.2).
        return std::uint64_t{s.window} << (s.has(flag::syn) ? 0U : peer_scale_);
    }
    bool update_send_window(const Segment& s, std::uint64_t ack);
    void remove_acknowledged(Time now, const Segment& s, AckResult& r);
    bool measure_rtt(Time now, const Segment& s, AckResult& r, Time first_sent, Time last_sent);
    [[nodiscard]] AckSample sample_of(Time now, const AckResult& r) const;
    void grow_window(Time now, const AckResult& r);
    void transmit_after(const AckResult& r);
    void after_ack();

    // scoreboard.cpp: what SACK blocks tell
    void read_sack(Time now, const Segment& s, std::uint64_t ack, AckResult& r);
    bool read_duplicate(const Segment& s, std::uint64_t ack, AckResult& r);
    void cover(Time now, Range block, Range part, AckResult& r);
    void cover_duplicate(std::uint64_t from, std::uint64_t to, AckResult& r);
    void note_reordering(std::uint64_t from);
    [[nodiscard]] std::uint64_t highest_sacked() const { return queue_.sacked() > 0 ? doubt_->highest_sacked : una_; }
    Doubt& doubt() {
        if (!doubt_) doubt_ = std::make_unique<Doubt>();
        return *doubt_;
    }
    /// There is a reduction that may be undone.
    [[nodiscard]] bool undoable() const { return doubt_ && doubt_->undo_point != 0; }
    /// SACK blocks steer the recovery; else duplicates are counted (tcp_is_sack, tcp_is_reno).
    [[nodiscard]] bool sack_recovery() const { return sack_ && config_->recovery != Recovery::newreno; }

    // recovery/states.cpp: open, disorder, recovery, loss (tcp_fastretrans_alert)
    void process_recovery(Time now, const Segment& s, AckResult& r);
    bool leave_finished_state(const Segment& s);
    void process_loss(const Segment& s, AckResult& r);
    void find_losses(Time now, AckResult& r);
    void enter_recovery(bool by_mark);
    void enter_cwr();
    void try_to_open(const AckResult& r);
    void keep_open();
    [[nodiscard]] bool any_retransmitted() const;

    // recovery/newreno.cpp: without SACK
    void add_duplicate();
    void remove_duplicates(std::uint32_t acked);
    bool limit_duplicates();
    void mark_head_lost(bool advanced);

    // recovery/rfc6675.cpp, recovery/rack.cpp: with it
    void mark_by_count();
    void advance_rack(Time now, const SentSegment& s);
    [[nodiscard]] Duration reordering_window() const;
    bool mark_by_time(Time now);
    void update_reordering_window(const AckResult& r);
    void on_reordering_timer(Time now);

    // recovery/tail_loss_probe.cpp
    bool schedule_tail_probe(Time now, bool advancing);
    void on_tail_probe_timer(Time now);
    bool send_tail_probe(Time now, Segment& out);
    void judge_tail_probe(std::uint64_t ack, const AckResult& r);

    // recovery/prr.cpp
    void start_reduction();
    void reduce_window(std::uint32_t delivered, std::uint32_t lost, bool advanced);
    void end_reduction();

    // recovery/timeout.cpp
    void enter_loss(Time now);
    void mark_lost_by_timeout(Time now);

    // recovery/undo.cpp: a reduction that was not due
    void start_undo();
    [[nodiscard]] bool echoes_before(const Segment& s, Time sent) const;
    [[nodiscard]] bool resent_in_vain(const SentSegment& h, const Segment& s) const;
    [[nodiscard]] bool was_delayed(const Segment& s) const;
    [[nodiscard]] bool may_undo(const Segment& s) const;
    void undo_reduction(bool unmark);
    bool undo_recovery(const Segment& s);
    bool undo_partial(const Segment& s, const AckResult& r);
    bool undo_by_duplicates();
    bool undo_loss(const Segment& s, bool by_frto);
    [[nodiscard]] bool stays_until_beyond() const;

    // pacing.cpp: when segments leave, and control by a model of the path
    [[nodiscard]] Bbr* model() { return std::get_if<Bbr>(&controller_); }
    [[nodiscard]] SenderView view(Time now) const;
    void start_pacing(Time now);
    void set_pacing_rate();
    bool pacing_holds(Time now);
    void pace(Time now, std::uint32_t bytes, std::uint32_t segments);
    void control_congestion(Time now, const AckResult& r);
    void begin_rate_sample();
    void stamp(Time now, std::uint32_t i, bool none_out);
    void segment_delivered(std::uint32_t i);
    void check_app_limited();

    // output.cpp
    bool send_reset(Time now, Segment& out);
    bool send_handshake(Time now, Segment& out);
    bool send_new_first(Time now, Segment& out);
    bool send_retransmission(Time now, Segment& out);
    [[nodiscard]] std::uint32_t resend_size(std::uint32_t first, std::uint32_t quota) const;
    void send_again(Time now, Segment& out, std::uint32_t i, bool counted);
    bool send_data(Time now, Segment& out);
    bool send_probe(Time now, Segment& out);
    bool send_ack(Time now, Segment& out);
    void fill(Time now, Segment& out, std::uint64_t pos, std::uint8_t flags);
    void fill_payload(Segment& out, std::uint64_t pos, std::uint32_t length) const;
    void after_data(Time now);
    void finish_burst(Time now);
    [[nodiscard]] std::uint32_t offload_segments() const;
    void start_burst(Time now);
    std::uint32_t burst_size();
    bool may_send_data(Time now);
    [[nodiscard]] std::uint32_t next_length() const;
    [[nodiscard]] bool takes_fin(std::uint32_t length) const;
    [[nodiscard]] std::uint64_t unsent() const { return write_end_ > next_ ? write_end_ - next_ : 0; }
    [[nodiscard]] std::uint64_t peer_room() const {
        return una_ + peer_window_ > next_ ? una_ + peer_window_ - next_ : 0;
    }
    [[nodiscard]] bool should_defer(Time now) const;
    [[nodiscard]] bool nagle_holds(std::uint32_t length, bool with_fin) const;
    void check_idle_restart(Time now);
    void validate_window(Time now, bool limited);

    // delayed_ack.cpp
    void on_data_received(Time now, const Segment& s);
    void measure_segment(const Segment& s);
    void grow_receive_window(const Segment& s);
    [[nodiscard]] bool acknowledge_now();
    void schedule_delayed_ack(Time now);
    void ack_sent();
    void after_read(std::uint64_t copied);
    void add_quick(std::uint32_t most);
    [[nodiscard]] bool quick_mode() const { return quick_ > 0 && !interactive_; }

    // timers.cpp
    void on_retransmit_timer(Time now);
    void on_timeout(Time now);
    void on_persist_timer(Time now);
    void on_delayed_ack_timer();
    void on_close_timer();
    void on_keepalive_timer(Time now);
    void set_timer(XmitTimer kind, Time at);
    void stop_xmit_timer();
    void arm_retransmit(Time now);
    void rearm_retransmit(Time now);
    void set_xmit_timer(Time now);

    // shared
    [[nodiscard]] bool is_open() const;
    [[nodiscard]] bool is_synchronized() const;
    /// Segments that SACK blocks cover, or that duplicates without blocks stand for.
    [[nodiscard]] std::uint32_t sacked_out() const { return queue_.sacked() + duplicates_; }
    [[nodiscard]] std::uint32_t in_flight() const {
        // Without limited transmit (RFC 3042) duplicates let nothing out before the third.
        const bool counted = ca_state_ != CaState::disorder || config_->limited_transmit;
        return queue_.size() - ((counted ? sacked_out() : 0) + queue_.lost()) + queue_.retransmitted();
    }
    [[nodiscard]] std::uint64_t receive_next_data() const { return receive_next_ - (fin_received_ ? 1 : 0); }
    [[nodiscard]] std::uint64_t send_end() const { return write_end_ + (send_closed_ ? 1 : 0); }
    [[nodiscard]] bool in_reduction() const { return ca_state_ == CaState::recovery || ca_state_ == CaState::cwr; }
    [[nodiscard]] std::uint32_t current_ssthresh() const;
    [[nodiscard]] std::uint32_t timestamp(Time now) const;
    [[nodiscard]] SeqNum wire_seq(std::uint64_t pos) const { return wrap(pos, initial_send_); }
    void fail(TcpError e);
    void enter_closed();
    void enter_time_wait(Time now);
    void destroy_unread();

    const Config* config_;
    FourTuple tuple_;
    SeqNum initial_send_;
    SeqNum initial_receive_;
    SeqNum stray_ack_;  // what that RST answers
    State state_ = State::closed;
    TcpError error_ = TcpError::none;
    CaState ca_state_ = CaState::open;
    XmitTimer xmit_timer_ = XmitTimer::none;
    std::uint8_t events_ = 0;
    std::uint16_t pending_ = 0;

    // options in force
    bool timestamps_ : 1 = false;
    bool sack_ : 1 = false;
    bool scaling_ : 1 = false;
    bool no_delay_ : 1 = false;
    bool cork_ : 1 = false;
    // stream ends
    bool send_closed_ : 1 = false;  // a FIN is queued behind the data
    bool fin_received_ : 1 = false;
    bool receive_closed_ : 1 = false;  // close() was called: nobody reads any more
    bool reset_answers_ : 1 = false;   // the RST that ends it answers a segment, whose ACK is stray_ack_
    bool write_blocked_ : 1 = false;
    bool passive_ : 1 = false;
    // acknowledging
    bool interactive_ : 1 = false;  // Linux: pingpong mode
    bool ack_scheduled_ : 1 = false;
    bool ack_timer_ : 1 = false;
    bool pushed_ : 1 = false;  // a segment that ends a write arrived since the last ACK
    bool pushed_twice_ : 1 = false;
    // congestion window validation
    bool cwnd_limited_ : 1 = false;
    bool sent_in_burst_ : 1 = false;
    bool deferred_ : 1 = false;
    bool ends_in_part_ : 1 = false;  // the burst's last segment is not full
    bool forced_ : 1 = false;        // the probe timer sends what fits, however little
    std::uint8_t peer_scale_ = 0;
    std::uint8_t keepalive_probes_ = 0;
    std::uint8_t quick_ = 0;  // acknowledgements still to be sent at once
    std::uint16_t backoff_ = 0;
    std::uint16_t retries_ = 0;
    std::uint16_t segment_size_ = 536;     // payload of a full segment, options taken off
    std::uint16_t receive_segment_ = 536;  // estimate of the peer's (rcv_mss)
    std::uint16_t last_odd_segment_ = 0;
    std::uint32_t burst_left_ = 0;  // segments still to come of the burst that has begun

    // sending: positions
    std::uint64_t una_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t write_end_ = 1;
    std::uint64_t last_small_end_ = 0;  // end of the last segment sent that was not full (Minshall)
    std::uint64_t recovery_point_ = 0;  // high_seq
    std::uint64_t usage_end_ = 0;       // cwnd_usage_seq
    std::uint64_t peer_window_ = 0;     // bytes, scaled up
    std::uint64_t peer_window_max_ = 0;
    std::uint64_t window_seq_ = 0;  // SND.WL1
    RetransmitQueue queue_;
    ContentRef content_;
    CongestionWindow window_;
    Controller controller_;
    RttEstimator rtt_;
    Time last_sent_{};     // last data sent (lsndtime)
    Time pace_at_{};       // no burst leaves before; at least the last transmission (tcp_wstamp_ns)
    Time window_stamp_{};  // when the window was last full
    std::uint32_t window_used_ = 0;
    std::uint32_t max_out_ = 0;

    // recovering
    std::unique_ptr<Doubt> doubt_;      // none yet: nothing was ever lost, duplicated or late
    std::uint64_t tlp_end_ = 0;         // SND.NXT when a tail loss probe went out; 0: none is out
    LatestDelivered rack_;
    std::uint32_t delivered_ = 0;       // segments that are known to have arrived
    std::uint32_t duplicates_ = 0;      // without SACK: duplicates that tell of arrived segments
    std::uint32_t reordering_ = kReordering;
    std::uint16_t resend_left_ = 0;     // segments of a burst that is being sent again
    bool rack_advanced_ : 1 = false;
    bool tlp_retransmits_ : 1 = false;  // the probe was a retransmission, not new data
    bool probing_ : 1 = false;          // a tail loss probe: one segment whatever the window and Nagle say
    bool frto_ : 1 = false;             // RFC 5682: a timeout is being judged
    bool new_first_ : 1 = false;        // new data before retransmissions, once
    bool ecn_ : 1 = false;              // RFC 3168 was agreed upon

    // receiving: positions
    std::uint64_t receive_next_ = 1;  // past the SYN, even before it came: readable() is 0
    std::uint64_t copied_ = 1;        // next position that read() gives
    ReceiveWindow receive_;
    Ring<ReceivedSegment> received_;
    Reassembly out_of_order_;
    std::uint32_t ts_recent_ = 0;
    std::uint32_t ts_offset_ = 0;
    std::uint32_t ts_echoed_ = 0;  // the last echo that a round trip was measured on
    Time ts_recent_at_{};
    Time last_received_{};
    Time next_challenge_{};  // none goes out before
    Duration ato_{0};
    Duration keepalive_{0};

    Timers timers_;
    std::uint64_t bytes_destroyed_ = 0;
    std::uint32_t data_segments_sent_ = 0;
    std::uint32_t retransmitted_ = 0;
};

}  // namespace tcplab
