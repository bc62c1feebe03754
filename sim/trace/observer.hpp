#pragma once

#include <cstdint>
#include <string_view>

#include "core/time.hpp"
#include "trace/state.hpp"
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

/// In words: "dropped by the queue".
constexpr std::string_view name(PacketFate fate) {
    switch (fate) {
        case PacketFate::delivered: return "delivered";
        case PacketFate::lost: return "lost";
        case PacketFate::queue_full: return "dropped by the queue";
        case PacketFate::corrupted: return "corrupted";
        case PacketFate::still_moving: return "still on its way";
    }
    return "?";
}

/// One passage of a packet over one link direction.
struct PacketEvent {
    std::uint32_t link = 0;    ///< index of the link direction
    std::uint64_t packet = 0;  ///< number of the packet in the run; a duplicate has its own
    Time entered;              ///< handed to the link
    Time departed;             ///< its last bit left the queue; kNever when it did not
    Time arrived;              ///< at the other end; kNever when it did not
    PacketFate fate = PacketFate::delivered;
    Duration transmission{};   ///< of its bits; departed - transmission - entered is what it queued. Over a trace 0
    bool marked = false;       ///< the queue set CE (RFC 3168)
    std::uint32_t damage = 0;  ///< where a bit of a corrupted packet was flipped, in 2^-32 of the IP packet
};

/// The congestion state of a connection, in Linux's words (include/net/inet_connection_sock.h, TCP_CA_*).
enum class CaState : std::uint8_t { open, disorder, cwr, recovery, loss };

/// "recovery"
constexpr std::string_view name(CaState s) {
    switch (s) {
        case CaState::open: return "open";
        case CaState::disorder: return "disorder";
        case CaState::cwr: return "cwr";
        case CaState::recovery: return "recovery";
        case CaState::loss: return "loss";
    }
    return "?";
}

/// A snapshot of one end of a connection, taken after an input was processed and what it let go was sent.
struct TcpSnapshot {
    FourTuple tuple;
    State state = State::closed;
    CaState ca_state = CaState::open;
    std::uint16_t segment_size = 0;  ///< payload of a full segment, bytes
    std::uint32_t cwnd = 0;          ///< segments
    std::uint32_t ssthresh = 0;      ///< segments; 0x7fffffff: infinite
    std::uint32_t in_flight = 0;     ///< segments
    std::uint64_t rwnd = 0;          ///< bytes the peer offers
    Duration srtt{};                 ///< zero: not yet measured
    Duration rto{};
    friend bool operator==(const TcpSnapshot&, const TcpSnapshot&) = default;
};

/// A timer of a connection that ran out and had something to do.
enum class FiredTimer : std::uint8_t {
    handshake,        ///< a SYN or SYN-ACK was not answered
    retransmission,   ///< RFC 6298
    tail_loss_probe,  ///< RFC 8985 7
    reordering,       ///< RFC 8985 6: what is missing is now too late to be just reordered
    persist,          ///< RFC 9293 3.8.6.1: the window stayed closed
    delayed_ack,
    ack_compression,  ///< of duplicate ACKs (Linux: compressed_ack_timer)
    keepalive,
    fin_wait_2,  ///< the peer's FIN did not come
    time_wait,   ///< 2 MSL are over
};

/// In words: "delayed ACK".
constexpr std::string_view name(FiredTimer timer) {
    switch (timer) {
        case FiredTimer::handshake: return "handshake timeout";
        case FiredTimer::retransmission: return "retransmission timeout";
        case FiredTimer::tail_loss_probe: return "tail loss probe";
        case FiredTimer::reordering: return "reordering timeout";
        case FiredTimer::persist: return "persist";
        case FiredTimer::delayed_ack: return "delayed ACK";
        case FiredTimer::ack_compression: return "ACK compression";
        case FiredTimer::keepalive: return "keepalive";
        case FiredTimer::fin_wait_2: return "FIN-WAIT-2 timeout";
        case FiredTimer::time_wait: return "end of TIME-WAIT";
    }
    return "?";
}

/// What keeps an end of a connection from sending more.
enum class Hold : std::uint8_t {
    nothing,  ///< there is no more
    pacing,
    congestion_window,
    receive_window,  ///< the peer's, or silly-window avoidance (RFC 9293 3.8.6.2.1)
    send_buffer,     ///< all that it holds is sent, and the application could not write more
    nagle,
    cork,  ///< TCP_CORK
};

/// In words, behind "held by": "the congestion window".
constexpr std::string_view name(Hold hold) {
    switch (hold) {
        case Hold::nothing: return "nothing";
        case Hold::pacing: return "pacing";
        case Hold::congestion_window: return "the congestion window";
        case Hold::receive_window: return "the receiver's window";
        case Hold::send_buffer: return "the send buffer";
        case Hold::nagle: return "Nagle";
        case Hold::cork: return "TCP_CORK";
    }
    return "?";
}

/// Watches a run. Nobody watching costs one predictable branch per event.
class Observer {
  public:
    Observer() = default;
    Observer(const Observer&) = delete;
    Observer& operator=(const Observer&) = delete;
    virtual ~Observer() = default;
    /// A host sends a packet; what its links do with it follows. Numbers count up from 1, copies among them.
    virtual void on_sent(Time, std::uint64_t /*packet*/, const Segment&) {}
    /// A link makes a copy of a packet.
    virtual void on_copied(Time, std::uint64_t /*copy*/, std::uint64_t /*original*/) {}
    /// Called when a packet's fate on a link is known; `segment` is as it was sent, but for ECN's mark.
    virtual void on_packet(const PacketEvent&, const Segment&) {}
    /// One end of a connection is no longer what it was.
    virtual void on_tcp(Time, const TcpSnapshot&) {}
    /// What one end waits with is held by something else from now on. `tuple` is as that end sees it.
    virtual void on_hold(Time, const FourTuple& /*tuple*/, Hold) {}
    /// Called before what the timer makes the connection send. `tuple` is as the timer's end sees it.
    virtual void on_timer(Time, const FourTuple& /*tuple*/, FiredTimer) {}
};

}  // namespace tcplab
