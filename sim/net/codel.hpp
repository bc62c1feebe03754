#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "net/queue_discipline.hpp"

namespace tcplab {

/// What the CoDels of one link have in common.
struct CodelRules {
    CodelRules(const LinkConfig& config, bool ecn_by_default);
    Duration target;
    Duration interval;
    std::optional<Duration> ce_threshold;
    std::uint32_t mtu;
    bool ecn;
};

/// The state of one CoDel (RFC 8289 5).
class Codel {
  public:
    /// The next packet of `fifo` that is to be sent, or kNoPacket. Those before it are dropped. What waits at all,
    /// in the backlog, decides whether there is a queue to control, as in Linux's codel_should_drop().
    PacketIndex dequeue(Time now, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules);

    /// Packets were dropped elsewhere: controls as if it had dropped them itself.
    void add_drops(std::uint32_t packets) { count_ += packets; }

  private:
    bool may_drop(Time now, PacketIndex packet, const Backlog& backlog, const CodelRules& rules);
    [[nodiscard]] Time control_law(Time from, const CodelRules& rules) const;
    PacketIndex go_on(Time now, PacketIndex packet, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules);
    PacketIndex begin(Time now, PacketIndex packet, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules);

    Time first_above_ = kNever;  // when the wait will have been too long for an interval
    Time next_drop_ = kStart;
    std::uint32_t count_ = 0;       // drops since dropping began
    std::uint32_t last_count_ = 0;  // where it began to count
    bool dropping_ = false;
};

/// One queue under CoDel.
class CodelQueue final : public QueueDiscipline {
  public:
    CodelQueue(const LinkConfig& config, Backlog& backlog) : rules_(config, false), backlog_(backlog) {}

    void enqueue(Time now, PacketIndex packet, bool waits) override;
    PacketIndex dequeue(Time now) override { return codel_.dequeue(now, fifo_, backlog_, rules_); }
    void append_to(std::vector<PacketIndex>& list) const override { fifo_.append_to(list); }

  private:
    CodelRules rules_;
    Backlog& backlog_;
    PacketFifo fifo_;
    Codel codel_;
};

}  // namespace tcplab
