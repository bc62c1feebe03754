#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "report/thinning.hpp"
#include "trace/recording.hpp"

namespace tcplab::report {

/// The queue of a direction of [link]: how many packets wait, the one in service not counted.
struct QueueHistory {
    struct Point {
        Time time = kNever;
        std::uint32_t packets = 0;  ///< from then on
    };
    std::vector<Point> points;
    std::vector<Time> drops;                      ///< packets that it did not take
    std::uint64_t all_points = 0, all_drops = 0;  ///< of which these are shown
};

/// Works a queue's history out from what became of its packets, in a memory that does not grow with the run.
class QueueMeter {
  public:
    using Points = History<QueueHistory::Point, 1>;
    static Points empty_history();

    /// `room`: points, at most, and as many drops.
    explicit QueueMeter(std::size_t room);

    /// Packets come in the order in which their fate is known. One that is known of later than kMostChanges others
    /// that entered after it counts from then on.
    void see(const RecordedHop& hop);
    [[nodiscard]] QueueHistory take();

  private:
    static constexpr std::size_t kMostChanges = 100'000;
    using Change = std::pair<Time, std::int64_t>;

    void settle(std::size_t count);
    void add_point(Time time);
    void add_drop(Time time);

    std::size_t room_;
    std::vector<Change> changes_;  // how many packets more wait from a time on
    Time time_ = kStart;           // until when they are summed up
    std::int64_t waiting_ = 0;     // at that time
    std::int64_t told_ = 0;        // what the last point says
    Points history_;
    std::vector<std::pair<std::uint64_t, Time>> drops_;  // with their numbers
    std::uint64_t points_ = 0, all_drops_ = 0;
};

}  // namespace tcplab::report
