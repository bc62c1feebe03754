#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/measure.hpp"
#include "export/output.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"
#include "terminal/table.hpp"

namespace tcplab {
namespace {

std::vector<Workload> chosen(const BenchOptions& options) {
    std::vector<Workload> out;
    std::vector<std::string_view> names;
    for (const Workload& w : workloads()) {
        if (!options.only || w.name == *options.only) out.push_back(w);
        if (names.empty() || names.back() != w.name) names.push_back(w.name);
    }
    if (out.empty()) throw UsageError(fmt::format("--only expects {}, found {}", listed(names), cited(*options.only)));
    return out;
}

std::vector<BaselineEntry> load_baseline(const std::string& path) {
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

MeasuredWorkload median_of(const Workload& workload, std::uint64_t repeat) {
    std::vector<Measurement> all;
    for (std::uint64_t i = 0; i < repeat; ++i) all.push_back(measure(workload));
    std::sort(all.begin(), all.end(), [](const Measurement& a, const Measurement& b) { return a.user_s < b.user_s; });
    return {workload, all[(all.size() - 1) / 2]};
}

std::string rate(std::uint64_t count, double user_s) {
    if (count == 0 || user_s <= 0) return "—";
    const double r = static_cast<double>(count) / user_s;
    if (r >= 1e6) return fmt::format("{:.2f} M/s", r / 1e6);
    return fmt::format("{:.1f} k/s", r / 1e3);
}

std::string table(const std::vector<MeasuredWorkload>& measured, bool color) {
    TextTable t{"Processor time of the simulator itself, medians", "tcplab " TCPLAB_VERSION, {}, {}};
    t.columns = {{"workload", true, 0}, {"n", false, 0},       {"user", false, 0},
                 {"wall", false, 6},    {"packets", false, 0}, {"transactions", false, 1},
                 {"events", false, 5},  {"memory", false, 4},  {"per connection", false, 2}};
    for (const MeasuredWorkload& w : measured) {
        const Measurement& m = w.median;
        t.rows.push_back({{w.workload.name},
                          {fmt::format("{}", w.workload.n)},
                          {fmt::format("{:.3f} s", m.user_s)},
                          {fmt::format("{:.3f} s", m.wall_s)},
                          {rate(m.data_packets, m.user_s)},
                          {rate(m.transactions, m.user_s)},
                          {rate(m.events, m.user_s)},
                          {fmt::format("{:.1f} MB", static_cast<double>(m.peak_rss_bytes) / 1e6)},
                          {m.bytes_per_connection == 0 ? "—" : fmt::format("{} B", m.bytes_per_connection)}});
    }
    return render(t, terminal_width(STDOUT_FILENO), color);
}

}  // namespace

int bench_command(const BenchOptions& options) {
    const std::vector<Workload> todo = chosen(options);
    std::vector<BaselineEntry> baseline;
    if (options.baseline) baseline = load_baseline(*options.baseline);
    std::vector<MeasuredWorkload> measured;
    measured.reserve(todo.size());
    for (const Workload& w : todo) measured.push_back(median_of(w, options.repeat));
    const bool json = options.format == Format::json;
    print_out(json ? bench_json(measured) : table(measured, use_color(options.color, STDOUT_FILENO)));
    const Comparison comparison = compare(measured, baseline);
    for (const std::string& line : comparison.lines) {
        if (json) {
            print_error(line + "\n");
        } else {
            print_out(line + "\n");
        }
    }
    return comparison.slower ? kNotMet : kDone;
}

}  // namespace tcplab
