#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/points.hpp"
#include "report/report.hpp"
#include "sweep/journal.hpp"

namespace tcplab {

/// report.html of the scenario's runs that are complete; `details` are those of them that it shows in detail. `points`
/// are the first of `all`, as many as a report has.
std::string report_file(const SweepHeader& header, std::uint64_t complete, const std::vector<Point>& points,
                        std::uint64_t all, const std::vector<report::RunDetail>& details);

/// `conditions`, and how many of the points are there: "... · the first 1000 of 5000 points".
std::string with_count(const std::string& conditions, std::size_t points, std::uint64_t all);

}  // namespace tcplab
