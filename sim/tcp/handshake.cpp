// Opening a connection (RFC 9293 3.5 and 3.10.7.3): both sides of the handshake, its options and its timeouts.
#include <algorithm>
#include <cassert>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

namespace {

constexpr std::uint16_t kDefaultMss = 536;        // RFC 9293 3.7.1
constexpr Duration kLeastTimeout{8'000'000};      // TCP_TIMEOUT_MIN: two ticks of 250 Hz
constexpr Duration kAnswerInterval{500'000'000};  // tcp_invalid_ratelimit

/// Whether a segment's timestamp echoes one that was sent from `first` to `last` (tsecr_reject in Linux).
bool echoes(const Segment& s, std::uint32_t first, std::uint32_t last) { return s.ts_echo - first <= last - first; }

}  // namespace

void Connection::connect(Time now) { open(now); }

bool Connection::acknowledges_syn(const Segment& s) const {
    const std::int64_t ack = unwrap(s.ack, initial_send_, next_);
    return s.has(flag::ack) && ack >= 1 && ack <= static_cast<std::int64_t>(next_);
}

/// To SYN-SENT: the SYN is the first thing to send.
void Connection::open(Time now) {
    assert(state_ == State::closed);
    state_ = State::syn_sent;
    receive_.reset(*config_, false);
    queue_.push({.pos = 0, .sent = now, .length = 1}, memory_->sent, is_modelled());
    next_ = 1;
    timers_.try_since(now, memory_->timers);
    pending_ = kHandshake;
}

void Connection::accept(Time now, const Segment& syn, const FastOpenOption& answer) {
    assert(state_ == State::closed && syn.has(flag::syn));
    passive_ = true;
    request_ = true;
    state_ = State::syn_received;
    receive_.reset(*config_, config_->timestamps && syn.has_timestamps);
    learn_peer(now, syn);
    if (answer.present()) {
        doubt().fast_open = std::make_unique<FastOpen>();
        doubt().fast_open->offered = answer;
    }
    queue_.push({.pos = 0, .sent = now, .length = 1}, memory_->sent, is_modelled());
    next_ = 1;
    timers_.try_since(now, memory_->timers);
    pending_ = kHandshake;
}

void Connection::accept_cookie(Time now, const Segment& syn) {
    accept(now, syn);
    request_ = false;  // there was none: nothing checks the segment but the cookie
    pending_ = 0;
    queue_.head().transmissions = 2;  // when it was sent is known from its timestamp only
}

void Connection::learn_peer(Time now, const Segment& syn) {
    initial_receive_ = syn.seq;
    receive_next_ = 1;
    learn_options(syn);
    timestamps_.refresh(now);
    peer_.set(syn.window);
    peer_.forget_largest();
    if (peer_.note_largest()) fit_segments();
}

void Connection::learn_options(const Segment& syn) {
    timestamps_.learn(syn, config_->timestamps && syn.has_timestamps);
    sack_ = config_->sack && syn.sack_permitted;
    scaling_ = config_->window_scaling && syn.has_window_scale;
    if (!scaling_) receive_.no_scaling();
    // A SYN asks with both bits, a SYN-ACK agrees with one (RFC 3168 6.1.1).
    const bool agrees = passive_ ? syn.has(flag::ece) && syn.has(flag::cwr) : syn.has(flag::ece) && !syn.has(flag::cwr);
    ecn_ = agrees && (passive_ ? config_->ecn != Ecn::off : config_->ecn == Ecn::on);
    peer_.set_scale(scaling_ ? syn.window_scale : std::uint8_t{0});
    const std::uint16_t peer_mss = syn.mss != 0 ? syn.mss : kDefaultMss;
    const std::uint16_t mss = std::max(std::min(peer_mss, config_->mss), kLeastMss);
    segment_size_ = static_cast<std::uint16_t>(mss - timestamps_.option_bytes());
    peer_.set_most_segment(segment_size_);
}

/// Whether a segment with an ACK answers the SYN; one of another incarnation is reset, and the SYN asks on
/// (RFC 9293 3.10.7.3, first step).
bool Connection::accept_syn_ack(Time now, const Segment& s) {
    if (!acknowledges_syn(s)) {
        // The old connection is gone when the RST arrives: ask soon (tcp_rcv_synsent_state_process).
        if (config_->linux_checks && retries_ == 0) set_timer(Timer::retransmit, now, kLeastTimeout);
        answer_with_reset(s);
        return false;
    }
    const bool stamped = config_->timestamps && s.has_timestamps && s.ts_echo != 0;
    if (config_->linux_checks && stamped && !echoes(s, timestamps_.at(timers_.trying_since()), timestamps_.at(now))) {
        answer_with_reset(s);
        return false;
    }
    return true;
}

