#include "tcp/rtt.hpp"

#include <algorithm>

namespace tcplab {

void RttEstimator::reset(Duration initial_rto, Duration min_rto, Duration max_rto, bool per_window) {
    *this = RttEstimator();
    rto_ = initial_rto;
    min_rto_ = min_rto;
    max_rto_ = max_rto;
    per_window_ = per_window;
}

void RttEstimator::sample(Duration rtt, Duration newest, std::uint64_t una, std::uint64_t nxt) {
    rtt = std::max(rtt, Duration(1));
    min_rtt_ = std::min(min_rtt_, std::max(newest, Duration(1)));
    if (!has_sample()) {
        srtt_ = rtt;
        deviation_ = rtt / 2;
        variance_ = std::max(4 * deviation_, per_window_ ? min_rto_ : Duration::zero());
        variance_max_ = variance_;
        window_end_ = nxt;
        update_rto();
        return;
    }
    const Duration error = rtt - srtt_;
    srtt_ += error / 8;
    Duration change = (error < Duration::zero() ? -error : error) - deviation_;
    // A round trip far below the mean says little about how late one can be (tcp_rtt_estimator).
    if (per_window_ && error < Duration::zero() && change > Duration::zero()) change /= 8;
    deviation_ += change / 4;
    if (!per_window_) {
        variance_ = 4 * deviation_;
        update_rto();
        return;
    }
    if (4 * deviation_ > variance_max_) {
        variance_max_ = 4 * deviation_;
        variance_ = std::max(variance_, variance_max_);
    }
    if (una > window_end_) {
        if (variance_max_ < variance_) variance_ -= (variance_ - variance_max_) / 4;
        window_end_ = nxt;
        variance_max_ = min_rto_;
    }
    update_rto();
}

void RttEstimator::fall_back() { rto_ = std::max(rto_, std::min<Duration>(3s, max_rto_)); }

void RttEstimator::update_rto() {
    const Duration rto = srtt_ + variance_;
    rto_ = std::min(per_window_ ? rto : std::max(rto, min_rto_), max_rto_);
}

}  // namespace tcplab
