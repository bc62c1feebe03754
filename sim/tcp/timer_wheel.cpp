#include "tcp/timer_wheel.hpp"

#include <algorithm>

namespace tcplab {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kBuckets = 64;
constexpr unsigned kLevelShift = 3;

/// Ticks that have passed since the run's start.
std::int64_t ticks_at(Time now, std::uint32_t hz) {
    const std::int64_t ns = now.time_since_epoch().count();
    return ns / kSecond * hz + ns % kSecond * hz / kSecond;
}

}  // namespace

std::int64_t ticks_of(Duration d, std::uint32_t hz) {
    const std::int64_t ns = d.count();
    return ns / kSecond * hz + (ns % kSecond * hz + kSecond - 1) / kSecond;
}

Duration ticks_to_duration(std::int64_t ticks, std::uint32_t hz) {
    const std::int64_t rest = ticks % hz;
    return Duration(ticks / hz * kSecond + (rest * kSecond + hz - 1) / hz);
}

Time wheel_expiry(Time now, Duration after, std::uint32_t hz) {
    const unsigned top = hz > 100 ? 8 : 7;  // LVL_DEPTH - 1
    const std::int64_t clock = ticks_at(now, hz);
    std::int64_t delta = ticks_of(std::max(after, Duration::zero()), hz);
    unsigned level = 0;
    while (level < top && delta >= (kBuckets - 1) << (kLevelShift * level)) ++level;
    // What is beyond the wheel runs at its end.
    const std::int64_t most = ((kBuckets - 1) << (kLevelShift * top)) - (std::int64_t{1} << (kLevelShift * top));
    delta = std::min(delta, most);
    const unsigned shift = kLevelShift * level;
    const std::int64_t bucket = ((clock + delta) >> shift) + 1;
    return kStart + ticks_to_duration(bucket << shift, hz);
}

}  // namespace tcplab
