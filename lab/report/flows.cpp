#include "report/flows.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "experiment/connection_numbers.hpp"

namespace tcplab::report {
namespace {

constexpr std::size_t kMostConnections = 100;

/// Sequence numbers of one direction as positions that do not wrap.
class Positions {
  public:
    std::int64_t of(SeqNum seq) {
        if (!initial_) initial_ = seq;  // the SYN's: a recording begins with the run
        const std::int64_t position = unwrap(seq, *initial_, highest_);
        highest_ = std::max(highest_, static_cast<std::uint64_t>(std::max<std::int64_t>(position, 0)));
        return position;
    }

  private:
    std::optional<SeqNum> initial_;
    std::uint64_t highest_ = 0;
};

/// What an end's packets are read with.
struct End {
    Positions positions;
    std::uint8_t window_scale = 0;
    bool scales = false;  // its SYN had the option
};

FlowPacket flow_packet(const RecordedPacket& p, End& sender, End& receiver) {
    const Segment& s = p.segment;
    FlowPacket out;
    out.sent = p.sent;
    out.fate = p.fate();
    if (out.fate == PacketFate::delivered) out.arrived = p.hops.back().arrived;
    out.begin = sender.positions.of(s.seq);
    out.length = s.payload.length;
    out.flags = s.flags;
    out.reason = s.reason;
    out.copy = p.copy_of != 0;
    if (s.has(flag::syn)) {
        sender.scales = s.has_window_scale;
        sender.window_scale = s.window_scale;
    }
    if (s.has(flag::ack)) out.ack = receiver.positions.of(s.ack);
    const bool scaled = !s.has(flag::syn) && sender.scales && receiver.scales;  // RFC 7323 2.2
    out.window = std::uint64_t{s.window} << (scaled ? sender.window_scale : 0U);
    for (const SeqRange& block : s.sack) {
        out.sacked.push_back(receiver.positions.of(block.left));
        out.sacked.push_back(receiver.positions.of(block.right));
    }
    return out;
}

bool is_special(const FlowPacket& p) {
    return is_retransmission(p.reason) || p.reason == SendReason::tail_loss_probe || p.fate != PacketFate::delivered ||
           (p.flags & (flag::syn | flag::fin | flag::rst)) != 0;
}

/// Keeps those whose number among all that `selects` is a multiple of such a step that at most `room` are left.
template <class T, class Selects>
void mark_every(const std::vector<T>& all, std::vector<bool>& kept, std::size_t room, const Selects& selects) {
    const auto count = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), selects));
    const std::size_t step = (count + room - 1) / std::max<std::size_t>(room, 1);
    std::size_t number = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (selects(all[i])) kept[i] = number++ % std::max<std::size_t>(step, 1) == 0;
    }
}

template <class T>
void keep_marked(std::vector<T>& all, const std::vector<bool>& kept) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!kept[i]) continue;
        if (at != i) all[at] = std::move(all[i]);
        ++at;
    }
    all.resize(at);
}

/// Evenly, but for what is worth seeing, which may have half of the room.
void thin(std::vector<FlowPacket>& packets, std::size_t room) {
    if (packets.size() <= room) return;
    const auto specials = static_cast<std::size_t>(std::count_if(packets.begin(), packets.end(), is_special));
    const std::size_t for_specials = std::min(specials, room / 2);
    std::vector<bool> kept(packets.size());
    mark_every(packets, kept, for_specials, is_special);
    mark_every(packets, kept, room - for_specials, [](const FlowPacket& p) { return !is_special(p); });
    keep_marked(packets, kept);
}

template <class T>
void thin_evenly(std::vector<T>& all, std::size_t room) {
    if (all.size() <= room) return;
    std::vector<bool> kept(all.size());
    mark_every(all, kept, room, [](const T&) { return true; });
    keep_marked(all, kept);
}

/// Of every few points the lowest and the highest, so that a peak is never lost.
void thin(QueueHistory& queue, std::size_t room) {
    thin_evenly(queue.drops, room);
    if (queue.points.size() <= room) return;
    const std::size_t chunk = 2 * ((queue.points.size() + room - 1) / room);
    std::vector<QueueHistory::Point> kept;
    for (std::size_t begin = 0; begin < queue.points.size(); begin += chunk) {
        const auto first = queue.points.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto last =
            queue.points.begin() + static_cast<std::ptrdiff_t>(std::min(begin + chunk, queue.points.size()));
        const auto [low, high] =
            std::minmax_element(first, last, [](const auto& a, const auto& b) { return a.packets < b.packets; });
        kept.push_back(*std::min(low, high));
        if (low != high) kept.push_back(*std::max(low, high));
    }
    queue.points = std::move(kept);
}

