#include "script/peers.hpp"

namespace tcplab::script {

namespace {

constexpr std::uint64_t kEndless = std::uint64_t{1} << 62U;

ContentRef endless_content() {
    ContentRef content(new Content);
    content->append(Piece::body(kEndless));
    return content;
}

/// `s` with the cookie `to` in the place of `from`, if it has that.
void replace_cookie(Segment& s, const FastOpenOption& from, const FastOpenOption& to) {
    FastOpenOption o = s.fast_open();
    if (o.length != from.length || o.cookie != from.cookie) return;
    o.cookie = to.cookie;
    o.length = to.length;
    s.set_fast_open(o);
}

}  // namespace

/// Every byte the peer sends has its place in one content, so that what it sends in several segments is read as one.
void Peer::place_payload(Segment& s) {
    if (s.payload.length == 0) return;
    if (!content) content = endless_content();
    const SeqNum first = s.seq + (s.has(flag::syn) ? 1U : 0U);  // on the wire
    s.payload.content = content;
    s.payload.offset = remote_initial ? first.raw() - remote_initial->raw() - 1 : 0;
}

std::optional<Segment> Peer::to_wire(const Segment& s) {
    Segment live = s;
    live.source = {kRemote, remote_port};
    live.destination = {kLocal, local_port};
    if (s.has(flag::syn)) {
        const bool another = remote_initial && *remote_initial != s.seq;
        if (another) content = ContentRef();
        reopened = reopened || (another && !s.has(flag::ack));
        if (!remote_initial) first_remote = s.seq.raw();
        remote_initial = s.seq;
    } else {
        live.seq = s.seq + first_remote;
    }
    if (s.has(flag::ack)) live.ack = s.ack + offset();
    if (!s.sack.empty()) live.sack.clear();  // else a Fast Open option may stand in its place
    for (const SeqRange& block : s.sack) live.sack.push_back({block.left + offset(), block.right + offset()});
    if (s.has_timestamps && s.has(flag::ack)) {
        const auto exact = live_values.find(s.ts_echo);
        if (exact == live_values.end() && !has_timestamps && s.ts_echo != 0) return std::nullopt;
        if (exact != live_values.end()) {
            live.ts_echo = exact->second;
        } else if (has_timestamps) {
            live.ts_echo = s.ts_echo - first_script_value + first_live_value;
        }
    }
    if (cookie->live) replace_cookie(live, cookie->script, *cookie->live);
    place_payload(live);
    return live;
}

Segment Peer::to_script(const Segment& live) const {
    Segment s = live;
    s.seq = live.seq - offset();
    if (!live.has(flag::syn) && live.has(flag::ack)) s.ack = live.ack - first_remote;
    if (!live.sack.empty()) s.sack.clear();  // else a Fast Open option may stand in its place
    for (const SeqRange& block : live.sack) s.sack.push_back({block.left - first_remote, block.right - first_remote});
    if (has_timestamps) s.ts_value = live.ts_value - first_live_value + first_script_value;
    if (cookie->live) replace_cookie(s, *cookie->live, cookie->script);
    s.source.port = s.destination.port = 0;
    return s;
}

void Peer::on_sent(const Segment& live) {
    if (!live.has(flag::syn) || (live_initial && !reopened)) return;
    live_initial = live.seq;
    script_initial = SeqNum(0);
    reopened = false;
}

void Peer::learn(const Segment& expected, const Segment& live) {
    if (expected.has(flag::syn) && live.has(flag::syn) && live.seq == live_initial) script_initial = expected.seq;
    const bool gives_cookie = live.has(flag::ack) && live.fast_open().length > 0;
    if (gives_cookie && expected.fast_open().length > 0 && !cookie->live) {
        cookie->live = live.fast_open();
        cookie->script = expected.fast_open();
    }
    if (!expected.has_timestamps || !live.has_timestamps) return;
    if (!has_timestamps) {
        has_timestamps = true;
        first_script_value = expected.ts_value;
        first_live_value = live.ts_value;
    }
    live_values[expected.ts_value] = live.ts_value;
}

Peer* Peers::find(std::uint16_t local_port, std::uint16_t remote_port) {
    for (Peer& p : peers_) {
        if (p.local_port == local_port && p.remote_port == remote_port) return &p;
    }
    return nullptr;
}

Peer& Peers::open(std::uint16_t local_port, std::uint16_t remote_port) {
    Peer* peer = find(local_port, remote_port);
    if (peer == nullptr) peer = &peers_.emplace_back();
    *peer = Peer();
    peer->cookie = &cookie_;
    peer->local_port = local_port;
    peer->remote_port = remote_port;
    current_ = peer;
    next_is_new_ = false;
    return *peer;
}

void Peers::listening(std::uint16_t local_port) {
    listening_port_ = local_port;
    next_is_new_ = true;
}

Peer& Peers::of_inbound(std::uint16_t local_port, std::uint16_t remote_port) {
    if (local_port == 0) {
        if (current_ != nullptr && !next_is_new_) return *current_;
        while (find(listening_port_, next_remote_port_) != nullptr) ++next_remote_port_;
        return open(listening_port_, next_remote_port_);
    }
    next_is_new_ = false;
    Peer* const peer = find(local_port, remote_port);
    if (peer == nullptr) return open(local_port, remote_port);
    current_ = peer;
    return *peer;
}

Peer* Peers::of_outbound(std::uint16_t local_port, std::uint16_t remote_port) {
    if (local_port == 0) return current_;
    Peer* const peer = find(local_port, remote_port);
    if (peer != nullptr) current_ = peer;
    return peer;
}

Peer& Peers::of_sent(const Segment& live) {
    Peer* const peer = find(live.source.port, live.destination.port);
    if (peer != nullptr) return *peer;
    Peer& made = peers_.emplace_back();
    made.cookie = &cookie_;
    made.local_port = live.source.port;
    made.remote_port = live.destination.port;
    return made;
}

}  // namespace tcplab::script
