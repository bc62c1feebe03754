#include "net/fq_codel.hpp"

#include <algorithm>

namespace tcplab {

namespace {

// Linux counts it, so that a quantum of 1514 bytes is one full packet.
constexpr std::int64_t kEthernetHeader = 14;

}  // namespace

FqCodel::FqCodel(const LinkConfig& config, Backlog& backlog, std::uint64_t salt)
    : rules_(config, true),
      backlog_(backlog),
      salt_(salt),
      quantum_(config.fq_codel.quantum),
      drop_batch_(config.fq_codel.drop_batch),
      flows_(config.fq_codel.flows) {}

std::uint32_t FqCodel::flow_of(const Segment& segment) const {
    const std::uint64_t hash = mix64(hash_value(FourTuple{segment.source, segment.destination}) ^ salt_);
    return static_cast<std::uint32_t>(((hash >> 32U) * flows_.size()) >> 32U);
}

void FqCodel::enqueue(Time, PacketIndex packet, bool waits) {
    const std::uint32_t index = flow_of(backlog_[packet].segment);
    Flow& flow = flows_[index];
    backlog_.put(flow.fifo, packet);
    if (!flow.listed) {
        flow.listed = true;
        flow.deficit = quantum_;
        new_.push_back(index);
    }
    if (waits && backlog_.is_full_for(0, 0)) drop_from_fattest();
}

/// Half of what the flow with the most bytes has, but no more than a batch of packets, from its head.
void FqCodel::drop_from_fattest() {
    const auto fattest = std::max_element(flows_.begin(), flows_.end(),
                                          [](const Flow& a, const Flow& b) { return a.fifo.bytes() < b.fifo.bytes(); });
    const std::uint64_t enough = fattest->fifo.bytes() / 2;
    std::uint64_t bytes = 0;
    std::uint32_t packets = 0;
    do {
        const PacketIndex packet = backlog_.take(fattest->fifo);
        bytes += backlog_[packet].size;
        backlog_.drop(packet);
    } while (++packets < drop_batch_ && bytes < enough);
    fattest->codel.add_drops(packets);
}

PacketIndex FqCodel::dequeue(Time now) {
    for (;;) {
        const bool from_new = !new_.empty();
        Ring<std::uint32_t>& list = from_new ? new_ : old_;
        if (list.empty()) return kNoPacket;
        const std::uint32_t index = list.front();
        Flow& flow = flows_[index];
        if (flow.deficit <= 0) {
            flow.deficit += quantum_;
            list.pop_front();
            old_.push_back(index);
            continue;
        }
        const PacketIndex packet = flow.codel.dequeue(now, flow.fifo, backlog_, rules_);
        if (packet != kNoPacket) {
            flow.deficit -= backlog_[packet].size + kEthernetHeader;
            return packet;
        }
        list.pop_front();
        // A new flow must not come back as new at once, or the old ones would starve.
        flow.listed = from_new && !old_.empty();
        if (flow.listed) old_.push_back(index);
    }
}

void FqCodel::append_to(std::vector<PacketIndex>& list) const {
    for (const Flow& flow : flows_) flow.fifo.append_to(list);
}

}  // namespace tcplab
