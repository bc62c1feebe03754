#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/ring.hpp"
#include "core/time.hpp"
#include "core/units.hpp"
#include "net/event_queue.hpp"
#include "net/impairments.hpp"
#include "net/link_config.hpp"
#include "net/packet_pool.hpp"
#include "trace/observer.hpp"

namespace tcplab {

/// What stands at the end of a link direction.
class LinkExit {
  public:
    LinkExit() = default;
    LinkExit(const LinkExit&) = delete;
    LinkExit& operator=(const LinkExit&) = delete;
    virtual ~LinkExit() = default;
    /// A packet arrived; it is the exit's now, to hand on or to release.
    virtual void on_arrival(Time now, PacketIndex packet) = 0;
};

/// What all links of a network share.
struct LinkContext {
    EventQueue& events;
    PacketPool& packets;
    RunSeed seed;
    Observer* observer = nullptr;  ///< nullptr: nobody watches
};

/// What one direction counted since the run's start.
struct LinkCounters {
    std::uint64_t packets = 0;        ///< handed to the link, whatever became of them; copies it made not among them
    std::uint64_t bytes = 0;          ///< IP bytes of those
    std::uint64_t header_bytes = 0;   ///< IP and TCP headers with options of those
    std::uint64_t data_packets = 0;   ///< with payload, accepted by the queue (lost ones too)
    std::uint64_t dropped_queue = 0;  ///< by the queue: it was full, or its discipline chose so
    std::uint64_t dropped_loss = 0;   ///< by chance or by script
    std::uint64_t corrupted = 0;      ///< damaged, found by a checksum and discarded
    std::uint64_t duplicated = 0;     ///< copies made
    std::uint64_t too_big = 0;        ///< larger than the MTU: discarded, since DF is set
    std::uint64_t marked_ce = 0;      ///< marked by the queue's discipline (RFC 3168)
};

/// One direction of a link. A packet that enters is checked against the MTU, meets its fate (loss, damage, a copy,
/// an extra delay), then the queue's limit; a lost packet has used its place in the queue and its transmission
/// time. When it departs is known at once, so a packet costs one event, its arrival. Only where the queue has a
/// discipline, or a trace takes the rate's place, it is known no earlier than then (net/link_service.hpp).
class alignas(64) LinkDirection final : public EventHandler {
  public:
    /// `index` is the direction's number in traces and random streams. `fins`, shared with the other direction, is
    /// needed when either has a DropKind::fin_ack rule. What is passed by reference must live on.
    LinkDirection(LinkContext& context, std::uint32_t index, const LinkConfig& config, LinkExit& exit, FinLog* fins);

    /// Takes a packet over, whose sizes are set.
    void enqueue(Time now, PacketIndex index);

    [[nodiscard]] const LinkCounters& counters() const { return counters_; }
    /// Tells the observer about every packet that has not arrived. For the end of a run.
    void report_moving() const;

    void on_event(Time now) override;

  private:
    struct Arrival {
        Time time{};
        PacketIndex packet = kNoPacket;
    };
    struct Departure {
        Time time{};
        std::uint32_t size = 0;
    };
    struct LooseArrival {
        Time time{};
        std::uint64_t order = 0;  // of equal times, the first to enter is the first to arrive
        PacketIndex packet = kNoPacket;
    };
    class Service;
    /// Only where something irregular may happen to packets, or the queue is not limited by packets alone: then the
    /// arrivals do not tell what waits, and departures are remembered by themselves.
    struct Irregular {
        Irregular(LinkDirection& link, const LinkConfig& config, FinLog* fins);
        Irregular(const Irregular&) = delete;
        Irregular& operator=(const Irregular&) = delete;
        ~Irregular();
        Impairments impairments;
        std::unique_ptr<Service> service;  // absent: departures are known at once
        std::uint64_t queue_bytes;
        Ring<Departure> departures;          // of packets waiting or in service
        std::uint64_t bytes_inside = 0;      // of those
        std::vector<LooseArrival> arrivals;  // a heap, instead of the ring, where packets overtake each other
        std::uint64_t order = 0;
        Time wake = kNever;  // the wake-up that counts; others are stale
    };
    static constexpr std::uint32_t kNoLimit = 0xffffffff;
    static std::uint32_t queue_limit(const LinkConfig& config);
    static bool later(const LooseArrival& a, const LooseArrival& b);

    void enqueue_irregular(Time now, PacketIndex index);
    void accept_irregular(Time now, PacketIndex index, const Treatment& treatment);
    PacketIndex copy(Time now, PacketIndex index);
    [[nodiscard]] Time gone_before(Time now) const;
    [[nodiscard]] bool queue_is_full(Time now);
    [[nodiscard]] bool irregular_queue_is_full(Time now, std::uint32_t size);
    void admit(Time now, Packet& packet);
    void tell_journey(Time entered, Time begins, Time departs, Segment& s);
    void depart(Time at, PacketIndex index, const Treatment& treatment);
    void send_on(Time departed, PacketIndex index, const Treatment& treatment);
    void refuse(PacketIndex index, std::uint64_t& counter);
    Duration transmission(std::uint32_t size);
    void insert(Time at, PacketIndex index);
    void insert_loose(Time at, PacketIndex index);
    void deliver_loose(Time now);
    void deliver(Time now, PacketIndex index);
    bool discard_damaged(Time now, PacketIndex index);
    void discard(PacketIndex index, PacketFate fate, Time arrived = kNever);
    void report(const Packet& packet, PacketFate fate, Time arrived) const;

    // In the order of use: a packet that passes a plain link touches two or three cache lines of it.
    LinkContext& context_;
    LinkExit& exit_;
    std::unique_ptr<Irregular> irregular_;  // absent: a plain link
    Ring<Arrival> arrivals_;                // in order; the head is in the event queue
    HandlerId handler_;
    std::uint32_t mtu_;
    std::uint32_t last_size_ = 0;  // dividing is slow, and most packets of a direction are of one size
    Time busy_until_ = kStart;
    Duration delay_;
    Duration last_transmission_{0};
    std::uint32_t queue_packets_;  // kNoLimit as well if no packet ever waits
    std::uint32_t inside_ = 0;     // the newest so many arrivals may be still waiting or in service (plain links)
    Time run_since_ = kStart;      // packets of one connection are sent back to back since then
    Endpoint run_from_;
    Endpoint run_to_;
    LinkCounters counters_;
    BitRate rate_;
    std::uint32_t overhead_;
    std::uint32_t index_;
};

}  // namespace tcplab
