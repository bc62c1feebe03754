#include "report/flows.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "experiment/connection_numbers.hpp"

namespace tcplab::report {
namespace {

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

FlowPacket flow_packet(const SampledPacket& p, End& sender, End& receiver) {
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
    out.place = p.place;
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

bool is_special_packet(const FlowPacket& p) { return is_special(p.reason, p.fate, p.flags); }

std::vector<SampledState> thinned(const std::vector<SampledState>& states, std::size_t room) {
    StateHistory history = empty_state_history();
    for (const SampledState& s : states) history.add(s);
    history.thin(room);
    return history.kept();
}

void thin(QueueHistory& queue, std::size_t room) {
    QueueMeter::Points history = QueueMeter::empty_history();
    for (const QueueHistory::Point& p : queue.points) history.add(p);
    history.thin(room);
    queue.points = history.kept();
    const std::size_t step = (queue.drops.size() + room - 1) / std::max<std::size_t>(room, 1);
    if (step <= 1) return;
    for (std::size_t i = 0; i * step < queue.drops.size(); ++i) queue.drops[i] = queue.drops[i * step];
    queue.drops.resize((queue.drops.size() + step - 1) / step);
}

/// A connection that is read.
struct Reading {
    ConnectionFlows flows;
    End client, server;
};

/// Of the first hundred connections that sent anything.
std::map<std::uint32_t, Reading> read_connections(const SampledRun& run, const ConnectionNumbers& numbers) {
    std::map<std::uint32_t, Reading> known;  // by number
    for (const SampledPacket& p : run.packets) {
        const auto [id, from_client] = numbers.find({p.segment.source, p.segment.destination}, p.sent);
        if (id == 0) continue;
        auto it = known.find(id);
        if (it == known.end()) {
            if (known.size() == kMostConnections) continue;
            it = known.try_emplace(id).first;
            it->second.flows.id = id;
        }
        Reading& r = it->second;
        End& sender = from_client ? r.client : r.server;
        End& receiver = from_client ? r.server : r.client;
        (from_client ? r.flows.up : r.flows.down).packets.push_back(flow_packet(p, sender, receiver));
    }
    return known;
}

Flows sorted(const SampledRun& run, const std::vector<ConnectionRow>& rows) {
    const ConnectionNumbers numbers(rows);
    std::map<std::uint32_t, Reading> known = read_connections(run, numbers);
    for (const SampledState& s : run.states) {
        const auto [id, at_client] = numbers.find(s.snapshot.tuple, s.time);
        const auto it = known.find(id);
        if (it == known.end()) continue;
        ConnectionFlows& c = it->second.flows;
        (at_client ? c.up : c.down).states.push_back(s);
    }
    Flows flows;
    for (auto& [id, reading] : known) flows.connections.push_back(std::move(reading.flows));
    if (known.size() == kMostConnections) flows.left_out = rows.size() - known.size();
    return flows;
}

/// How many there were: the first and the last are never missing. Of a port that is used again, at least so many.
template <class T>
std::uint64_t all_of(const std::vector<T>& some) {
    return some.empty() ? 0 : some.back().place - some.front().place + 1;
}

}  // namespace

Flows flows_of(SampledRun run, const std::vector<ConnectionRow>& connections, std::size_t packets) {
    Flows flows = sorted(run, connections);
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
            f->all_packets = all_of(f->packets);
            f->all_states = all_of(f->states);
            thin_by_place(f->packets, share, is_special_packet);
            f->states = thinned(f->states, state_share);
        }
    }
    flows.queue_up = std::move(run.queue_up);
    flows.queue_down = std::move(run.queue_down);
    thin(flows.queue_up, packets / 2);
    thin(flows.queue_down, packets / 2);
    return flows;
}

}  // namespace tcplab::report
