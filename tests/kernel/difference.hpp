#pragma once

#include <string>
#include <vector>

#include "recording.hpp"

namespace tcplab::kernel {

/// Where a simulation first departs from a recording, with both sequences side by side around it; empty when it is
/// the same transfer. `rtt` is the path's, in ms. README.md has the rule.
std::string difference(const Recording& recording, const std::vector<Packet>& simulated, double rtt);

}  // namespace tcplab::kernel
