#pragma once

#include <cstdint>
#include <vector>

#include "core/ring.hpp"
#include "net/codel.hpp"

namespace tcplab {

/// Fair queueing over flows, each with a CoDel of its own (RFC 8290; Linux's net/sched/sch_fq_codel.c).
class FqCodel final : public QueueDiscipline {
  public:
    /// `salt` decides which connections share a queue.
    FqCodel(const LinkConfig& config, Backlog& backlog, std::uint64_t salt);

    void enqueue(Time now, PacketIndex packet, bool waits) override;
    PacketIndex dequeue(Time now) override;
    void append_to(std::vector<PacketIndex>& list) const override;

  private:
    struct Flow {
        PacketFifo fifo;
        Codel codel;
        std::int64_t deficit = 0;  // bytes that it may still send in this turn
        bool listed = false;
    };
    [[nodiscard]] std::uint32_t flow_of(const Segment& segment) const;
    void drop_from_fattest();

    CodelRules rules_;
    Backlog& backlog_;
    std::uint64_t salt_;
    std::uint32_t quantum_;
    std::uint32_t drop_batch_;
    std::vector<Flow> flows_;
    Ring<std::uint32_t> new_;  // flows that were empty until now go before
    Ring<std::uint32_t> old_;  // all others
};

}  // namespace tcplab
