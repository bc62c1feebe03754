#pragma once

#include <vector>

#include "course/exercise.hpp"
#include "course/table_reader.hpp"

namespace tcplab::course {

/// The values that a parameter of [draw] may have: those of a list, or of { from, to, step }. What is wrong with them
/// `in` is told; they are of no use then.
std::vector<Drawn> read_values(const Member& parameter, TableReader& in);

}  // namespace tcplab::course