void Connection::arrive_syn_sent(Time now, const Segment& s) {
    if (s.has(flag::ack) && !accept_syn_ack(now, s)) return;
    if (s.has(flag::rst)) {
        if (s.has(flag::ack)) fail(TcpError::refused);
        return;
    }
    if (!s.has(flag::syn)) return;
    learn_peer(now, s);
    if (!s.has(flag::ack)) {  // simultaneous open
        state_ = State::syn_received;
        pending_ |= kHandshake;
        return;
    }
    // The SYN that was answered is the last, unless that came later.
    const Time last = queue_.head().sent;
    const Duration lost = std::max(last - timers_.trying_since(), s.journey.repaired);
    if (s.journey.sent >= last && lost > Duration::zero()) doubt().handshake_loss = lost;
    acks_.on_syn_ack();
    acknowledge_handshake(now, s);
    note_fast_open_answer(now, s);
    establish(now);
    if (config_->request_on_handshake_ack) {
        // The application gets a chance to write first; the timer is due at once if it does not.
        acks_.owe(now);
        timers_.set(Timer::delayed_ack, now, memory_->timers);
    } else if (acks_.interactive() || config_->defer_accept > 0) {
        delay_handshake_ack(now);
    } else {
        pending_ |= kAckNow;
    }
}

/// TCP_QUICKACK off or TCP_DEFER_ACCEPT: the application will write soon, and its data carry the ACK.
void Connection::delay_handshake_ack(Time now) {
    acks_.owe(now);
    acks_.credit(*config_, receive_);
    set_timer(Timer::delayed_ack, now, config_->delayed_ack_max);
}

/// A segment for a connection that a listener's SYN made, before the handshake is done (tcp_check_req). True: it
/// goes on to the other checks.
bool Connection::check_request(Time now, const Segment& s) {
    const std::int64_t begin = unwrap(s.seq, initial_receive_, receive_next_);
    const std::int64_t end = begin + s.sequence_length();
    const bool stamped = timestamps_.on(s);
    const bool old = stamped && timestamps_.age(s) > 0;
    const bool bare_syn = (s.flags & (flag::syn | flag::ack | flag::rst | flag::fin)) == flag::syn;
    if (bare_syn && begin == 0 && !old) {
        if (!may_answer(now)) return false;
        timers_.stop(Timer::retransmit);  // send_handshake sets it anew
        pending_ |= kHandshake;
        return false;
    }
    if (request_ && s.has(flag::ack) && !acknowledges_syn(s)) {
        answer_with_reset(s);
        return false;
    }
    const bool never_sent = config_->linux_checks && request_ && stamped && s.ts_echo != 0 && s.has(flag::ack) &&
                            !echoes(s, timestamps_.at(timers_.trying_since()), timestamps_.at(queue_.head().sent));
    const auto next = static_cast<std::int64_t>(receive_next_);
    const std::int64_t edge = next + static_cast<std::int64_t>(receive_.left(receive_next_));
    const bool in_window = begin == next || (end > next && begin < edge) || (begin == edge && begin == end);
    if (old || never_sent || !in_window) {
        if (!s.has(flag::rst) && may_answer(now)) pending_ |= kExtraAck;
        return false;
    }
    if (s.has(flag::rst) || (s.has(flag::syn) && begin != 0)) {
        fail(TcpError::refused);
        answer_with_reset(s);
        return false;
    }
    if (!s.has(flag::ack)) return false;
    if (request_ && backoff_ < config_->defer_accept && end == 1) {
        acked_ = true;  // TCP_DEFER_ACCEPT: a bare ACK is not enough
        return false;
    }
    return true;
}

/// The ACK of our SYN-ACK, or the SYN-ACK of a simultaneous open.
void Connection::finish_handshake(Time now, const Segment& s) {
    timestamps_.refresh(now);
    peer_.set(peer_.offered(s));
    if (passive_ && !fast_child_) peer_.forget_largest();  // not the SYN's (tcp_create_openreq_child)
    if (peer_.note_largest()) fit_segments();
    if (!fast_child_) {
        acknowledge_handshake(now, s);
        if (s.has(flag::syn)) {  // of a simultaneous open: its number is an old one
            report_duplicate(0, 1);
            pending_ |= kAckNow;
        }
    } else if (retries_ == 0) {
        rtt_.sample(*config_, now - timers_.trying_since(), now - timers_.trying_since(), una_, next_);
    }
    establish(now);
}

/// Windows and buffers, when the options are known; `lost` SYNs or SYN-ACKs were sent again (tcp_init_transfer).
void Connection::start_transfer(Time now, std::uint32_t lost) {
    // One lost SYN is forgiven, more tell of congestion (RFC 5681 3.1).
    window_.cwnd = lost > (config_->linux_rtt ? 1U : 0U) ? 1 : config_->initial_window;
    std::visit([&](auto& c) { c.reset(now, next_); }, controller_);
    const auto advertised = static_cast<std::uint16_t>(config_->mss - timestamps_.option_bytes());
    receive_.establish(advertised, scaling_, receive_next_);
    acks_.start(now, std::min<std::uint16_t>(kDefaultMss, segment_size_));
    last_sent_ = now;  // tcp_finish_connect, tcp_create_openreq_child
    start_pacing(now);
    use_.start(now, next_);
}

