#include "explain/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "export/result_files.hpp"

namespace tcplab::explain {
namespace {

// The same instant, give or take what a packet's serialisation may be.
constexpr Duration kNear = 2ms;

bool goes(const RecordedPacket& p, const FourTuple& from) {
    return p.segment.source == from.local && p.segment.destination == from.remote;
}

Time arrival(const RecordedPacket& p) { return p.fate() == PacketFate::delivered ? p.hops.back().arrived : kNever; }

FourTuple turned(const FourTuple& t) { return {t.remote, t.local}; }

bool is_lost(const RecordedPacket& p) {
    return p.fate() == PacketFate::lost || p.fate() == PacketFate::queue_full || p.fate() == PacketFate::corrupted;
}

bool is_repair(const RecordedPacket& p) {
    return is_retransmission(p.segment.reason) || p.segment.reason == SendReason::tail_loss_probe;
}

// Bytes are counted as the ladder counts them: from the SYN of their direction, which has number 0.
std::string name_of(const Segment& s, SeqNum initial) {
    if (s.has(flag::syn)) return s.has(flag::ack) ? "the SYN-ACK" : "the SYN";
    if (s.payload.length == 0) return s.has(flag::fin) ? "the FIN" : "an ACK";
    const auto first = static_cast<std::uint32_t>(distance(s.seq, initial));
    return fmt::format("bytes {}:{} ({} B)", first, std::uint64_t{first} + s.payload.length, s.payload.length);
}

}  // namespace

Facts::Facts(const Scenario& scenario, const Results& results, const Recording& recording, Time recorded, Time begin)
    : scenario_(scenario),
      results_(results),
      recording_(recording),
      index_(scenario.page),
      recorded_(recorded),
      begin_(begin) {}

std::string Facts::request(std::uint32_t row) const {
    const RequestNames names = names_of(scenario_, index_, transaction(row));
    return names.method + " " + names.path;
}

std::string Facts::server(std::uint32_t row) const {
    return scenario_.hosts.empty() ? "the server" : names_of(scenario_, index_, transaction(row)).host;
}

/// Of a transaction, if what happened to it until `end` is recorded.
const ConnectionRow* Facts::connection(std::uint32_t row, Time end) const {
    if (row >= results_.transactions.size() || !scenario_.proxies.empty() || end >= recorded_) return nullptr;
    const std::uint32_t id = transaction(row).connection;
    return id == 0 || id > results_.connections.size() ? nullptr : &results_.connections[id - 1];
}

// The acknowledgement for which when() is nearest to `at`.
template <class When>
std::optional<Facts::Release> Facts::find_release(std::uint32_t row, Direction direction, Time at, When when) const {
    const ConnectionRow* c = connection(row, at);
    if (c == nullptr) return std::nullopt;
    const FourTuple from = direction == Direction::up ? c->tuple : turned(c->tuple);
    const auto mine = [&](const RecordedPacket& p, const FourTuple& tuple) {
        return p.sent >= c->opened && goes(p, tuple);
    };
    const RecordedPacket* ack = nullptr;
    std::optional<SeqNum> before, last;
    for (const RecordedPacket& p : recording_.packets) {
        if (p.sent > at + kNear) break;
        if (!mine(p, turned(from)) || !p.segment.has(flag::ack)) continue;
        const Time then = when(p);
        if (then != kNever && then >= at - kNear && then <= at + kNear &&
            (ack == nullptr || std::chrono::abs(then - at) <= std::chrono::abs(when(*ack) - at))) {
            ack = &p;
            before = last;
        }
        last = p.segment.ack;
    }
    if (ack == nullptr || !before) return std::nullopt;
    Release r;
    r.delayed = ack->segment.reason == SendReason::delayed_acknowledgement;
    r.held_back = ack->segment.journey.held;
    r.acked = static_cast<std::uint32_t>(std::max(0, distance(ack->segment.ack, *before)));
    const auto next = std::find_if(recording_.packets.begin(), recording_.packets.end(), [&](const RecordedPacket& p) {
        return p.sent >= arrival(*ack) && mine(p, from) && p.segment.payload.length > 0;
    });
    if (next == recording_.packets.end() || r.acked == 0) return std::nullopt;
    r.held = next->segment.payload.length;
    return r;
}

std::optional<Facts::Release> Facts::release(std::uint32_t row, Direction direction, Duration at) const {
    return find_release(row, direction, time(at), arrival);
}

std::optional<Facts::Release> Facts::held_back(std::uint32_t row, Direction direction, Duration at) const {
    return find_release(row, direction, time(at), [](const RecordedPacket& p) { return p.sent; });
}

std::optional<Facts::Loss> Facts::loss(std::uint32_t row, Direction direction, Duration from, Duration to) const {
    const ConnectionRow* c = connection(row, time(to));
    if (c == nullptr) return std::nullopt;
    const FourTuple up = c->tuple;
    const FourTuple wanted = direction == Direction::up ? up : turned(up);
    const auto mine = [&](const RecordedPacket& p) {
        return p.sent >= c->opened && (goes(p, wanted) || (p.segment.has(flag::syn) && goes(p, turned(wanted))));
    };
    const RecordedPacket* repair = nullptr;
    for (const RecordedPacket& p : recording_.packets) {
        if (p.sent > time(to) + kNear) break;
        if (p.sent > time(from) && mine(p) && is_repair(p)) repair = &p;
    }
    if (repair == nullptr) return std::nullopt;
    const RecordedPacket* first = nullptr;  // of what was sent again
    const RecordedPacket* lost = nullptr;
    Loss found;
    found.times = 0;
    std::optional<SeqNum> initial;
    for (const RecordedPacket& p : recording_.packets) {
        if (p.number >= repair->number) break;
        if (!mine(p)) continue;
        if (p.segment.has(flag::syn) && p.segment.source == repair->segment.source) initial = p.segment.seq;
        const bool same = p.segment.source == repair->segment.source && p.segment.seq == repair->segment.seq &&
                          p.segment.sequence_length() > 0;
        if (same && first == nullptr) first = &p;
        const bool answer = repair->segment.has(flag::syn) && p.segment.has(flag::syn);
        if ((same || answer) && is_lost(p)) {
            if (lost == nullptr) lost = &p;
            ++found.times;
        } else if (is_lost(p) && p.sent >= time(from) - kNear) {
            ++found.more;
        }
    }
    if (first == nullptr || !initial) return std::nullopt;
    found.what = name_of(lost != nullptr ? lost->segment : first->segment, *initial);
    found.fate = lost == nullptr ? PacketFate::delivered : lost->fate();
    if (lost != nullptr) found.link = recording_.links[lost->hops.back().link].name;
    found.repair = repair->segment.reason;
    found.after = repair->sent - first->sent;
    return found;
}

std::size_t Facts::losses(std::uint32_t row, Direction direction, Duration from, Duration to) const {
    const ConnectionRow* c = connection(row, time(to));
    if (c == nullptr) return 0;
    const FourTuple sender = direction == Direction::up ? c->tuple : turned(c->tuple);
    const auto counts = [&](const RecordedPacket& p) {
        return p.sent >= time(from) && p.sent <= time(to) && goes(p, sender) && is_lost(p);
    };
    return static_cast<std::size_t>(std::count_if(recording_.packets.begin(), recording_.packets.end(), counts));
}

std::optional<Facts::Windows> Facts::windows(std::uint32_t row, Direction direction, Duration from, Duration to) const {
    const ConnectionRow* c = connection(row, time(to));
    if (c == nullptr) return std::nullopt;
    const FourTuple sender = direction == Direction::up ? c->tuple : turned(c->tuple);
    std::optional<Windows> w;
    for (const RecordedState& s : recording_.states) {
        if (s.time > time(to)) break;
        if (!(s.snapshot.tuple == sender) || s.time < c->opened || s.snapshot.cwnd == 0) continue;
        const std::uint32_t cwnd = s.snapshot.cwnd;
        if (!w || s.time <= time(from)) w = Windows{cwnd, cwnd, cwnd, cwnd, s.snapshot.rwnd};
        w->last = cwnd;
        w->least = std::min(w->least, cwnd);
        w->most = std::max(w->most, cwnd);
        w->offered = std::min(w->offered, s.snapshot.rwnd);
    }
    return w;
}

}  // namespace tcplab::explain
