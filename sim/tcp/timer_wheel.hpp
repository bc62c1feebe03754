#pragma once

#include <cstdint>

#include "core/time.hpp"

namespace tcplab {

/// `d` in whole ticks of a kernel with `hz` of them a second, rounded up (usecs_to_jiffies).
std::int64_t ticks_of(Duration d, std::uint32_t hz);
/// That many ticks as a duration.
Duration ticks_to_duration(std::int64_t ticks, std::uint32_t hz);
/// When a kernel's timer that is set at `now` for `after` later runs: ticks count from the run's start, a wheel has
/// 64 buckets a level, each level's are eight times as wide as those below, and a timer never runs early
/// (kernel/time/timer.c, calc_wheel_index).
Time wheel_expiry(Time now, Duration after, std::uint32_t hz);
/// When a timer that is set so runs under Config::timer_hz: as a kernel's, or with 0 exactly.
inline Time timer_expiry(Time now, Duration after, std::uint32_t hz) {
    return hz == 0 ? now + after : wheel_expiry(now, after, hz);
}

}  // namespace tcplab
