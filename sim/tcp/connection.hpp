#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include "core/content.hpp"
#include "core/stream_journal.hpp"
#include "tcp/ack_schedule.hpp"
#include "tcp/config.hpp"
#include "tcp/congestion/controller.hpp"
#include "tcp/memory.hpp"
#include "tcp/peer_window.hpp"
#include "tcp/reassembly.hpp"
#include "tcp/receive_window.hpp"
#include "tcp/recovery/doubt.hpp"
#include "tcp/retransmit_queue.hpp"
#include "tcp/rtt.hpp"
#include "tcp/send_buffer.hpp"
#include "tcp/state.hpp"
#include "tcp/tcp_info.hpp"
#include "tcp/time_wait.hpp"
#include "tcp/timers.hpp"
#include "tcp/timestamps.hpp"
#include "tcp/window_use.hpp"
#include "trace/observer.hpp"
#include "wire/segment.hpp"

namespace tcplab {

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
    /// No connection: what an empty place in a table holds. It can be assigned to, and asked for its state().
    Connection() = default;
    /// CLOSED, until connect() or accept(). `config` and `memory` must outlive the connection.
    Connection(const Config& config, const FourTuple& tuple, SeqNum initial_sequence, ConnectionMemory& memory);

    // --- inputs ---
    /// Active open.
    void connect(Time now);
    /// Active open with data in the SYN (RFC 7413), of which as much as fits is taken: 0 when `request` lets it only
    /// ask for a cookie. What came of it is in fast_open() once the connection is established.
    std::uint64_t connect_fast_open(Time now, const FastOpenRequest& request, const Piece* pieces, std::size_t count);
    /// Passive open: `syn` arrived for a listener; the SYN-ACK carries `answer`, if that is there.
    void accept(Time now, const Segment& syn, const FastOpenOption& answer = {});
    /// The same with the SYN's data, as its cookie was valid: reads and writes need not wait for the handshake's end.
    void accept_fast_open(Time now, const Segment& syn);
    /// As if accept() had been called with `syn` and the SYN-ACK sent: a SYN cookie came back, and tells so.
    void accept_cookie(Time now, const Segment& syn);
    /// The listener needs the place (SYN-RECEIVED): gives up.
    void give_up_handshake() { fail(TcpError::timed_out); }
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
    /// Linux); else as shutdown_write. close() must follow.
    void linger();
    /// linger(), and nobody waits any more: FIN-WAIT-2 ends after Config::fin_timeout, and patience is an orphan's.
    void close(Time now);
    /// RST if the peer knows of the connection; CLOSED at once.
    void abort();
    void set_no_delay(bool on);        ///< TCP_NODELAY; turning it on sends what waits
    void set_cork(bool on);            ///< TCP_CORK; turning it off sends what waits
    void set_quick_ack(bool on);       ///< TCP_QUICKACK: leaves or enters interactive mode; on sends a due ACK
    void restart_keepalive(Time now);  ///< Config::keepalive has changed
    /// SO_RCVBUF on a live connection: from now on so many bytes of buffer, without auto-tuning.
    void set_receive_buffer(std::uint64_t bytes) { receive_.set_buffer(bytes); }
    /// Uses another Config from now on, which must outlive the connection too: timeouts, retries, keepalive and
    /// buffer limits are looked up when they are needed; what the handshake has settled stays.
    void use(const Config& config) { config_ = &config; }

    // --- outputs ---
    /// Fills `out` and returns true while there is something to send.
    bool poll_segment(Time now, Segment& out);
    /// poll_segment() or take_events() may have something to tell.
    [[nodiscard]] bool has_output() const { return pending_ != 0 || events_ != 0; }
    /// event:: bits since the last call.
    std::uint8_t take_events();
    [[nodiscard]] Time next_deadline() const { return timers_.next(); }
    /// The timers that ran out in on_deadline() since the last call: a bit for each FiredTimer. For those who watch.
    std::uint16_t take_fired() { return std::exchange(fired_, std::uint16_t{0}); }

