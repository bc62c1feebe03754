#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "sweep/journal.hpp"

namespace tcplab {

/// What determines the files of a scenario's sweep.
SweepHeader header_of(const Plan& plan, const RunOptions& options, const std::vector<std::string>& command_line);

}  // namespace tcplab
