#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"

namespace tcplab {

/// When every run begins, in files that need a date: 2001-01-01 00:00 UTC, as time since 1970.
inline constexpr Duration kRunDate = std::chrono::seconds(978'307'200);

/// Appends `millionths` / 1,000,000 without trailing zeros: 208400000 is "208.4", 0 is "0". Exact.
void append_decimal(std::string& out, std::int64_t millionths);

/// Appends a CSV field, quoted where RFC 4180 asks for it.
void append_csv_field(std::string& out, std::string_view text);

/// Appends a JSON string with its quotes (RFC 8259 7). What is not UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tcplab
