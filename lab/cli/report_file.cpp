#include "cli/report_file.hpp"

#include "cli/latency_table.hpp"
#include "cli/statistics.hpp"

namespace tcplab {

std::string report_file(const Plan& plan, const std::vector<std::string>& command_line,
                        const std::vector<SummaryRow>& rows, const std::vector<report::RunDetail>& details) {
    report::Head head;
    head.title = plan.file.title.empty() ? plan.file.name : plan.file.title;
    head.conditions = plan.conditions;
    head.file = plan.path;
    head.text = plan.file.text;
    head.command_line = command_line;
    head.version = TCPLAB_VERSION;
    head.runs = static_cast<std::size_t>(plan.runs.size());
    head.complete = rows.size();
    std::vector<report::PagePoint> points;
    for (const RunGroup& g : group_runs(rows)) {
        points.push_back({g.label().variant, g.label().axes, median_of(g, *find_summary_column("page_ms"))});
    }
    return report::report_html(head, latency_table(head.title, head.conditions, rows), points, details);
}

}  // namespace tcplab
