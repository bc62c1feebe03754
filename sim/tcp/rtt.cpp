#include "tcp/rtt.hpp"

#include <algorithm>

namespace tcplab {

void RttEstimator::reset(const Config& config) {
    *this = RttEstimator();
    variance_ = config.initial_rto;
}

void RttEstimator::sample(const Config& config, Duration rtt, Duration newest, std::uint64_t una, std::uint64_t nxt) {
    rtt = std::max(rtt, Duration(1));
    min_rtt_ = std::min(min_rtt_, std::max(newest, Duration(1)));
    if (!has_sample()) {
        srtt_ = rtt;
        deviation_ = rtt / 2;
        variance_ = std::max(4 * deviation_, config.linux_rtt ? config.min_rto : Duration::zero());
        variance_max_ = variance_;
        window_end_ = nxt;
        return;
    }
    const Duration error = rtt - srtt_;
    srtt_ += error / 8;
    Duration change = (error < Duration::zero() ? -error : error) - deviation_;
    // A round trip far below the mean says little about how late one can be (tcp_rtt_estimator).
    if (config.linux_rtt && error < Duration::zero() && change > Duration::zero()) change /= 8;
    deviation_ += change / 4;
    if (!config.linux_rtt) {
        variance_ = 4 * deviation_;
        return;
    }
    if (4 * deviation_ > variance_max_) {
        variance_max_ = 4 * deviation_;
        variance_ = std::max(variance_, variance_max_);
    }
    if (una > window_end_) {
        if (variance_max_ < variance_) variance_ -= (variance_ - variance_max_) / 4;
        window_end_ = nxt;
        variance_max_ = config.min_rto;
    }
}

void RttEstimator::fall_back(const Config& config) {
    variance_ = std::max(variance_, std::min<Duration>(3s, config.max_rto));
}

}  // namespace tcplab
