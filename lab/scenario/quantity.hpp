#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace tcplab {

/// What a text with a unit measures, and in what it is counted.
enum class Measure : std::uint8_t {
    duration,  ///< nanoseconds: ns us ms s min
    rate,      ///< bits per second: bit/s kbit/s Mbit/s Gbit/s, also bps Mbps mbit ...
    size,      ///< bytes: B kB MB GB (1000) KiB MiB GiB (1024)
    percent,   ///< millionths of a millionth of the whole (10^-12), so that decimals are exact
    packets,   ///< packets
    plain,     ///< a number without a unit
};

enum class QuantityError : std::uint8_t {
    none,
    not_a_number,
    no_unit,
    unknown_unit,
    negative,
    too_fine,   ///< not a whole number of what it is counted in
    too_large,  ///< more than 64 bits hold
};

struct Quantity {
    std::uint64_t value = 0;
    QuantityError error = QuantityError::none;
    std::string_view unit;  ///< as written
};

/// What "100 %" is in Measure::percent.
inline constexpr std::uint64_t kWhole = 1'000'000'000'000ULL;

/// Reads a number and its unit exactly, with or without a space between: "1.5 Mbit/s", "64KiB". Zero needs no unit.
Quantity parse_quantity(std::string_view text, Measure measure);

/// "ns, us, ms, s, min": for hints.
std::string_view units_of(Measure measure);

/// The value in the largest unit in which it is a whole number: "40 ms", "128 KiB", "1500 kbit/s".
std::string format_quantity(std::uint64_t value, Measure measure);
/// The same as an exact decimal in the largest unit of which there is at least one: "100.1 ms", "1.5 s".
std::string format_duration(Duration value);
/// The value in the given unit as an exact decimal, or in the smallest unit where that has no end.
std::string format_in(std::uint64_t value, Measure measure, std::string_view unit);

}  // namespace tcplab
