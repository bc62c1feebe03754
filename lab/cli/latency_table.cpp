#include "cli/latency_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "cli/statistics.hpp"
#include "terminal/units.hpp"

namespace tcplab {
namespace {

constexpr const char* kNone = "—";

using Axes = std::vector<std::pair<std::string, std::string>>;

Duration nanoseconds(double ns) { return Duration(static_cast<std::int64_t>(std::llround(ns))); }

// Builds the table column by column; a cell for every group.
class Builder {
  public:
    Builder(TextTable& table, const std::vector<RunGroup>& groups) : table_(table), groups_(groups) {
        table_.rows.resize(groups.size());
    }

    template <class CellOf>
    void column(std::string title, unsigned rank, bool left, CellOf cell_of) {
        table_.columns.push_back({std::move(title), left, rank});
        for (std::size_t i = 0; i < groups_.size(); ++i) table_.rows[i].push_back(cell_of(groups_[i]));
    }

    /// Nothing when no group has a value.
    void duration_column(const std::string& title, unsigned rank, const SummaryColumn& metric) {
        std::vector<Duration> all;
        for (const RunGroup& g : groups_) {
            if (const auto median = median_of(g, metric)) all.push_back(nanoseconds(*median));
        }
        if (all.empty()) return;
        const TimeUnit unit = choose_unit(all);
        column(title, rank, false, [&](const RunGroup& g) -> TextCell {
            const auto median = median_of(g, metric);
            return {median ? text_in(nanoseconds(*median), unit) : kNone};
        });
    }

    void count_column(const std::string& title, unsigned rank, const SummaryColumn& metric) {
        column(title, rank, false, [&](const RunGroup& g) -> TextCell {
            const auto median = median_of(g, metric);
            return {median ? fmt::format("{:.0f}", *median) : kNone};
        });
    }

  private:
    TextTable& table_;
    const std::vector<RunGroup>& groups_;
};

// What a page took, and what is made of it.
class PageColumn {
  public:
    /// `several`: runs have more than one page, and theirs is the mean.
    PageColumn(const std::vector<RunGroup>& groups, bool several)
        : metric_(*find_summary_column(several ? "mean_page_ms" : "page_ms")) {
        std::vector<Duration> all;
        const bool compare_variants = std::any_of(groups.begin(), groups.end(), [&](const RunGroup& g) {
            return g.label().variant != groups.front().label().variant;
        });
        by_axes_ = compare_variants;
        for (const RunGroup& g : groups) {
            const auto median = median_of(g, metric_);
            if (!median) continue;
            all.push_back(nanoseconds(*median));
            auto [range, is_new] = ranges_.try_emplace(key(g), Range{*median, *median});
            range->second.best = std::min(range->second.best, *median);
            range->second.worst = std::max(range->second.worst, *median);
            if (several) all.push_back(nanoseconds(median_of(g, slowest_).value_or(0)));  // beside it in one unit
        }
        unit_ = choose_unit(all);
    }

    [[nodiscard]] TextCell page(const RunGroup& g) const {
        const auto median = median_of(g, metric_);
        if (!median) {
            const bool failed = std::any_of(g.rows.begin(), g.rows.end(),
                                            [](const SummaryRow* row) { return row->numbers.failed > 0; });
            return failed ? TextCell{"failed", Accent::failed} : TextCell{kNone};
        }
        const Range& range = ranges_.at(key(g));
        Accent accent = Accent::none;
        if (range.best < range.worst && *median == range.best) accent = Accent::best;
        if (range.best < range.worst && *median == range.worst) accent = Accent::worst;
        return {text_in(nanoseconds(*median), unit_), accent};
    }

    [[nodiscard]] TextCell spread(const RunGroup& g) const {
        const std::vector<std::int64_t> values = values_of(g, metric_);
        if (values.size() < g.rows.size()) return {kNone};
        return {number_in(nanoseconds(quantile(values, 0.05)), unit_) + " to " +
                text_in(nanoseconds(quantile(values, 0.95)), unit_)};
    }

    [[nodiscard]] TextCell slowest(const RunGroup& g) const {
        const auto median = median_of(g, slowest_);
        return {median ? text_in(nanoseconds(*median), unit_) : kNone};
    }

    [[nodiscard]] TextCell against_best(const RunGroup& g) const {
        const auto median = median_of(g, metric_);
        if (!median) return {kNone};
        const double best = ranges_.at(key(g)).best;
        return {best > 0 ? fmt::format("{:.2f}", *median / best) : kNone};
    }

