#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "export/palette.hpp"
#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

constexpr std::array<std::string_view, 7> kPhases{"blocked", "dns", "connect", "tls", "send", "wait", "receive"};

struct Columns {
    explicit Columns(const ResultFile& file)
        : run(file.column("run")),
          connection(file.column("connection")),
          method(file.column("method")),
          path(file.column("path")),
          start(file.column("start_ms")),
          error(file.column("error")) {
        for (std::size_t i = 0; i < kPhases.size(); ++i) {
            phases.at(i) = file.column(std::string(kPhases.at(i)) + "_ms");
        }
    }
    std::size_t run, connection, method, path, start, error;
    std::array<std::size_t, kPhases.size()> phases{};
};

struct Row {
    std::string csv;
    std::int64_t end = 0;  // nanoseconds
};

// As many as a page holds: every k-th, and the last to finish.
std::vector<Row> thinned(std::vector<Row> rows, Chart& chart) {
    const std::size_t step = (rows.size() + kMostBars - 2) / (kMostBars - 1);
    if (rows.size() <= kMostBars) return rows;
    const auto last =
        std::max_element(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.end < b.end; });
    const auto place = static_cast<std::size_t>(last - rows.begin());
    std::vector<Row> kept;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (i % step == 0 || i == place) kept.push_back(std::move(rows[i]));
    }
    chart.notes.push_back(
        fmt::format("{} of {} transactions: one in {}, and the last to finish; --connection N shows "
                    "those of one",
                    kept.size(), rows.size(), step));
    return kept;
}

Row read_row(const ResultFile& file, const Columns& at, std::array<bool, kPhases.size()>& seen) {
    Row row;
    append_text(row.csv, as_label(file.text(at.method) + " " + file.text(at.path)));
    row.end = file.millionths(at.start).value_or(0);
    append_number(row.csv, std::optional(row.end));
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        const std::int64_t length = file.millionths(at.phases.at(i)).value_or(0);
        append_number(row.csv, std::optional(length));
        seen.at(i) = seen.at(i) || length > 0;
        row.end += length;
    }
    row.csv += file.text(at.error).empty() ? ",0," : ",1,";
    append_text(row.csv, file.text(at.error));
    row.csv += '\n';
    return row;
}

std::string plot_command(const AxisUnit& unit, const std::array<bool, kPhases.size()>& seen) {
    std::string command;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        if (!seen.at(i)) continue;
        command += fmt::format(
            "{}using (0):0:(sum_to({})/{}):(sum_to({})/{}):($0-0.38):($0+0.38) with boxxyerror linecolor rgb '{}' "
            "title '{}'",
            next_element(command), i + 2, unit.divisor, i + 3, unit.divisor, bar_color(kPhases.at(i)), kPhases.at(i));
    }
    const std::size_t last = kPhases.size() + 2;
    return command + fmt::format(
                         "{}using (sum_to({})/{}):0:(column({}) > 0 ? '✗ '.strcol({}) : ''):ytic(1) with labels left "
                         "offset character 0.5,0 notitle\n",
                         next_element(command), last, unit.divisor, last + 1, last + 2);
}

}  // namespace

Chart waterfall_chart(const ResultFolder& results, const ChartOptions& options) {
    const PlottedRun& run = results.runs.front();
    ResultFile file(results.path / "transactions.csv");
    const Columns at(file);
    Chart chart;
    chart.csv = "label,start_ms";
    for (const std::string_view phase : kPhases) chart.csv += fmt::format(",{}_ms", phase);
    chart.csv += ",failed,error\n";
    std::array<bool, kPhases.size()> seen{};
    std::vector<Row> all;
    while (file.next()) {
        if (file.count(at.run) != run.number) continue;
        if (options.connection && file.count(at.connection) != options.connection) continue;
        all.push_back(read_row(file, at, seen));
    }
    if (all.empty()) {
        throw ResultsError(
            fmt::format("{}: error: run {} has no transactions{}", results.path.string(), run.number,
                        options.connection ? fmt::format(" on connection {}", *options.connection) : ""));
    }
    const std::size_t count = all.size();
    const std::vector<Row> rows = thinned(std::move(all), chart);
    std::int64_t longest = 0;
    for (const Row& row : rows) {
        chart.csv += row.csv;
        longest = std::max(longest, row.end);
    }
    std::string below = run_name(results, run);
    if (rows.size() < count) below = fmt::format("{} of {} transactions, {}", rows.size(), count, below);
    const AxisUnit scale = time_unit(longest);
    chart.script = title_command(results, below, kWidestBarTitle) + bars_frame(rows.size()) +
                   (longest == 0 ? "set xrange [0:1]\n" : "") + "set xlabel " + scale.label("time") +
                   "\nset key outside right top Left reverse samplen 1.2 spacing 1.15\n"
                   "sum_to(n) = (sum [i=2:n] column(i))\n" +
                   plot_command(scale, seen);
    chart.height = bars_height(std::max<std::size_t>(rows.size(), 8));
    return chart;
}

}  // namespace tcplab::plot
