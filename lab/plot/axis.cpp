#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <unordered_map>
#include <utility>

#include "export/quantile.hpp"
#include "plot/chart.hpp"
#include "plot/scale.hpp"
#include "plot/script.hpp"
#include "scenario/text.hpp"

namespace tcplab::plot {

namespace {

std::size_t chosen_axis(const ResultFolder& results, const ChartOptions& options) {
    if (options.axis || results.axes.empty()) return axis_named(results, options.axis.value_or(""));
    const auto differ = [&](std::size_t axis) {
        return std::any_of(results.runs.begin(), results.runs.end(),
                           [&](const PlottedRun& run) { return run.axes[axis] != results.runs.front().axes[axis]; });
    };
    for (std::size_t i = 0; i < results.axes.size(); ++i) {
        if (differ(i)) return i;
    }
    return 0;
}

// One line of the chart: the runs that differ in nothing but the axis, and chance.
struct Line {
    std::vector<std::vector<std::int64_t>> times;  // by place on the axis, of the runs that have a time
    std::vector<std::size_t> runs;                 // by place
};

struct AxisData {
    std::vector<std::string> values;  // in the order in which they first appear
    std::vector<std::string> names;   // of the lines
    std::vector<Line> lines;
    std::int64_t longest = 0, shortest = INT64_MAX;
    bool repeated = false;
};

// Numbers texts in the order in which they first appear.
class Places {
  public:
    explicit Places(std::vector<std::string>& all) : all_(all) {}
    std::size_t of(const std::string& text) {
        const auto [it, is_new] = places_.try_emplace(text, all_.size());
        if (is_new) all_.push_back(text);
        return it->second;
    }

