#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// A unit for a column of durations.
struct TimeUnit {
    std::string_view symbol;   ///< "us", "ms" or "s"
    std::int64_t nanoseconds;  ///< in one unit
    int decimals;
};

/// The unit in which a column that holds these values reads best: that of the largest.
TimeUnit choose_unit(const std::vector<Duration>& values);

/// "208.4", rounded to the unit's decimals.
std::string number_in(Duration value, const TimeUnit& unit);
/// "208.4 ms"
std::string text_in(Duration value, const TimeUnit& unit);
/// "208.4 ms" in the unit that suits this one value.
std::string short_duration(Duration value);

}  // namespace tcplab