void Connection::establish(Time now) {
    state_ = send_closed_ ? State::fin_wait_1 : State::established;
    established_ = now;
    request_ = false;
    stop_xmit_timer();
    backoff_ = 0;
    if (doubt_) doubt_->next_challenge = Time{};
    if (!fast_child_) {
        start_transfer(now, retries_);
    } else if (retries_ > 1) {
        window_.cwnd = 1;
    }
    retries_ = 0;
    if (passive_) forget_fast_open();
    if (!rtt_.has_sample()) rtt_.fall_back(*config_);
    if (!queue_.empty()) arm_retransmit(now);
    if (config_->keepalive > Duration::zero()) set_timer(Timer::keepalive, now, config_->keepalive);
    events_ |= event::connected;
    if (next_ < send_end()) pending_ |= kData;
}

bool Connection::send_handshake(Time now, Segment& out) {
    pending_ = static_cast<std::uint16_t>(pending_ & ~kHandshake);
    const bool answer = state_ == State::syn_received;
    fill(now, out, 0, static_cast<std::uint8_t>(answer ? flag::syn | flag::ack : flag::syn));
    const bool offer_all = !answer || !passive_;
    out.mss = config_->mss;
    out.has_timestamps = offer_all ? config_->timestamps : timestamps_.in_force();
    out.sack_permitted = offer_all ? config_->sack : sack_;
    out.has_window_scale = offer_all ? config_->window_scaling : scaling_;
    out.window_scale = out.has_window_scale ? receive_.scale() : std::uint8_t{0};
    out.ts_value = out.has_timestamps ? timestamps_.at(now) : 0;
    bool again = timers_.trying_since() != kNever;  // of a Fast Open child, whose SYN-ACK is not in the queue
    if (!again) timers_.try_since(now, memory_->timers);
    if (!fast_child_) {
        SentSegment& syn = queue_.head();
        syn.sent = now;
        again = ++syn.transmissions > 1;
    }
    if (answer ? ecn_ : config_->ecn == Ecn::on && !again) out.flags |= answer ? flag::ece : flag::ece | flag::cwr;
    out.reason = again ? SendReason::handshake_again : SendReason::handshake;
    if (again) {
        if (timers_.trying_since() != kNever) out.journey.repaired = now - timers_.trying_since();
        ++retransmitted_;
        if (answer && passive_) ++retries_;
    } else if (fast_open() != nullptr && out.options_size() + fast_open()->offered.size() <= Segment::kMostOptions) {
        send_syn_data(out);  // once: what makes trouble on the way is left out of further ones
    }
    if (!timers_.running(Timer::retransmit)) arm_retransmit(now);
    return true;
}

/// Whether a SYN or SYN-ACK has been repeated often enough (tcp_write_timeout, syn_ack_recalc).
bool Connection::handshake_is_vain(Time now) const {
    if (state_ == State::syn_received && passive_) {
        // Answers to a repeated SYN are not timeouts, though they count as lost for the first window.
        const bool enough = backoff_ >= config_->synack_retries + (fast_child_ ? 1U : 0U);
        const bool waits_for_data = request_ && acked_ && backoff_ < config_->defer_accept;
        return enough && !waits_for_data;
    }
    const std::uint32_t linear = state_ == State::syn_sent ? config_->syn_linear_timeouts : 0;
    const Duration patience = config_->user_timeout;
    // Fewer linear timeouts count where so many doubled ones would have been over sooner (retransmits_timed_out).
    const bool late = config_->retries_by_time && state_ == State::syn_sent && retries_ > 0 &&
                      now - timers_.trying_since() >=
                          config_->initial_rto * ((std::int64_t{2} << std::min(config_->syn_retries, 30U)) - 1);
    return late || retries_ >= config_->syn_retries + linear ||
           (patience > Duration::zero() && retries_ > 0 && now - timers_.trying_since() >= patience);
}

void Connection::on_handshake_timer(Time now) {
    if (handshake_is_vain(now)) {
        fail(TcpError::timed_out);
        return;
    }
    if (state_ == State::syn_received && passive_) {
        // While TCP_DEFER_ACCEPT waits for data it repeats nothing but a last SYN-ACK.
        const bool quiet = request_ && acked_ && backoff_ + 1U < config_->defer_accept;
        ++backoff_;
        if (quiet) {
            arm_retransmit(now);
        } else {
            pending_ |= kHandshake;
        }
        return;
    }
    ++retries_;
    if (state_ != State::syn_sent || retries_ > config_->syn_linear_timeouts) ++backoff_;
    pending_ |= kHandshake;
}

bool Connection::may_answer(Time now) {
    // RFC 5961 7: two ends that disagree must not answer each other's bare segments for ever.
    if (now < doubt().next_challenge) return false;
    doubt().next_challenge = now + kAnswerInterval;
    return true;
}

}  // namespace tcplab
