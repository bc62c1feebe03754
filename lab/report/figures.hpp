#pragma once

#include <string>
#include <vector>

#include "report/report.hpp"

namespace tcplab::report {

/// "pipelined, link.rtt = 20 ms": what tells a run from the others; else the scenario's name.
std::string run_name(const RunLabel& label);

// Each of these is HTML that needs no script. What has no data says so.

/// The transactions of one run, a bar each.
std::string waterfall_html(const RunDetail& run);
/// The same of all runs, small, under one time axis.
std::string side_by_side_html(const std::vector<RunDetail>& runs);
/// What each run's page waited for; where `points` know of repetitions, the mean over them.
std::string page_causes_html(const std::vector<RunDetail>& runs, const std::vector<PagePoint>& points);
/// What the transactions of one run waited for.
std::string transaction_causes_html(const RunDetail& run);

}  // namespace tcplab::report
