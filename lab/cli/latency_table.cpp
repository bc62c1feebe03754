#include "cli/latency_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "terminal/units.hpp"

namespace tcplab {
namespace {

constexpr const char* kNone = "—";

Duration nanoseconds(double ns) { return Duration(static_cast<std::int64_t>(std::llround(ns))); }

// Builds the table column by column; a cell for every point.
class Builder {
  public:
    Builder(TextTable& table, const std::vector<Point>& points) : table_(table), points_(points) {
        table_.rows.resize(points.size());
    }

    template <class CellOf>
    void column(std::string title, unsigned rank, bool left, CellOf cell_of) {
        table_.columns.push_back({std::move(title), left, rank});
        for (std::size_t i = 0; i < points_.size(); ++i) table_.rows[i].push_back(cell_of(points_[i]));
    }

    /// Nothing when no point has a value.
    void duration_column(const std::string& title, unsigned rank, Metric metric) {
        std::vector<Duration> all;
        for (const Point& p : points_) {
            if (const auto median = p[metric].median) all.push_back(nanoseconds(*median));
        }
        if (all.empty()) return;
        const TimeUnit unit = choose_unit(all);
        column(title, rank, false, [&](const Point& p) -> TextCell {
            const auto median = p[metric].median;
            return {median ? text_in(nanoseconds(*median), unit) : kNone};
        });
    }

    void count_column(const std::string& title, unsigned rank, Metric metric) {
        column(title, rank, false, [&](const Point& p) -> TextCell {
            const auto median = p[metric].median;
            return {median ? fmt::format("{:.0f}", *median) : kNone};
        });
    }

  private:
    TextTable& table_;
    const std::vector<Point>& points_;
};

// What a page took, and what is made of it.
class PageColumn {
  public:
    /// `several`: runs have more than one page, and theirs is the mean. `compare`: there is something to compare with.
    PageColumn(const std::vector<Point>& points, bool several, bool compare)
        : metric_(several ? Metric::mean_page : Metric::page),
          compare_(compare),
          by_axes_(std::any_of(points.begin(), points.end(),
                               [&](const Point& p) { return p.variant != points.front().variant; })) {
        std::vector<Duration> all;
        for (const Point& p : points) {
            const auto median = p[metric_].median;
            if (!median) continue;
            all.push_back(nanoseconds(*median));
            auto [range, is_new] = ranges_.try_emplace(key(p), Range{*median, *median});
            range->second.best = std::min(range->second.best, *median);
            range->second.worst = std::max(range->second.worst, *median);
            // Beside it, in one unit.
            if (several) all.push_back(nanoseconds(p[Metric::slowest_page].median.value_or(0)));
        }
        unit_ = choose_unit(all);
    }

    [[nodiscard]] TextCell page(const Point& p) const {
        const auto median = p[metric_].median;
        if (!median) return p[Metric::failed].most > 0 ? TextCell{"failed", Accent::failed} : TextCell{kNone};
        const Range& range = ranges_.at(key(p));
        Accent accent = Accent::none;
        if (compare_ && range.best < range.worst && *median == range.best) accent = Accent::best;
        if (compare_ && range.best < range.worst && *median == range.worst) accent = Accent::worst;
        return {text_in(nanoseconds(*median), unit_), accent};
    }

    [[nodiscard]] TextCell spread(const Point& p) const {
        const Spread& page = p[metric_];
        if (!page.median) return {kNone};
        return {number_in(nanoseconds(*page.p5), unit_) + " to " + text_in(nanoseconds(*page.p95), unit_)};
    }

    [[nodiscard]] TextCell slowest(const Point& p) const {
        const auto median = p[Metric::slowest_page].median;
        return {median ? text_in(nanoseconds(*median), unit_) : kNone};
    }

    [[nodiscard]] TextCell against_best(const Point& p) const {
        const auto median = p[metric_].median;
        if (!median) return {kNone};
        const double best = ranges_.at(key(p)).best;
        return {best > 0 ? fmt::format("{:.2f}", *median / best) : kNone};
    }

