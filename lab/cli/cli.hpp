#pragma once

#include <string>
#include <vector>

#include "sweep/ranks.hpp"

namespace tcplab {

/// The whole program. `name` is what it was called by, for the commands that it shows. Returns the exit code.
int run_program(const std::string& name, const std::vector<std::string>& arguments);
/// The same as one of several processes: `run` makes its runs in all of them. The first speaks for all, and all return
/// its exit code.
int run_program(const std::string& name, const std::vector<std::string>& arguments, Ranks& ranks);

}  // namespace tcplab