    // --- state ---
    [[nodiscard]] State state() const { return state_; }
    [[nodiscard]] TcpError error() const { return error_; }
    [[nodiscard]] const FourTuple& tuple() const { return tuple_; }
    /// Of the SYN that opened the connection: both ends know it.
    [[nodiscard]] SeqNum syn() const { return passive_ ? initial_receive_ : initial_send_; }
    [[nodiscard]] bool can_write() const { return !send_closed_ && error_ == TcpError::none && is_open(); }
    /// Bytes that read() can give now.
    [[nodiscard]] std::uint64_t readable() const { return receive_next_data() - copied_; }
    /// The peer's FIN was reached and everything before it was read.
    [[nodiscard]] bool end_of_stream() const { return fin_received_ && readable() == 0; }
    [[nodiscard]] const Config& config() const { return *config_; }
    [[nodiscard]] TcpSnapshot snapshot() const;
    /// What new data waits for, when there is nothing to send at `now`. For those who watch.
    [[nodiscard]] Hold hold(Time now) const;
    /// What tells why our bytes, or the peer's, arrive when they do (Config::attribution); null: nothing is under way.
    [[nodiscard]] StreamJournal* outgoing() const { return content_ ? content_->journal.get() : nullptr; }
    [[nodiscard]] StreamJournal* incoming() const { return incoming_ ? incoming_->journal.get() : nullptr; }
    /// The first, made if there is none yet.
    StreamJournal& begin_outgoing(Time now);
    /// No message of the peer's is under way: its journal is made anew when one is.
    void end_incoming();
    /// The position that read() gives next, and that write() takes next.
    [[nodiscard]] std::uint64_t read_position() const { return copied_; }
    [[nodiscard]] std::uint64_t write_position() const { return write_end_; }
    /// Of the handshake, at the end that opened the connection: how long its SYNs were lost.
    [[nodiscard]] Duration handshake_loss() const { return doubt_ ? doubt_->handshake_loss : Duration::zero(); }
    /// When the handshake was done; kNever: it is not.
    [[nodiscard]] Time established() const { return established_; }
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
    [[nodiscard]] std::uint64_t bytes_destroyed() const { return doubt_ ? doubt_->bytes_destroyed : 0; }
    [[nodiscard]] std::uint32_t data_segments_sent() const { return data_segments_sent_; }
    [[nodiscard]] std::uint32_t retransmitted() const { return retransmitted_; }
    /// Data may go out: the handshake is done, or Fast Open does without.
    [[nodiscard]] bool may_send() const { return is_synchronized() || (fast_child_ && state_ == State::syn_received); }
    /// Timeouts of the SYN-ACK so far.
    [[nodiscard]] std::uint32_t synack_timeouts() const { return backoff_; }
    /// Whether the segment acknowledges our SYN and nothing that was not sent.
    [[nodiscard]] bool acknowledges_syn(const Segment& s) const;
    /// Our FIN, sent or to come, waits for its acknowledgement (sk_stream_closing).
    [[nodiscard]] bool is_closing() const;
    /// Whether an orphan that is about to repeat a segment or a probe must go instead, as its host has `orphans` and
    /// may have `most` (give_up.cpp). To be asked before on_deadline().
    [[nodiscard]] bool makes_room(Time now, std::uint32_t orphans, std::uint32_t most) const;
    /// Written and not yet sent (tcp_notsent_lowat counts it).
    [[nodiscard]] std::uint64_t unsent() const {
        return write_end_ > next_ ? write_end_ - std::max<std::uint64_t>(next_, 1) : 0;
    }
    /// What Fast Open has done; null: it was not tried, or forget_fast_open() was called.
    [[nodiscard]] const FastOpen* fast_open() const { return doubt_ ? doubt_->fast_open.get() : nullptr; }
    void forget_fast_open();
    /// What a TIME_WAIT table needs; only in State::time_wait.
    [[nodiscard]] TimeWait time_wait() const;

  private:
    static constexpr std::uint16_t kLeastMss = 48;   // tcp_min_snd_mss
    enum Pending : std::uint16_t;                    // pending.hpp: what poll_segment still has to look at
    enum class Answer : std::uint8_t;                // what a RST says
    struct AckResult;                                // ack_result.hpp
    enum class XmitTimer : std::uint8_t;             // and what Timer::retransmit is for
    static constexpr std::uint32_t kReordering = 3;  // duplicates that tell of a loss; tcp_reordering

    // handshake.cpp
    void open(Time now);
    void arrive_syn_sent(Time now, const Segment& s);
    bool check_request(Time now, const Segment& s);
    bool accept_syn_ack(Time now, const Segment& s);
    void delay_handshake_ack(Time now);
    void learn_options(const Segment& syn);
    void learn_peer(Time now, const Segment& syn);
    void start_transfer(Time now, std::uint32_t lost);
    void finish_handshake(Time now, const Segment& s);
    void establish(Time now);
    void on_handshake_timer(Time now);
    [[nodiscard]] bool handshake_is_vain(Time now) const;
    bool send_handshake(Time now, Segment& out);

