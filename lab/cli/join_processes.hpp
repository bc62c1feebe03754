#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tcplab {

/// How many processes mpirun or srun started together with this one, and which of them it is, as far as the
/// environment tells; 1 where it was started by itself.
struct StartedTogether {
    std::size_t count = 1;
    std::size_t rank = 0;
};
StartedTogether started_together();

/// Where there are several, the program beside this one that is built with MPI takes over: this does not return then.
/// Throws OutputError where there is no such program.
void join_processes(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace tcplab
