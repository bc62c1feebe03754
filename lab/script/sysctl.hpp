#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tcp/config.hpp"

namespace tcplab::script {

/// How the value of a sysctl becomes the value of a key of [tcp].
enum class Reading : std::uint8_t {
    flag,            ///< 0 is false, any other number true
    number,          ///< as it is
    seconds,         ///< a duration
    milliseconds,    ///< a duration
    microseconds,    ///< a duration
    word,            ///< as it is
    choice,          ///< as `values` says: "0=never 2=loopback 1=always"
    range,           ///< two numbers, first and last
    second,          ///< the second of three numbers, as bytes
    third,           ///< the third of three numbers, as bytes
    ours,            ///< no key: only the `values` that describe what the simulator does anyway
    nothing,         ///< no key: whatever it is, a script cannot tell
    keepalive_idle,  ///< no key: SO_KEEPALIVE uses it
    direct,          ///< no key that says the same: `set` puts the number into the Config
};

/// A row of the table. A sysctl may have several, one for each key that it sets.
struct Sysctl {
    std::string_view name;  ///< without "net.ipv4."
    Reading reading;
    std::string_view key;                          ///< of [tcp]
    std::string_view values;                       ///< of Reading::choice and Reading::ours, separated by spaces
    void (*set)(Config&, std::int64_t) = nullptr;  ///< of Reading::direct; the number is at least `least`
    std::int64_t least = 0;
    std::size_t place = 0;  ///< of Reading::direct: which of three numbers, from 1; 0: there is one
};

/// Every sysctl that a script may set.
const std::vector<Sysctl>& sysctls();

}  // namespace tcplab::script
