#pragma once

#include <cstdint>
#include <vector>

namespace tcplab {

/// The value below which `share` (0 to 1) of them lie, between neighbours in proportion. `values` is not empty.
double quantile(std::vector<std::int64_t> values, double share);

}  // namespace tcplab
