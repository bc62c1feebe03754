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
    bool marked = false;  ///< the queue set CE
};

/// A packet as its sender sent it, and what became of it. A copy that a link made is a packet of its own.
struct RecordedPacket {
    std::uint64_t number = 0;
    Time sent = kNever;
    Segment segment;                ///< its payload is described in `bytes`, it holds no content
    std::string bytes;              ///< of the payload, where the recorder was asked to keep them
    std::uint32_t length = 0;       ///< of the payload
    std::vector<RecordedHop> hops;  ///< in order; the last tells its fate
};

/// A link direction of the run.
struct RecordedLink {
    std::string name;     ///< "link up", "access 2 down" ...
    bool shared = false;  ///< a direction of [link]
    bool towards_server = false;
};

/// A snapshot of one end after an input that changed it.
struct RecordedState {
    Time time = kNever;
    TcpSnapshot snapshot;
};

/// A whole run, packet by packet: what captures, the ladder, tcp.csv, packets.csv and the report's charts are made of.
struct Recording {
    std::vector<RecordedLink> links;
    std::vector<RecordedPacket> packets;  ///< in the order in which they were sent
    std::vector<RecordedState> states;    ///< in the order of time
};

}  // namespace tcplab
