#pragma once

#include <string>
#include <vector>

namespace tcplab {

/// The whole program. `name` is what it was called by, for the commands that it shows. Returns the exit code.
int run_program(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace tcplab