  private:
    struct Range {
        double best, worst;
    };
    [[nodiscard]] AxisFields key(const Point& p) const { return by_axes_ ? p.axes : AxisFields{}; }

    Metric metric_;
    bool compare_;
    bool by_axes_;
    std::map<AxisFields, Range> ranges_;
    TimeUnit unit_{};
};

// Which run it is.
void label_columns(Builder& build, const std::vector<Point>& points) {
    const bool has_variants =
        std::any_of(points.begin(), points.end(), [](const Point& p) { return !p.variant.empty(); });
    const AxisFields& axes = points.front().axes;
    if (has_variants || axes.empty()) {
        build.column(has_variants ? "variant" : "scenario", 0, true,
                     [&](const Point& p) -> TextCell { return {has_variants ? p.variant : p.scenario}; });
    }
    for (std::size_t i = 0; i < axes.size(); ++i) {
        build.column(axes[i].first, 0, false, [i](const Point& p) -> TextCell { return {p.axes[i].second}; });
    }
}

// Where runs have several pages, a page is their mean, and the run's end stands by itself.
void page_columns(Builder& build, const std::vector<Point>& points, const PageColumn& page, bool several) {
    build.column(several ? "mean page" : "page", 0, false, [&](const Point& p) { return page.page(p); });
    if (points.front().runs > 1) {
        build.column("p5 to p95", 3, false, [&](const Point& p) { return page.spread(p); });
    }
    if (!several) return;
    // They are the same where all pages begin at once.
    const bool differ = std::any_of(points.begin(), points.end(), [&](const Point& p) {
        return p[Metric::slowest_page].median != p[Metric::page].median;
    });
    if (differ) build.column("slowest", 3, false, [&](const Point& p) { return page.slowest(p); });
    build.duration_column("all pages", 1, Metric::page);
}

}  // namespace

TextTable latency_table(const std::string& title, const std::string& conditions, const std::vector<Point>& points,
                        std::uint64_t all) {
    TextTable table{title, conditions, {}, {}};
    if (points.empty()) return table;
    const auto any = [&](Metric metric) {
        return std::any_of(points.begin(), points.end(), [&](const Point& p) { return p[metric].most > 0; });
    };
    Builder build(table, points);
    label_columns(build, points);
    const bool several =
        std::any_of(points.begin(), points.end(), [](const Point& p) { return p[Metric::pages].most > 1; });
    const bool compare = all == points.size();
    const PageColumn page(points, several, compare);
    page_columns(build, points, page, several);
    build.duration_column("first byte", 2, Metric::first_byte);
    build.duration_column("mean object", 5, Metric::mean_object);
    build.count_column("conns", 4, Metric::connections);
    build.count_column("packets", 6, Metric::packets);
    build.column("overhead", 8, false, [&](const Point& p) -> TextCell {
        const auto median = p[Metric::overhead].median;
        return {median ? fmt::format("{:.1f} %", *median / 1e6) : kNone};
    });
    build.count_column("retrans", 7, Metric::retransmitted);
    // What is usually zero is shown where it is not.
    for (const auto& [heading, metric] : {std::pair("retried", Metric::retried), std::pair("twice", Metric::duplicates),
                                          std::pair("destroyed", Metric::destroyed)}) {
        if (any(metric)) build.count_column(heading, 2, metric);
    }
    if (any(Metric::failed)) {
        build.column("failed", 1, false, [&](const Point& p) -> TextCell {
            const double failed = p[Metric::failed].median.value_or(0);
            return {fmt::format("{:.0f}", failed), failed > 0 ? Accent::failed : Accent::none};
        });
    }
    if (compare && points.size() > 1) {
        build.column("vs best", 1, false, [&](const Point& p) { return page.against_best(p); });
    }
    return table;
}

}  // namespace tcplab
