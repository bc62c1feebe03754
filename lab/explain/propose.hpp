#pragma once

// How remedies are written.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "explain/remedies.hpp"
#include "scenario/quantity.hpp"

namespace tcplab::explain {

using Proposal = std::optional<Change>;

inline std::string quoted(const std::string& text) { return "\"" + text + "\""; }
inline std::string duration(Duration d) { return quoted(format_duration(d)); }
inline std::string rate(std::uint64_t bits) { return quoted(format_quantity(bits, Measure::rate)); }
inline std::string size(std::uint64_t bytes) { return quoted(format_quantity(bytes, Measure::size)); }

inline Change set(std::string key, std::string value) { return {{std::move(key), std::move(value), {}, {}}}; }
inline Proposal set_if(bool useful, std::string key, std::string value) {
    return useful ? Proposal(set(std::move(key), std::move(value))) : std::nullopt;
}
inline void also_set(Change& change, std::string key, std::string value) {
    change.push_back({std::move(key), std::move(value), {}, {}});
}

/// Whether any object is fetched from [[host]] number `host`, from 0.
inline bool serves(const Scenario& s, std::size_t host) {
    return std::any_of(s.page.objects.begin(), s.page.objects.end(),
                       [host](const PageObject& o) { return o.host == host + 1; });
}

}  // namespace tcplab::explain
