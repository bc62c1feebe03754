#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "report/run_sample.hpp"

namespace tcplab::report {

/// A packet of one end, with positions instead of sequence numbers: the SYN has 0, the first byte 1.
struct FlowPacket {
    Time sent = kNever;
    Time arrived = kNever;  ///< at the other end, whole; kNever: it did not
    std::int64_t begin = 0;
    std::uint32_t length = 0;         ///< of the payload, bytes
    std::optional<std::int64_t> ack;  ///< the other end's byte that is expected next
    std::uint64_t window = 0;         ///< bytes it may send from there
    std::uint8_t flags = 0;
    SendReason reason = SendReason::unknown;
    PacketFate fate = PacketFate::delivered;
    bool copy = false;                 ///< a link made it
    std::uint64_t place = 0;           ///< among all that its end sent
    std::vector<std::int64_t> sacked;  ///< beginnings and ends
};

/// What one end of a connection sent, and how it fared.
struct Flow {
    std::vector<FlowPacket> packets;
    std::vector<SampledState> states;
    std::uint64_t all_packets = 0, all_states = 0;  ///< of which these are shown
};

struct ConnectionFlows {
    std::uint32_t id = 0;  ///< row of Results::connections, from 1
    Flow up, down;         ///< of the client's end, of the server's
};

/// All that the charts of a run draw.
struct Flows {
    std::vector<ConnectionFlows> connections;
    std::size_t left_out = 0;  ///< connections that are not among the first hundred
    QueueHistory queue_up, queue_down;
};

/// Of each connection as many packets and snapshots as there is room for; all `packets` are shared out, so that what
/// short ones do not need goes to long ones.
Flows flows_of(SampledRun run, const std::vector<ConnectionRow>& connections, std::size_t packets);

}  // namespace tcplab::report
