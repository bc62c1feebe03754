#pragma once

#include <chrono>
#include <cstdint>

namespace tcplab {

/// The simulation's clock: integer nanoseconds since the run's start. It has no now(); time is always handed in.
struct SimClock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<SimClock>;
    static constexpr bool is_steady = true;
};

using Duration = SimClock::duration;
using Time = SimClock::time_point;

/// A deadline that is not set. Later than every instant a run can reach.
inline constexpr Time kNever = Time::max();
/// The run's start.
inline constexpr Time kStart = Time{};

using std::chrono_literals::operator""ns;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Milliseconds as a double, for exports only.
inline double to_ms(Duration d) { return static_cast<double>(d.count()) / 1e6; }
inline double to_ms(Time t) { return to_ms(t.time_since_epoch()); }

}  // namespace tcplab
