// The window while it is being reduced: in proportion to what arrives (RFC 6937; tcp_cwnd_reduction), with the
// reduction bound of slow start while nothing more is lost.
#include <algorithm>

#include "tcp/connection.hpp"

namespace tcplab {

void Connection::start_reduction() {
    Doubt& d = doubt();
    doubt().recovery_point = next_;
    d.probe_end = 0;
    cwr_due_ = ecn_;
    window_.count = 0;
    d.prior_cwnd = window_.cwnd;
    d.delivered = 0;
    d.out = 0;
    window_.ssthresh = std::visit([&](auto& c) { return c.ssthresh_after_loss(window_); }, controller_);
}

void Connection::reduce_window(std::uint32_t delivered, std::uint32_t lost, bool advanced) {
    Doubt& d = doubt();
    if (delivered == 0 || d.prior_cwnd == 0) return;
    d.delivered += delivered;
    const auto pipe = static_cast<std::int64_t>(in_flight());
    const std::int64_t room = static_cast<std::int64_t>(window_.ssthresh) - pipe;
    std::int64_t send = 0;
    if (room < 0) {
        const std::uint64_t share = (std::uint64_t{window_.ssthresh} * d.delivered + d.prior_cwnd - 1) / d.prior_cwnd;
        send = static_cast<std::int64_t>(share) - static_cast<std::int64_t>(d.out);
    } else {
        send = std::max<std::int64_t>(static_cast<std::int64_t>(d.delivered) - static_cast<std::int64_t>(d.out),
                                      delivered);
        if (advanced && lost == 0) ++send;
        send = std::min(room, send);
    }
    // The first retransmission goes in any case.
    send = std::max<std::int64_t>(send, d.out == 0 ? 1 : 0);
    window_.cwnd = static_cast<std::uint32_t>(pipe + send);
}

void Connection::end_reduction() {
    if (model() != nullptr) return;  // it restores what it saved
    // Unless it was undone meanwhile.
    if (window_.ssthresh < kInfiniteSegments && (ca_state_ == CaState::cwr || undoable())) {
        window_.cwnd = window_.ssthresh;
    }
}

}  // namespace tcplab
