#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "export/causes.hpp"
#include "export/palette.hpp"
#include "export/quantile.hpp"
#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

// Where there are several axes, their keys would leave no room for the values: those stand above the bars, once.
bool has_short_labels(const ResultFolder& results) { return results.axes.size() > 1; }

std::string bar_label(const ResultFolder& results, const PlottedGroup& group) {
    if (!has_short_labels(results)) return group.label;
    const PlottedRun& run = *group.runs.front();
    std::string label = run.variant;
    for (const std::string& value : run.axes) label += (label.empty() ? "" : ", ") + value;
    return label;
}

// Says above the bars' names what their values are of.
std::string names_of_axes(const ResultFolder& results) {
    if (!has_short_labels(results)) return "";
    std::string keys;
    for (const std::string& key : results.axes) keys += (keys.empty() ? "" : ", ") + key;
    return "set label " + in_quotes(keys) + " at graph 0, graph 1 right offset character -1,0.8\n";
}

// The page times of a group; none when any of its runs has none.
std::vector<std::int64_t> page_times(const PlottedGroup& group) {
    std::vector<std::int64_t> values;
    for (const PlottedRun* run : group.runs) {
        if (run->page) values.push_back(*run->page);
    }
    if (values.size() < group.runs.size()) values.clear();
    return values;
}

// Mean over the group's runs, so that the causes still sum to the mean page time; nothing when one of them has none.
std::optional<double> mean_cause(const PlottedGroup& group, std::size_t cause) {
    double sum = 0;
    for (const PlottedRun* run : group.runs) {
        if (!run->causes[cause]) return std::nullopt;
        sum += static_cast<double>(*run->causes[cause]);
    }
    return sum / static_cast<double>(group.runs.size());
}

// The causes that any group has.
std::vector<std::size_t> causes_at_work(const ResultFolder& results, const std::vector<PlottedGroup>& groups) {
    std::vector<std::size_t> causes;
    for (std::size_t c = 0; c < results.causes.size(); ++c) {
        const bool any = std::any_of(groups.begin(), groups.end(),
                                     [c](const PlottedGroup& group) { return mean_cause(group, c).value_or(0) > 0; });
        if (any) causes.push_back(c);
    }
    return causes;
}

}  // namespace

Chart page_chart(const ResultFolder& results, const ChartOptions&) {
    const std::vector<PlottedGroup> groups = group_runs(results);
    check_room(results, groups.size(), kMostBars, "bars");
    Chart chart;
    chart.csv = "label,runs,page_ms,p5_ms,p95_ms\n";
    std::int64_t longest = 0;
    std::size_t most_runs = 1;
    for (const PlottedGroup& group : groups) {
        const std::vector<std::int64_t> times = page_times(group);
        append_text(chart.csv, as_label(bar_label(results, group)));
        chart.csv += fmt::format(",{}", group.runs.size());
        for (const double share : {0.5, 0.05, 0.95}) {
            times.empty() ? append_number(chart.csv, std::nullopt) : append_number(chart.csv, quantile(times, share));
        }
        chart.csv += '\n';
        if (!times.empty()) longest = std::max(longest, *std::max_element(times.begin(), times.end()));
        most_runs = std::max(most_runs, group.runs.size());
    }
    if (longest == 0) throw ResultsError(results.path.string() + ": error: no run has a page time above 0");
    const AxisUnit scale = time_unit(longest);
    const bool spread = most_runs > 1;
    const std::string what = results.several_pages ? "mean page time" : "page time";
    chart.script = title_command(results, spread ? "median, and 5th to 95th percentile, of the repetitions" : "",
                                 kWidestBarTitle) +
                   bars_frame(groups.size()) + names_of_axes(results) + "set xlabel " + scale.label(what) +
                   "\nset rmargin 12\nunset key\n" +
                   fmt::format(
                       "plot data using (0):0:(0):{0}:($0-0.34):($0+0.34):ytic(1) with boxxyerror "
                       "linecolor rgb '#0072b2'",
                       scale.column(3));
    if (spread) {
        chart.script += fmt::format(
            ", \\\n     '' using {}:0:{}:{} with xerrorbars pointtype 0 linewidth 1.5 "
            "linecolor rgb '#000000'",
            scale.column(3), scale.column(4), scale.column(5));
    }
    chart.script += fmt::format(
        ", \\\n     '' using (valid(3) ? column(5)/{0} : 0):0:"
        "(valid(3) ? sprintf('%.{1}f {2}', column(3)/{0}) : 'failed') "
        "with labels left offset character 0.8,0\n",
        scale.divisor, scale.decimals, scale.name);
    chart.height = bars_height(groups.size());
    return chart;
}

Chart causes_chart(const ResultFolder& results, const ChartOptions&) {
    if (results.causes.empty()) {
        throw ResultsError(results.path.string() +
                           ": error: summary.csv has no columns of causes (a_...): another version of tcplab wrote it; "
                           "run the scenario again");
    }
    const std::vector<PlottedGroup> groups = group_runs(results);
    check_room(results, groups.size(), kMostBars, "bars");
    const std::vector<std::size_t> shown = causes_at_work(results, groups);
    if (shown.empty()) throw ResultsError(results.path.string() + ": error: no run has a page time above 0");
    Chart chart;
    chart.csv = "label";
    for (const std::size_t c : shown) {
        chart.csv += ',';
        append_text(chart.csv, results.causes[c] + "_ms");
    }
    chart.csv += '\n';
    double longest = 0;
    for (const PlottedGroup& group : groups) {
        append_text(chart.csv, as_label(bar_label(results, group)));
        double total = 0;
        for (const std::size_t c : shown) {
            const auto mean = mean_cause(group, c);
            mean ? append_number(chart.csv, *mean) : append_number(chart.csv, std::nullopt);
            total += mean.value_or(0);
        }
        chart.csv += '\n';
        longest = std::max(longest, total);
    }
    const bool repeated = groups.front().runs.size() > 1;
    const AxisUnit scale = time_unit(static_cast<std::int64_t>(longest));
    chart.script = title_command(results,
                                 repeated ? "where the time of the page goes, mean of the repetitions"
                                          : "where the time of the page goes",
                                 kWidestBarTitle) +
                   bars_frame(groups.size()) + names_of_axes(results) + "set xlabel " + scale.label("page time") +
                   "\nset key outside right top Left reverse samplen 1.2 spacing 1.15\n"
                   "sum_to(n) = (n < 2 ? 0 : sum [i=2:n] column(i))\n";
    std::string elements;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const std::string& name = results.causes[shown[i]];
        elements += fmt::format(
            "{}using (0):0:(sum_to({})/{}):(sum_to({})/{}):($0-0.34):($0+0.34){} with boxxyerror "
            "linecolor rgb '{}' title {}",
            next_element(elements), i + 1, scale.divisor, i + 2, scale.divisor, i == 0 ? ":ytic(1)" : "",
            bar_color(name), in_quotes(cause_words(name)));
    }
    chart.script += elements + "\n";
    chart.height = std::max(bars_height(groups.size()), 2.6 + 0.5 * static_cast<double>(shown.size()));
    return chart;
}

}  // namespace tcplab::plot
