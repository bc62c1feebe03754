#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "trace/observer.hpp"

namespace tcplab {

/// One passage of a recorded packet over a link direction.
struct RecordedHop {
    std::uint32_t link = 0;  ///< index into Recording::links
    Time entered = kNever;
    Time departed = kNever;  ///< kNever: the queue did not let it in, or the run ended first
    Time arrived = kNever;   ///< kNever: it did not
    Duration transmission{};
    PacketFate fate = PacketFate::delivered;
    bool marked = false;       ///< the queue set CE
    std::uint32_t damage = 0;  ///< as in PacketEvent
};

/// A packet as its sender sent it, and what became of it. A copy that a link made is a packet of its own.
struct RecordedPacket {
    std::uint64_t number = 0;   ///< from 1: its place in Recording::packets, plus one
    std::uint64_t copy_of = 0;  ///< the packet that a link made it of; 0: a host sent it
    Time sent = kNever;         ///< by the host; of a copy, when it was made
    /// The payload's length is always there; its bytes, where the recorder was asked to keep them, are its own.
    Segment segment;
    Hold hold = Hold::nothing;      ///< of new data: what kept it from leaving earlier
    Duration held{};                ///< for so long, since that began or other data left; zero: it was not held
    std::vector<RecordedHop> hops;  ///< in order; the last tells its fate. Empty: the run ended before it was known
    [[nodiscard]] PacketFate fate() const { return hops.empty() ? PacketFate::still_moving : hops.back().fate; }
};

/// A link direction of the run.
struct RecordedLink {
    std::string name;     ///< "link up", "access 2 down" ...
    bool shared = false;  ///< a direction of [link]
    bool towards_server = false;
    /// A packet that reaches its end has reached the host it goes to: what lies between takes no time.
    bool reaches_host = false;
};

/// A host of the run.
struct RecordedHost {
    enum class Kind : std::uint8_t { client, proxy, server };
    Kind kind = Kind::client;
    std::string name;  ///< of a server the URL's; else "client", "client 2", "proxy1"
    Ipv4Address address;
};

/// A snapshot of one end after an input that changed it.
struct RecordedState {
    Time time = kNever;
    TcpSnapshot snapshot;
};

/// A timer of one end that ran out.
struct RecordedTimer {
    Time time = kNever;
    FourTuple tuple;  ///< as that end sees it
    FiredTimer timer = FiredTimer::retransmission;
};

/// One thing that happened: what `kind` says, to the packet, state or timer of that index in its vector.
struct RecordedEvent {
    enum class Kind : std::uint8_t {
        sent,     ///< a host sent the packet
        copied,   ///< a link made it
        arrived,  ///< it reached the end of hop number `hop`, whole or damaged
        state,
        timer,
    };
    Kind kind = Kind::sent;
    std::uint16_t hop = 0;
    std::size_t index = 0;
};

/// A whole run, packet by packet: what captures, the ladder, tcp.csv, packets.csv and the report's charts are made of.
struct Recording {
    std::vector<RecordedLink> links;
    std::vector<RecordedHost> hosts;      ///< clients, then proxies, then servers
    std::vector<RecordedPacket> packets;  ///< in the order in which they were sent
    std::vector<RecordedState> states;    ///< in the order of time
    std::vector<RecordedTimer> timers;    ///< in the order of time
    std::vector<RecordedEvent> events;    ///< all of it, in the order in which it happened: cause before effect
};

/// When it happened.
Time time_of(const Recording& recording, const RecordedEvent& event);

}  // namespace tcplab