QueueHistory queue_length(const Recording& recording, bool towards_server) {
    std::map<Time, std::int64_t> changes;
    QueueHistory queue;
    for (const RecordedPacket& p : recording.packets) {
        for (const RecordedHop& hop : p.hops) {
            const RecordedLink& link = recording.links[hop.link];
            if (!link.shared || link.towards_server != towards_server) continue;
            if (hop.fate == PacketFate::queue_full) queue.drops.push_back(hop.entered);
            if (hop.departed == kNever || hop.departed - hop.transmission == hop.entered) continue;
            ++changes[hop.entered];
            --changes[hop.departed - hop.transmission];
        }
    }
    std::int64_t packets = 0;
    for (const auto& [time, change] : changes) {
        if (change == 0) continue;
        packets += change;
        queue.points.push_back({time, static_cast<std::uint32_t>(packets)});
    }
    std::sort(queue.drops.begin(), queue.drops.end());
    queue.all_drops = queue.drops.size();
    queue.all_points = queue.points.size();
    return queue;
}

/// A connection that is read.
struct Reading {
    ConnectionFlows flows;
    End client, server;
};

/// Of the first hundred connections that sent anything; counts the others.
std::map<std::uint32_t, Reading> read_connections(const Recording& recording, const ConnectionNumbers& numbers,
                                                  std::size_t& left_out) {
    std::map<std::uint32_t, Reading> known;  // by number
    std::set<std::uint32_t> others;
    for (const RecordedPacket& p : recording.packets) {
        const auto [id, from_client] = numbers.find({p.segment.source, p.segment.destination}, p.sent);
        if (id == 0) continue;
        auto it = known.find(id);
        if (it == known.end()) {
            if (known.size() == kMostConnections) {
                others.insert(id);
                continue;
            }
            it = known.try_emplace(id).first;
            it->second.flows.id = id;
        }
        Reading& r = it->second;
        End& sender = from_client ? r.client : r.server;
        End& receiver = from_client ? r.server : r.client;
        (from_client ? r.flows.up : r.flows.down).packets.push_back(flow_packet(p, sender, receiver));
    }
    left_out = others.size();
    return known;
}

void sort_into(Flows& flows, const Recording& recording, const std::vector<ConnectionRow>& rows) {
    const ConnectionNumbers numbers(rows);
    std::map<std::uint32_t, Reading> known = read_connections(recording, numbers, flows.left_out);
    for (const RecordedState& s : recording.states) {
        const auto [id, at_client] = numbers.find(s.snapshot.tuple, s.time);
        const auto it = known.find(id);
        if (it == known.end()) continue;
        ConnectionFlows& c = it->second.flows;
        (at_client ? c.up : c.down).states.push_back(s);
    }
    for (auto& [id, reading] : known) flows.connections.push_back(std::move(reading.flows));
}

}  // namespace

std::size_t fair_share(std::vector<std::size_t> wanted, std::size_t room) {
    std::sort(wanted.begin(), wanted.end());
    std::size_t share = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        share = room / (wanted.size() - i);
        if (wanted[i] > share) return share;
        room -= wanted[i];
    }
    return wanted.empty() ? room : std::max(share, wanted.back());
}

Flows flows_of(const Recording& recording, const std::vector<ConnectionRow>& connections, std::size_t packets) {
    Flows flows;
    sort_into(flows, recording, connections);
    std::vector<std::size_t> sizes, state_sizes;
    for (const ConnectionFlows& c : flows.connections) {
        for (const Flow* f : {&c.up, &c.down}) {
            sizes.push_back(f->packets.size());
            state_sizes.push_back(f->states.size());
        }
    }
    const std::size_t share = fair_share(sizes, packets);
    const std::size_t state_share = fair_share(state_sizes, packets);
    for (ConnectionFlows& c : flows.connections) {
        for (Flow* f : {&c.up, &c.down}) {
            f->all_packets = f->packets.size();
            f->all_states = f->states.size();
            thin(f->packets, share);
            thin_evenly(f->states, state_share);
        }
    }
    flows.queue_up = queue_length(recording, true);
    flows.queue_down = queue_length(recording, false);
    thin(flows.queue_up, packets / 2);
    thin(flows.queue_down, packets / 2);
    return flows;
}

}  // namespace tcplab::report
