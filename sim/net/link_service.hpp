#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "net/link.hpp"
#include "net/queue_discipline.hpp"

namespace tcplab {

/// The sending side of a link whose packets' departures are not known when they enter: its queue has a discipline, or
/// a trace says when it can send. It costs an event per departure. What is due at an instant departs before a packet
/// that enters at that instant is looked at, whatever the order of their events.
class LinkDirection::Service final : public EventHandler {
  public:
    Service(LinkDirection& link, const LinkConfig& config, RunSeed seed);
    static bool needed_by(const LinkConfig& config);

    void enqueue(Time now, PacketIndex packet, const Treatment& treatment);
    void on_event(Time now) override;
    /// Adds what has not departed; what is being sent comes first.
    void append_to(std::vector<PacketIndex>& list) const;

  private:
    [[nodiscard]] bool idle() const { return next_ == kNever; }
    void serve(Time now);
    void serve_by_rate(Time now);
    void serve_by_trace(Time now);
    void begin(Time now);
    bool take_next(Time now);
    void depart(Time now);
    void discard_dropped();
    void wake_up();

    LinkDirection& link_;
    HandlerId handler_;
    Backlog backlog_;
    std::unique_ptr<QueueDiscipline> queue_;
    std::optional<Opportunities> opportunities_;  // absent: by rate
    std::vector<Treatment> treatments_;           // by packet
    PacketIndex sending_ = kNoPacket;
    std::uint32_t unsent_ = 0;  // bytes of it, where a trace counts them
    Time next_ = kNever;        // when the link goes on: the packet has been sent, or the trace lets it
    Time wake_ = kNever;        // the last that was scheduled, and has not come
};

}  // namespace tcplab
