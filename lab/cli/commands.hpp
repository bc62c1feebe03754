#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "sweep/ranks.hpp"

namespace tcplab {

// The subcommands. Each returns an exit code and may throw UsageError or OutputError.

/// `command_line` is what manifest.json notes. `ranks`: of the first of several processes; or nullptr.
int run_command(const RunOptions& options, const std::vector<std::string>& command_line, Ranks* ranks);
/// The same for `merge`.
int merge_command(const MergeOptions& options, const std::vector<std::string>& command_line);
int explain_command(const ExplainOptions& options);
int ladder_command(const LadderOptions& options);
int bench_command(const BenchOptions& options);
int script_command(const ScriptOptions& options);
int check_command(const CheckOptions& options);
int keys_command(const std::vector<std::string>& names);
int new_command(const std::vector<std::string>& files);
int import_har_command(const std::string& path);
int plot_command(const PlotOptions& options);
int lab_command(const LabOptions& options);
/// The charts that there are, for its help.
std::string plot_kinds_help();
/// The workloads that there are, for bench's help.
std::string bench_workloads_help();

/// Writes to stdout; throws OutputError when that fails, also for what was written before.
void print_out(const std::string& text);
/// Writes to stderr.
void print_error(const std::string& text);

}  // namespace tcplab
