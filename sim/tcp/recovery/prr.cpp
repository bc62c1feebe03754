// The window while it is being reduced: in proportion to what arrives (RFC 6937; tcp_cwnd_reduction), with the
// reduction bound of slow start while nothing more is lost.
#include <algorithm>

#include "tcp/connection.hpp"

namespace tcplab {

void Connection::start_reduction() {
    recovery_point_ = next_;
    tlp_end_ = 0;
    window_.count = 0;
    prior_cwnd_ = window_.cwnd;
    prr_delivered_ = 0;
    prr_out_ = 0;
    window_.ssthresh = std::visit([&](auto& c) { return c.ssthresh_after_loss(window_); }, controller_);
}

void Connection::reduce_window(std::uint32_t delivered, std::uint32_t lost, bool advanced) {
    if (delivered == 0 || prior_cwnd_ == 0) return;
    prr_delivered_ += delivered;
    const auto pipe = static_cast<std::int64_t>(in_flight());
    const std::int64_t room = static_cast<std::int64_t>(window_.ssthresh) - pipe;
    std::int64_t send = 0;
    if (room < 0) {
        const std::uint64_t share = (std::uint64_t{window_.ssthresh} * prr_delivered_ + prior_cwnd_ - 1) / prior_cwnd_;
        send = static_cast<std::int64_t>(share) - static_cast<std::int64_t>(prr_out_);
    } else {
        send = std::max<std::int64_t>(static_cast<std::int64_t>(prr_delivered_) - static_cast<std::int64_t>(prr_out_),
                                      delivered);
        if (advanced && lost == 0) ++send;
        send = std::min(room, send);
    }
    // The first retransmission goes in any case.
    send = std::max<std::int64_t>(send, prr_out_ == 0 ? 1 : 0);
    window_.cwnd = static_cast<std::uint32_t>(pipe + send);
}

void Connection::end_reduction() {
    if (model() != nullptr) return;  // it restores what it saved
    // Unless it was undone meanwhile.
    if (window_.ssthresh < kInfiniteSegments && (ca_state_ == CaState::cwr || undo_point_ != 0)) {
        window_.cwnd = window_.ssthresh;
    }
}

}  // namespace tcplab
