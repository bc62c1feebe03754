#pragma once

#include <cstdint>

#include "core/time.hpp"
#include "wire/segment.hpp"

namespace tcplab {

/// What became of a packet on a link.
enum class PacketFate : std::uint8_t {
    delivered,
    lost,          ///< random or scripted loss
    queue_full,    ///< dropped by the queue: at its tail, or by its discipline
    corrupted,     ///< arrived damaged; the checksum caught it
    still_moving,  ///< the run ended first
};

/// One passage of a packet over one link direction.
struct PacketEvent {
    std::uint32_t link = 0;    ///< index of the link direction
    std::uint64_t packet = 0;  ///< number of the packet in the run; a duplicate has its own
    Time entered;              ///< handed to the link
    Time departed;             ///< its last bit left the queue; kNever when it did not
    Time arrived;              ///< at the other end; kNever when it did not
    PacketFate fate = PacketFate::delivered;
    Duration transmission{};  ///< of its bits; departed - transmission - entered is what it queued. Over a trace 0
    bool marked = false;      ///< the queue set CE (RFC 3168)
};

/// The congestion state of a connection, in Linux's words (include/net/inet_connection_sock.h, TCP_CA_*).
enum class CaState : std::uint8_t { open, disorder, cwr, recovery, loss };

/// A snapshot of one end of a connection, taken after an input was processed.
struct TcpSnapshot {
    FourTuple tuple;
    std::uint8_t state = 0;  ///< tcp/state.hpp
    CaState ca_state = CaState::open;
    std::uint32_t cwnd = 0;       ///< segments
    std::uint32_t ssthresh = 0;   ///< segments; 0xffffffff: infinite
    std::uint32_t in_flight = 0;  ///< segments
    std::uint64_t rwnd = 0;       ///< bytes the peer offers
    Duration srtt{};
    Duration rto{};
};

/// Watches a run. Nobody watching costs one predictable branch per event.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;
    /// Called when a packet's fate on a link is known; `segment` is as it was sent.
    virtual void on_packet(const PacketEvent&, const Segment&) {}
    virtual void on_tcp(Time, const TcpSnapshot&) {}
};

}  // namespace tcplab
