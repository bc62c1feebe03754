#include "net/codel.hpp"

#include <cmath>

namespace tcplab {

CodelRules::CodelRules(const LinkConfig& config, bool ecn_by_default)
    : target(config.codel.target),
      interval(config.codel.interval),
      ce_threshold(config.codel.ce_threshold),
      mtu(config.mtu),
      ecn(config.ecn.value_or(ecn_by_default)) {}

/// RFC 8289 5, dodequeue().
bool Codel::may_drop(Time now, PacketIndex packet, const Backlog& backlog, const CodelRules& rules) {
    if (packet == kNoPacket || now - backlog[packet].entered < rules.target || backlog.bytes() <= rules.mtu) {
        first_above_ = kNever;
        return false;
    }
    if (first_above_ == kNever) {
        first_above_ = now + rules.interval;
        return false;
    }
    return now >= first_above_;
}

Time Codel::control_law(Time from, const CodelRules& rules) const {
    const double interval = static_cast<double>(rules.interval.count()) / std::sqrt(static_cast<double>(count_));
    return from + Duration(static_cast<std::int64_t>(interval));
}

/// RFC 8289 5, dequeue().
PacketIndex Codel::dequeue(Time now, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules) {
    PacketIndex packet = backlog.take(fifo);
    const bool ok_to_drop = may_drop(now, packet, backlog, rules);
    if (!ok_to_drop) {
        dropping_ = false;
    } else if (dropping_) {
        packet = go_on(now, packet, fifo, backlog, rules);
    } else {
        packet = begin(now, packet, fifo, backlog, rules);
    }
    if (packet != kNoPacket && rules.ce_threshold && now - backlog[packet].entered > *rules.ce_threshold) {
        backlog.mark(packet);
    }
    return packet;
}

PacketIndex Codel::go_on(Time now, PacketIndex packet, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules) {
    while (dropping_ && now >= next_drop_) {
        ++count_;
        if (rules.ecn && backlog.mark(packet)) {
            next_drop_ = control_law(next_drop_, rules);
            break;
        }
        backlog.drop(packet);
        packet = backlog.take(fifo);
        dropping_ = may_drop(now, packet, backlog, rules);
        if (dropping_) next_drop_ = control_law(next_drop_, rules);
    }
    return packet;
}

PacketIndex Codel::begin(Time now, PacketIndex packet, PacketFifo& fifo, Backlog& backlog, const CodelRules& rules) {
    constexpr int recently = 16;  // intervals
    if (!rules.ecn || !backlog.mark(packet)) {
        backlog.drop(packet);
        packet = backlog.take(fifo);
        may_drop(now, packet, backlog, rules);
    }
    dropping_ = true;
    // Where it dropped until recently, it begins with about the rate that was enough then.
    const std::uint32_t delta = count_ - last_count_;
    count_ = delta > 1 && now - next_drop_ < recently * rules.interval ? delta : 1;
    last_count_ = count_;
    next_drop_ = control_law(now, rules);
    return packet;
}

void CodelQueue::enqueue(Time, PacketIndex packet, bool waits) {
    if (waits && backlog_.is_full_for(1, backlog_[packet].size)) {
        backlog_.drop(packet);
    } else {
        backlog_.put(fifo_, packet);
    }
}

}  // namespace tcplab