    // fast_open.cpp
    void take_syn_data(Time now, const Segment& syn);
    void note_fast_open_answer(Time now, const Segment& syn_ack);
    void send_syn_data(Segment& out) const;
    void unsend_syn_data();

    // give_up.cpp
    [[nodiscard]] bool retransmission_is_vain(Time now) const;
    [[nodiscard]] bool probe_is_vain(Time now) const;
    [[nodiscard]] std::uint32_t orphan_retries(bool alive) const;
    [[nodiscard]] Duration until_user_timeout(Time now, Duration wait) const;

    // arrival.cpp: RFC 9293 3.10.7, a function a step
    void arrive_time_wait(Time now, const Segment& s);
    bool check_timestamp(Time now, const Segment& s);
    bool check_sequence(Time now, const Segment& s);
    bool check_reset(Time now, const Segment& s);
    bool check_syn(Time now, const Segment& s);
    [[nodiscard]] bool is_disordered_ack(const Segment& s) const;
    [[nodiscard]] bool resets_exactly(const Segment& s) const;
    bool may_answer(Time now);
    void challenge(Time now);
    void answer_unacceptable(Time now, const Segment& s);
    void answer_with_reset(const Segment& s);
    bool check_ack(Time now, const Segment& s);
    void note_timestamp(Time now, const Segment& s);
    bool advance_closing(Time now, const Segment& s);
    void take_text(Time now, const Segment& s);
    void take_what_follows();
    void keep_out_of_order(Time now, const Segment& s, ReceivedSegment r);
    void check_fin(Time now, const Segment& s);
    void take_fin(Time now);
    void measure_receiver_rtt(Time now, const Segment& s);
    void report_duplicate(std::int64_t from, std::int64_t to);
    void measure_segment(const Segment& s);
    void grow_receive_window(const Segment& s);
    void note_mark(const Segment& s);

    // ack.cpp: what an acknowledgement does to the sending side
    bool process_ack(Time now, const Segment& s);
    void acknowledge_handshake(Time now, const Segment& s);
    bool update_send_window(const Segment& s, std::uint64_t ack);
    void fit_segments();
    void remove_acknowledged(Time now, const Segment& s, AckResult& r);
    bool measure_rtt(Time now, const Segment& s, AckResult& r, Time first_sent, Time last_sent);
    [[nodiscard]] AckSample sample_of(Time now, const AckResult& r) const;
    void grow_window(Time now, const AckResult& r);
    void transmit_after(const AckResult& r);
    void after_ack();

    // scoreboard.cpp: what SACK blocks tell
    void read_sack(Time now, const Segment& s, std::uint64_t ack, AckResult& r);
    bool read_duplicate(const Segment& s, std::uint64_t ack, AckResult& r);
    void cover(Time now, StreamRange block, StreamRange part, AckResult& r);
    void cover_duplicate(std::uint64_t from, std::uint64_t to, AckResult& r);
    void note_reordering(std::uint64_t from);
    [[nodiscard]] std::uint64_t highest_sacked() const { return queue_.sacked() > 0 ? doubt_->highest_sacked : una_; }
    Doubt& doubt();
    [[nodiscard]] std::uint64_t recovery_point() const { return doubt_ ? doubt_->recovery_point : 0; }
    /// Data wait behind missing ones.
    [[nodiscard]] bool has_hole() const { return doubt_ && !doubt_->out_of_order.empty(); }
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
    void count_duplicate(const AckResult& r);
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
    [[nodiscard]] bool probe_is_out() const { return doubt_ && doubt_->probe_end != 0; }
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
    [[nodiscard]] bool is_modelled() const { return std::holds_alternative<Bbr>(controller_); }
    [[nodiscard]] bool is_paced() const { return config_->pacing || is_modelled(); }
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

    // write.cpp
    std::uint64_t write_up_to(Time now, std::uint64_t room, const Piece* pieces, std::size_t count);
    std::uint64_t send_room(Time now, const Piece* pieces, std::size_t count);
    [[nodiscard]] SendBuffer::View send_view() const;
    [[nodiscard]] std::uint64_t leaving_at_once(Time now) const;
    void wake_writer(Time now);

