#include "net/backlog.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

std::uint64_t most_packets(const LinkConfig& config) {
    constexpr std::uint64_t codel = 1000;       // DEFAULT_CODEL_LIMIT, net/sched/sch_codel.c
    constexpr std::uint64_t fq_codel = 10'240;  // fq_codel_init(), net/sched/sch_fq_codel.c
    if (config.queue) return *config.queue;
    if (config.queue_bytes) return kUnlimited;
    switch (config.discipline) {
        case Discipline::codel: return codel;
        case Discipline::fq_codel: return fq_codel;
        case Discipline::droptail:
        case Discipline::red: break;
    }
    return kUnlimited;
}

}  // namespace

void PacketFifo::append_to(std::vector<PacketIndex>& list) const {
    for (std::uint32_t i = 0; i < packets_.size(); ++i) list.push_back(packets_[i].packet);
}

Backlog::Backlog(PacketPool& pool, const LinkConfig& config)
    : pool_(pool), most_packets_(most_packets(config)), most_bytes_(config.queue_bytes.value_or(kUnlimited)) {}

void Backlog::put(PacketFifo& fifo, PacketIndex packet) {
    const std::uint32_t size = pool_[packet].size;
    fifo.packets_.push_back({packet, size});
    fifo.bytes_ += size;
    bytes_ += size;
    ++packets_;
}

PacketIndex Backlog::take(PacketFifo& fifo) {
    if (fifo.empty()) return kNoPacket;
    const PacketFifo::Waiting oldest = fifo.packets_.front();
    fifo.packets_.pop_front();
    fifo.bytes_ -= oldest.size;
    bytes_ -= oldest.size;
    --packets_;
    return oldest.packet;
}

bool Backlog::mark(PacketIndex packet) {
    constexpr std::uint8_t not_ect = 0;
    constexpr std::uint8_t ce = 3;
    Packet& p = pool_[packet];
    if (p.segment.ecn == not_ect) return false;
    p.segment.ecn = ce;
    if (!p.marked) ++marked_;
    p.marked = true;
    return true;
}

}  // namespace tcplab
