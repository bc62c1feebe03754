#include "export/quantile.hpp"

#include <algorithm>
#include <cmath>

namespace tcplab {

double quantile(std::vector<std::int64_t> values, double share) {
    std::sort(values.begin(), values.end());
    const double position = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const auto low = static_cast<double>(values[below]);
    const auto high = static_cast<double>(values[above]);
    return low + (high - low) * (position - std::floor(position));
}

}  // namespace tcplab
