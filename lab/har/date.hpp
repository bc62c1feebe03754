#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace tcplab::har {

/// A point of civil time, in nanoseconds since 1970-01-01T00:00:00Z.
using Date = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Reads "2024-05-01T12:00:00.123Z" (ISO 8601): any number of decimals, a zone such as +02:00 or +0200, none for UTC.
/// Years from 1970 to 2200, so that differences fit into a Duration.
std::optional<Date> parse_date(std::string_view text);

/// The same for writing: at least three decimals, as many as it takes.
std::string format_date(Date date);

}  // namespace tcplab::har
