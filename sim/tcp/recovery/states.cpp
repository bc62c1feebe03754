// The states of a sender that doubts (Open, Disorder, CWR, Recovery, Loss), and what an acknowledgement does in
// each (tcp_fastretrans_alert). Which segments are lost is asked of the file that Config::recovery names, how much
// may go out of prr.cpp, and whether it was all a mistake of undo.cpp.
#include <algorithm>

#include "tcp/ack_result.hpp"
#include "tcp/connection.hpp"
#include "tcp/pending.hpp"

namespace tcplab {

void Connection::process_recovery(Time now, const Segment& s, AckResult& r) {
    if (queue_.empty()) duplicates_ = 0;
    if (r.congestion_echoed) doubt().prior_ssthresh = 0;
    if (r.reneged && r.advanced && ca_state_ != CaState::loss) {
        // The timeout will find out; until then the head may just be late (tcp_check_sack_reneging).
        set_xmit_timer(XmitTimer::retransmit, now, std::max(rtt_.srtt() / 2, Duration(10'000'000)));
        r.set_timer = false;
        return;
    }
    if (ca_state_ == CaState::open) {
        doubt().first_retransmission = kNever;
    } else if (una_ >= recovery_point() && leave_finished_state(s)) {
        return;
    }
    switch (ca_state_) {
        case CaState::recovery:
            if (!r.advanced) {
                if (!sack_recovery() && r.duplicates > 0) add_duplicate();
            } else if (undo_partial(s, r)) {
                return;
            }
            if (undo_by_duplicates()) keep_open();
            find_losses(now, r);
            if (ca_state_ == CaState::recovery) {
                r.retransmit = true;
                return;
            }
            break;
        case CaState::loss:
            process_loss(s, r);
            find_losses(now, r);
            if (ca_state_ != CaState::open && !r.retransmission_lost) return;
            count_duplicate(r);
            break;
        default:
            count_duplicate(r);
            if (ca_state_ != CaState::cwr) undo_by_duplicates();
            find_losses(now, r);
            break;
    }
    if (queue_.lost() == 0) {
        try_to_open(r);
        return;
    }
    enter_recovery(r.congestion_echoed);
    r.retransmit = true;
}

bool Connection::leave_finished_state(const Segment& s) {
    if (ca_state_ == CaState::cwr && una_ != recovery_point()) {
        end_reduction();
        ca_state_ = CaState::open;
    } else if (ca_state_ == CaState::recovery) {
        if (!sack_recovery()) duplicates_ = 0;
        if (undo_recovery(s)) return true;
        end_reduction();
    }
    return false;
}

void Connection::process_loss(const Segment& s, AckResult& r) {
    const bool recovered = una_ >= recovery_point();
    if (r.advanced && undo_loss(s, false)) return;
    if (frto_) {
        // RFC 5682 3.1 with SACK, 3.b: data that was sent once has arrived, so the timeout was spurious.
        if (r.original_arrived && undo_loss(s, true)) return;
        if (next_ > recovery_point()) {
            if (r.data_sacked || r.duplicates > 0) frto_ = false;  // 3.a: it was due
        } else if (r.advanced && !recovered) {
            doubt().recovery_point = next_;
            // 2.b: new data shows whether the old is still under way, if there is any and the peer has room.
            if (next_ < write_end_ && peer_room() > 0) {
                r.try_new = true;
                return;
            }
            frto_ = false;
        }
    }
    if (recovered) {
        undo_recovery(s);
        return;
    }
    if (!sack_recovery()) {
        if (next_ > recovery_point() && r.duplicates > 0) {
            add_duplicate();
        } else if (r.advanced) {
            duplicates_ = 0;
        }
    }
    r.retransmit = true;
}

void Connection::find_losses(Time now, AckResult& r) {
    if (queue_.empty()) return;
    if (!sack_recovery()) {
        mark_head_lost(r.advanced);
        return;
    }
    if (config_->recovery == Recovery::sack) {
        mark_by_count();
        return;
    }
    const std::uint32_t retransmitted = queue_.retransmitted();
    if (mark_by_time(now)) r.set_timer = false;
    if (queue_.retransmitted() < retransmitted) r.retransmission_lost = true;
}

void Connection::enter_recovery(bool by_mark) {
    Doubt& d = doubt();
    if (!any_retransmitted()) d.first_retransmission = kNever;
    d.prior_ssthresh = 0;
    start_undo();
    if (!in_reduction()) {
        if (!by_mark) d.prior_ssthresh = current_ssthresh();
        start_reduction();
    }
    ca_state_ = CaState::recovery;
}

void Connection::enter_cwr() {
    Doubt& d = doubt();
    d.prior_ssthresh = 0;
    if (ca_state_ == CaState::open || ca_state_ == CaState::disorder) {
        d.undo_point = 0;
        start_reduction();
        ca_state_ = CaState::cwr;
    }
}

void Connection::try_to_open(const AckResult& r) {
    if (!any_retransmitted()) doubt().first_retransmission = kNever;
    if (r.congestion_echoed) enter_cwr();
    if (ca_state_ != CaState::cwr) keep_open();
}

void Connection::keep_open() {
    const bool in_doubt = sacked_out() > 0 || queue_.lost() > 0 || any_retransmitted();
    const CaState state = in_doubt ? CaState::disorder : CaState::open;
    if (state == ca_state_) return;
    ca_state_ = state;
    doubt().recovery_point = next_;
}

bool Connection::any_retransmitted() const {
    return queue_.retransmitted() > 0 || (!queue_.empty() && queue_.head().transmissions > 1);
}

}  // namespace tcplab
