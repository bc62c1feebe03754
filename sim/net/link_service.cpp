#include "net/link_service.hpp"

#include <algorithm>

namespace tcplab {

LinkDirection::Service::Service(LinkDirection& link, const LinkConfig& config, RunSeed seed)
    : link_(link),
      handler_(link.context_.events.add_handler(*this)),
      backlog_(link.context_.packets, config),
      queue_(make_discipline(config, backlog_, seed, link.index_)) {
    if (config.trace != nullptr) opportunities_.emplace(config.trace);
}

bool LinkDirection::Service::needed_by(const LinkConfig& config) {
    return config.discipline != Discipline::droptail || config.trace != nullptr;
}

void LinkDirection::Service::enqueue(Time now, PacketIndex packet, const Treatment& treatment) {
    serve(now);
    if (packet >= treatments_.size()) treatments_.resize(std::size_t{packet} + 1);
    treatments_[packet] = treatment;
    queue_->enqueue(now, packet, !idle() || opportunities_.has_value());
    discard_dropped();
    if (idle()) begin(now);
    wake_up();
}

void LinkDirection::Service::on_event(Time now) {
    if (now == wake_) wake_ = kNever;
    serve(now);
    wake_up();
}

void LinkDirection::Service::serve(Time now) {
    while (next_ <= now) {
        if (opportunities_) {
            serve_by_trace(now);
        } else {
            serve_by_rate(now);
        }
    }
}

void LinkDirection::Service::serve_by_rate(Time now) {
    depart(now);
    begin(now);
}

/// Uses one opportunity.
void LinkDirection::Service::serve_by_trace(Time now) {
    std::uint32_t left = DeliveryTrace::kBytes;
    while (left > 0 && (sending_ != kNoPacket || take_next(now))) {
        const std::uint32_t now_sent = std::min(left, unsent_);
        left -= now_sent;
        unsent_ -= now_sent;
        if (unsent_ == 0) depart(now);
    }
    opportunities_->pop();
    next_ = opportunities_->next();
    const bool idle_from_now = sending_ == kNoPacket && backlog_.packets() == 0;
    if (!idle_from_now) return;
    next_ = kNever;
    if (left == 0) take_next(now);  // finds nothing: the queue learns that the link is idle
}

/// An idle link goes on with what waits.
void LinkDirection::Service::begin(Time now) {
    if (opportunities_) {
        if (backlog_.packets() == 0) return;
        opportunities_->skip_past(now);
        next_ = opportunities_->next();
    } else {
        next_ = take_next(now) ? now + link_.transmission(link_.context_.packets[sending_].size) : kNever;
    }
}

bool LinkDirection::Service::take_next(Time now) {
    sending_ = queue_->dequeue(now);
    discard_dropped();
    if (sending_ == kNoPacket) return false;
    unsent_ = link_.context_.packets[sending_].size + link_.overhead_;
    return true;
}

void LinkDirection::Service::depart(Time now) {
    const PacketIndex packet = sending_;
    sending_ = kNoPacket;
    link_.depart(now, packet, treatments_[packet]);
}

void LinkDirection::Service::discard_dropped() {
    for (const PacketIndex packet : backlog_.dropped()) link_.refuse(packet, link_.counters_.dropped_queue);
    backlog_.dropped().clear();
    link_.counters_.marked_ce = backlog_.marked();
}

void LinkDirection::Service::wake_up() {
    if (next_ == wake_ || idle()) return;
    wake_ = next_;
    link_.context_.events.schedule(wake_, handler_);
}

void LinkDirection::Service::append_to(std::vector<PacketIndex>& list) const {
    if (sending_ != kNoPacket) list.push_back(sending_);
    queue_->append_to(list);
}

}  // namespace tcplab
