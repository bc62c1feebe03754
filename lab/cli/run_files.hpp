#pragma once

#include <vector>

#include "capture/steps.hpp"
#include "cli/options.hpp"
#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "export/result_files.hpp"
#include "trace/recording.hpp"

namespace tcplab {

/// What a run's own folder gets. `recording` is there for --pcap and --trace. `tell` hears how much of it is made.
std::vector<RunFile> run_files(const RunOptions& options, const RunLabel& label, const Scenario& scenario,
                               const Results& results, const Recording* recording, const capture::Tell& tell);

/// For the progress line: what part of the work of a run they are, simulating being the rest, and what part of that is
/// making them. As measured with 100,000 packets: simulated and recorded in 0.4 s, files made in 1.5 s with either
/// option, written in 0.7 s.
double share_of_run_files(const RunOptions& options);
inline constexpr double kMakingRunFiles = 0.65;

}  // namespace tcplab
