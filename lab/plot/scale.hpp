#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab::plot {

/// The values of a scenario's axis as numbers, if they are.
struct AxisScale {
    std::vector<double> numbers;  ///< in `unit`; empty: they are words
    std::string unit;             ///< "ms"; empty: plain numbers or words
    bool logarithmic = false;     ///< they grow by factors rather than by steps
};

/// `values` as they were written, each once: "20 ms", "1.5 Mbit/s", "10", "cubic".
AxisScale axis_scale(const std::vector<std::string>& values);

}  // namespace tcplab::plot