    // output.cpp, transmit.cpp
    bool send_outside_stream(Time now, Segment& out);
    bool send_reset(Time now, Segment& out);
    bool send_new_first(Time now, Segment& out);
    bool send_retransmission(Time now, Segment& out);
    [[nodiscard]] std::uint32_t resend_size(std::uint32_t first, std::uint32_t quota) const;
    void send_again(Time now, Segment& out, std::uint32_t i, bool counted);
    bool send_data(Time now, Segment& out);
    bool send_probe(Time now, Segment& out);
    bool send_ack(Time now, Segment& out);
    void fill(Time now, Segment& out, std::uint64_t pos, std::uint8_t flags);
    void report_blocks(Segment& out) const;
    void fill_payload(Segment& out, std::uint64_t pos, std::uint32_t length) const;
    void after_data(Time now);
    void finish_burst(Time now);
    [[nodiscard]] std::uint32_t least_burst() const;
    [[nodiscard]] std::uint32_t offload_segments() const;
    void start_burst(Time now, std::uint64_t room);
    std::uint32_t burst_size(std::uint64_t room);
    bool may_begin_burst(Time now, std::uint32_t length, bool with_fin, std::uint64_t room);
    [[nodiscard]] std::uint32_t next_length(std::uint64_t room) const;
    [[nodiscard]] bool takes_fin(std::uint32_t length, std::uint64_t room, bool joined) const;
    [[nodiscard]] std::uint64_t peer_room() const { return peer_.room(una_, next_); }
    [[nodiscard]] bool should_defer(Time now) const;
    [[nodiscard]] bool nagle_holds(std::uint32_t length, bool with_fin) const;
    void check_idle_restart(Time now);
    void validate_window(Time now, bool limited);

    // attribution.cpp: what a journal is told
    void note_hold(Time now);
    void note_held_back(Time now, const Journey& journey);
    [[nodiscard]] bool rest_fits() const;
    [[nodiscard]] std::uint8_t holder(Time now) const;
    [[nodiscard]] Cause segment_holder() const;
    [[nodiscard]] Cause window_holder() const;
    [[nodiscard]] Cause buffer_holder() const;
    void note_arrival(Time now, std::uint64_t end, const Segment& s);

    // timers.cpp
    void on_retransmit_timer(Time now);
    void on_timeout(Time now);
    void on_delayed_ack_timer();
    void on_close_timer();
    void on_probe_timer(Time now);
    void on_keepalive_timer(Time now);
    void note_fired(FiredTimer timer);
    void set_xmit_timer(XmitTimer kind, Time now, Duration after);
    void stop_xmit_timer();
    void arm_retransmit(Time now);
    void rearm_retransmit(Time now);
    void restart_xmit_timer(Time now);
    /// Sets a timer that Linux keeps in jiffies: with Config::timer_hz it fires when the kernel's would.
    void set_timer(Timer t, Time now, Duration after);
    [[nodiscard]] Duration fin_wait_2_time() const;

    // shared
    [[nodiscard]] bool is_open() const;
    [[nodiscard]] bool is_synchronized() const;
    void after_read(std::uint64_t bytes);

    /// Segments that SACK blocks cover, or that duplicates without blocks stand for.
    [[nodiscard]] std::uint32_t sacked_out() const { return queue_.sacked() + duplicates_; }
    [[nodiscard]] std::uint32_t in_flight() const;
    [[nodiscard]] std::uint64_t receive_next_data() const { return receive_next_ - (fin_received_ ? 1 : 0); }
    [[nodiscard]] std::uint64_t send_end() const { return write_end_ + (send_closed_ ? 1 : 0); }
    [[nodiscard]] bool in_reduction() const { return ca_state_ == CaState::recovery || ca_state_ == CaState::cwr; }
    [[nodiscard]] std::uint32_t current_ssthresh() const;
    [[nodiscard]] SeqNum wire_seq(std::uint64_t pos) const { return wrap(pos, initial_send_); }
    void fail(TcpError e);
    void enter_closed();
    void enter_time_wait(Time now);
    void destroy_unread();

    const Config* config_ = nullptr;
    ConnectionMemory* memory_ = nullptr;
    FourTuple tuple_;
    SeqNum initial_send_;
    SeqNum initial_receive_;
    SeqNum stray_;  // what a RST answers: its number, or what it acknowledges
    State state_ = State::closed;
    TcpError error_ = TcpError::none;
    CaState ca_state_ = CaState::open;
    XmitTimer xmit_timer_ = XmitTimer{};
    std::uint8_t events_ = 0;

