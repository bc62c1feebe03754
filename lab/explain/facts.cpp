#include "explain/facts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiment/topology.hpp"
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

Leg leg_of(const Scene& scene) {
    const auto hop = static_cast<std::uint8_t>(scene.hop + (scene.place == PathPlace::server ? 1 : 0));
    return {scene.row, hop, scene.place == PathPlace::response ? Direction::down : Direction::up};
}

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

std::string Facts::node(std::uint32_t row, std::uint32_t node) const {
    const std::size_t proxies = scenario_.proxies.size();
    if (node == 0) return "the client";
    if (node <= proxies) return proxies == 1 ? "the proxy" : fmt::format("proxy {}", node);
    const bool known = !scenario_.hosts.empty() && row < results_.transactions.size();
    return known ? names_of(scenario_, index_, transaction(row)).host : "the server";
}

const Config& Facts::sender(const Leg& leg) const {
    const std::size_t node = leg.hop + (leg.direction == Direction::up ? 0U : 1U);
    if (node == 0) return scenario_.client_tcp;
    return node <= scenario_.proxies.size() ? scenario_.proxies[node - 1].tcp : scenario_.server_tcp;
}

bool Facts::is_gap(std::uint32_t row, Duration from, Duration to) const {
    const Transaction& t = transaction(row);
    if (scenario_.client.gap == Duration::zero() || to - from > scenario_.client.gap) return false;
    return std::any_of(results_.transactions.begin(), results_.transactions.end(), [&](const Transaction& before) {
        return before.connection == t.connection && before.user == t.user && before.done != kNever &&
               before.done + scenario_.client.gap == time(to);
    });
}

std::uint32_t Facts::opened(std::uint32_t row, std::uint8_t hop, Duration established) const {
    if (row >= results_.transactions.size()) return 0;
    const Transaction& t = transaction(row);
    const auto fits = [&](const ConnectionRow& c) {
        const bool opener = hop == 0 ? c.user == t.user : c.tuple.local.address == proxy_at(hop - 1U).address;
        return opener && c.established == time(established);
    };
    const std::vector<ConnectionRow>& all = results_.connections;
    if (hop == 0 && t.connection != 0 && fits(all[t.connection - 1])) return t.connection;
    const auto found = std::find_if(all.begin(), all.end(), fits);
    const bool unique = found != all.end() && std::find_if(std::next(found), all.end(), fits) == all.end();
    return unique ? found->id : 0;
}

/// The connection that a proxy opened just then, or the only one of its own on which something went between these
/// times; null if there are several.
const ConnectionRow* Facts::used_by_proxy(std::uint32_t proxy, Time from, Time to) const {
    const ConnectionRow* found = nullptr;
    for (const ConnectionRow& c : results_.connections) {
        if (c.tuple.local.address != proxy_at(proxy).address || c.opened > to || c.closed < from) continue;
        if (c.opened == from) return &c;
        const bool used = std::any_of(recording_.packets.begin(), recording_.packets.end(), [&](const auto& p) {
            return p.sent >= from - kNear && p.sent <= to + kNear && p.segment.sequence_length() > 0 &&
                   (goes(p, c.tuple) || goes(p, turned(c.tuple)));
        });
        if (!used) continue;
        if (found != nullptr) return nullptr;
        found = &c;
    }
    return found;
}

/// If what happened there until `to` is recorded.
std::optional<Facts::Stream> Facts::stream(const Leg& leg, Time from, Time to) const {
    if (leg.row >= results_.transactions.size() || to >= recorded_) return std::nullopt;
    const std::uint32_t id = transaction(leg.row).connection;
    const bool known = id != 0 && id <= results_.connections.size();
    const ConnectionRow* row = leg.hop > 0 ? used_by_proxy(leg.hop - 1U, from, to)
                               : known     ? &results_.connections[id - 1]
                                           : nullptr;
    if (row == nullptr) return std::nullopt;
    return Stream{row, leg.direction == Direction::up ? row->tuple : turned(row->tuple)};
}

