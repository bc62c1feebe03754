#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "net/queue_discipline.hpp"

namespace tcplab {

/// Why RED cannot work with these numbers, as a sentence; nothing when it can.
std::optional<std::string> red_problem(const LinkConfig& config);

/// Random Early Detection (Floyd and Jacobson 1993, figure 2; gentle: Floyd 2000). Packets that wait are counted, the
/// one in service not, as in Linux's net/sched/sch_red.c.
class Red final : public QueueDiscipline {
  public:
    /// The configuration has no red_problem().
    Red(const LinkConfig& config, Backlog& backlog, RandomStream stream);

    void enqueue(Time now, PacketIndex packet, bool waits) override;
    PacketIndex dequeue(Time now) override;
    void append_to(std::vector<PacketIndex>& list) const override { fifo_.append_to(list); }

    /// The average length, in the unit of the thresholds.
    [[nodiscard]] double average() const { return average_; }

  private:
    void update_average(Time now);
    [[nodiscard]] double probability() const;
    bool chosen();

    Backlog& backlog_;
    PacketFifo fifo_;
    RandomStream stream_;
    bool bytes_;  // the average is in bytes, else in packets
    bool ecn_;
    bool gentle_;
    double min_, max_;
    double most_;  // probability at max
    double weight_;
    Duration usual_transmission_;  // of a packet of `avpkt`
    double average_ = 0;
    std::int64_t since_last_ = -1;  // packets since the last one that was chosen; -1: the average was below min
    Time idle_since_ = kStart;      // kNever: not idle
};

}  // namespace tcplab
