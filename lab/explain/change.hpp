#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "experiment/scenario.hpp"

namespace tcplab::explain {

/// A key of the scenario and its value, in TOML's syntax.
struct NewValue {
    std::string key;
    std::string value;
    /// Whose key it is, where `--set` does not reach it: "[[proxy]] 1". Else empty.
    std::string entry;
    std::function<void(Scenario&)> apply;  ///< then: makes the change
};
/// What is changed together.
using Change = std::vector<NewValue>;

/// "server.tcp.nagle = false": as a scenario file has it; with an entry "[[proxy]] 1: link.rtt = "5 ms"".
std::string as_line(const NewValue& v);
/// All of it in one line, with " and " between.
std::string as_line(const Change& change);
/// "server.tcp.nagle=false": what `--set` takes.
std::string as_option(const NewValue& v);
/// `--set` takes all of it.
inline bool can_be_set(const Change& change) {
    return std::all_of(change.begin(), change.end(), [](const NewValue& v) { return v.entry.empty(); });
}

}  // namespace tcplab::explain
