#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/causes.hpp"
#include "experiment/scenario.hpp"

namespace tcplab::explain {

/// A key of the scenario and its value, in TOML's syntax.
struct NewValue {
    std::string key;
    std::string value;
};
/// What is changed together.
using Change = std::vector<NewValue>;

/// "server.tcp.nagle = false": as a scenario file has it.
std::string as_line(const NewValue& v);
/// "server.tcp.nagle=false": what `--set` takes.
std::string as_option(const NewValue& v);

/// Changes that may make `causes` smaller, at most `most`: those first that are about what took longest. None that the
/// scenario has already; of causes that took less than a hundredth none.
std::vector<Change> remedies(const Scenario& scenario, const Causes& causes, std::size_t most);

}  // namespace tcplab::explain
