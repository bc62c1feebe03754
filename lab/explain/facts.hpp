#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "explain/scenes.hpp"
#include "http/object_index.hpp"
#include "trace/recording.hpp"

namespace tcplab::explain {

/// Which way a message goes on its connection.
enum class Direction : std::uint8_t { up, down };

/// One direction of one of the connections that a transaction takes.
struct Leg {
    std::uint32_t row = 0;  ///< of the transaction
    std::uint8_t hop = 0;   ///< as in PathStep
    Direction direction = Direction::up;
};

/// Where what holds a scene's message back is to be found: what a proxy waits for, it waits for on the next hop.
Leg leg_of(const Scene& scene);

/// What is known of a run beyond its causes: numbers that a student can find in the ladder. Refers to all it is made
/// of. Where several connections could be meant, nothing is known.
class Facts {
  public:
    /// `begin` is when the path begins. The recording is of the same run, up to `recorded`: nothing is known of what
    /// ended later.
    Facts(const Scenario& scenario, const Results& results, const Recording& recording, Time recorded, Time begin);

    [[nodiscard]] const Scenario& scenario() const { return scenario_; }
    [[nodiscard]] const Transaction& transaction(std::uint32_t row) const { return results_.transactions[row]; }
    /// Whether it was complete then, in times since the path's beginning.
    [[nodiscard]] bool is_done(std::uint32_t row, Duration at) const { return transaction(row).done <= time(at); }
    /// Whether the client wanted it already.
    [[nodiscard]] bool is_wanted(std::uint32_t row, Duration at) const { return transaction(row).wanted <= time(at); }
    /// The transaction before it on its connection was over then, and it took that time for client.gap.
    [[nodiscard]] bool is_gap(std::uint32_t row, Duration from, Duration to) const;
    /// "GET /item/2"
    [[nodiscard]] std::string request(std::uint32_t row) const;
    /// Who stands at an end of a hop: "the client", "the proxy" or "proxy 2", "the server" or, of several hosts, its
    /// name. Node 0 is the client; hop h leads from node h to node h + 1.
    [[nodiscard]] std::string node(std::uint32_t row, std::uint32_t node) const;
    /// Who sends on a leg.
    [[nodiscard]] const Config& sender(const Leg& leg) const;
    /// The number of the connection to the next node that was established then; 0: not known.
    [[nodiscard]] std::uint32_t opened(std::uint32_t row, std::uint8_t hop, Duration established) const;

    /// Packets that [link]'s queues dropped in the whole run, and connections that found no port at first.
    [[nodiscard]] std::uint64_t queue_drops() const { return results_.up.dropped_queue + results_.down.dropped_queue; }
    [[nodiscard]] std::uint32_t refused_ports() const { return results_.connect_refused_ports; }

    /// An acknowledgement that data waited for.
    struct Release {
        std::uint32_t held = 0;   ///< bytes that went when it came
        std::uint32_t acked = 0;  ///< new bytes that it spoke of
        bool delayed = false;     ///< its sender's timer sent it
        Duration held_back{0};    ///< since what it spoke of had come
    };
    /// That which let data of a direction go at `at`, since the path's beginning.
    [[nodiscard]] std::optional<Release> release(const Leg& leg, Duration at) const;
    /// That which was no longer held back at `at`: it was sent then.
    [[nodiscard]] std::optional<Release> held_back(const Leg& leg, Duration at) const;
    /// The persist timer let data of a leg go then (RFC 9293 3.8.6.1).
    [[nodiscard]] bool persist_timer(const Leg& leg, Duration at) const;

    /// Something that was lost, and sent again.
    struct Loss {
        std::string what;                    ///< "the SYN", "bytes 1:1449 (1448 B)"
        PacketFate fate = PacketFate::lost;  ///< delivered: it arrived, and what it should have brought did not
        std::string link;                    ///< "link down"
        SendReason repair = SendReason::unknown;
        std::size_t times = 1;  ///< so often
        Duration after{0};      ///< sent again so much later, in the end
        std::size_t more = 0;   ///< further packets of this direction that were lost before that
        bool ignored = false;   ///< it was a SYN that arrived, for which the listener had no room
    };
    /// The loss that was repaired last between two times; of the handshake in either direction.
    [[nodiscard]] std::optional<Loss> loss(const Leg& leg, Duration from, Duration to) const;

    /// How many packets of a leg were lost that were sent between two times.
    [[nodiscard]] std::size_t losses(const Leg& leg, Duration from, Duration to) const;

    /// The sender's congestion window, in segments, and its peer's window, in bytes.
    struct Windows {
        std::uint32_t first = 0, last = 0;
        std::uint32_t least = 0, most = 0;
        std::uint64_t offered = 0;    ///< the smallest, while the other end received
        std::uint32_t in_flight = 0;  ///< segments, at the most
        bool buffer = false;          ///< not this window was full, but a send buffer of fixed size
    };
    [[nodiscard]] std::optional<Windows> windows(const Leg& leg, Duration from, Duration to) const;

  private:
    /// A leg's connection, as the end that sends there sees it.
    struct Stream {
        const ConnectionRow* row = nullptr;
        FourTuple sender;
    };
    [[nodiscard]] std::optional<Stream> stream(const Leg& leg, Time from, Time to) const;
    [[nodiscard]] const ConnectionRow* used_by_proxy(std::uint32_t proxy, Time from, Time to) const;
    template <class When>
    [[nodiscard]] std::optional<Release> find_release(const Leg& leg, Time at, When when) const;
    [[nodiscard]] Time time(Duration at) const { return begin_ + at; }

    const Scenario& scenario_;
    const Results& results_;
    const Recording& recording_;
    ObjectIndex index_;
    Time recorded_;
    Time begin_;
};

}  // namespace tcplab::explain
