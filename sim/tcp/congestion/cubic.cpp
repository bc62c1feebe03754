#include <algorithm>

#include "tcp/congestion/controller.hpp"

namespace tcplab {

namespace {

// The curve is computed in units of 1/1024 s and with the kernel's fixed-point constants: C = 410/1024 = 0.4
// and beta = 717/1024 = 0.7.
constexpr std::uint64_t kC = 410;
constexpr std::uint32_t kBeta = 717;
constexpr std::uint32_t kBetaUnit = 1024;
constexpr std::int64_t kTicks = 1024;

constexpr std::uint32_t kHystartLowWindow = 16;
constexpr std::uint8_t kHystartSamples = 8;
constexpr Duration kHystartAckGap{2'000'000};
constexpr Duration kHystartDelayMin{4'000'000};
constexpr Duration kHystartDelayMax{16'000'000};
// Right after a recovery, round trips still show the old queue.
constexpr Duration kDiscardSamples{1'000'000'000};
constexpr Duration kTick{4'000'000};  // the kernel reckons in jiffies; HZ = 250
// The curve is evaluated anew at most so often while the window stands still (HZ / 32).
constexpr Duration kUpdateInterval = 7 * kTick;

std::uint64_t to_ticks(Duration d) {
    return static_cast<std::uint64_t>(d.count() / 1'000'000 * kTicks / 1000 +
                                      d.count() % 1'000'000 * kTicks / 1'000'000'000);
}

/// floor(x^(1/3)), by bits: the same on every machine.
std::uint64_t cube_root(std::uint64_t x) {
    std::uint64_t root = 0;
    for (int bit = 20; bit >= 0; --bit) {
        const std::uint64_t candidate = root | (std::uint64_t{1} << static_cast<unsigned>(bit));
        if (candidate * candidate * candidate <= x) root = candidate;
    }
    return root;
}

}  // namespace

void Cubic::reset(Time now, std::uint64_t nxt) {
    *this = Cubic(hystart_);
    start_round(now, nxt);
}

void Cubic::start_round(Time now, std::uint64_t nxt) {
    round_start_ = now;
    last_ack_ = now;
    round_end_ = nxt;
    round_min_rtt_ = Duration::max();
    samples_ = 0;
}

void Cubic::on_rtt(CongestionWindow& w, const AckSample& s) {
    if (s.rtt < Duration::zero()) return;
    if (epoch_ != kNever && s.now - epoch_ < kDiscardSamples) return;
    const Duration rtt = std::max(s.rtt, Duration(1000));
    if (delay_min_ == Duration::zero() || rtt < delay_min_) delay_min_ = rtt;
    if (hystart_ && !found_ && w.in_slow_start()) hystart(w, s);
}

void Cubic::hystart(CongestionWindow& w, const AckSample& s) {
    if (s.una > round_end_) start_round(s.now, s.nxt);
    if (w.cwnd < kHystartLowWindow) return;
    // A train of closely spaced acknowledgements as long as half the round trip: the path is full.
    if (s.now - last_ack_ <= kHystartAckGap) {
        last_ack_ = s.now;
        // Pacing itself may have spread them over half of it.
        const Duration threshold = delay_min_ + s.burst_delay;
        if (s.now - round_start_ > (s.paced ? threshold : threshold / 2)) found_ = true;
    }
    // The least round trip of the round's first samples has grown: a queue builds up.
    round_min_rtt_ = std::min(round_min_rtt_, s.rtt);
    if (samples_ < kHystartSamples) {
        ++samples_;
    } else if (round_min_rtt_ > delay_min_ + std::clamp(delay_min_ / 8, kHystartDelayMin, kHystartDelayMax)) {
        found_ = true;
    }
    if (found_) w.ssthresh = w.cwnd;
}

void Cubic::on_ack(CongestionWindow& w, const AckSample& s) {
    std::uint32_t acked = s.acked;
    if (w.in_slow_start()) {
        acked = w.slow_start(acked);
        if (acked == 0) return;
    }
    update(w.cwnd, acked, s.now);
    w.increase(every_, acked);
}

std::uint32_t Cubic::target(Time now) const {
    const Duration ahead = (delay_min_ + kTick - Duration(1)) / kTick * kTick;  // usecs_to_jiffies rounds up
    const std::uint64_t t = to_ticks(now - epoch_ + ahead);
    const std::uint64_t k = to_ticks(k_);
    const std::uint64_t offset = t < k ? k - t : t - k;
    if (offset > 1'000'000) return t < k ? 0 : kInfiniteSegments;  // a quarter of an hour: beyond any window
    const std::uint64_t delta = (kC * offset * offset / 1024 * offset) >> 30U;
    if (t < k) return static_cast<std::uint32_t>(origin_ - std::min<std::uint64_t>(delta, origin_));
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(origin_ + delta, kInfiniteSegments));
}

void Cubic::update(std::uint32_t cwnd, std::uint32_t acked, Time now) {
    reno_acked_ += acked;
    if (updated_cwnd_ == cwnd && updated_at_ != kNever && now - updated_at_ <= kUpdateInterval) return;
    updated_cwnd_ = cwnd;
    updated_at_ = now;
    if (epoch_ == kNever) {
        epoch_ = now;
        reno_acked_ = acked;
        reno_cwnd_ = cwnd;
        if (last_max_ <= cwnd) {
            k_ = Duration::zero();
            origin_ = cwnd;
        } else {
            // K = cbrt((W_max - cwnd) / C), in ticks
            const std::uint64_t k = cube_root((std::uint64_t{1} << 40U) / kC * (last_max_ - cwnd));
            k_ = Duration(static_cast<std::int64_t>(k) * 1'000'000'000 / kTicks);
            origin_ = last_max_;
        }
    }
    const std::uint32_t goal = target(now);
    every_ = goal > cwnd ? cwnd / (goal - cwnd) : 100 * cwnd;
    if (last_max_ == 0) every_ = std::min(every_, 20U);  // no loss yet: nothing is known of the path

    // RFC 9438 4.3: never slower than Reno with the same reduction.
    constexpr std::uint32_t scale = 8 * (kBetaUnit + kBeta) / 3 / (kBetaUnit - kBeta);
    const std::uint32_t per_step = std::max((cwnd * scale) >> 3U, 1U);
    if (reno_acked_ > per_step) {
        const std::uint32_t steps = (reno_acked_ - 1) / per_step;
        reno_cwnd_ += steps;
        reno_acked_ -= steps * per_step;
    }
    if (reno_cwnd_ > cwnd) every_ = std::min(every_, cwnd / (reno_cwnd_ - cwnd));
    every_ = std::max(every_, 2U);  // at most half as much again per round trip
}

std::uint32_t Cubic::ssthresh_after_loss(const CongestionWindow& w) {
    epoch_ = kNever;
    // RFC 9438 4.7, fast convergence: leave room for a newcomer.
    last_max_ =
        w.cwnd < last_max_
            ? static_cast<std::uint32_t>(std::uint64_t{w.cwnd} * (kBetaUnit + kBeta) / (2 * std::uint64_t{kBetaUnit}))
            : w.cwnd;
    return std::max(static_cast<std::uint32_t>(std::uint64_t{w.cwnd} * kBeta / kBetaUnit), 2U);
}

void Cubic::on_timeout(Time now, std::uint64_t nxt) { reset(now, nxt); }

void Cubic::on_restart(CongestionWindow&, Duration idle, Time now) {
    if (epoch_ != kNever && idle > Duration::zero()) epoch_ = std::min(epoch_ + idle, now);
}

}  // namespace tcplab
