#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenario/settings.hpp"

namespace tcplab {

/// One axis: a key and the values it takes one after the other.
struct AxisValues {
    std::string key;
    std::vector<Setting> values;
    bool from_option = false;  ///< of the command line
};

/// Reads the [vary] table.
void read_axes(const Node& vary, std::vector<AxisValues>& to, Diagnostics& out);

/// Reads an option: KEY=V1,V2,... or KEY=A..B:STEP or KEY=A..B*COUNT (log-spaced).
void read_axis_option(std::string_view text, std::uint32_t option, std::vector<AxisValues>& to, Diagnostics& out);

}  // namespace tcplab
