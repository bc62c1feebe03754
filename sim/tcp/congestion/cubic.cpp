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
    state_.reset();
    if (nxt > 1) state(now).start_round(now, nxt);  // else the first round begins with the first byte
}

Cubic::State& Cubic::state(Time begun) {
    if (!state_) {
        state_ = std::make_unique<State>();
        state_->start_round(begun, 1);
    }
    return *state_;
}

void Cubic::State::start_round(Time now, std::uint64_t nxt) {
    round_start = now;
    last_ack = now;
    round_end = nxt;
    round_min_rtt = Duration::max();
    samples = 0;
}

void Cubic::on_rtt(CongestionWindow& w, const AckSample& s) {
    if (s.rtt < Duration::zero()) return;
    State& c = state(s.begun);
    if (c.epoch != kNever && s.now - c.epoch < kDiscardSamples) return;
    const Duration rtt = std::max(s.rtt, Duration(1000));
    if (c.delay_min == Duration::zero() || rtt < c.delay_min) c.delay_min = rtt;
    if (s.hystart && !c.found && w.in_slow_start()) c.hystart(w, s);
}

void Cubic::State::hystart(CongestionWindow& w, const AckSample& s) {
    if (s.una > round_end) start_round(s.now, s.nxt);
    if (w.cwnd < kHystartLowWindow) return;
    // A train of closely spaced acknowledgements as long as half the round trip: the path is full.
    if (s.now - last_ack <= kHystartAckGap) {
        last_ack = s.now;
        // Pacing itself may have spread them over half of it.
        const Duration threshold = delay_min + s.burst_delay;
        if (s.now - round_start > (s.paced ? threshold : threshold / 2)) found = true;
    }
    // The least round trip of the round's first samples has grown: a queue builds up.
    round_min_rtt = std::min(round_min_rtt, s.rtt);
    if (samples < kHystartSamples) {
        ++samples;
    } else if (round_min_rtt > delay_min + std::clamp(delay_min / 8, kHystartDelayMin, kHystartDelayMax)) {
        found = true;
    }
    if (found) w.ssthresh = w.cwnd;
}

void Cubic::on_ack(CongestionWindow& w, const AckSample& s) {
    std::uint32_t acked = s.acked;
    if (w.in_slow_start()) {
        acked = w.slow_start(acked);
        if (acked == 0) return;
    }
    State& c = state(s.begun);
    c.update(w.cwnd, acked, s.now);
    w.increase(c.every, acked);
}

std::uint32_t Cubic::State::target(Time now) const {
    const Duration ahead = (delay_min + kTick - Duration(1)) / kTick * kTick;  // usecs_to_jiffies rounds up
    const std::uint64_t t = to_ticks(now - epoch + ahead);
    const std::uint64_t origin_at = to_ticks(k);
    const bool ahead_of_it = t < origin_at;
    const std::uint64_t offset = ahead_of_it ? origin_at - t : t - origin_at;
    if (offset > 1'000'000) return ahead_of_it ? 0 : kInfiniteSegments;  // a quarter of an hour: beyond any window
    const std::uint64_t delta = (kC * offset * offset / 1024 * offset) >> 30U;
    if (ahead_of_it) return static_cast<std::uint32_t>(origin - std::min<std::uint64_t>(delta, origin));
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(origin + delta, kInfiniteSegments));
}

void Cubic::State::update(std::uint32_t cwnd, std::uint32_t acked, Time now) {
    reno_acked += acked;
    if (updated_cwnd == cwnd && updated_at != kNever && now - updated_at <= kUpdateInterval) return;
    updated_cwnd = cwnd;
    updated_at = now;
    if (epoch == kNever) {
        epoch = now;
        reno_acked = acked;
        reno_cwnd = cwnd;
        if (last_max <= cwnd) {
            k = Duration::zero();
            origin = cwnd;
        } else {
            // K = cbrt((W_max - cwnd) / C), in ticks
            const std::uint64_t ticks = cube_root((std::uint64_t{1} << 40U) / kC * (last_max - cwnd));
            k = Duration(static_cast<std::int64_t>(ticks) * 1'000'000'000 / kTicks);
            origin = last_max;
        }
    }
    const std::uint32_t goal = target(now);
    every = goal > cwnd ? cwnd / (goal - cwnd) : 100 * cwnd;
    if (last_max == 0) every = std::min(every, 20U);  // no loss yet: nothing is known of the path

    // RFC 9438 4.3: never slower than Reno with the same reduction.
    constexpr std::uint32_t scale = 8 * (kBetaUnit + kBeta) / 3 / (kBetaUnit - kBeta);
    const std::uint32_t per_step = std::max((cwnd * scale) >> 3U, 1U);
    if (reno_acked > per_step) {
        const std::uint32_t steps = (reno_acked - 1) / per_step;
        reno_cwnd += steps;
        reno_acked -= steps * per_step;
    }
    if (reno_cwnd > cwnd) every = std::min(every, cwnd / (reno_cwnd - cwnd));
    every = std::max(every, 2U);  // at most half as much again per round trip
}

std::uint32_t Cubic::ssthresh_after_loss(const CongestionWindow& w) {
    State& c = state(Time{});
    c.epoch = kNever;
    // RFC 9438 4.7, fast convergence: leave room for a newcomer.
    c.last_max =
        w.cwnd < c.last_max
            ? static_cast<std::uint32_t>(std::uint64_t{w.cwnd} * (kBetaUnit + kBeta) / (2 * std::uint64_t{kBetaUnit}))
            : w.cwnd;
    return std::max(static_cast<std::uint32_t>(std::uint64_t{w.cwnd} * kBeta / kBetaUnit), 2U);
}

void Cubic::on_timeout(Time now, std::uint64_t nxt) { reset(now, nxt); }

void Cubic::on_restart(CongestionWindow&, Duration idle, Time now) {
    if (!state_ || state_->epoch == kNever || idle <= Duration::zero()) return;
    state_->epoch = std::min(state_->epoch + idle, now);
}

}  // namespace tcplab
