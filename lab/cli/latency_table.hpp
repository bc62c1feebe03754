#pragma once

#include <string>
#include <vector>

#include "cli/points.hpp"
#include "terminal/table.hpp"

namespace tcplab {

/// The table that `run` prints: a row for every variant at every point of the axes. With repetitions each number is
/// a median, and the page's p5 to p95 stand beside it. "vs best" compares the page of variants at one point of the
/// axes, or, where there is but one variant, of all rows. Where a run has several pages, of users or loads, a page is
/// their mean. `all`: how many points there are; where `points` are the first of them only, nothing is compared.
TextTable latency_table(const std::string& title, const std::string& conditions, const std::vector<Point>& points,
                        std::uint64_t all);

}  // namespace tcplab
