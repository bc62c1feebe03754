#include "tcp/congestion/bbr.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/address.hpp"
#include "tcp/congestion/controller.hpp"
#include "tcp/windowed_max.hpp"

namespace tcplab {

namespace {

// Rates are segments per microsecond times 2^24, gains in 1/256 (BW_SCALE, BBR_SCALE).
constexpr std::uint32_t kRateBits = 24;
constexpr std::uint64_t kRateUnit = std::uint64_t{1} << kRateBits;
constexpr std::uint32_t kGainBits = 8;
constexpr std::uint32_t kUnit = 1U << kGainBits;
constexpr std::uint64_t kSecond = 1'000'000;  // in microseconds

constexpr std::uint32_t kHighGain = kUnit * 2885 / 1000 + 1;  // 2 / ln 2: paced sending doubles each round trip
constexpr std::uint32_t kDrainGain = kUnit * 1000 / 2885;
constexpr std::uint32_t kWindowGain = 2 * kUnit;
constexpr std::array<std::uint32_t, 8> kCycle = {kUnit * 5 / 4, kUnit * 3 / 4, kUnit, kUnit,
                                                 kUnit,         kUnit,         kUnit, kUnit};
constexpr std::uint32_t kCycleStarts = 7;  // any phase but the one that drains
constexpr std::uint32_t kPacingPercent = 99;

constexpr std::uint32_t kBandwidthRounds = 10;
constexpr Duration kMinRttWindow = 10s;
constexpr Duration kProbeRttTime = 200ms;
constexpr std::uint32_t kLeastWindow = 4;
constexpr std::uint32_t kInitialWindow = 10;          // TCP_INIT_CWND
constexpr std::uint32_t kFullGrowth = kUnit * 5 / 4;  // less than this for
constexpr std::uint32_t kFullRounds = 3;              // so many rounds: the pipe is full

constexpr std::uint32_t kPolicerRounds = 4;   // the least length of an interval; four times this is the most
constexpr std::uint32_t kPolicerLoss = 50;    // lost of delivered, in 1/256
constexpr std::uint32_t kPolicerBytes = 500;  // per second that two intervals may differ, or
constexpr std::uint32_t kPolicerRatio = kUnit / 8;
constexpr std::uint32_t kPolicerUse = 48;  // rounds that its rate is believed

constexpr std::uint32_t kExtraRounds = 5;
constexpr std::uint32_t kExtraEpochMost = 1U << 20U;  // segments
constexpr std::uint64_t kExtraTime = 100'000;         // microseconds at the path's rate

constexpr std::uint64_t kLargestBurst = 65535 - 320;  // GSO_LEGACY_MAX_SIZE less headers
constexpr std::uint32_t kMostBurst = 127;             // segments

std::int64_t to_us(Time t) { return t.time_since_epoch() / 1us; }

/// So many segments in so many microseconds.
std::uint32_t to_rate(std::uint64_t segments, std::uint64_t us) {
    return static_cast<std::uint32_t>(
        std::min<std::uint64_t>(segments * kRateUnit / us, std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace

struct Bbr::Model {
    // the path
    RateState path;
    RateSample sample;
    WindowedMax fastest;
    Duration min_rtt = Duration::max();
    Time min_rtt_at{};
    std::uint32_t segment = 1;
    std::uint64_t random = 0;

    // rounds: one ends when a segment that was sent after it began is delivered
    std::uint32_t rounds = 0;
    std::uint32_t round_ends = 0;  // RateState::delivered
    bool round_start = false;

    Mode mode = Mode::startup;
    CaState previous = CaState::open;
    bool conserving = false;  // the first round of a recovery
    bool idle_restart = false;
    bool has_rtt = false;
    std::uint32_t pacing_gain = kHighGain;
    std::uint32_t window_gain = kHighGain;
    std::uint32_t prior_cwnd = 0;

    bool full = false;
    std::uint32_t full_rate = 0;
    std::uint32_t full_rounds = 0;

    std::uint32_t phase = 0;
    Time phase_start{};

    Time probe_rtt_done = kNever;  // kNever: what is in flight has not drained yet
    bool probe_rtt_round = false;

    // a policer's long-term rate
    bool policer_sampling = false;
    bool policed = false;
    std::uint32_t policer_rate = 0;
    std::uint32_t policer_rounds = 0;
    std::uint32_t policer_delivered = 0;
    std::uint32_t policer_lost = 0;
    std::int64_t policer_at_ms = 0;

    // acknowledgements that come in lumps
    Time epoch{};
    std::uint32_t epoch_acked = 0;
    std::array<std::uint32_t, 2> extra{};
    std::uint32_t extra_rounds = 0;
    std::uint32_t extra_now = 0;

    [[nodiscard]] std::uint32_t rate() const { return policed ? policer_rate : fastest.get(); }
    [[nodiscard]] std::uint64_t bytes_per_second(std::uint32_t rate, std::uint32_t gain) const;
    [[nodiscard]] std::uint32_t delay_product(std::uint32_t rate, std::uint32_t gain) const;
    [[nodiscard]] std::uint32_t burst(std::uint64_t pacing_rate) const;
    [[nodiscard]] std::uint32_t with_bursts(std::uint32_t window, std::uint64_t pacing_rate) const;
    [[nodiscard]] std::uint32_t target(std::uint32_t gain, std::uint64_t pacing_rate) const;
    [[nodiscard]] std::uint32_t in_network(std::uint32_t in_flight, std::uint64_t pacing_rate,
                                           const SenderView& v) const;

    void first_rate(CongestionWindow& w, Duration srtt);
    void set_rate(CongestionWindow& w, std::uint32_t rate, std::uint32_t gain, Duration srtt);
    void set_window(CongestionWindow& w, const RateSample& s, const SenderView& v);
    bool recover_or_restore(const RateSample& s, const SenderView& v, std::uint32_t& cwnd);
    void save_window(const CongestionWindow& w);

    void take_rate(const RateSample& s);
    void take_extra(const RateSample& s, std::uint32_t cwnd);
    [[nodiscard]] bool phase_over(const RateSample& s, std::uint64_t pacing_rate, const SenderView& v) const;
    void next_phase();
    void begin_cycle();
    void check_full(const RateSample& s);
    void check_drain(CongestionWindow& w, const SenderView& v);
    void take_rtt(CongestionWindow& w, const RateSample& s, const SenderView& v);
    void end_probe_rtt(CongestionWindow& w, Time now);
    void choose_gains();

    void policer_interval();
    void forget_policer();
    void sample_policer(std::uint32_t losses, bool app_limited);
    void policer_measured(std::uint32_t measured);
};

// --- rates and windows -----------------------------------------------------------------------------------------------

std::uint64_t Bbr::Model::bytes_per_second(std::uint32_t rate, std::uint32_t gain) const {
    constexpr std::uint64_t margin = kSecond / 100 * kPacingPercent;
    const std::uint64_t scaled = (std::uint64_t{rate} * segment * gain) >> kGainBits;
    if (scaled >> 44U != 0) return (scaled >> kRateBits) * margin;  // beyond terabits: no room for the fraction
    return scaled * margin >> kRateBits;
}

std::uint32_t Bbr::Model::delay_product(std::uint32_t rate, std::uint32_t gain) const {
    if (min_rtt == Duration::max()) return kInitialWindow;
    const std::uint64_t product = std::uint64_t{rate} * static_cast<std::uint64_t>(min_rtt / 1us);
    return static_cast<std::uint32_t>((((product * gain) >> kGainBits) + kRateUnit - 1) / kRateUnit);
}

std::uint32_t Bbr::Model::burst(std::uint64_t pacing_rate) const {
    const auto fitting = static_cast<std::uint32_t>(std::min(pacing_rate >> 10U, kLargestBurst) / segment);
    return std::min(std::max(fitting, least_burst(pacing_rate)), kMostBurst);
}

std::uint32_t Bbr::Model::with_bursts(std::uint32_t window, std::uint64_t pacing_rate) const {
    // A burst on the way out of each host and one on its way in, and an even number for delayed acknowledgements.
    window = (window + 3 * burst(pacing_rate) + 1) & ~1U;
    if (mode == Mode::probe_bw && phase == 0) window += 2;
    return window;
}

std::uint32_t Bbr::Model::target(std::uint32_t gain, std::uint64_t pacing_rate) const {
    return with_bursts(delay_product(fastest.get(), gain), pacing_rate);
}

std::uint32_t Bbr::Model::in_network(std::uint32_t in_flight, std::uint64_t pacing_rate, const SenderView& v) const {
    // What will be out at the instant at which pacing lets out the next burst.
    const auto wait = static_cast<std::uint64_t>(std::max(v.next_send - v.now, Duration::zero()) / 1us);
    const auto delivered = static_cast<std::uint32_t>((rate() * wait) >> kRateBits);
    if (pacing_gain > kUnit) in_flight += burst(pacing_rate);
    return in_flight - std::min(delivered, in_flight);
}

void Bbr::Model::first_rate(CongestionWindow& w, Duration srtt) {
    has_rtt = srtt > Duration::zero();
    const std::uint64_t rtt = has_rtt ? std::max<std::uint64_t>(static_cast<std::uint64_t>(srtt / 1us), 1) : 1000;
    w.pacing_rate = bytes_per_second(to_rate(w.cwnd, rtt), kHighGain);
}

void Bbr::Model::set_rate(CongestionWindow& w, std::uint32_t rate, std::uint32_t gain, Duration srtt) {
    const std::uint64_t paced = bytes_per_second(rate, gain);
    if (!has_rtt && srtt > Duration::zero()) first_rate(w, srtt);
    if (full || paced > w.pacing_rate) w.pacing_rate = paced;
}

void Bbr::Model::save_window(const CongestionWindow& w) {
    const bool good = previous < CaState::recovery && mode != Mode::probe_rtt;
    prior_cwnd = good ? w.cwnd : std::max(prior_cwnd, w.cwnd);
}

bool Bbr::Model::recover_or_restore(const RateSample& s, const SenderView& v, std::uint32_t& cwnd) {
    if (s.losses > 0) cwnd = std::max(cwnd, s.losses + 1) - s.losses;
    if (v.ca_state == CaState::recovery && previous != CaState::recovery) {
        conserving = true;
        round_ends = path.delivered;
        cwnd = v.in_flight + s.acked_sacked;
    } else if (previous >= CaState::recovery && v.ca_state < CaState::recovery) {
        cwnd = std::max(cwnd, prior_cwnd);
        conserving = false;
    }
    previous = v.ca_state;
    if (conserving) cwnd = std::max(cwnd, v.in_flight + s.acked_sacked);
    return conserving;
}

void Bbr::Model::set_window(CongestionWindow& w, const RateSample& s, const SenderView& v) {
    std::uint32_t cwnd = w.cwnd;
    if (s.acked_sacked > 0 && !recover_or_restore(s, v, cwnd)) {
        std::uint32_t goal = delay_product(rate(), window_gain);
        if (full) {
            const auto most = static_cast<std::uint32_t>(rate() * kExtraTime / kRateUnit);
            goal += std::min(std::max(extra[0], extra[1]), most);
        }
        goal = with_bursts(goal, w.pacing_rate);
        if (full) {
            cwnd = std::min(cwnd + s.acked_sacked, goal);
        } else if (cwnd < goal || path.delivered < kInitialWindow) {
            cwnd += s.acked_sacked;
        }
        cwnd = std::max(cwnd, kLeastWindow);
    }
    w.cwnd = mode == Mode::probe_rtt ? std::min(cwnd, kLeastWindow) : cwnd;
}

// --- the model -------------------------------------------------------------------------------------------------------

void Bbr::Model::take_rate(const RateSample& s) {
    round_start = false;
    if (s.delivered < 0 || s.interval_us <= 0) return;
    if (static_cast<std::int32_t>(s.prior_delivered - round_ends) >= 0) {
        round_ends = path.delivered;
        ++rounds;
        round_start = true;
        conserving = false;
    }
    sample_policer(s.losses, s.app_limited);
    const std::uint32_t measured =
        to_rate(static_cast<std::uint64_t>(s.delivered), static_cast<std::uint64_t>(s.interval_us));
    // An application's pause tells nothing of the path, unless it was faster than all that is known.
    if (!s.app_limited || measured >= fastest.get()) fastest.update(kBandwidthRounds, rounds, measured);
}

void Bbr::Model::take_extra(const RateSample& s, std::uint32_t cwnd) {
    if (s.acked_sacked == 0 || s.delivered < 0 || s.interval_us <= 0) return;
    if (round_start && ++extra_rounds >= kExtraRounds) {
        extra_rounds = 0;
        extra_now = 1 - extra_now;
        extra[extra_now] = 0;
    }
    const auto elapsed = static_cast<std::uint64_t>(to_us(path.delivered_at) - to_us(epoch));
    auto expected = static_cast<std::uint32_t>(rate() * elapsed / kRateUnit);
    if (epoch_acked <= expected || epoch_acked + s.acked_sacked >= kExtraEpochMost) {
        epoch_acked = 0;
        epoch = path.delivered_at;
        expected = 0;
    }
    epoch_acked = std::min(epoch_acked + s.acked_sacked, kExtraEpochMost - 1);
    extra[extra_now] = std::max(extra[extra_now], std::min(epoch_acked - expected, cwnd));
}

bool Bbr::Model::phase_over(const RateSample& s, std::uint64_t pacing_rate, const SenderView& v) const {
    const bool full_length = to_us(path.delivered_at) - to_us(phase_start) > min_rtt / 1us;
    if (pacing_gain == kUnit) return full_length;
    const std::uint32_t out = in_network(s.prior_in_flight, pacing_rate, v);
    if (pacing_gain > kUnit) return full_length && (s.losses > 0 || out >= target(pacing_gain, pacing_rate));
    return full_length || out <= target(kUnit, pacing_rate);
}

void Bbr::Model::next_phase() {
    phase = (phase + 1) % kCycle.size();
    phase_start = path.delivered_at;
}

void Bbr::Model::begin_cycle() {
    mode = Mode::probe_bw;
    random = mix64(random + 1);
    phase = static_cast<std::uint32_t>(kCycle.size() - 1 - random % kCycleStarts);
    next_phase();
}

void Bbr::Model::check_full(const RateSample& s) {
    if (full || !round_start || s.app_limited) return;
    if (fastest.get() >= std::uint64_t{full_rate} * kFullGrowth >> kGainBits) {
        full_rate = fastest.get();
        full_rounds = 0;
        return;
    }
    full = ++full_rounds >= kFullRounds;
}

void Bbr::Model::check_drain(CongestionWindow& w, const SenderView& v) {
    if (mode == Mode::startup && full) {
        mode = Mode::drain;
        w.ssthresh = target(kUnit, w.pacing_rate);
    }
    if (mode == Mode::drain && in_network(v.in_flight, w.pacing_rate, v) <= target(kUnit, w.pacing_rate)) begin_cycle();
}

void Bbr::Model::take_rtt(CongestionWindow& w, const RateSample& s, const SenderView& v) {
    const bool expired = v.now > min_rtt_at + kMinRttWindow;
    const Duration rtt{s.rtt_us * 1000};
    if (s.rtt_us >= 0 && (rtt <= min_rtt || (expired && !s.ack_delayed))) {
        min_rtt = rtt;
        min_rtt_at = v.now;
    }
    if (expired && !idle_restart && mode != Mode::probe_rtt) {
        mode = Mode::probe_rtt;
        save_window(w);
        probe_rtt_done = kNever;
    }
    if (mode == Mode::probe_rtt) {
        rate_app_limited(path, v.in_flight);
        if (probe_rtt_done == kNever) {
            if (v.in_flight <= kLeastWindow) {
                probe_rtt_done = v.now + kProbeRttTime;
                probe_rtt_round = false;
                round_ends = path.delivered;
            }
        } else {
            probe_rtt_round = probe_rtt_round || round_start;
            if (probe_rtt_round) end_probe_rtt(w, v.now);
        }
    }
    if (s.delivered > 0) idle_restart = false;
}

void Bbr::Model::end_probe_rtt(CongestionWindow& w, Time now) {
    if (probe_rtt_done == kNever || now <= probe_rtt_done) return;
    min_rtt_at = now;
    w.cwnd = std::max(w.cwnd, prior_cwnd);
    if (full) {
        begin_cycle();
    } else {
        mode = Mode::startup;
    }
}

void Bbr::Model::choose_gains() {
    switch (mode) {
        case Mode::startup: pacing_gain = window_gain = kHighGain; break;
        case Mode::drain:
            pacing_gain = kDrainGain;
            window_gain = kHighGain;
            break;
        case Mode::probe_bw:
            pacing_gain = policed ? kUnit : kCycle[phase];
            window_gain = kWindowGain;
            break;
        case Mode::probe_rtt: pacing_gain = window_gain = kUnit; break;
    }
}

// --- policers --------------------------------------------------------------------------------------------------------

void Bbr::Model::policer_interval() {
    policer_at_ms = to_us(path.delivered_at) / 1000;
    policer_delivered = path.delivered;
    policer_lost = path.lost;
    policer_rounds = 0;
}

void Bbr::Model::forget_policer() {
    policer_rate = 0;
    policed = false;
    policer_sampling = false;
    policer_interval();
}

void Bbr::Model::sample_policer(std::uint32_t losses, bool app_limited) {
    if (policed) {
        if (mode == Mode::probe_bw && round_start && ++policer_rounds >= kPolicerUse) {
            forget_policer();
            begin_cycle();
        }
        return;
    }
    // Only from the first loss on: until then the policer's tokens may have let through more than its rate.
    if (!policer_sampling) {
        if (losses == 0) return;
        policer_interval();
        policer_sampling = true;
    }
    if (app_limited) {
        forget_policer();
        return;
    }
    if (round_start) ++policer_rounds;
    if (policer_rounds < kPolicerRounds) return;
    if (policer_rounds > 4 * kPolicerRounds) {
        forget_policer();
        return;
    }
    if (losses == 0) return;  // it ends with a loss as well, when the tokens are used up
    const std::uint32_t lost = path.lost - policer_lost;
    const std::uint32_t delivered = path.delivered - policer_delivered;
    if (delivered == 0 || std::uint64_t{lost} << kGainBits < std::uint64_t{kPolicerLoss} * delivered) return;
    const std::int64_t elapsed = to_us(path.delivered_at) / 1000 - policer_at_ms;
    if (elapsed < 1) return;
    policer_measured(to_rate(delivered, static_cast<std::uint64_t>(elapsed * 1000)));
}

void Bbr::Model::policer_measured(std::uint32_t measured) {
    if (policer_rate != 0) {
        const std::uint32_t apart = std::max(measured, policer_rate) - std::min(measured, policer_rate);
        if (std::uint64_t{apart} * kUnit <= std::uint64_t{kPolicerRatio} * policer_rate ||
            bytes_per_second(apart, kUnit) <= kPolicerBytes) {
            policer_rate = (measured + policer_rate) / 2;
            policed = true;
            pacing_gain = kUnit;
            policer_rounds = 0;
            return;
        }
    }
    policer_rate = measured;
    policer_interval();
}

// --- Bbr -------------------------------------------------------------------------------------------------------------

Bbr::Bbr(std::uint64_t seed) : model_(std::make_unique<Model>()) { model_->random = seed; }
Bbr::Bbr(Bbr&&) noexcept = default;
Bbr& Bbr::operator=(Bbr&&) noexcept = default;
Bbr::~Bbr() = default;

void Bbr::start(CongestionWindow& w, const SenderView& v) {
    Model& m = *model_;
    m.segment = v.segment;
    m.min_rtt = v.min_rtt;
    m.min_rtt_at = v.now;
    m.epoch = v.now;
    m.path.delivered_at = v.now;
    m.policer_interval();
    w.ssthresh = kInfiniteSegments;
    m.first_rate(w, v.srtt);
}

void Bbr::control(CongestionWindow& w, const RateSample& s, const SenderView& v) {
    Model& m = *model_;
    m.take_rate(s);
    m.take_extra(s, w.cwnd);
    if (m.mode == Mode::probe_bw && m.phase_over(s, w.pacing_rate, v)) m.next_phase();
    m.check_full(s);
    m.check_drain(w, v);
    m.take_rtt(w, s, v);
    m.choose_gains();
    m.set_rate(w, m.rate(), m.pacing_gain, v.srtt);
    m.set_window(w, s, v);
}

std::uint32_t Bbr::ssthresh_after_loss(const CongestionWindow& w) {
    model_->save_window(w);
    return w.ssthresh;  // losses say nothing of the path's rate
}

void Bbr::on_timeout(Time, std::uint64_t) {
    Model& m = *model_;
    m.previous = CaState::loss;
    m.full_rate = 0;
    m.round_start = true;  // a timeout ends a round
    m.sample_policer(1, false);
}

void Bbr::on_restart(CongestionWindow& w, Duration, Time now) {
    Model& m = *model_;
    if (m.path.app_limited == 0) return;
    m.idle_restart = true;
    m.epoch = now;
    m.epoch_acked = 0;
    if (m.mode == Mode::probe_bw) m.set_rate(w, m.rate(), kUnit, Duration::zero());
    if (m.mode == Mode::probe_rtt) m.end_probe_rtt(w, now);
}

void Bbr::on_undo() {
    model_->full_rate = 0;
    model_->full_rounds = 0;
    model_->forget_policer();
}

RateState& Bbr::path() { return model_->path; }
RateSample& Bbr::sample() { return model_->sample; }
Bbr::Mode Bbr::mode() const { return model_->mode; }
bool Bbr::full_pipe() const { return model_->full; }
bool Bbr::policed() const { return model_->policed; }
std::uint32_t Bbr::bandwidth() const { return model_->rate(); }
std::uint32_t Bbr::pacing_gain() const { return model_->pacing_gain; }
Duration Bbr::min_rtt() const { return model_->min_rtt; }

}  // namespace tcplab
