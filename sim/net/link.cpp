#include "net/link.hpp"

#include <algorithm>
#include <cassert>

#include "net/link_service.hpp"

namespace tcplab {

std::uint32_t LinkDirection::queue_limit(const LinkConfig& config) {
    if (config.rate.unlimited() || !config.queue) return kNoLimit;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(*config.queue, kNoLimit));
}

LinkDirection::Irregular::Irregular(LinkDirection& link, const LinkConfig& config, FinLog* fins)
    : impairments(config, link.context_.seed, link.index_, fins),
      queue_bytes(config.queue_bytes.value_or(~std::uint64_t{0})) {
    if (Service::needed_by(config)) service = std::make_unique<Service>(link, config, link.context_.seed);
}

LinkDirection::Irregular::~Irregular() = default;

LinkDirection::LinkDirection(LinkContext& context, std::uint32_t index, const LinkConfig& config, LinkExit& exit,
                             FinLog* fins)
    : context_(context),
      exit_(exit),
      handler_(context.events.add_handler(*this)),
      mtu_(config.mtu),
      delay_(config.delay),
      queue_packets_(queue_limit(config)),
      rate_(config.trace != nullptr ? BitRate{} : config.rate),
      overhead_(config.overhead),
      index_(index) {
    const bool limited_by_bytes = config.queue_bytes.has_value() && !config.rate.unlimited();
    if (Impairments::needed_by(config) || fins != nullptr || limited_by_bytes || Service::needed_by(config)) {
        irregular_ = std::make_unique<Irregular>(*this, config, fins);
    }
}

void LinkDirection::enqueue(Time now, PacketIndex index) {
    Packet& packet = context_.packets[index];
    packet.entered = now;
    packet.marked = false;
    ++counters_.packets;
    counters_.bytes += packet.size;
    counters_.header_bytes += packet.header_size;
    if (packet.size > mtu_) {
        refuse(index, counters_.too_big);
    } else if (irregular_ != nullptr) {
        enqueue_irregular(now, index);
    } else if (queue_is_full(now)) {
        refuse(index, counters_.dropped_queue);
    } else {
        admit(now, packet);
        insert(busy_until_ + delay_, index);
        inside_ = std::min(inside_ + 1, arrivals_.size());
    }
}

void LinkDirection::refuse(PacketIndex index, std::uint64_t& counter) {
    ++counter;
    context_.packets[index].departed = kNever;
    discard(index, PacketFate::queue_full);
}

/// Gives the packet its place behind those that are there.
void LinkDirection::admit(Time now, Packet& packet) {
    counters_.data_packets += packet.size > packet.header_size ? 1 : 0;
    const Duration takes = transmission(packet.size);
    const Time begins = std::max(now, busy_until_);
    tell_journey(now, begins, begins + takes, packet.segment);
    busy_until_ = begins + takes;
    packet.departed = busy_until_;
}

/// What it waited for packets of its own connection, without others between them, is as its own serialisation.
void LinkDirection::tell_journey(Time entered, Time begins, Time departs, Segment& s) {
    const bool goes_on = begins == busy_until_ && s.source == run_from_ && s.destination == run_to_;
    if (!goes_on) {
        run_since_ = begins;
        run_from_ = s.source;
        run_to_ = s.destination;
    }
    const Time own = std::max(entered, run_since_);
    s.journey.queued += own - entered;
    s.journey.transmission += departs - own;
}

Time LinkDirection::gone_before(Time now) const {
    // What departs at the very instant of an arrival is still there: packets that acknowledgements clock out come a
    // little before the queue moves on (seen in recorded transfers over full queues). Without a delay it has arrived.
    return delay_ > Duration::zero() ? now : now + Duration(1);
}

bool LinkDirection::queue_is_full(Time now) {
    if (arrivals_.size() <= queue_packets_) return false;  // even if none of them had departed yet
    if (busy_until_ <= now) return false;
    // All arrive `delay_` after they departed, so the arrivals tell what waits.
    inside_ = std::min(inside_, arrivals_.size());
    const Time gone = gone_before(now);
    while (inside_ > 0 && arrivals_[arrivals_.size() - inside_].time - delay_ < gone) --inside_;
    return inside_ > queue_packets_;  // one of them is in service
}

void LinkDirection::enqueue_irregular(Time now, PacketIndex index) {
    Impairments& impairments = irregular_->impairments;
    const Segment& segment = context_.packets[index].segment;
    const PacketIndex second = impairments.duplicates(segment) ? copy(now, index) : kNoPacket;
    accept_irregular(now, index, impairments.treat(segment));
    if (second != kNoPacket) accept_irregular(now, second, impairments.treat_copy());
}

PacketIndex LinkDirection::copy(Time now, PacketIndex index) {
    ++counters_.duplicated;
    const PacketIndex second = context_.packets.acquire();
    Packet& packet = context_.packets[second];
    packet = context_.packets[index];
    packet.number = context_.packets.next_number();
    if (context_.observer != nullptr) {
        context_.observer->on_copied(now, packet.number, context_.packets[index].number);
    }
    return second;
}

void LinkDirection::accept_irregular(Time now, PacketIndex index, const Treatment& treatment) {
    if (irregular_->service != nullptr) {
        irregular_->service->enqueue(now, index, treatment);
        return;
    }
    Packet& packet = context_.packets[index];
    if (irregular_queue_is_full(now, packet.size)) {
        refuse(index, counters_.dropped_queue);
        return;
    }
    admit(now, packet);
    irregular_->departures.push_back({busy_until_, packet.size});
    irregular_->bytes_inside += packet.size;
    send_on(busy_until_, index, treatment);
}

