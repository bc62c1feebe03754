#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/time.hpp"
#include "core/units.hpp"

namespace tcplab {

/// Which packets a scripted loss counts, per direction at entry to the link, over all connections, from 1.
enum class DropKind : std::uint8_t {
    any,      ///< every packet
    syn,      ///< SYN or SYN-ACK
    data,     ///< packets with payload, retransmissions counted
    segment,  ///< the n-th distinct (connection, first sequence number) with payload; loses its first `times` sendings
    ack,      ///< no payload, no SYN, FIN or RST
    fin,      ///< FIN, with data or not
    fin_ack,  ///< the pure ACK of the peer's FIN
};

/// One entry of `drop = [...]`: packets `first` to `last` of a kind.
struct DropRule {
    DropKind kind = DropKind::any;
    std::uint64_t first = 1;
    std::uint64_t last = 1;
    std::uint32_t times = 1;  ///< segment only
};

/// One direction of a link. A packet of n IP bytes takes (n + overhead) / rate, waits behind at most `queue` others
/// (the one in service not counted), then takes `delay` to arrive.
struct LinkConfig {
    Duration delay{0};
    BitRate rate;                              ///< zero: infinite
    std::uint32_t overhead = 0;                ///< bytes of framing per packet
    std::optional<std::uint64_t> queue;        ///< packets; absent: unlimited
    std::optional<std::uint64_t> queue_bytes;  ///< IP bytes waiting; absent: unlimited
    std::uint32_t mtu = 1500;
    double loss = 0;  ///< probability, independent per packet
    std::vector<DropRule> drop;
    double reorder = 0;  ///< probability of an extra reorder_delay
    Duration reorder_delay{10'000'000};
    double duplicate = 0;  ///< probability that a second copy follows
    double corrupt = 0;    ///< probability of damage in transit
    Duration jitter{0};    ///< uniform extra delay in [0, jitter]; packets may overtake each other
};

}  // namespace tcplab
