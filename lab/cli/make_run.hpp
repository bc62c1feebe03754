#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "capture/steps.hpp"
#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "experiment/world.hpp"
#include "report/report.hpp"
#include "sweep/sweep_folder.hpp"

namespace tcplab {

/// A run with more rows than should be text all at once: they are formatted as they are written.
struct LargeRun {
    RunLabel label;
    Scenario scenario;
    Results results;
};

/// A run's results on their way from the thread that made them to the files.
struct MadeRun {
    RunBytes bytes;
    std::unique_ptr<LargeRun> large;          ///< instead of the rows in `bytes`
    std::optional<report::RunDetail> detail;  ///< with --report, of some
};

/// How to make a run.
struct RunOrder {
    std::uint64_t index = 0;         ///< for Runs::run()
    std::size_t detail_packets = 0;  ///< the report shows so many of its packets; 0: it is not among those in detail
    std::function<void(const RunProgress&)> tell;  ///< how far it is, now and then
    capture::Tell tell_files;                      ///< the same of its files, when it is simulated
};

/// Simulates it. False when it was given up as `stop` became true. `made` is used again: what was in it goes.
bool make_run(const Plan& plan, const RunOrder& order, const RunOptions& options, MadeRun& made,
              const std::atomic<bool>& stop);

/// All rows of such a run, some at a time.
void for_rows_of(const LargeRun& run, bool several_pages, const std::function<void(const RunRows&)>& take);

/// Writes it; `tell` hears how much of its own files is written.
void write_run(SweepFolder& to, MadeRun& made, bool several_pages, const capture::Tell& tell);

}  // namespace tcplab
