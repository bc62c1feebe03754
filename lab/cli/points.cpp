#include "cli/points.hpp"

#include <algorithm>
#include <string_view>

#include "export/records.hpp"

namespace tcplab {
namespace {

constexpr std::size_t kVariant = 1;
constexpr std::size_t kLabels = 4;  // scenario, variant, run, seed
constexpr std::array<std::string_view, kMetrics> kColumns{
    "page_ms",        "mean_page_ms", "slowest_page_ms",      "first_byte_ms",
    "mean_object_ms", "connections",  "packets_up",           "overhead_percent",
    "retransmitted",  "retried",      "duplicates_at_server", "bytes_destroyed",
    "failed",         "pages"};

std::size_t labels_of(const std::vector<std::string>& header) { return header.size() - summary_columns().size(); }

std::size_t place_of(const std::vector<std::string>& header, std::string_view column) {
    return labels_of(header) + static_cast<std::size_t>(find_summary_column(column) - summary_columns().data());
}

FieldKind kind_of(std::size_t metric) { return find_summary_column(kColumns.at(metric))->kind; }

}  // namespace

Points::Points(const std::vector<std::string>& header)
    : packets_down_(place_of(header, "packets_down")), causes_(header.size() - kCauses) {
    for (std::size_t i = kLabels; i < labels_of(header); ++i) axes_.emplace_back(header[i], "");
    for (std::size_t i = 0; i < kMetrics; ++i) places_.at(i) = place_of(header, kColumns.at(i));
}

bool Points::is_new(const std::vector<std::string>& row) const {
    if (now_.runs == 0 || row[kVariant] != now_.variant) return true;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
        if (row[kLabels + i] != now_.axes[i].second) return true;
    }
    return false;
}

void Points::add(const std::vector<std::string>& row, std::uint64_t offset) {
    if (is_new(row)) {
        end_point();
        now_.scenario = row.front();
        now_.variant = row[kVariant];
        now_.axes = axes_;
        for (std::size_t i = 0; i < axes_.size(); ++i) now_.axes[i].second = row[kLabels + i];
    }
    ++now_.runs;
    ++runs_;
    if (size_ >= kMost) return;
    for (std::size_t i = 0; i < kMetrics; ++i) {
        FieldValue value = read_value(kind_of(i), row[places_.at(i)]);
        if (!value) continue;
        if (i == static_cast<std::size_t>(Metric::packets)) {
            value = *value + read_value(FieldKind::count, row[packets_down_]).value_or(0);
        }
        tallies_.at(i).add(*value);
        now_.metrics.at(i).most = std::max(now_.metrics.at(i).most, *value);
    }
    add_causes(row);
    if (!axes_.empty()) return;
    const FieldValue page =
        read_value(FieldKind::milliseconds, row[places_.at(static_cast<std::size_t>(Metric::mean_page))]);
    if (page && !row[causes_].empty()) middles_.push_back({*page, offset});
}

void Points::add_causes(const std::vector<std::string>& row) {
    if (now_.runs == 1) {
        has_causes_ = true;
        now_.causes.assign(kCauses, 0);
    }
    has_causes_ = has_causes_ && !row[causes_].empty();
    for (std::size_t i = 0; has_causes_ && i < kCauses; ++i) {
        now_.causes[i] += static_cast<double>(read_value(FieldKind::milliseconds, row[causes_ + i]).value_or(0));
    }
}

void Points::end_point() {
    if (now_.runs == 0) return;
    if (size_++ >= kMost) {
        now_ = {};
        return;
    }
    for (std::size_t i = 0; i < kMetrics; ++i) {
        Tally& tally = tallies_.at(i);
        Spread& spread = now_.metrics.at(i);
        if (tally.size() == now_.runs) {
            constexpr double low = 0.05, middle = 0.5, high = 0.95;
            spread.median = tally.quantile(middle);
            spread.p5 = tally.quantile(low);
            spread.p95 = tally.quantile(high);
        }
        tally.clear();
    }
    if (!has_causes_) now_.causes.clear();
    for (double& cause : now_.causes) cause /= static_cast<double>(now_.runs);
    if (middles_.size() == now_.runs) {
        const auto at = middles_.begin() + static_cast<std::ptrdiff_t>((middles_.size() - 1) / 2);
        // Of pages that took the same time, the earlier run's.
        std::nth_element(middles_.begin(), at, middles_.end(), [](const MiddleRun& a, const MiddleRun& b) {
            return a.page != b.page ? a.page < b.page : a.offset < b.offset;
        });
        now_.middle = *at;
    }
    middles_.clear();
    points_.push_back(std::move(now_));
    now_ = {};
}

std::vector<Point> Points::take() {
    end_point();
    return std::move(points_);
}

ExplainedRun explained_run(const std::vector<std::string>& header, const std::vector<std::string>& row) {
    const auto value = [&](std::string_view column) {
        return read_value(find_summary_column(column)->kind, row[place_of(header, column)]).value_or(0);
    };
    ExplainedRun run;
    run.variant = row[kVariant];
    run.run = static_cast<std::uint64_t>(read_value(FieldKind::count, row[2]).value_or(1));
    run.pages = static_cast<std::uint64_t>(value("pages"));
    run.page = Duration(value("page_ms"));
    for (std::size_t i = 0; i < kCauses; ++i) {
        const FieldValue time = read_value(FieldKind::milliseconds, row[row.size() - kCauses + i]);
        run.causes.add(static_cast<Cause>(i), Duration(time.value_or(0)));
    }
    return run;
}

}  // namespace tcplab
