#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "core/address.hpp"
#include "net/link.hpp"

namespace tcplab {

/// A host, as the network sees it.
class PacketSink {
  public:
    PacketSink() = default;
    PacketSink(const PacketSink&) = delete;
    PacketSink& operator=(const PacketSink&) = delete;
    virtual ~PacketSink() = default;
    /// A segment for this host arrived. It may send from here; the segment is valid until it returns.
    virtual void on_packet(Time now, const Segment& segment) = 0;
};

using NodeId = std::uint32_t;
using LinkId = std::uint32_t;

/// Which direction of a link: as it was given to connect().
enum class Way : std::uint8_t { a_to_b, b_to_a };

/// Hosts and routers joined by links into a tree, and the packets on their way. Add the nodes and links, build(),
/// then send and run the event queue. A host has one link; a router any number. A segment is written once, into the
/// pool, and travels by index.
class Network {
  public:
    /// Random draws of link number n depend on `seed`, n and the direction only: what variants share is connected
    /// first.
    Network(EventQueue& events, RunSeed seed) : context_{events, packets_, seed} {}
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    /// Addresses are unique.
    NodeId add_host(PacketSink& sink, Ipv4Address address);
    NodeId add_router();
    LinkId connect(NodeId a, NodeId b, const LinkConfig& a_to_b, const LinkConfig& b_to_a);
    /// Computes the routes. Once, when everything is connected.
    void build();

    /// A segment to fill in wholly, but for the payload, which is empty; then finish_send() sends it. What is not sent
    /// is kept for the next time.
    Segment& begin_send();
    /// Hands the segment from begin_send() to the host's link. One to an unknown address, or to the host itself, is
    /// counted as unroutable and discarded.
    void finish_send(Time now, NodeId from);

    /// nullptr: nobody watches. PacketEvent::link is 2 x LinkId for a_to_b, one more for b_to_a. Events of lost
    /// packets come when they enter the link, since their fate is known then; where the queue has a discipline, or
    /// the link a trace, when they depart.
    void set_observer(Observer* observer) { context_.observer = observer; }
    /// Tells the observer of the packets that have not arrived. For the end of a run.
    void report_moving() const;

    [[nodiscard]] const LinkCounters& counters(LinkId link, Way way) const;
    /// Packets on a link. Within on_packet() the one that arrived still counts.
    [[nodiscard]] std::size_t in_transit() const { return packets_.in_use() - (spare_ == kNoPacket ? 0 : 1); }
    [[nodiscard]] bool idle() const { return in_transit() == 0; }
    [[nodiscard]] std::uint64_t unroutable() const { return unroutable_; }

  private:
    class Host final : public LinkExit {
      public:
        Host(PacketPool& packets, PacketSink& sink) : packets_(packets), sink_(sink) {}
        void on_arrival(Time now, PacketIndex packet) override;

      private:
        PacketPool& packets_;
        PacketSink& sink_;
    };

    /// Knows the hosts behind all its links but one, the default.
    class Router final : public LinkExit {
      public:
        explicit Router(PacketPool& packets) : packets_(packets) {}
        void on_arrival(Time now, PacketIndex packet) override;
        /// `towards[h]` leads to host number h.
        void set_routes(const std::vector<LinkDirection*>& towards);

      private:
        PacketPool& packets_;
        LinkDirection* default_ = nullptr;
        std::uint32_t first_ = 0;  // number of the first host in the table
        std::vector<LinkDirection*> table_;
    };

    /// Host numbers by address, in one block, probed linearly.
    class AddressTable {
      public:
        void insert(Ipv4Address address, std::uint32_t host);
        [[nodiscard]] std::uint32_t find(Ipv4Address address) const;  // kNoHost: unknown

      private:
        struct Slot {
            Ipv4Address address;
            std::uint32_t host = kNoHost;
        };
        [[nodiscard]] std::size_t place_of(Ipv4Address address) const;  // or the free one where it belongs
        std::vector<Slot> slots_;                                       // a power of two, at most half full
        std::size_t count_ = 0;
    };

    static constexpr std::uint32_t kNoHost = 0xffffffff;

    struct Node {
        LinkExit* exit = nullptr;
        std::uint32_t host = kNoHost;     // its number; kNoHost: a router
        LinkDirection* uplink = nullptr;  // of a host
    };
    struct Link {
        NodeId a;
        NodeId b;
    };
    struct Port {
        LinkDirection* out;
        NodeId to;
    };

    static void give_uplink(Node& host, LinkDirection& uplink);
    [[nodiscard]] std::vector<LinkDirection*> routes_from(NodeId router,
                                                          const std::vector<std::vector<Port>>& ports) const;

    PacketPool packets_;
    LinkContext context_;
    std::vector<Node> nodes_;
    std::vector<Link> links_;
    std::deque<Host> hosts_;
    std::deque<Router> routers_;
    std::deque<LinkDirection> directions_;       // 2 x link, and one more for the way back
    std::vector<std::unique_ptr<FinLog>> fins_;  // of links with a rule that needs it
    AddressTable addresses_;
    PacketIndex spare_ = kNoPacket;  // begun and not sent
    std::uint64_t unroutable_ = 0;
};

}  // namespace tcplab
