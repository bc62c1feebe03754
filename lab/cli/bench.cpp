#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "cli/bench_results.hpp"
#include "cli/commands.hpp"
#include "cli/measure.hpp"
#include "export/output.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "terminal/table.hpp"

namespace tcplab {
namespace {

void check_size(const WorkloadKind& kind, std::uint64_t n) {
    if (n <= kind.most) return;
    throw UsageError(
        fmt::format("{} takes at most {} {}, as {}; found {}", kind.name, kind.most, kind.unit, kind.why_most, n));
}

// What is to be measured, in the order in which workload_kinds() has them.
std::vector<Workload> chosen(const BenchOptions& options) {
    std::vector<std::string_view> names;
    for (const WorkloadKind& kind : workload_kinds()) names.push_back(kind.name);
    for (const std::string& name : options.only) {
        if (find_workload_kind(name) == nullptr) {
            throw UsageError(fmt::format("--only expects {}, found {}", listed(names), cited(name)));
        }
    }
    std::vector<Workload> out;
    for (const WorkloadKind& kind : workload_kinds()) {
        const bool wanted = std::find(options.only.begin(), options.only.end(), kind.name) != options.only.end();
        if (!options.only.empty() && !wanted) continue;
        for (const std::uint32_t n : options.sizes.empty() ? kind.sizes : options.sizes) {
            check_size(kind, n);
            out.push_back({std::string(kind.name), n});
        }
    }
    return out;
}

std::vector<MeasuredWorkload> load_baseline(const std::string& path) {
    const FileText file = read_file(path);
    if (!file.text) {
        const bool is_folder = file.why == std::errc::is_a_directory;
        throw OutputError(
            fmt::format("{}: error: {}", path, is_folder ? "this is a folder, not a measurement" : file.why.message()));
    }
    auto baseline = read_baseline(*file.text);
    if (!baseline) throw UsageError(path + " is not what `tcplab bench --format json` prints");
    return std::move(*baseline);
}

std::string rate(std::uint64_t count, double user_s) {
    if (count == 0 || user_s <= 0) return "—";
    const double r = static_cast<double>(count) / user_s;
    if (r >= 1e6) return fmt::format("{:.2f} M/s", r / 1e6);
    return fmt::format("{:.1f} k/s", r / 1e3);
}

// How far the measurements are apart.
std::string spread(const MeasuredWorkload& w) {
    if (w.repeats == 1 || w.median.user_s <= 0) return "—";
    return fmt::format("{:.0f} %", (w.most_user_s - w.least_user_s) / w.median.user_s * 100);
}

std::string per_run(const MeasuredWorkload& w) {
    if (w.workload.name != "PAGE") return "—";
    return fmt::format("{:.0f} us", w.median.user_s * 1e6 / w.workload.n);
}

std::string table(const std::vector<MeasuredWorkload>& measured, const BenchOptions& options) {
    const std::string title = "Processor time of the simulator itself";
    TextTable t{options.repeat == 1 ? title : fmt::format("{}, medians of {}", title, options.repeat),
                "tcplab " TCPLAB_VERSION,
                {},
                {}};
    t.columns = {{"workload", true, 0}, {"n", false, 0},       {"user", false, 0},          {"spread", false, 7},
                 {"wall", false, 8},    {"packets", false, 0}, {"transactions", false, 1},  {"events", false, 6},
                 {"memory", false, 4},  {"per run", false, 3}, {"per connection", false, 2}};
    for (const MeasuredWorkload& w : measured) {
        const Measurement& m = w.median;
        t.rows.push_back({{w.workload.name},
                          {fmt::format("{}", w.workload.n)},
                          {fmt::format("{:.3f} s", m.user_s)},
                          {spread(w)},
                          {fmt::format("{:.3f} s", m.wall_s)},
                          {rate(m.data_packets, m.user_s)},
                          {rate(m.transactions, m.user_s)},
                          {rate(m.events, m.user_s)},
                          {fmt::format("{:.1f} MB", static_cast<double>(m.peak_rss_bytes) / 1e6)},
                          {per_run(w)},
                          {m.bytes_per_connection == 0 ? "—" : fmt::format("{} B", m.bytes_per_connection)}});
    }
    return render(t, terminal_width(STDOUT_FILENO), use_color(options.color, STDOUT_FILENO));
}

// Measures all of it. CSV goes out row by row: large workloads take long.
std::vector<MeasuredWorkload> measure_all(const std::vector<Workload>& todo, const BenchOptions& options) {
    const bool csv = options.format == Format::csv;
    std::vector<MeasuredWorkload> measured;
    if (csv) print_out(bench_csv_header());
    for (const Workload& w : todo) {
        measured.push_back(measure_repeatedly(w, options.repeat));
        if (csv) print_out(bench_csv_row(measured.back()));
    }
    if (options.format == Format::json) print_out(bench_json(measured));
    if (options.format == Format::table) print_out(table(measured, options));
    return measured;
}

}  // namespace

std::string bench_workloads_help() {
    constexpr std::size_t kBlanks = 2;
    std::vector<std::pair<std::string, std::string>> lines;
    std::size_t column = 0;
    for (const WorkloadKind& kind : workload_kinds()) {
        std::string sizes;
        for (const std::uint32_t n : kind.sizes) sizes += fmt::format("{}{}", sizes.empty() ? "" : ", ", n);
        lines.emplace_back(fmt::format("  {:7}  {}", kind.name, kind.what), fmt::format("{} {}", sizes, kind.unit));
        column = std::max(column, lines.back().first.size() + kBlanks);
    }
    std::string out = "\nWorkloads, and the sizes that are measured unless --n says otherwise:\n";
    for (const auto& [left, right] : lines) out += fmt::format("{:{}}{}\n", left, column, right);
    return out;
}

int bench_command(const BenchOptions& options) {
    const std::vector<Workload> todo = chosen(options);
    std::vector<MeasuredWorkload> baseline;
    if (options.baseline) baseline = load_baseline(*options.baseline);
    const std::vector<MeasuredWorkload> measured = measure_all(todo, options);
    if (!options.baseline) return kDone;
    Comparison comparison = compare(measured, baseline);
    if (comparison.lines.empty()) comparison.lines.emplace_back("nothing moved");
    const bool table = options.format == Format::table;
    for (const std::string& line : comparison.lines) {
        if (table) {
            print_out(line + "\n");
        } else {
            print_error(line + "\n");
        }
    }
    return comparison.slower ? kNotMet : kDone;
}

}  // namespace tcplab