// The acknowledgement for which when() is nearest to `at`.
template <class When>
std::optional<Facts::Release> Facts::find_release(const Leg& leg, Time at, When when) const {
    const auto s = stream(leg, at, at);
    if (!s) return std::nullopt;
    const FourTuple& from = s->sender;
    const auto mine = [&](const RecordedPacket& p, const FourTuple& tuple) {
        return p.sent >= s->row->opened && goes(p, tuple);
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

std::optional<Facts::Release> Facts::release(const Leg& leg, Duration at) const {
    return find_release(leg, time(at), arrival);
}

std::optional<Facts::Release> Facts::held_back(const Leg& leg, Duration at) const {
    return find_release(leg, time(at), [](const RecordedPacket& p) { return p.sent; });
}

bool Facts::persist_timer(const Leg& leg, Duration at) const {
    const auto s = stream(leg, time(at), time(at));
    return s && std::any_of(recording_.timers.begin(), recording_.timers.end(), [&](const RecordedTimer& timer) {
               return timer.timer == FiredTimer::persist && timer.tuple == s->sender &&
                      std::chrono::abs(timer.time - time(at)) <= kNear;
           });
}

std::optional<Facts::Loss> Facts::loss(const Leg& leg, Duration from, Duration to) const {
    const auto s = stream(leg, time(from), time(to));
    if (!s) return std::nullopt;
    const FourTuple& wanted = s->sender;
    const auto mine = [&](const RecordedPacket& p) {
        return p.sent >= s->row->opened && (goes(p, wanted) || (p.segment.has(flag::syn) && goes(p, turned(wanted))));
    };
    const RecordedPacket* repair = nullptr;
    for (const RecordedPacket& p : recording_.packets) {
        if (p.sent > time(to) + kNear) break;
        // It may have waited in a queue for others to get through.
        const bool later = p.sent > time(from) ||
                           (!p.hops.empty() && p.hops.back().departed != kNever && p.hops.back().departed > time(from));
        if (later && mine(p) && is_repair(p)) repair = &p;
    }
    if (repair == nullptr) return std::nullopt;
    const RecordedPacket* first = nullptr;  // of what was sent again
    const RecordedPacket* lost = nullptr;
    Loss found;
    found.times = 0;
    std::size_t unanswered = 0;  // SYNs that arrived
    std::optional<SeqNum> initial;
    for (const RecordedPacket& p : recording_.packets) {
        if (p.number >= repair->number) break;
        if (!mine(p)) continue;
        if (p.segment.has(flag::syn) && p.segment.source == repair->segment.source) initial = p.segment.seq;
        const bool same = p.segment.source == repair->segment.source && p.segment.seq == repair->segment.seq &&
                          p.segment.sequence_length() > 0;
        if (same && first == nullptr) first = &p;
        const bool answer = repair->segment.has(flag::syn) && p.segment.has(flag::syn);
        if (answer) unanswered = p.segment.has(flag::ack) ? 0 : unanswered + (is_lost(p) ? 0 : 1);
        if ((same || answer) && is_lost(p)) {
            if (lost == nullptr) lost = &p;
            ++found.times;
        } else if (is_lost(p) && p.sent >= time(from) - kNear) {
            ++found.more;
        }
    }
    if (first == nullptr || !initial) return std::nullopt;
    found.ignored = lost == nullptr && unanswered > 0;
    if (found.ignored) found.times = unanswered;
    found.what = name_of(lost != nullptr ? lost->segment : first->segment, *initial);
    found.fate = lost == nullptr ? PacketFate::delivered : lost->fate();
    if (lost != nullptr) found.link = recording_.links[lost->hops.back().link].name;
    found.repair = repair->segment.reason;
    found.after = repair->sent - first->sent;
    return found;
}

std::size_t Facts::losses(const Leg& leg, Duration from, Duration to) const {
    const auto s = stream(leg, time(from), time(to));
    if (!s) return 0;
    const auto counts = [&](const RecordedPacket& p) {
        return p.sent >= time(from) && p.sent <= time(to) && goes(p, s->sender) && is_lost(p);
    };
    return static_cast<std::size_t>(std::count_if(recording_.packets.begin(), recording_.packets.end(), counts));
}

std::optional<Facts::Windows> Facts::windows(const Leg& leg, Duration from, Duration to) const {
    const auto stream_there = stream(leg, time(from), time(to));
    if (!stream_there) return std::nullopt;
    std::optional<Windows> w;
    std::uint64_t segment = 0;
    for (const RecordedState& s : recording_.states) {
        if (s.time > time(to)) break;
        const bool mine = s.snapshot.tuple == stream_there->sender && s.time >= stream_there->row->opened;
        if (!mine || s.snapshot.cwnd == 0) continue;
        const std::uint32_t cwnd = s.snapshot.cwnd;
        if (!w || s.time <= time(from)) w = Windows{cwnd, cwnd, cwnd, cwnd, s.snapshot.rwnd, 0, false};
        segment = s.snapshot.segment_size;
        w->last = cwnd;
        w->least = std::min(w->least, cwnd);
        w->most = std::max(w->most, cwnd);
        w->offered = std::min(w->offered, s.snapshot.rwnd);
        w->in_flight = std::max(w->in_flight, s.snapshot.in_flight);
    }
    const Config& c = sender(leg);
    const bool fixed = !c.send_buffer_start.has_value();
    if (w) w->buffer = fixed && w->in_flight < w->most && (w->in_flight + 1) * segment >= c.send_buffer;
    return w;
}

}  // namespace tcplab::explain