/// A packet leaves the service.
void LinkDirection::depart(Time at, PacketIndex index, const Treatment& treatment) {
    Packet& packet = context_.packets[index];
    counters_.data_packets += packet.size > packet.header_size ? 1 : 0;
    packet.departed = at;
    // What the one before it took was its wait, even where a trace says how long.
    tell_journey(packet.entered, std::max(packet.entered, busy_until_), at, packet.segment);
    busy_until_ = at;
    send_on(at, index, treatment);
}

void LinkDirection::send_on(Time departed, PacketIndex index, const Treatment& treatment) {
    context_.packets[index].damage = treatment.damage;
    if (treatment.lost) {
        ++counters_.dropped_loss;
        discard(index, PacketFate::lost);
    } else if (irregular_->impairments.reorders()) {
        insert_loose(departed + delay_ + treatment.extra_delay, index);
    } else {
        insert(departed + delay_, index);
    }
}

bool LinkDirection::irregular_queue_is_full(Time now, std::uint32_t size) {
    Ring<Departure>& departures = irregular_->departures;
    const Time gone = busy_until_ <= now ? kNever : gone_before(now);
    while (!departures.empty() && departures.front().time < gone) {
        irregular_->bytes_inside -= departures.front().size;
        departures.pop_front();
    }
    if (departures.empty()) return false;
    const std::uint64_t bytes_waiting = irregular_->bytes_inside - departures.front().size;
    return departures.size() > queue_packets_ || bytes_waiting + size > irregular_->queue_bytes;
}

Duration LinkDirection::transmission(std::uint32_t size) {
    if (size != last_size_) {
        last_size_ = size;
        last_transmission_ = transmission_time(std::uint64_t{size} + overhead_, rate_);
    }
    return last_transmission_;
}

void LinkDirection::insert(Time at, PacketIndex index) {
    if (arrivals_.empty()) context_.events.schedule(at, handler_);
    arrivals_.push_back({at, index});
}

bool LinkDirection::later(const LooseArrival& a, const LooseArrival& b) {
    return a.time != b.time ? a.time > b.time : a.order > b.order;
}

void LinkDirection::insert_loose(Time at, PacketIndex index) {
    std::vector<LooseArrival>& heap = irregular_->arrivals;
    heap.push_back({at, irregular_->order++, index});
    std::push_heap(heap.begin(), heap.end(), later);
    if (at < irregular_->wake) {
        irregular_->wake = at;
        context_.events.schedule(at, handler_);
    }
}

void LinkDirection::on_event(Time now) {
    if (irregular_ != nullptr && irregular_->impairments.reorders()) {
        deliver_loose(now);
        return;
    }
    const Arrival arrival = arrivals_.front();
    assert(arrival.time == now);
    arrivals_.pop_front();
    if (!arrivals_.empty()) context_.events.schedule(arrivals_.front().time, handler_);
    deliver(now, arrival.packet);
}

void LinkDirection::deliver_loose(Time now) {
    if (now != irregular_->wake) return;
    std::vector<LooseArrival>& heap = irregular_->arrivals;
    std::pop_heap(heap.begin(), heap.end(), later);
    const PacketIndex index = heap.back().packet;
    heap.pop_back();
    irregular_->wake = heap.empty() ? kNever : heap.front().time;
    context_.events.schedule(irregular_->wake, handler_);
    deliver(now, index);
}

void LinkDirection::deliver(Time now, PacketIndex index) {
    if (irregular_ != nullptr && discard_damaged(now, index)) return;
    if (context_.observer != nullptr) report(context_.packets[index], PacketFate::delivered, now);
    exit_.on_arrival(now, index);
}

bool LinkDirection::discard_damaged(Time now, PacketIndex index) {
    Packet& packet = context_.packets[index];
    if (packet.damage == 0 || !irregular_->impairments.damage_is_found(packet.segment, packet.damage)) return false;
    ++counters_.corrupted;
    discard(index, PacketFate::corrupted, now);
    return true;
}

void LinkDirection::discard(PacketIndex index, PacketFate fate, Time arrived) {
    if (context_.observer != nullptr) report(context_.packets[index], fate, arrived);
    context_.packets.release(index);
}

void LinkDirection::report(const Packet& packet, PacketFate fate, Time arrived) const {
    PacketEvent event;
    event.link = index_;
    event.packet = packet.number;
    event.entered = packet.entered;
    event.departed = packet.departed;
    event.arrived = arrived;
    event.fate = fate;
    event.marked = packet.marked;
    if (fate == PacketFate::corrupted) event.damage = packet.damage;
    event.transmission = transmission_time(std::uint64_t{packet.size} + overhead_, rate_);
    context_.observer->on_packet(event, packet.segment);
}

void LinkDirection::report_moving() const {
    if (context_.observer == nullptr) return;
    const auto moves = [this](PacketIndex i) { report(context_.packets[i], PacketFate::still_moving, kNever); };
    for (std::uint32_t i = 0; i < arrivals_.size(); ++i) moves(arrivals_[i].packet);
    if (irregular_ == nullptr) return;
    std::vector<LooseArrival> in_order = irregular_->arrivals;
    std::sort(in_order.begin(), in_order.end(), [](const auto& a, const auto& b) { return later(b, a); });
    for (const LooseArrival& arrival : in_order) moves(arrival.packet);
    if (irregular_->service == nullptr) return;
    std::vector<PacketIndex> waiting;
    irregular_->service->append_to(waiting);
    for (const PacketIndex packet : waiting) {
        context_.packets[packet].departed = kNever;
        moves(packet);
    }
}

}  // namespace tcplab
