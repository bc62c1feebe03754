#pragma once

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "ladder/draw.hpp"
#include "ladder/ladder.hpp"

namespace tcplab::ladder {

/// A recording made by hand: one connection from 10.0.0.1:59399 to 10.255.0.1:80 over a link with a way there and a way
/// back. The client's numbers begin at `kClientStart`, the server's at `kServerStart`. Times are in milliseconds.
class Film {
  public:
    static constexpr std::uint32_t kClientStart = 0xffffffff;  // wraps behind the SYN
    static constexpr std::uint32_t kServerStart = 5000;
    static constexpr Endpoint kClient{{0x0a000001}, 59399};
    static constexpr Endpoint kServer{{0x0aff0001}, 80};

    Film() {
        recording_.links = {{"link up", true, true, true}, {"link down", true, false, true}};
        recording_.hosts = {{RecordedHost::Kind::client, "client", kClient.address},
                            {RecordedHost::Kind::server, "www.example.com", kServer.address}};
        row_.id = 1;
        row_.tuple = {kClient, kServer};
        row_.opened = kStart;
    }

    static Time at(double ms) { return kStart + Duration(static_cast<std::int64_t>(ms * 1e6)); }

    /// A segment with relative numbers. `ack` 0: no ACK.
    static Segment segment(Side from, std::uint32_t seq, std::uint32_t length, std::uint32_t ack,
                           std::uint8_t flags = 0) {
        const bool left = from == Side::left;
        Segment s;
        s.source = left ? kClient : kServer;
        s.destination = left ? kServer : kClient;
        s.seq = SeqNum((left ? kClientStart : kServerStart) + seq);
        s.flags = static_cast<std::uint8_t>(flags | (ack > 0 ? flag::ack : 0));
        if (ack > 0) s.ack = SeqNum((left ? kServerStart : kClientStart) + ack);
        s.payload.length = length;
        s.window = 1000;
        return s;
    }

    /// Sends it; it arrives at `arrival`, or meets its fate on the way. Returns its index.
    std::size_t send(double sent, std::optional<double> arrival, const Segment& s,
                     PacketFate fate = PacketFate::delivered) {
        const std::size_t index = recording_.packets.size();
        RecordedPacket& p = recording_.packets.emplace_back();
        p.number = index + 1;
        p.sent = at(sent);
        p.segment = s;
        RecordedHop hop;
        hop.link = s.source == kClient ? 0 : 1;
        hop.entered = at(sent);
        hop.fate = fate;
        if (arrival) hop.arrived = at(*arrival);
        p.hops.push_back(hop);
        happened_.push_back({at(sent), {RecordedEvent::Kind::sent, 0, index}});
        if (arrival) happened_.push_back({at(*arrival), {RecordedEvent::Kind::arrived, 0, index}});
        return index;
    }
    std::size_t lose(double sent, const Segment& s, PacketFate fate = PacketFate::lost) {
        return send(sent, std::nullopt, s, fate);
    }

    /// A copy of packet `original` that arrives then.
    void copy(double made, double arrival, std::size_t original) {
        RecordedPacket p = recording_.packets[original];
        p.copy_of = p.number;
        p.number = recording_.packets.size() + 1;
        p.sent = at(made);
        p.hops.front().arrived = at(arrival);
        const std::size_t index = recording_.packets.size();
        recording_.packets.push_back(std::move(p));
        happened_.push_back({at(made), {RecordedEvent::Kind::copied, 0, index}});
        happened_.push_back({at(arrival), {RecordedEvent::Kind::arrived, 0, index}});
    }

    /// Of what happens in the instant in which that packet arrives, this comes last so far.
    void arrives_last(std::size_t packet) {
        const auto arrival = std::find_if(happened_.begin(), happened_.end(), [packet](const auto& h) {
            return h.second.kind == RecordedEvent::Kind::arrived && h.second.index == packet;
        });
        std::rotate(arrival, arrival + 1, happened_.end());
    }

    void state(double time, Side side, State state) {
        RecordedState s;
        s.time = at(time);
        s.snapshot.tuple = tuple(side);
        s.snapshot.state = state;
        happened_.push_back({at(time), {RecordedEvent::Kind::state, 0, recording_.states.size()}});
        recording_.states.push_back(s);
    }
    void timer(double time, Side side, FiredTimer timer) {
        happened_.push_back({at(time), {RecordedEvent::Kind::timer, 0, recording_.timers.size()}});
        recording_.timers.push_back({at(time), tuple(side), timer});
    }

    /// SYN at 0, SYN-ACK at 50, ACK at 100, with the states; a round trip of 100 ms.
    void open() {
        Segment syn = segment(Side::left, 0, 0, 0, flag::syn);
        syn.mss = 1460;
        syn.sack_permitted = true;
        syn.has_window_scale = true;
        syn.window_scale = 7;
        Segment answer = segment(Side::right, 0, 0, 1, flag::syn);
        answer.mss = 1460;
        answer.has_window_scale = true;
        answer.window_scale = 0;
        send(0, 50, syn);
        state(0, Side::left, State::syn_sent);
        send(50, 100, answer);
        state(50, Side::right, State::syn_received);
        send(100, 150, segment(Side::left, 1, 0, 1));
        state(100, Side::left, State::established);
        state(150, Side::right, State::established);
    }

    ConnectionRow& row() { return row_; }
    Recording& recording() { return recording_; }

    /// What happened, in the order of time; of one instant in the order in which it was told.
    Ladder ladder() {
        std::stable_sort(happened_.begin(), happened_.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        recording_.events.clear();
        for (const auto& [time, event] : happened_) recording_.events.push_back(event);
        return make_ladder(recording_, {row_}, 0);
    }

  private:
    static FourTuple tuple(Side side) {
        return side == Side::left ? FourTuple{kClient, kServer} : FourTuple{kServer, kClient};
    }

    Recording recording_;
    ConnectionRow row_;
    std::vector<std::pair<Time, RecordedEvent>> happened_;
};

/// The ladder's lines below the heading and the ends' names and states.
inline std::vector<std::string> lines_of(const Ladder& ladder, Look look = {}) {
    std::istringstream in(draw(ladder, {"title", ""}, look));
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    const std::size_t head = look.width < 60 ? 5 : 4;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(head));
    return lines;
}

inline std::string text_of(const Ladder& ladder, Look look = {}) {
    std::string text;
    for (const std::string& line : lines_of(ladder, look)) text += line + "\n";
    return text;
}

/// A label's parts, with a bar between them.
inline std::string words(const Label& label) {
    std::string text;
    for (const LabelPart& part : label) text += (text.empty() ? "" : "|") + part.text;
    return text;
}

}  // namespace tcplab::ladder
