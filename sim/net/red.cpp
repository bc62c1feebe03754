#include "net/red.hpp"

#include <algorithm>

namespace tcplab {

namespace {

/// base to the power of `times`, the same on every machine.
double power(double base, std::uint64_t times) {
    double result = 1;
    for (; times > 0; times /= 2, base *= base) {
        if (times % 2 != 0) result *= base;
    }
    return result;
}

/// The weight 2^-n that lets a burst of so many packets pass an empty queue: tc_red_eval_ewma() of iproute2. Nothing
/// when none does.
std::optional<double> weight_for(double burst, double min_packets) {
    constexpr int most = 31;
    const double needed = burst + 1 - min_packets;
    double weight = 0.5;
    for (int i = 1; i <= most; ++i, weight /= 2) {
        if (needed <= (1 - power(1 - weight, static_cast<std::uint64_t>(burst))) / weight) return weight;
    }
    return std::nullopt;
}

std::optional<QueueLength> limit_of(const LinkConfig& config) {
    if (config.queue) return QueueLength{*config.queue, false};
    if (config.queue_bytes) return QueueLength{*config.queue_bytes, true};
    return std::nullopt;
}

/// The thresholds, in the unit of `bytes`.
struct Thresholds {
    double min = 0, max = 0;
    bool bytes = false;
};

/// Nothing when the numbers do not say.
std::optional<Thresholds> thresholds_of(const LinkConfig& config) {
    const RedConfig& red = config.red;
    const std::optional<QueueLength> limit = limit_of(config);
    if (!red.max && !limit) return std::nullopt;
    Thresholds t;
    t.bytes = (red.max ? *red.max : *limit).bytes;
    if (red.min && red.min->bytes != t.bytes) return std::nullopt;
    t.max = red.max ? static_cast<double>(red.max->value) : static_cast<double>(limit->value) / 4;
    t.min = red.min ? static_cast<double>(red.min->value) : t.max / 3;
    return t;
}

std::optional<double> weight_of(const LinkConfig& config, const Thresholds& t) {
    const RedConfig& red = config.red;
    if (red.weight) return red.weight;
    const double unit = t.bytes ? red.avpkt : 1;
    const auto usual = static_cast<std::uint64_t>((2 * t.min + t.max) / (3 * unit));
    return weight_for(static_cast<double>(red.burst.value_or(static_cast<std::uint32_t>(usual))), t.min / unit);
}

BitRate bandwidth_of(const LinkConfig& config) {
    constexpr std::uint64_t usual = 10'000'000;  // tc-red(8)
    if (!config.red.bandwidth.unlimited()) return config.red.bandwidth;
    return config.trace != nullptr ? BitRate{usual} : config.rate;
}

}  // namespace

std::optional<std::string> red_problem(const LinkConfig& config) {
    const RedConfig& red = config.red;
    if (!red.max && !limit_of(config)) return "red needs a limit, or max";
    const std::optional<Thresholds> t = thresholds_of(config);
    if (!t) return "red's min and max (or limit / 4) are in different units: both in packets, or both sizes";
    if (!(t->min < t->max)) return "red's min must be less than max (or limit / 4)";
    if (red.min && red.min->value == 0) return "red's min must be more than 0";
    if (!weight_of(config, *t)) return "red finds no weight for a burst this short: set burst, or weight = \"0.2 %\"";
    return std::nullopt;
}

Red::Red(const LinkConfig& config, Backlog& backlog, RandomStream stream)
    : backlog_(backlog),
      stream_(stream),
      ecn_(config.ecn.value_or(false)),
      gentle_(config.red.gentle),
      most_(config.red.probability),
      usual_transmission_(transmission_time(config.red.avpkt, bandwidth_of(config))) {
    const Thresholds t = thresholds_of(config).value_or(Thresholds{});
    bytes_ = t.bytes;
    min_ = t.min;
    max_ = t.max;
    weight_ = weight_of(config, t).value_or(1);
}

void Red::enqueue(Time now, PacketIndex packet, bool waits) {
    update_average(now);
    const bool early = chosen();
    const bool no_place = waits && backlog_.is_full_for(1, backlog_[packet].size);
    if (no_place || (early && !(ecn_ && backlog_.mark(packet)))) {
        backlog_.drop(packet);
    } else {
        backlog_.put(fifo_, packet);
    }
}

PacketIndex Red::dequeue(Time now) {
    const PacketIndex packet = backlog_.take(fifo_);
    if (packet == kNoPacket && idle_since_ == kNever) idle_since_ = now;
    return packet;
}

void Red::update_average(Time now) {
    if (idle_since_ == kNever) {
        const auto length = static_cast<double>(bytes_ ? backlog_.bytes() : backlog_.packets());
        average_ += weight_ * (length - average_);
        return;
    }
    // As if so many small packets had met an empty queue.
    if (usual_transmission_ > Duration::zero()) {
        average_ *= power(1 - weight_, static_cast<std::uint64_t>((now - idle_since_) / usual_transmission_));
    } else {
        average_ = 0;
    }
    idle_since_ = kNever;
}

/// Of choosing a packet at this average, were all equally likely: p_b.
double Red::probability() const {
    if (average_ < max_) return most_ * (average_ - min_) / (max_ - min_);
    if (!gentle_ || average_ >= 2 * max_) return 1;
    return most_ + (1 - most_) * (average_ - max_) / max_;
}

/// Whether the packet is to be marked or dropped. One draw a packet, whatever the average.
bool Red::chosen() {
    constexpr double two_to_32 = 4294967296.0;
    const double draw = stream_() / two_to_32;
    if (average_ < min_) {
        since_last_ = -1;
        return false;
    }
    ++since_last_;
    const double p = probability();
    // Makes the gaps between chosen packets uniform instead of geometric.
    const double rest = 1 - static_cast<double>(since_last_) * p;
    if (rest > 0 && draw >= p / rest) return false;
    since_last_ = 0;
    return true;
}

}  // namespace tcplab
