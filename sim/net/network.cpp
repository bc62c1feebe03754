#include "net/network.hpp"

#include <algorithm>
#include <cassert>
#include <unordered_map>

namespace tcplab {

void Network::Host::on_arrival(Time now, PacketIndex packet) {
    sink_.on_packet(now, packets_[packet].segment);
    packets_.release(packet);
}

void Network::Router::on_arrival(Time now, PacketIndex packet) {
    const std::uint32_t place = packets_[packet].destination - first_;  // wraps below first_
    LinkDirection* out = place < table_.size() ? table_[place] : default_;
    out->enqueue(now, packet);
}

void Network::Router::set_routes(const std::vector<LinkDirection*>& towards) {
    std::unordered_map<LinkDirection*, std::size_t> behind;
    for (LinkDirection* out : towards) {
        // Of several with the most hosts behind them, the first: never the order of the map.
        if (++behind[out] > behind[default_]) default_ = out;
    }
    const auto elsewhere = [this](const LinkDirection* out) { return out != default_; };
    const auto first = std::find_if(towards.begin(), towards.end(), elsewhere);
    const auto last = std::find_if(towards.rbegin(), towards.rend(), elsewhere).base();
    first_ = static_cast<std::uint32_t>(first - towards.begin());
    if (first < last) table_.assign(first, last);
}

void Network::AddressTable::insert(Ipv4Address address, std::uint32_t host) {
    assert(find(address) == kNoHost && "addresses are unique");
    if (2 * (count_ + 1) > slots_.size()) {
        std::vector<Slot> old(std::max<std::size_t>(16, 2 * slots_.size()));
        old.swap(slots_);
        for (const Slot& slot : old) {
            if (slot.host != kNoHost) slots_[place_of(slot.address)] = slot;
        }
    }
    slots_[place_of(address)] = {address, host};
    ++count_;
}

std::uint32_t Network::AddressTable::find(Ipv4Address address) const {
    if (slots_.empty()) return kNoHost;
    return slots_[place_of(address)].host;
}

std::size_t Network::AddressTable::place_of(Ipv4Address address) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t place = static_cast<std::size_t>((address.value * kGoldenRatio) >> 32U) & mask;
    while (slots_[place].host != kNoHost && slots_[place].address != address) place = (place + 1) & mask;
    return place;
}

NodeId Network::add_host(PacketSink& sink, Ipv4Address address) {
    const auto number = static_cast<std::uint32_t>(hosts_.size());
    hosts_.emplace_back(packets_, sink);
    addresses_.insert(address, number);
    nodes_.push_back({&hosts_.back(), number});
    return static_cast<NodeId>(nodes_.size() - 1);
}

NodeId Network::add_router() {
    nodes_.push_back({&routers_.emplace_back(packets_), kNoHost});
    return static_cast<NodeId>(nodes_.size() - 1);
}

LinkId Network::connect(NodeId a, NodeId b, const LinkConfig& a_to_b, const LinkConfig& b_to_a) {
    assert(a != b);
    const auto id = static_cast<LinkId>(links_.size());
    links_.push_back({a, b});
    const auto is_fin_ack = [](const DropRule& rule) { return rule.kind == DropKind::fin_ack; };
    const auto names_fin_ack = [is_fin_ack](const LinkConfig& config) {
        return std::any_of(config.drop.begin(), config.drop.end(), is_fin_ack) ||
               std::any_of(config.duplicate_data.begin(), config.duplicate_data.end(), is_fin_ack) ||
               std::any_of(config.hold.begin(), config.hold.end(),
                           [is_fin_ack](const HoldRule& rule) { return is_fin_ack(rule.packets); });
    };
    FinLog* fins = nullptr;
    if (names_fin_ack(a_to_b) || names_fin_ack(b_to_a)) {
        fins = fins_.emplace_back(std::make_unique<FinLog>()).get();
    }
    LinkDirection& out = directions_.emplace_back(context_, 2 * id, a_to_b, *nodes_[b].exit, fins);
    LinkDirection& back = directions_.emplace_back(context_, 2 * id + 1, b_to_a, *nodes_[a].exit, fins);
    if (nodes_[a].host != kNoHost) give_uplink(nodes_[a], out);
    if (nodes_[b].host != kNoHost) give_uplink(nodes_[b], back);
    return id;
}

void Network::give_uplink(Node& host, LinkDirection& uplink) {
    assert(host.uplink == nullptr && "a host has one link");
    host.uplink = &uplink;
}

void Network::build() {
    assert(links_.size() + 1 == nodes_.size() && "the links form a tree");
    std::vector<std::vector<Port>> ports(nodes_.size());
    for (std::size_t i = 0; i < links_.size(); ++i) {
        const Link& link = links_[i];
        ports[link.a].push_back({&directions_[2 * i], link.b});
        ports[link.b].push_back({&directions_[2 * i + 1], link.a});
    }
    NodeId node = 0;
    for (Router& router : routers_) {
        while (nodes_[node].exit != &router) ++node;
        router.set_routes(routes_from(node, ports));
    }
}

std::vector<LinkDirection*> Network::routes_from(NodeId router, const std::vector<std::vector<Port>>& ports) const {
    struct Step {
        NodeId node;
        NodeId from;
        LinkDirection* first;  // the router's own link on the way to the node
    };
    std::vector<LinkDirection*> towards(hosts_.size());
    std::vector<Step> ahead;
    for (const Port& port : ports[router]) ahead.push_back({port.to, router, port.out});
    while (!ahead.empty()) {
        const Step step = ahead.back();
        ahead.pop_back();
        if (nodes_[step.node].host != kNoHost) towards[nodes_[step.node].host] = step.first;
        for (const Port& port : ports[step.node]) {
            if (port.to != step.from) ahead.push_back({port.to, step.node, step.first});
        }
    }
    return towards;
}

Segment& Network::begin_send() {
    if (spare_ == kNoPacket) spare_ = packets_.acquire();
    return packets_[spare_].segment;
}

void Network::finish_send(Time now, NodeId from) {
    assert(spare_ != kNoPacket && "begin_send() comes first");
    const PacketIndex index = spare_;
    spare_ = kNoPacket;
    Packet& packet = packets_[index];
    packet.size = packet.segment.ip_size();
    packet.header_size = static_cast<std::uint16_t>(packet.size - packet.segment.payload.length);
    packet.segment.journey.sent = now;
    packet.segment.journey.queued = packet.segment.journey.transmission = Duration::zero();
    packet.destination = addresses_.find(packet.segment.destination.address);
    const Node& sender = nodes_[from];
    if (packet.destination == kNoHost || packet.destination == sender.host) {
        ++unroutable_;
        packets_.release(index);
        return;
    }
    packet.number = packets_.next_number();
    if (context_.observer != nullptr) context_.observer->on_sent(now, packet.number, packet.segment);
    sender.uplink->enqueue(now, index);
}

void Network::report_moving() const {
    for (const LinkDirection& direction : directions_) direction.report_moving();
}

const LinkCounters& Network::counters(LinkId link, Way way) const {
    return directions_[2 * std::size_t{link} + (way == Way::a_to_b ? 0 : 1)].counters();
}

}  // namespace tcplab
