#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "scenario/quantity.hpp"

namespace tcplab::course {

/// The units that a question may ask in.
const std::vector<std::string_view>& question_units();
/// How a unit's values are measured; nothing for another word.
std::optional<Measure> measure_of_unit(std::string_view unit);
/// What one of a measure's smallest unit is as formulas have it: a nanosecond is 1e-6 ms.
double formula_scale(Measure measure);

}  // namespace tcplab::course
