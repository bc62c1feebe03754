#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/expectations.hpp"
#include "cli/points.hpp"
#include "scenario/expect.hpp"
#include "sweep/sweep_folder.hpp"

namespace tcplab {

/// Lines of which only the first are kept.
struct FirstLines {
    std::vector<std::string> lines;
    std::uint64_t count = 0;
};

/// What a sweep's runs come to.
struct Conclusion {
    std::uint64_t runs = 0;
    std::vector<Point> points;  ///< the first of them
    std::uint64_t all_points = 0;
    std::vector<Verdict> verdicts;  ///< on the expectations
    bool unforeseen = false;        ///< something failed that no expectation speaks of
    FirstLines troubles;            ///< runs that could not go on, or failed and nobody expected it
    FirstLines hangs;               ///< what hung at proxies
    std::optional<ExplainedRun> explained;
};

/// Reads it from the files: it is the same whether the runs were made just now, by a process that was killed, or
/// elsewhere. Constant memory, but for what a point's repetitions take (Tally) and 16 bytes per point and ratio that is
/// expected.
Conclusion conclude(const std::vector<Expect>& expects, const SweepFolder& folder);

}  // namespace tcplab