  private:
    struct Range {
        double best, worst;
    };
    [[nodiscard]] Axes key(const RunGroup& g) const { return by_axes_ ? g.label().axes : Axes{}; }

    const SummaryColumn& metric_;
    const SummaryColumn& slowest_ = *find_summary_column("slowest_page_ms");
    bool by_axes_ = false;
    std::map<Axes, Range> ranges_;
    TimeUnit unit_{};
};

// Where runs have several pages, a page is their mean, and the run's end stands by itself.
void page_columns(Builder& build, const std::vector<RunGroup>& groups, const PageColumn& page, bool several) {
    build.column(several ? "mean page" : "page", 0, false, [&](const RunGroup& g) { return page.page(g); });
    if (groups.front().rows.size() > 1) {
        build.column("p5 to p95", 3, false, [&](const RunGroup& g) { return page.spread(g); });
    }
    if (!several) return;
    const SummaryColumn& slowest = *find_summary_column("slowest_page_ms");
    const SummaryColumn& end = *find_summary_column("page_ms");
    // They are the same where all pages begin at once.
    const bool differ = std::any_of(groups.begin(), groups.end(),
                                    [&](const RunGroup& g) { return median_of(g, slowest) != median_of(g, end); });
    if (differ) build.column("slowest", 3, false, [&](const RunGroup& g) { return page.slowest(g); });
    build.duration_column("all pages", 1, end);
}

}  // namespace

TextTable latency_table(const std::string& title, const std::string& conditions, const std::vector<SummaryRow>& rows) {
    TextTable table{title, conditions, {}, {}};
    const std::vector<RunGroup> groups = group_runs(rows);
    if (groups.empty()) return table;
    const auto any = [&](const char* name) {
        const SummaryColumn& column = *find_summary_column(name);
        return std::any_of(rows.begin(), rows.end(),
                           [&](const SummaryRow& row) { return column.value(row.numbers).value_or(0) > 0; });
    };
    const auto metric = [](const char* name) -> const SummaryColumn& { return *find_summary_column(name); };

    Builder build(table, groups);
    const bool has_variants =
        std::any_of(rows.begin(), rows.end(), [](const SummaryRow& row) { return !row.label.variant.empty(); });
    const Axes& axes = groups.front().label().axes;
    if (has_variants || axes.empty()) {
        build.column(has_variants ? "variant" : "scenario", 0, true, [&](const RunGroup& g) -> TextCell {
            return {has_variants ? g.label().variant : g.label().scenario};
        });
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        build.column(axes[i].first, 0, false,
                     [i](const RunGroup& g) -> TextCell { return {g.label().axes[i].second}; });
    }
    const bool several =
        std::any_of(rows.begin(), rows.end(), [](const SummaryRow& row) { return row.numbers.pages > 1; });
    const PageColumn page(groups, several);
    page_columns(build, groups, page, several);
    build.duration_column("first byte", 2, metric("first_byte_ms"));
    build.duration_column("mean object", 5, metric("mean_object_ms"));
    build.count_column("conns", 4, metric("connections"));
    build.count_column("packets", 6, {"packets", FieldKind::count, [](const Summary& s) -> FieldValue {
                                          return static_cast<std::int64_t>(s.packets_up + s.packets_down);
                                      }});
    build.column("overhead", 8, false, [&](const RunGroup& g) -> TextCell {
        const auto median = median_of(g, metric("overhead_percent"));
        return {median ? fmt::format("{:.1f} %", *median / 1e6) : kNone};
    });
    build.count_column("retrans", 7, metric("retransmitted"));
    // What is usually zero is shown where it is not.
    for (const auto& [heading, name] : {std::pair("retried", "retried"), std::pair("twice", "duplicates_at_server"),
                                        std::pair("destroyed", "bytes_destroyed")}) {
        if (any(name)) build.count_column(heading, 2, metric(name));
    }
    if (any("failed")) {
        build.column("failed", 1, false, [&](const RunGroup& g) -> TextCell {
            const double failed = median_of(g, metric("failed")).value_or(0);
            return {fmt::format("{:.0f}", failed), failed > 0 ? Accent::failed : Accent::none};
        });
    }
    if (groups.size() > 1) {
        build.column("vs best", 1, false, [&](const RunGroup& g) { return page.against_best(g); });
    }
    return table;
}

}  // namespace tcplab
