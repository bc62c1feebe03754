#include <algorithm>
#include <system_error>

#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

bool has_trace(const ResultFolder& results, std::string_view name) {
    std::error_code ignored;
    return results.runs.size() == 1 &&
           std::filesystem::exists(file_of_run(results, results.runs.front().number, name), ignored);
}

bool several_bars(const ResultFolder& results) {
    const std::size_t groups = group_runs(results).size();
    return results.runs.size() > 1 && groups <= kMostBars;
}

// Enough transactions on each of a few lines for their distribution to say something.
bool has_distribution(const ResultFolder& results) {
    constexpr std::uint64_t kEnough = 20;
    const std::vector<PlottedGroup> groups = group_runs(results);
    return groups.size() <= kMostLines && std::all_of(groups.begin(), groups.end(), [](const PlottedGroup& group) {
               std::uint64_t sum = 0;
               for (const PlottedRun* run : group.runs) sum += run->transactions;
               return sum >= kEnough;
           });
}

bool has_axis(const ResultFolder& results) {
    return !results.axes.empty() && std::any_of(results.runs.begin(), results.runs.end(), [&](const PlottedRun& run) {
        return run.axes != results.runs.front().axes;
    });
}

}  // namespace

const std::vector<ChartKind>& chart_kinds() {
    using R = const ResultFolder&;
    static const std::vector<ChartKind> kinds{
        {"page", "page time of each variant, as bars", page_chart, [](R r) { return !has_axis(r) && several_bars(r); }},
        {"axis", "page time over an axis, a line for each variant", axis_chart, has_axis},
        {"causes", "where the page's time goes, as stacked bars", causes_chart,
         [](R r) { return !r.causes.empty() && group_runs(r).size() <= kMostBars; }},
        {"cdf", "how long transactions take: the share of them up to each time", cdf_chart, has_distribution},
        {"waterfall", "the transactions of a run, phase by phase", waterfall_chart,
         [](R r) { return r.runs.size() == 1; }},
        {"sequence", "a connection's data, acknowledgements and window over time; needs --trace", sequence_chart,
         [](R r) { return has_trace(r, "packets.csv"); }},
        {"cwnd", "congestion window, ssthresh and what is in flight; needs --trace", cwnd_chart,
         [](R r) { return has_trace(r, "tcp.csv"); }},
        {"rtt", "smoothed round trip and retransmission timeout; needs --trace", rtt_chart,
         [](R r) { return has_trace(r, "tcp.csv"); }},
    };
    return kinds;
}

}  // namespace tcplab::plot
