#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "export/quantile.hpp"
#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

constexpr std::size_t kMostSteps = 1000;  // of a line; more are thinned to as many

struct Times {
    std::vector<std::vector<std::int64_t>> of_group;  // total_ms of its transactions, sorted
    std::size_t incomplete = 0;                       // failed, or unfinished: left out
};

Times read_times(const ResultFolder& results, const std::vector<PlottedGroup>& groups) {
    std::unordered_map<std::uint64_t, std::size_t> group_of;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        for (const PlottedRun* run : groups[g].runs) group_of.emplace(run->number, g);
    }
    ResultFile file(results.path / "transactions.csv");
    const std::size_t run = file.column("run");
    const std::size_t total = file.column("total_ms");
    const std::size_t error = file.column("error");
    Times times;
    times.of_group.resize(groups.size());
    while (file.next()) {
        const auto it = group_of.find(file.count(run).value_or(0));
        if (it == group_of.end()) continue;
        const auto length = file.millionths(total);
        if (length && file.text(error).empty()) {
            times.of_group[it->second].push_back(*length);
        } else {
            ++times.incomplete;
        }
    }
    for (auto& values : times.of_group) std::sort(values.begin(), values.end());
    return times;
}

// The share of values up to each, at every value or at kMostSteps of them.
void append_steps(std::string& csv, std::size_t n, const std::string& name, const std::vector<std::int64_t>& sorted) {
    const std::size_t steps = std::min(sorted.size(), kMostSteps);
    const auto begin_row = [&] {
        csv += fmt::format("{},", n);
        append_text(csv, name);
    };
    begin_row();
    append_number(csv, std::optional(sorted.front()));
    csv += ",0\n";
    for (std::size_t i = 1; i <= steps; ++i) {
        const std::size_t rank = i * sorted.size() / steps;  // from 1
        begin_row();
        append_number(csv, std::optional(sorted[rank - 1]));
        append_number(csv, 1e6 * static_cast<double>(rank) / static_cast<double>(sorted.size()));
        csv += '\n';
    }
}

}  // namespace

Chart cdf_chart(const ResultFolder& results, const ChartOptions&) {
    const std::vector<PlottedGroup> groups = group_runs(results);
    check_room(results, groups.size(), kMostLines, "lines");
    const Times times = read_times(results, groups);
    Chart chart;
    chart.csv = "n,line,total_ms,share\n";
    std::int64_t shortest = INT64_MAX;
    std::int64_t longest = 0;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        const auto& values = times.of_group[g];
        if (values.empty()) continue;
        append_steps(chart.csv, g + 1, groups[g].label, values);
        shortest = std::min(shortest, values.front());
        longest = std::max(longest, values.back());
        if (values.size() > kMostSteps) {
            chart.notes.push_back(fmt::format("{}: {} of the {} steps", groups[g].label, kMostSteps, values.size()));
        }
    }
    if (longest == 0) throw ResultsError(results.path.string() + ": error: no transaction is complete");
    if (times.incomplete > 0) {
        const char* are = times.incomplete == 1 ? " that is not complete is" : "s that are not complete are";
        chart.notes.push_back(fmt::format("{} transaction{} left out", times.incomplete, are));
    }
    const AxisUnit time = time_unit(longest);
    chart.script = title_command(results) + "set xlabel " + time.label("time of a transaction") +
                   "\nset ylabel 'share of transactions (%)'\nset yrange [0:100]\n" +
                   (shortest > 0 && longest / shortest >= 50 ? "set logscale x\n" : "set xrange [0:*]\n") +
                   key_above(groups.size()) + std::string(kOn);
    std::string elements;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (times.of_group[g].empty()) continue;
        elements +=
            fmt::format("{}using (on({}, column(3)/{})):(100*column(4)) with steps {} title {}", next_element(elements),
                        g + 1, time.divisor, line_style(g), in_quotes(as_label(groups[g].label)));
    }
    chart.script += elements + "\n";
    return chart;
}

}  // namespace tcplab::plot
