#pragma once

#include <optional>
#include <string>
#include <vector>

#include "export/summary.hpp"
#include "scenario/scenario_file.hpp"

namespace tcplab {

/// A scenario file that was read, with every run of it found possible.
struct Plan {
    std::string path;
    ScenarioFile file;
    Runs runs;
    bool several_pages = false;  ///< users or loads, in any of the runs
    std::string conditions;      ///< what all runs have in common: "100 ms · 1.5 Mbit/s · linux · 1 run each"
};

/// What came of reading several files.
struct Plans {
    std::vector<Plan> plans;
    std::string errors;  ///< everything that is wrong, for stderr
    std::size_t error_count = 0;
    int exit_code = 0;  ///< 2, or 3 when all that is wrong is that a file cannot be read
};

Plans read_plans(const std::vector<std::string>& paths, const CommandLine& options);

/// The plan of one file, for a command that looks at one run. Nothing if it is wrong: everything that is has been
/// printed then, and `exit_code` is 2 or 3.
std::optional<Plan> read_plan(const std::string& path, const CommandLine& options, int& exit_code);

/// What of them is right but does nothing, on stderr.
void print_hints(const std::vector<Plan>& plans);

/// The names by which the run's rows go.
RunLabel label_of(const Plan& plan, const Run& run);

/// For people: "nagle: run 2, two, Nagle".
std::string run_name(const RunLabel& label);

}  // namespace tcplab
