#include "tcp/rate_sample.hpp"

#include <algorithm>

namespace tcplab {

namespace {

std::uint32_t to_us(Time t) { return static_cast<std::uint32_t>(t.time_since_epoch() / 1us); }

bool after(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

}  // namespace

RateStamp rate_sent(RateState& state, Time now, bool none_out) {
    // From silence, the sample begins here and not with the last acknowledgement.
    if (none_out) state.first_sent = state.delivered_at = now;
    return {state.delivered, to_us(state.delivered_at), to_us(state.first_sent), state.app_limited != 0};
}

void rate_delivered(const RateStamp& stamp, Time sent, std::uint64_t end, bool retransmitted, RateState& state,
                    RateSample& sample) {
    const std::uint32_t sent_us = to_us(sent);
    const std::uint32_t newest_us = to_us(state.first_sent);
    // The segment sent last counts, among those sent at once the one that ends last.
    if (sample.timed && !after(sent_us, newest_us) && (sent_us != newest_us || end <= sample.last_end)) return;
    sample.timed = true;
    sample.prior_delivered = stamp.delivered;
    sample.prior_delivered_at = stamp.delivered_at;
    sample.app_limited = stamp.app_limited;
    sample.retransmitted = retransmitted;
    sample.last_end = end;
    sample.interval_us = sent_us - stamp.first_sent;
    state.first_sent = sent;
}

RateSample rate_begin(std::uint32_t in_flight, std::uint32_t losses, RateState& state) {
    state.lost = losses;  // what timers marked meanwhile is no news of this acknowledgement
    RateSample sample;
    sample.prior_in_flight = in_flight;
    return sample;
}

void rate_finish(Time now, std::uint32_t delivered, std::uint32_t losses, Duration min_rtt, RateState& state,
                 RateSample& sample) {
    state.delivered += delivered;
    sample.losses = losses - state.lost;
    state.lost = losses;
    if (state.app_limited != 0 && after(state.delivered, state.app_limited)) state.app_limited = 0;
    if (delivered > 0) state.delivered_at = now;
    sample.acked_sacked = delivered;
    if (!sample.timed) return;
    sample.delivered = state.delivered - sample.prior_delivered;
    const std::int64_t acknowledging = to_us(now) - sample.prior_delivered_at;
    sample.interval_us = std::max(sample.interval_us, acknowledging);
    if (sample.interval_us < min_rtt / 1us) sample.interval_us = -1;
}

void rate_app_limited(RateState& state, std::uint32_t in_flight) {
    state.app_limited = std::max(state.delivered + in_flight, 1U);
}

}  // namespace tcplab
