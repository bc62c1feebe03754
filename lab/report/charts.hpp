#pragma once

#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "report/flows.hpp"
#include "report/report.hpp"

namespace tcplab::report {

/// The flows as report.js reads them: columns as arrays, times in ms, exact.
std::string charts_json(const Flows& flows, const std::vector<ConnectionRow>& connections);

/// The words for the numbers in charts_json(): {"reasons": [...], "fates": [...]}.
std::string words_json();

/// The axes of a sweep as report.js draws them. A point has the number of its variant, of its value on each axis, and
/// the page's time in ms. Beside each stand the 5th and the 95th percentile of its repetitions, where there are any.
///   {"axes": [{"key": "link.rtt", "unit": "ms", "words": false, "at": [20, 100], "labels": ["20 ms", "100 ms"]}],
///    "variants": ["serial"], "points": [[0, 0, 812.1], [0, 1, null]], "spread": [[800, 815.4], null]}
/// Values that are not all numbers of one measure are words: they stand at 0, 1, 2 ... and have no unit.
std::string axes_json(const std::vector<PagePoint>& points);

}  // namespace tcplab::report
