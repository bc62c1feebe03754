#include "report/run_sample.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tcplab::report {
namespace {

bool is_special_packet(const SampledPacket& p) { return is_special(p.segment.reason, p.fate(), p.segment.flags); }

std::vector<SampledPacket>::iterator find_packet(std::vector<SampledPacket>& packets, std::uint64_t number) {
    const auto it = std::lower_bound(packets.begin(), packets.end(), number,
                                     [](const SampledPacket& p, std::uint64_t n) { return p.number < n; });
    return it != packets.end() && it->number == number ? it : packets.end();
}

}  // namespace

bool is_special(SendReason reason, PacketFate fate, std::uint8_t flags) {
    return is_retransmission(reason) || reason == SendReason::tail_loss_probe || fate != PacketFate::delivered ||
           (flags & (flag::syn | flag::fin | flag::rst)) != 0;
}

StateHistory empty_state_history() {
    return StateHistory({[](const SampledState& s) { return static_cast<std::int64_t>(s.snapshot.cwnd); },
                         [](const SampledState& s) { return static_cast<std::int64_t>(s.snapshot.in_flight); }});
}

RunSample::RunSample(std::vector<RecordedLink> links, std::size_t room)
    : links_(std::move(links)), room_(room), up_(room), down_(room) {}

RunSample::End* RunSample::end_of(const FourTuple& tuple) {
    const auto it = ends_.find(tuple);
    if (it != ends_.end()) return &it->second;
    if (ends_.size() >= 2 * kMostConnections) return nullptr;
    ends_.try_emplace(FourTuple{tuple.remote, tuple.local});
    return &ends_.try_emplace(tuple).first->second;
}

void RunSample::add(End& end, SampledPacket packet) {
    packet.place = end.sent++;
    end.packets.push_back(std::move(packet));
    if (++packets_ >= room_) thin_packets();
}

void RunSample::on_sent(Time now, std::uint64_t packet, const Segment& segment) {
    ++all_packets_;
    End* end = end_of({segment.source, segment.destination});
    if (end == nullptr) return;
    SampledPacket p;
    p.number = packet;
    p.sent = now;
    p.segment = segment;
    p.segment.payload = Payload{ContentRef(), 0, segment.payload.length};
    add(*end, std::move(p));
}

// It is not said what was copied; that is one of the latest packets of its end, which are all kept.
void RunSample::on_copied(Time now, std::uint64_t copy, std::uint64_t original) {
    ++all_packets_;
    for (auto& [tuple, end] : ends_) {
        const auto it = find_packet(end.packets, original);
        if (it == end.packets.end()) continue;
        SampledPacket p;
        p.number = copy;
        p.copy_of = original;
        p.sent = now;
        p.segment = it->segment;
        return add(end, std::move(p));
    }
}

void RunSample::on_packet(const PacketEvent& e, const Segment& segment) {
    const RecordedHop hop{e.link, e.entered, e.departed, e.arrived, e.transmission, e.fate, e.marked, e.damage};
    const RecordedLink& link = links_[e.link];
    if (link.shared) (link.towards_server ? up_ : down_).see(hop);
    const auto end = ends_.find({segment.source, segment.destination});
    if (end == ends_.end()) return;
    const auto it = find_packet(end->second.packets, e.packet);
    if (it != end->second.packets.end()) it->hops.push_back(hop);
}

void RunSample::on_tcp(Time now, const TcpSnapshot& snapshot) {
    End* end = end_of(snapshot.tuple);
    if (end == nullptr) return;
    SampledState state;
    state.time = now;
    state.snapshot = snapshot;
    state.place = end->changes++;
    end->states.add(state);
    if (++states_ >= room_) thin_states();
}

/// To half of the room. The latest of each end stay: what becomes of them may not be known yet.
void RunSample::thin_packets() {
    std::vector<std::size_t> sizes;
    for (const auto& [tuple, end] : ends_) sizes.push_back(end.packets.size());
    const std::size_t share = fair_share(sizes, room_ / 2);
    packets_ = 0;
    for (auto& [tuple, end] : ends_) {
        std::vector<SampledPacket>& all = end.packets;
        if (all.size() > share) {
            const auto latest = all.end() - static_cast<std::ptrdiff_t>(share / 4);
            std::vector<SampledPacket> older(std::make_move_iterator(all.begin()), std::make_move_iterator(latest));
            thin_by_place(older, share - share / 4, is_special_packet);
            older.insert(older.end(), std::make_move_iterator(latest), std::make_move_iterator(all.end()));
            all = std::move(older);
            thinned_ = true;
        }
        packets_ += all.size();
    }
}

void RunSample::thin_states() {
    std::vector<std::size_t> sizes;
    for (const auto& [tuple, end] : ends_) sizes.push_back(end.states.size());
    const std::size_t share = fair_share(sizes, room_ / 2);
    states_ = 0;
    for (auto& [tuple, end] : ends_) {
        end.states.thin(share);
        states_ += end.states.size();
    }
    thinned_ = true;
}

SampledRun RunSample::take() {
    SampledRun run;
    for (auto& [tuple, end] : ends_) {
        run.packets.insert(run.packets.end(), std::make_move_iterator(end.packets.begin()),
                           std::make_move_iterator(end.packets.end()));
        run.states.insert(run.states.end(), end.states.kept().begin(), end.states.kept().end());
    }
    ends_.clear();
    std::sort(run.packets.begin(), run.packets.end(),
              [](const SampledPacket& a, const SampledPacket& b) { return a.number < b.number; });
    std::sort(run.states.begin(), run.states.end(), [](const SampledState& a, const SampledState& b) {
        return std::tie(a.time, a.snapshot.tuple, a.place) < std::tie(b.time, b.snapshot.tuple, b.place);
    });
    run.queue_up = up_.take();
    run.queue_down = down_.take();
    run.all_packets = all_packets_;
    run.thinned = thinned_;
    return run;
}

SampledRun sample_of(const Recording& recording, std::size_t room) {
    RunSample sample(recording.links, room);
    for (const RecordedPacket& p : recording.packets) {
        if (p.copy_of == 0) {
            sample.on_sent(p.sent, p.number, p.segment);
        } else {
            sample.on_copied(p.sent, p.number, p.copy_of);
        }
        for (const RecordedHop& h : p.hops) {
            sample.on_packet(
                {h.link, p.number, h.entered, h.departed, h.arrived, h.fate, h.transmission, h.marked, h.damage},
                p.segment);
        }
    }
    for (const RecordedState& s : recording.states) sample.on_tcp(s.time, s.snapshot);
    return sample.take();
}

}  // namespace tcplab::report
