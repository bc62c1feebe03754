#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "core/units.hpp"
#include "net/delivery_trace.hpp"

namespace tcplab {

/// Which packets a script counts, per direction at entry to the link, over all connections, from 1.
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

/// One entry of `hold = [...]`: these packets arrive so much later.
struct HoldRule {
    DropRule packets;
    Duration by{0};
};

/// Losses in bursts: a state, good or bad, that may change after each packet (Gilbert 1960, Elliott 1963; tc-netem(8)
/// `loss gemodel p r 1-h 1-k`). It begins good.
struct GilbertElliott {
    std::optional<double> p;  ///< probability from good to bad; there must be one
    std::optional<double> r;  ///< from bad to good; absent: 1 - p, which makes losses independent
    double good = 0;          ///< probability of a loss in the good state: netem's 1-k
    double bad = 1;           ///< in the bad state: netem's 1-h
};

/// Who decides what waits for a link, and who of it leaves.
enum class Discipline : std::uint8_t { droptail, red, codel, fq_codel };

/// A length of a queue.
struct QueueLength {
    std::uint64_t value = 0;
    bool bytes = false;  ///< else packets
};

/// Random Early Detection (Floyd and Jacobson 1993; tc-red(8)). What is absent follows from the rest as there.
struct RedConfig {
    std::optional<QueueLength> min;      ///< average length from which packets are marked; absent: max / 3
    std::optional<QueueLength> max;      ///< average length at which `probability` is reached; absent: limit / 4
    double probability = 0.02;           ///< of a mark at `max`
    std::optional<double> weight;        ///< of a packet in the average; absent: from `burst`
    std::optional<std::uint32_t> burst;  ///< packets that pass before marking starts; absent: (2 min + max) / (3 avpkt)
    std::uint32_t avpkt = 1000;          ///< bytes of a usual packet
    BitRate bandwidth;                   ///< for the average's decay while idle; zero: the link's, of a trace 10 Mbit/s
    bool gentle = true;                  ///< from max to 2 max the probability rises to 1 (Floyd 2000), else it jumps
};

/// Controlled delay (RFC 8289; tc-codel(8)).
struct CodelConfig {
    Duration target{5'000'000};            ///< a standing queue that is acceptable
    Duration interval{100'000'000};        ///< about the longest usual round trip
    std::optional<Duration> ce_threshold;  ///< what waited longer is marked, beside all else; absent: none
};

/// Fair queueing with a CoDel for each flow (RFC 8290; tc-fq_codel(8)).
struct FqCodelConfig {
    std::uint32_t flows = 1024;     ///< queues that connections are hashed to
    std::uint32_t quantum = 1514;   ///< bytes a queue sends in its turn
    std::uint32_t drop_batch = 64;  ///< packets dropped at most when the limit is passed
};

/// One direction of a link. A packet of n IP bytes takes (n + overhead) / rate, waits behind at most `queue` others
/// (the one in service not counted; over a trace all count), then takes `delay` to arrive.
struct LinkConfig {
    Duration delay{0};
    BitRate rate;                              ///< zero: infinite
    std::uint32_t overhead = 0;                ///< bytes of framing per packet
    std::optional<std::uint64_t> queue;        ///< packets; absent: unlimited
    std::optional<std::uint64_t> queue_bytes;  ///< IP bytes waiting; absent: unlimited
    Discipline discipline = Discipline::droptail;
    std::optional<bool> ecn;  ///< marks ECT packets instead of dropping them; absent: only fq_codel does
    RedConfig red;
    CodelConfig codel;  ///< of fq_codel too
    FqCodelConfig fq_codel;
    std::shared_ptr<const DeliveryTrace> trace;  ///< when packets depart, whatever `rate` is; absent: none
    std::uint32_t mtu = 1500;
    double loss = 0;                       ///< probability, independent per packet
    std::optional<GilbertElliott> bursts;  ///< instead of `loss`
    std::vector<DropRule> drop;
    std::vector<HoldRule> hold;
    std::vector<DropRule> duplicate_data;  ///< a copy of these follows; a hold concerns the original alone
    double reorder = 0;                    ///< probability of an extra reorder_delay
    Duration reorder_delay{10'000'000};
    double duplicate = 0;  ///< probability that a second copy follows
    double corrupt = 0;    ///< probability of damage in transit
    Duration jitter{0};    ///< uniform extra delay in [0, jitter]; packets may overtake each other
};

/// Why a queue of this configuration cannot be, as a sentence; nothing when it can.
std::optional<std::string> queue_problem(const LinkConfig& config);

}  // namespace tcplab
