#pragma once

#include "course/exercise.hpp"
#include "scenario/diagnostics.hpp"
#include "scenario/document.hpp"

namespace tcplab::course {

/// Reads what exercise.toml says into `exercise`. What is wrong goes to `out`; the exercise is right if nothing was.
void read_definition(const Node& file, Exercise& exercise, Diagnostics& out);

}  // namespace tcplab::course
