#include <algorithm>

#include "tcp/congestion/controller.hpp"

namespace tcplab {

std::uint32_t CongestionWindow::slow_start(std::uint32_t acked) {
    const std::uint32_t grown = std::min(cwnd + acked, ssthresh);
    acked -= grown - cwnd;
    cwnd = grown;
    return acked;
}

void CongestionWindow::increase(std::uint32_t every, std::uint32_t acked) {
    // `every` may have fallen below what was counted for a larger one.
    if (count >= every) {
        count = 0;
        ++cwnd;
    }
    count += acked;
    if (count >= every) {
        const std::uint32_t steps = count / every;
        count -= steps * every;
        cwnd += steps;
    }
}

void Reno::on_ack(CongestionWindow& w, const AckSample& s) {
    std::uint32_t acked = s.acked;
    if (w.in_slow_start()) {
        acked = w.slow_start(acked);
        if (acked == 0) return;
    }
    w.increase(w.cwnd, acked);
}

std::uint32_t Reno::ssthresh_after_loss(const CongestionWindow& w) { return std::max(w.cwnd / 2, 2U); }

Controller make_controller(CongestionControl which, std::uint64_t seed) {
    switch (which) {
        case CongestionControl::reno: return Reno();
        case CongestionControl::cubic: return Cubic();
        case CongestionControl::bbr: return Bbr(seed);
    }
    return Reno();
}

}  // namespace tcplab
