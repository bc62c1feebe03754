#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

constexpr std::size_t kMostRows = 100;

// In the colours of browsers' network panels, each as light or dark as its neighbours are not.
struct Phase {
    std::string_view name, color;
};
constexpr std::array<Phase, 7> kPhases{{{"blocked", "#d4d4d4"},
                                        {"dns", "#0b7a75"},
                                        {"connect", "#f29f38"},
                                        {"tls", "#5e3a98"},
                                        {"send", "#d6457a"},
                                        {"wait", "#8fce7a"},
                                        {"receive", "#1f6fb4"}}};

struct Columns {
    explicit Columns(const ResultFile& file)
        : run(file.column("run")),
          connection(file.column("connection")),
          method(file.column("method")),
          path(file.column("path")),
          start(file.column("start_ms")),
          error(file.column("error")) {
        for (std::size_t i = 0; i < kPhases.size(); ++i) {
            phases.at(i) = file.column(std::string(kPhases.at(i).name) + "_ms");
        }
    }
    std::size_t run, connection, method, path, start, error;
    std::array<std::size_t, kPhases.size()> phases{};
};

std::string plot_command(const AxisUnit& unit, const std::array<bool, kPhases.size()>& seen) {
    std::string command;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        if (!seen.at(i)) continue;
        command += fmt::format(
            "{}using (0):0:(sum_to({})/{}):(sum_to({})/{}):($0-0.38):($0+0.38) with boxxyerror linecolor rgb '{}' "
            "title '{}'",
            next_element(command), i + 2, unit.divisor, i + 3, unit.divisor, kPhases.at(i).color, kPhases.at(i).name);
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
    for (const Phase& phase : kPhases) chart.csv += fmt::format(",{}_ms", phase.name);
    chart.csv += ",failed,error\n";
    std::array<bool, kPhases.size()> seen{};
    std::int64_t longest = 0;
    std::size_t rows = 0;
    std::size_t all = 0;
    while (file.next()) {
        if (file.count(at.run) != run.number) continue;
        if (options.connection && file.count(at.connection) != options.connection) continue;
        if (++all > kMostRows) continue;
        ++rows;
        append_text(chart.csv, as_label(file.text(at.method) + " " + file.text(at.path)));
        std::int64_t end = file.millionths(at.start).value_or(0);
        append_number(chart.csv, std::optional(end));
        for (std::size_t i = 0; i < kPhases.size(); ++i) {
            const std::int64_t length = file.millionths(at.phases.at(i)).value_or(0);
            append_number(chart.csv, std::optional(length));
            seen.at(i) = seen.at(i) || length > 0;
            end += length;
        }
        chart.csv += file.text(at.error).empty() ? ",0," : ",1,";
        append_text(chart.csv, file.text(at.error));
        chart.csv += '\n';
        longest = std::max(longest, end);
    }
    if (rows == 0) {
        throw ResultsError(
            fmt::format("{}: error: run {} has no transactions{}", results.path.string(), run.number,
                        options.connection ? fmt::format(" on connection {}", *options.connection) : ""));
    }
    std::string below = fmt::format("{} (run {})", label_of(results, run), run.number);
    if (all > rows) {
        const std::string part = fmt::format("the first {} of {} transactions", rows, all);
        chart.notes.push_back(part + "; --connection N shows those of one");
        below = part + ", " + below;
    }
    const AxisUnit scale = time_unit(longest);
    chart.script = title_command(results, below, kWidestBarTitle) + bars_frame(rows) +
                   (longest == 0 ? "set xrange [0:1]\n" : "") + "set xlabel " + scale.label("time") +
                   "\nset key outside right top Left reverse samplen 1.2 spacing 1.15\n"
                   "sum_to(n) = (sum [i=2:n] column(i))\n" +
                   plot_command(scale, seen);
    chart.height = 2.6 + 0.48 * static_cast<double>(std::max<std::size_t>(rows, 8));
    return chart;
}

}  // namespace tcplab::plot
