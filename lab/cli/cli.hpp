#pragma once

#include <string>
#include <vector>

namespace tcplab {

/// The whole program: `arguments` without the program's name. Returns the exit code.
int run_program(const std::vector<std::string>& arguments);

}  // namespace tcplab
