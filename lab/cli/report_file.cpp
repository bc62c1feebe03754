#include "cli/report_file.hpp"

#include <cmath>

#include "cli/latency_table.hpp"
#include "cli/statistics.hpp"

namespace tcplab {

namespace {

/// In the order of the columns; empty when a run has none.
std::vector<report::CauseTime> mean_causes(const RunGroup& group) {
    std::vector<report::CauseTime> means;
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        double sum = 0;
        for (const SummaryRow* row : group.rows) {
            if (!row->numbers.causes) return {};
            sum += static_cast<double>((*row->numbers.causes)[cause].count());
        }
        means.push_back(
            {std::string(name(cause)), Duration(std::llround(sum / static_cast<double>(group.rows.size())))});
    }
    return means;
}

report::PagePoint point_of(const RunGroup& group) {
    const SummaryColumn& page = *find_summary_column("page_ms");
    report::PagePoint point{group.label().variant, group.label().axes, group.rows.size(), median_of(group, page), 0, 0,
                            mean_causes(group)};
    if (!point.page) return point;
    const std::vector<std::int64_t> values = values_of(group, page);
    point.p5 = quantile(values, 0.05);
    point.p95 = quantile(values, 0.95);
    return point;
}

}  // namespace

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
        points.push_back(point_of(g));
    }
    return report::report_html(head, latency_table(head.title, head.conditions, rows), points, details);
}

}  // namespace tcplab