  private:
    std::vector<std::string>& all_;
    std::unordered_map<std::string, std::size_t> places_;
};

AxisData gather(const ResultFolder& results, std::size_t axis) {
    const auto without_axis = [axis](std::vector<std::string> all) {
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(axis));
        return all;
    };
    AxisData data;
    Places values(data.values), names(data.names);
    ResultFolder others;  // names what is left of a run's label
    others.scenario = results.scenario;
    others.axes = without_axis(results.axes);
    for (const PlottedRun& run : results.runs) {
        PlottedRun rest;
        rest.variant = run.variant;
        rest.axes = without_axis(run.axes);
        const std::size_t place = values.of(run.axes[axis]);
        const std::size_t number = names.of(plain(label_of(others, rest)));
        data.lines.resize(data.names.size());
        Line& line = data.lines[number];
        line.times.resize(std::max(line.times.size(), place + 1));
        line.runs.resize(line.times.size());
        ++line.runs[place];
        data.repeated = data.repeated || line.runs[place] > 1;
        if (!run.page) continue;
        line.times[place].push_back(*run.page);
        data.longest = std::max(data.longest, *run.page);
        data.shortest = std::min(data.shortest, *run.page);
    }
    return data;
}

std::string csv_of(const AxisData& data, const AxisScale& scale, const std::string& key) {
    std::vector<std::size_t> order(data.values.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (!scale.numbers.empty()) {
        std::stable_sort(order.begin(), order.end(),
                         [&](std::size_t a, std::size_t b) { return scale.numbers[a] < scale.numbers[b]; });
    }
    std::string csv = "n,line,";
    append_text(csv, key);
    csv += ",x,runs,page_ms,p5_ms,p95_ms\n";
    for (std::size_t l = 0; l < data.lines.size(); ++l) {
        const Line& line = data.lines[l];
        for (const std::size_t i : order) {
            if (i >= line.times.size() || line.runs[i] == 0) continue;
            csv += fmt::format("{},", l + 1);
            append_text(csv, data.names[l]);
            csv += ',';
            append_text(csv, data.values[i]);
            csv +=
                fmt::format(",{},{}", scale.numbers.empty() ? static_cast<double>(i) : scale.numbers[i], line.runs[i]);
            const bool complete = line.times[i].size() == line.runs[i];
            for (const double share : {0.5, 0.05, 0.95}) {
                complete ? append_number(csv, quantile(line.times[i], share)) : append_number(csv, std::nullopt);
            }
            csv += '\n';
        }
    }
    return csv;
}

// Ticks where the values are, as long as they are few. Their labels are formats, in which % is special.
std::string ticks(const AxisData& data, const AxisScale& scale) {
    constexpr std::size_t kMostTicks = 12;
    const bool words = scale.numbers.empty();
    if (!words && data.values.size() > kMostTicks) return "";
    std::string list;
    for (std::size_t i = 0; i < data.values.size(); ++i) {
        const double x = words ? static_cast<double>(i) : scale.numbers[i];
        std::string label;
        for (const char c : words ? data.values[i] : fmt::format("{:.4g}", x))
            label += c == '%' ? "%%" : std::string(1, c);
        list += fmt::format("{}{} {}", i == 0 ? "" : ", ", in_quotes(label), x);
    }
    return "set xtics (" + list + ")\n";
}

// Where the values are words nothing lies between them: points without a line.
std::string axes_commands(const AxisData& data, const AxisScale& scale) {
    constexpr std::int64_t kWide = 30;
    std::string out = ticks(data, scale);
    if (scale.numbers.empty()) {
        out += fmt::format("set xrange [-0.5:{}]\n", static_cast<double>(data.values.size()) - 0.5);
    } else if (scale.logarithmic) {
        const auto [least, most] = std::minmax_element(scale.numbers.begin(), scale.numbers.end());
        out += fmt::format("set logscale x\nset xrange [{:.4g}:{:.4g}]\n", *least / 1.2, *most * 1.2);
    } else {
        out += "set offsets graph 0.03, graph 0.03, 0, 0\n";
    }
    const bool tall = scale.logarithmic && data.shortest > 0 && data.longest / data.shortest >= kWide;
    return out + (tall ? "set logscale y\n" : "set yrange [0:*]\n");
}

std::string elements(const AxisData& data, const AxisScale& scale, const AxisUnit& time) {
    const std::string_view style = scale.numbers.empty() ? "points pointsize 1.6" : "linespoints";
    std::string out;
    for (std::size_t i = 0; i < data.names.size(); ++i) {
        const std::string name = in_quotes(as_label(data.names[i]));
        const std::string x = fmt::format("(on({}, column(4)))", i + 1);
        if (data.repeated) {  // below the points
            out += fmt::format("{}using {}:{}:{}:{} with yerrorbars {} linewidth 1.5 pointtype 0 notitle",
                               next_element(out), x, time.column(6), time.column(7), time.column(8), line_color(i));
        }
        out += fmt::format("{}using {}:{} with {} {} {} title {}", next_element(out), x, time.column(6), style,
                           line_style(i), point_style(i), name);
    }
    return out + "\n";
}

}  // namespace

std::size_t axis_named(const ResultFolder& results, const std::string& key) {
    const std::string folder = results.path.string();
    if (results.axes.empty()) {
        throw ResultsError(folder +
                           ": error: these runs have no axis; give them one: tcplab run FILE --vary KEY=V1,V2,...");
    }
    const auto it = std::find(results.axes.begin(), results.axes.end(), key);
    if (it != results.axes.end()) return static_cast<std::size_t>(it - results.axes.begin());
    const std::vector<std::string_view> names(results.axes.begin(), results.axes.end());
    throw ResultsError(fmt::format("{}: error: there is no axis {}; there is {}", folder, cited(key), listed(names)));
}

Chart axis_chart(const ResultFolder& results, const ChartOptions& options) {
    const std::size_t axis = chosen_axis(results, options);
    const AxisData data = gather(results, axis);
    check_room(results, data.names.size(), kMostLines, "lines");
    const AxisScale scale = axis_scale(data.values);
    if (data.longest == 0) throw ResultsError(results.path.string() + ": error: no run has a page time above 0");
    const AxisUnit time = time_unit(data.longest);
    const std::string& key = results.axes[axis];

    Chart chart;
    chart.csv = csv_of(data, scale, key);
    chart.script =
        title_command(results, data.repeated ? "median, and 5th to 95th percentile, of the repetitions" : "");
    chart.script +=
        "set xlabel " + in_quotes(scale.unit.empty() ? key : fmt::format("{} ({})", key, scale.unit)) + "\n";
    chart.script += "set ylabel " + time.label(results.several_pages ? "mean page time" : "page time") + "\n";
    chart.script += axes_commands(data, scale) + key_above(data.names.size());
    chart.script += kOn;
    chart.script += elements(data, scale, time);
    return chart;
}

}  // namespace tcplab::plot
