#include "trace/recorder.hpp"

#include <cassert>
#include <utility>

namespace tcplab {
namespace {

using Kind = RecordedEvent::Kind;

/// The same bytes in a content of their own, as the connection lets go of its own when they are acknowledged.
Payload own_copy(const Payload& p) {
    Payload own{ContentRef(new Content), 0, p.length};
    for (std::uint32_t done = 0; done < p.length;) {
        const Content::View view = p.content->view(p.offset + done, p.length - done);
        const bool is_text = view.text.data() != nullptr;
        own.content->append(is_text ? Piece::of(make_text(std::string(view.text)))
                                    : Piece::body(view.length, view.body_begin));
        done += static_cast<std::uint32_t>(view.length);
    }
    return own;
}

}  // namespace

Time time_of(const Recording& r, const RecordedEvent& event) {
    switch (event.kind) {
        case Kind::sent:
        case Kind::copied: return r.packets[event.index].sent;
        case Kind::arrived: return r.packets[event.index].hops[event.hop].arrived;
        case Kind::state: return r.states[event.index].time;
        case Kind::timer: return r.timers[event.index].time;
    }
    return kNever;
}

void Recorder::on_sent(Time now, std::uint64_t packet, const Segment& segment) {
    assert(packet == recording_.packets.size() + 1 && "it watches from the beginning");
    recording_.events.push_back({Kind::sent, 0, recording_.packets.size()});
    RecordedPacket& p = recording_.packets.emplace_back();
    p.number = packet;
    p.sent = now;
    p.segment = segment;
    note_hold(p);
    p.segment.payload = Payload{ContentRef(), 0, segment.payload.length};
    if (keep_ == Keep::payload && segment.payload.length > 0) p.segment.payload = own_copy(segment.payload);
}

/// Of data that is sent for the first time.
void Recorder::note_hold(RecordedPacket& p) {
    const Segment& s = p.segment;
    if (s.sequence_length() == 0) return;
    Sender& sender = senders_[{s.source, s.destination}];
    const SeqNum end = s.seq + s.sequence_length();
    if (s.has(flag::syn)) sender = {Hold::nothing, p.sent, s.seq};
    if (distance(end, sender.next) <= 0) return;
    if (s.payload.length > 0 && sender.hold != Hold::nothing && p.sent > sender.since) {
        p.hold = sender.hold;
        p.held = p.sent - sender.since;
    }
    sender.since = p.sent;
    sender.next = end;
}

void Recorder::on_copied(Time now, std::uint64_t copy, std::uint64_t original) {
    assert(copy == recording_.packets.size() + 1 && original < copy);
    recording_.events.push_back({Kind::copied, 0, recording_.packets.size()});
    RecordedPacket p;
    p.number = copy;
    p.copy_of = original;
    p.sent = now;
    p.segment = recording_.packets[static_cast<std::size_t>(original - 1)].segment;
    recording_.packets.push_back(std::move(p));
}

void Recorder::on_packet(const PacketEvent& event, const Segment&) {
    const auto index = static_cast<std::size_t>(event.packet - 1);
    std::vector<RecordedHop>& hops = recording_.packets[index].hops;
    if (event.arrived != kNever) {
        recording_.events.push_back({Kind::arrived, static_cast<std::uint16_t>(hops.size()), index});
    }
    hops.push_back({event.link, event.entered, event.departed, event.arrived, event.transmission, event.fate,
                    event.marked, event.damage});
}

void Recorder::on_tcp(Time now, const TcpSnapshot& snapshot) {
    recording_.events.push_back({Kind::state, 0, recording_.states.size()});
    recording_.states.push_back({now, snapshot});
}

void Recorder::on_hold(Time now, const FourTuple& tuple, Hold hold) {
    Sender& sender = senders_[tuple];
    sender.hold = hold;
    sender.since = now;
}

void Recorder::on_timer(Time now, const FourTuple& tuple, FiredTimer timer) {
    recording_.events.push_back({Kind::timer, 0, recording_.timers.size()});
    recording_.timers.push_back({now, tuple, timer});
}

}  // namespace tcplab
