#pragma once

#include <optional>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "trace/observer.hpp"

namespace tcplab {

/// simulate(), with progress on stderr when that is a terminal. Nothing: a signal interrupted it.
std::optional<Results> make_single_run(const Scenario& scenario, Observer& observer);

}  // namespace tcplab