    // options in force, and which ends of the streams were reached
    bool sack_ : 1 = false;
    bool scaling_ : 1 = false;
    bool no_delay_ : 1 = false;
    bool cork_ : 1 = false;
    bool send_closed_ : 1 = false;  // a FIN is queued behind the data
    bool fin_received_ : 1 = false;
    bool receive_closed_ : 1 = false;  // nobody reads any more
    bool orphan_ : 1 = false;          // close() was called: nobody waits for the end (SOCK_DEAD)
    bool write_blocked_ : 1 = false;
    bool passive_ : 1 = false;
    // handshake
    bool request_ : 1 = false;         // SYN-RECEIVED stands for a request of a listener (request_sock)
    bool fast_child_ : 1 = false;      // made by a SYN with a valid Fast Open cookie
    bool syn_data_taken_ : 1 = false;  // of the SYN's data, by us or by the peer (syn_data_acked)
    bool acked_ : 1 = false;           // the bare ACK of the SYN-ACK came, and TCP_DEFER_ACCEPT waits for data
    bool heard_ : 1 = false;           // an acknowledgement came since the last timeout
    Answer reset_ : 2 = Answer{};
    // bursts
    bool sent_in_burst_ : 1 = false;
    bool deferred_ : 1 = false;
    bool ends_in_part_ : 1 = false;  // the burst's last segment is not full
    bool check_space_ : 1 = false;   // an acknowledgement came while a writer waited
    bool forced_ : 1 = false;        // the probe timer sends what fits, however little
    std::uint16_t pending_ = 0;      // bits of Pending
    std::uint16_t backoff_ = 0;
    std::uint16_t retries_ = 0;
    std::uint16_t segment_size_ = 536;  // payload of a full segment, options taken off
    std::uint16_t burst_left_ = 0;      // segments still to come of the burst that has begun
    std::uint16_t fired_ = 0;           // as take_fired() tells

    // sending: positions
    std::uint64_t una_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t write_end_ = 1;
    PeerWindow peer_;
    RetransmitQueue queue_;
    SendBuffer send_buffer_;
    ContentRef content_;
    ContentRef incoming_;  // the peer's, while somebody wants to know why it comes when it does
    CongestionWindow window_;
    Controller controller_;
    RttEstimator rtt_;
    Time last_sent_{};  // last data sent, again or not (lsndtime)
    Time pace_at_{};    // no burst leaves before; at least the last transmission (tcp_wstamp_ns)
    WindowUse use_;

    // recovering
    std::unique_ptr<Doubt> doubt_;  // none yet: nothing was ever lost, duplicated or late
    LatestDelivered rack_;
    std::uint32_t delivered_ = 0;   // segments that are known to have arrived
    std::uint32_t duplicates_ = 0;  // without SACK: duplicates that tell of arrived segments
    std::uint32_t reordering_ = kReordering;
    std::uint16_t resend_left_ = 0;  // segments of a burst that is being sent again
    std::uint8_t keepalive_probes_ = 0;
    bool rack_advanced_ : 1 = false;
    bool tlp_retransmits_ : 1 = false;  // the probe was a retransmission, not new data
    bool probing_ : 1 = false;          // a tail loss probe: one segment whatever the window and Nagle say
    bool frto_ : 1 = false;             // RFC 5682: a timeout is being judged
    bool new_first_ : 1 = false;        // new data before retransmissions, once
    // explicit congestion notification (RFC 3168)
    bool ecn_ : 1 = false;        // agreed upon
    bool cwr_due_ : 1 = false;    // the next new segment says that the window was reduced
    bool echo_mark_ : 1 = false;  // every acknowledgement says that a mark came

    // receiving: positions
    std::uint64_t receive_next_ = 1;  // past the SYN, even before it came: readable() is 0
    std::uint64_t copied_ = 1;        // next position that read() gives
    ReceiveWindow receive_;
    AckSchedule acks_;
    ReceiveQueue received_;
    Timestamps timestamps_;

    Timers timers_;
    Time established_ = kNever;
    std::uint32_t data_segments_sent_ = 0;
    std::uint32_t retransmitted_ = 0;
};

}  // namespace tcplab
