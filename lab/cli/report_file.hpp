#pragma once

#include <string>
#include <vector>

#include "cli/plan.hpp"
#include "export/summary.hpp"
#include "report/report.hpp"

namespace tcplab {

/// report.html of the scenario's runs that are complete; `details` are those of them that it shows in detail.
std::string report_file(const Plan& plan, const std::vector<std::string>& command_line,
                        const std::vector<SummaryRow>& rows, const std::vector<report::RunDetail>& details);

}  // namespace tcplab
