#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/tally.hpp"
#include "export/summary.hpp"

namespace tcplab {

/// What the table shows of a run: columns of summary.csv, and the packets of both directions.
enum class Metric : std::uint8_t {
    page,
    mean_page,
    slowest_page,
    first_byte,
    mean_object,
    connections,
    packets,
    overhead,
    retransmitted,
    retried,
    duplicates,
    destroyed,
    failed,
    pages,
};
inline constexpr std::size_t kMetrics = 14;

/// A metric in the repetitions of a point.
struct Spread {
    std::optional<double> median, p5, p95;  ///< nothing if any of the runs has no value
    std::int64_t most = 0;                  ///< the largest; 0 where there is none
};

/// The repetition whose page is in the middle.
struct MiddleRun {
    std::int64_t page = 0;     ///< ns, the mean of its pages
    std::uint64_t offset = 0;  ///< of its row in summary.csv
};

using AxisFields = std::vector<std::pair<std::string, std::string>>;  // dotted key and value here

/// The repetitions of one variant at one point of the axes.
struct Point {
    std::string scenario;
    std::string variant;
    AxisFields axes;
    std::uint64_t runs = 0;
    std::array<Spread, kMetrics> metrics{};
    std::vector<double> causes;       ///< ns, their means in Cause's order; empty when a run has none
    std::optional<MiddleRun> middle;  ///< where there are no axes, and every run has a page and its causes

    [[nodiscard]] const Spread& operator[](Metric m) const { return metrics.at(static_cast<std::size_t>(m)); }
};

/// Makes points of the rows of summary.csv, which come in run order. Of very many points the first are kept.
class Points {
  public:
    static constexpr std::size_t kMost = 10'000;

    /// `header` is that of the file, as fields.
    explicit Points(const std::vector<std::string>& header);
    /// Whether the row is of another point than the one before it, or the first.
    [[nodiscard]] bool is_new(const std::vector<std::string>& row) const;
    void add(const std::vector<std::string>& row, std::uint64_t offset);
    /// All there are; at most kMost. Nothing can be added any more.
    std::vector<Point> take();
    /// How many there are.
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] std::uint64_t runs() const { return runs_; }

  private:
    void end_point();
    void add_causes(const std::vector<std::string>& row);

    AxisFields axes_;  // their keys
    std::array<std::size_t, kMetrics> places_{};
    std::size_t packets_down_ = 0, causes_ = 0;
    std::vector<Point> points_;
    Point now_;
    std::array<Tally, kMetrics> tallies_;
    std::vector<MiddleRun> middles_;
    bool has_causes_ = true;
    std::uint64_t size_ = 0, runs_ = 0;
};

/// A run of which reason_line() can speak: fields of its row.
struct ExplainedRun {
    std::string variant;
    std::uint64_t run = 1;
    std::uint64_t pages = 1;
    Duration page{0};  ///< page_ms
    Causes causes;
};
/// `header` and `row` are records of summary.csv, as fields.
ExplainedRun explained_run(const std::vector<std::string>& header, const std::vector<std::string>& row);

}  // namespace tcplab
