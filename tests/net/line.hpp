#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "net/link.hpp"

/// One link direction between a test that puts packets in and a list of what came out.
namespace line {

using namespace tcplab;

inline constexpr std::uint32_t kHeaders = Segment::kIpHeader + Segment::kTcpHeader;
inline constexpr FourTuple kAhead{{Ipv4Address{1}, 1000}, {Ipv4Address{2}, 80}};
inline constexpr FourTuple kBack{kAhead.remote, kAhead.local};

struct Arrived {
    Duration time;  ///< since the start
    std::uint32_t seq;
    friend bool operator==(const Arrived&, const Arrived&) = default;
};

inline std::string text(const Arrived& a) {
    return std::to_string(a.seq) + '@' + std::to_string(a.time.count()) + "ns";
}

/// "1@1000ns 2@2000ns"
inline std::string text(const std::vector<Arrived>& list) {
    std::string all;
    for (const Arrived& a : list) all += (all.empty() ? "" : " ") + text(a);
    return all;
}

inline Segment segment(std::uint8_t flags, std::uint32_t seq, std::uint32_t payload, FourTuple tuple = kAhead) {
    Segment s;
    s.source = tuple.local;
    s.destination = tuple.remote;
    s.flags = flags;
    s.seq = SeqNum(seq);
    s.payload.length = payload;
    return s;
}

inline Segment ack(std::uint32_t number, FourTuple tuple = kAhead) {
    Segment s = segment(flag::ack, 0, 0, tuple);
    s.ack = SeqNum(number);
    return s;
}

class Line : public LinkExit {
  public:
    explicit Line(const LinkConfig& config, RunSeed seed = {}, FinLog* fins = nullptr)
        : context{events, packets, seed}, direction(context, 0, config, *this, fins) {}

    void send(Time now, const Segment& s) {
        const PacketIndex index = packets.acquire();
        Packet& packet = packets[index];
        packet.segment = s;
        packet.number = packets.next_number();
        packet.size = s.ip_size();
        packet.header_size = static_cast<std::uint16_t>(packet.size - s.payload.length);
        direction.enqueue(now, index);
    }
    /// A packet of `size` IP bytes (at least 40), named by its sequence number.
    void send(Time now, std::uint32_t seq, std::uint32_t size) { send(now, segment(flag::ack, seq, size - kHeaders)); }

    /// Lets everything arrive.
    const std::vector<Arrived>& run() {
        events.run_until(kNever);
        return arrived;
    }

    void on_arrival(Time now, PacketIndex index) override {
        arrived.push_back({now - kStart, packets[index].segment.seq.raw()});
        packets.release(index);
    }

    EventQueue events;
    PacketPool packets;
    LinkContext context;
    LinkDirection direction;
    std::vector<Arrived> arrived;
};

/// Remembers what it was told.
class Log : public Observer {
  public:
    struct Entry {
        PacketEvent event;
        std::uint32_t seq;
    };
    void on_packet(const PacketEvent& event, const Segment& s) override { entries.push_back({event, s.seq.raw()}); }
    std::vector<Entry> entries;
};

}  // namespace line
