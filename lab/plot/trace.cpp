#include "plot/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <system_error>

#include "plot/script.hpp"

namespace tcplab::plot {

namespace {

// A row of tcp.csv. Lengths of time in nanoseconds, windows in millionths of a segment, as append_number() takes them.
struct TcpRow {
    std::int64_t time = 0;
    std::optional<std::int64_t> cwnd, ssthresh, in_flight, srtt, rto;
};

// The rows of the connection's end that had most in flight: of the one that sends.
struct TcpRows {
    std::string end;
    std::vector<TcpRow> rows;
};

// And what was so last still is where it ends.
void last_to(std::map<std::string, std::vector<TcpRow>>& ends, std::optional<std::int64_t> to) {
    for (auto& [name, rows] : ends) {
        if (!to || rows.back().time >= *to) continue;
        rows.push_back(rows.back());
        rows.back().time = *to;
    }
}

TcpRows read_sender(const ResultFolder& results, const ShownConnection& shown, const ChartOptions& options) {
    ResultFile file(trace_file(results, "tcp.csv"));
    const std::size_t time = file.column("time_ms");
    const std::size_t connection = file.column("connection");
    const std::size_t end = file.column("end");
    const std::array<std::size_t, 5> numbers{file.column("cwnd"), file.column("ssthresh"), file.column("in_flight"),
                                             file.column("srtt_ms"), file.column("rto_ms")};
    std::map<std::string, std::vector<TcpRow>> ends;
    while (file.next()) {
        if (file.count(connection) != shown.id) continue;
        const std::int64_t at = file.millionths(time).value_or(0);
        if (at > options.to.value_or(at)) continue;
        std::vector<TcpRow>& rows = ends[file.text(end)];
        // What was so before still is where the picture begins.
        if (options.from && at <= *options.from) rows.clear();
        rows.push_back({std::max(at, options.from.value_or(at)), file.millionths(numbers[0]),
                        file.millionths(numbers[1]), file.millionths(numbers[2]), file.millionths(numbers[3]),
                        file.millionths(numbers[4])});
    }
    last_to(ends, options.to);
    TcpRows sender;
    std::int64_t most = -1;
    for (auto& [name, rows] : ends) {
        std::int64_t in_flight = 0;
        for (const TcpRow& row : rows) in_flight = std::max(in_flight, row.in_flight.value_or(0));
        if (in_flight <= most) continue;
        most = in_flight;
        sender = {name, std::move(rows)};
    }
    if (sender.rows.empty()) {
        throw ResultsError(fmt::format("{}: error: {} has nothing in tcp.csv then", results.path.string(), shown.name));
    }
    return sender;
}

// Every k-th row and the last.
std::vector<TcpRow> thinned(std::vector<TcpRow> rows, Chart& chart) {
    if (rows.size() <= kMostPoints) return rows;
    const std::size_t step = (rows.size() + kMostPoints - 1) / kMostPoints;
    chart.notes.push_back(
        fmt::format("one in {} of {} changes; --from and --to show a part of the run whole", step, rows.size()));
    std::vector<TcpRow> kept;
    for (std::size_t i = 0; i < rows.size(); i += step) kept.push_back(rows[i]);
    if (kept.back().time != rows.back().time) kept.push_back(rows.back());
    return kept;
}

std::int64_t longest(const std::vector<TcpRow>& rows, std::optional<std::int64_t> TcpRow::*member) {
    std::int64_t most = 0;
    for (const TcpRow& row : rows) most = std::max(most, (row.*member).value_or(0));
    return most;
}

std::string frame(const ResultFolder& results, const ShownConnection& shown, const TcpRows& sender,
                  const ChartOptions& options) {
    const AxisUnit time = time_unit(sender.rows.back().time);
    return title_command(results, fmt::format("{}, the {}", shown.name, sender.end)) + "set xlabel " +
           time.label("time") + "\n" + time_range(options, time) + "set yrange [0:*]\n" + key_above(2);
}

}  // namespace

std::string time_range(const ChartOptions& options, const AxisUnit& unit) {
    const auto end = [&](std::optional<std::int64_t> t) {
        return t ? fmt::format("{}", static_cast<double>(*t) / 1e6 / unit.divisor) : "*";
    };
    return fmt::format("set xrange [{}:{}]\n", end(options.from), end(options.to));
}

ShownConnection shown_connection(const ResultFolder& results, const ChartOptions& options) {
    const PlottedRun& run = results.runs.front();
    ResultFile file(results.path / "connections.csv");
    const std::size_t of_run = file.column("run");
    const std::size_t id = file.column("id");
    const std::size_t up = file.column("bytes_up");
    const std::size_t down = file.column("bytes_down");
    ShownConnection shown;
    std::optional<std::uint64_t> most;
    while (file.next()) {
        if (file.count(of_run) != run.number) continue;
        const std::uint64_t number = file.count(id).value_or(0);
        if (options.connection && number != *options.connection) continue;
        const std::uint64_t bytes_up = file.count(up).value_or(0);
        const std::uint64_t bytes_down = file.count(down).value_or(0);
        if (most && bytes_up + bytes_down <= *most) continue;
        most = bytes_up + bytes_down;
        shown = {run.number, number, bytes_down >= bytes_up, ""};
    }
    const std::string name = as_label(run_name(results, run));
    if (!most) {
        throw ResultsError(fmt::format("{}: error: {} has no connection{}", results.path.string(), name,
                                       options.connection ? fmt::format(" {}", *options.connection) : ""));
    }
    shown.name = fmt::format("{}, connection {}", name, shown.id);
    return shown;
}

std::filesystem::path trace_file(const ResultFolder& results, std::string_view name) {
    std::filesystem::path path = file_of_run(results, results.runs.front().number, name);
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
    throw ResultsError(fmt::format("{}: error: it is not there; run the scenario again with --trace", path.string()));
}

Chart cwnd_chart(const ResultFolder& results, const ChartOptions& options) {
    const ShownConnection shown = shown_connection(results, options);
    const TcpRows sender = read_sender(results, shown, options);
    Chart chart;
    chart.csv = "time_ms,cwnd,ssthresh,in_flight\n";
    for (const TcpRow& row : thinned(sender.rows, chart)) {
        std::string line;
        for (const auto& number : {std::optional(row.time), row.cwnd, row.ssthresh, row.in_flight}) {
            append_number(line, number);
        }
        chart.csv += line.substr(1) + "\n";
    }
    const std::string x = time_unit(sender.rows.back().time).column(1);
    chart.script = frame(results, shown, sender, options) + "set ylabel 'segments'\n" +
                   fmt::format(
                       "plot data using {0}:4 with fillsteps fillstyle solid 1 noborder linecolor rgb '#c6dbef' "
                       "title 'in flight', \\\n"
                       "     '' using {0}:2 with steps linewidth 2 linecolor rgb '#0072b2' title 'cwnd'",
                       x);
    if (longest(sender.rows, &TcpRow::ssthresh) > 0) {  // until the first loss it is infinite
        chart.script += fmt::format(
            ", \\\n     '' using {}:3 with steps linewidth 2 dashtype (8,3) linecolor rgb '#d55e00' "
            "title 'ssthresh'",
            x);
    }
    chart.script += "\n";
    return chart;
}

Chart rtt_chart(const ResultFolder& results, const ChartOptions& options) {
    const ShownConnection shown = shown_connection(results, options);
    TcpRows sender = read_sender(results, shown, options);
    // Before the first measurement, the timeout is a guess, and several times what it is later.
    const auto measured = [](const TcpRow& row) { return row.srtt.has_value(); };
    sender.rows.erase(sender.rows.begin(), std::find_if(sender.rows.begin(), sender.rows.end(), measured));
    if (sender.rows.empty()) {
        throw ResultsError(
            fmt::format("{}: error: {} has measured no round trip then", results.path.string(), shown.name));
    }
    Chart chart;
    chart.csv = "time_ms,srtt_ms,rto_ms\n";
    for (const TcpRow& row : thinned(sender.rows, chart)) {
        std::string line;
        for (const auto& number : {std::optional(row.time), row.srtt, row.rto}) append_number(line, number);
        chart.csv += line.substr(1) + "\n";
    }
    const AxisUnit y = time_unit(std::max(longest(sender.rows, &TcpRow::srtt), longest(sender.rows, &TcpRow::rto)));
    const std::string x = time_unit(sender.rows.back().time).column(1);
    chart.script = frame(results, shown, sender, options) + "set ylabel " + y.label("round trip") +
                   fmt::format(
                       "\nplot data using {0}:{1} with steps linewidth 2 linecolor rgb '#0072b2' title 'smoothed "
                       "round trip', \\\n"
                       "     '' using {0}:{2} with steps linewidth 2 dashtype (8,3) linecolor rgb '#d55e00' title "
                       "'retransmission timeout'\n",
                       x, y.column(2), y.column(3));
    return chart;
}

}  // namespace tcplab::plot
