#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "export/result_files.hpp"
#include "report/charts.hpp"
#include "report/html.hpp"
#include "report/report.hpp"

namespace tcplab::report {
namespace {

constexpr std::size_t kMostRuns = 12;
constexpr std::array<std::string_view, TransactionBar::kPhases> kPhaseColumns{
    "blocked_ms", "dns_ms", "connect_ms", "tls_ms", "send_ms", "wait_ms", "receive_ms"};

std::string size_text(std::uint64_t bytes) {
    for (const auto& [unit, size] : {std::pair{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}}) {
        const double in_unit = static_cast<double>(bytes) / size;
        if (in_unit >= 1) return fmt::format("{:.4g} {}", in_unit, unit);
    }
    return fmt::format("{} B", bytes);
}

std::string counted(std::uint64_t n, std::string_view what) {
    return fmt::format("{} {}{}", with_commas(n), what, n == 1 ? "" : "s");
}

std::string workload_text(const Scenario& s) {
    std::uint64_t objects = 0, bytes = 0;
    bool endless = false;
    for (const PageObject& o : s.page.objects) {
        objects += o.count;
        bytes += o.count * o.size;
        endless = endless || o.endless;
    }
    std::string text;
    if (s.page.has_html) {
        text = fmt::format("HTML of {}", size_text(s.page.objects.front().size));
        if (objects > 1) text += " and " + counted(objects - 1, "object");
    } else {
        text = counted(objects, "object");
    }
    text += endless ? ", one of them endless" : fmt::format(", {} in all", size_text(bytes));
    if (s.client.users > 1) text += fmt::format(", for {}", counted(s.client.users, "user"));
    if (s.client.loads > 1) text += fmt::format(", {} times", s.client.loads);
    return text;
}

/// The path, and what else is not the same everywhere.
std::string bar_name(const RequestNames& names, const Transaction& t, const Scenario& s) {
    std::string name = names.path;
    if (!s.hosts.empty()) name = names.host + name;
    if (names.method != "GET") name = names.method + " " + name;
    if (s.client.users > 1) name += fmt::format(" (user {})", t.user);
    if (s.client.loads > 1) name += fmt::format(" (load {})", t.load);
    return name;
}

/// In the order of the columns.
std::vector<CauseTime> listed(const Causes& causes) {
    std::vector<CauseTime> out;
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        out.push_back({std::string(name(cause)), causes[cause]});
    }
    return out;
}

TransactionBar bar_of(const Scenario& s, const ObjectIndex& index, const Transaction& t, const Results& results) {
    TransactionBar bar;
    bar.id = t.id;
    bar.name = bar_name(names_of(s, index, t), t, s);
    bar.error = to_string(t.failure);
    bar.start = find_transaction_column("start_ms")->value(t);
    bar.total = find_transaction_column("total_ms")->value(t);
    for (std::size_t i = 0; i < kPhaseColumns.size(); ++i) {
        bar.phases[i] = find_transaction_column(kPhaseColumns[i])->value(t);
    }
    if (t.causes != CauseLog::kNone) bar.causes = listed(causes_of(results, t));
    return bar;
}

/// What has no end is not the last.
bool ends_before(const Transaction& a, const Transaction& b) {
    static const auto& start = *find_transaction_column("start_ms");
    static const auto& total = *find_transaction_column("total_ms");
    const auto end = [](const Transaction& t) {
        const FieldValue length = total.value(t);
        return length ? start.value(t).value_or(0) + *length : -1;
    };
    return end(a) < end(b);
}

void add_bars(RunDetail& detail, const Scenario& scenario, const Results& results) {
    const ObjectIndex index(scenario.page);
    const std::vector<Transaction>& all = results.transactions;
    const auto last = std::max_element(all.begin(), all.end(), ends_before);
    for (const std::size_t i : evenly_with(static_cast<std::size_t>(last - all.begin()), all.size(), kMostBars)) {
        detail.bars.push_back(bar_of(scenario, index, all[i], results));
    }
    detail.transactions = all.size();
}

std::vector<std::string> notes_on(const RecordedForReport& recorded) {
    std::vector<std::string> notes;
    if (recorded.sample.thinned) {
        notes.push_back(fmt::format(
            "This run had {} packets, more than a report keeps. Over all of it the charts have packets that are evenly "
            "chosen, of those that were lost or sent again as many as possible, and the peaks and lows of windows and "
            "queues. Everything else in this report is exact.",
            with_commas(recorded.sample.all_packets)));
    }
    if (recorded.recorded_until != kNever) {
        notes.push_back(fmt::format("The ladders end at {}, after the run's first {} packets.",
                                    exact_ms(recorded.recorded_until.time_since_epoch().count()),
                                    with_commas(recorded.recording.packets.size())));
    }
    return notes;
}

}  // namespace

std::vector<std::uint64_t> runs_in_detail(const Runs& runs) {
    std::vector<std::vector<std::uint32_t>> points;  // of the axes, as the first variant has them
    std::set<std::uint32_t> variants;
    for (std::uint64_t i = 0; i < runs.size(); ++i) {
        const Run run = runs.run(i);
        variants.insert(run.variant);
        if (variants.size() == 1 && (points.empty() || points.back() != run.positions)) points.push_back(run.positions);
    }
    std::set<std::vector<std::uint32_t>> chosen_points;
    const std::size_t room = variants.empty() ? 0 : std::max<std::size_t>(kMostRuns / variants.size(), 1);
    for (const std::size_t place : evenly(points.size(), room)) chosen_points.insert(points[place]);
    std::set<std::pair<std::uint32_t, std::vector<std::uint32_t>>> seen;
    std::vector<std::uint64_t> chosen;
    for (std::uint64_t i = 0; i < runs.size() && chosen.size() < kMostRuns; ++i) {
        Run run = runs.run(i);
        if (chosen_points.count(run.positions) == 0) continue;
        if (seen.emplace(run.variant, std::move(run.positions)).second) chosen.push_back(i);
    }
    return chosen;
}

RunDetail detail_of(const RunLabel& label, const Scenario& scenario, const Results& results,
                    RecordedForReport recorded) {
    RunDetail detail;
    detail.label = label;
    detail.workload = workload_text(scenario);
    const Summary summary = summarise(results);
    detail.page = summary.page;
    if (summary.causes) detail.causes = listed(*summary.causes);
    detail.failed = results.failed;
    detail.ended = results.ended.time_since_epoch();
    add_bars(detail, scenario, results);
    if (recorded.sample.packets.empty() || results.connections.empty()) return detail;
    detail.notes = notes_on(recorded);
    detail.charts =
        charts_json(flows_of(std::move(recorded.sample), results.connections, recorded.packets), results.connections);
    detail.ladders = ladders_of(recorded.recording, results);
    return detail;
}

}  // namespace tcplab::report
