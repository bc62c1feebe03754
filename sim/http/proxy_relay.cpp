// Bytes that a proxy passes on without a look at them: what a blind relay's server says, and tunnels.
#include <utility>

#include "http/proxy.hpp"

namespace tcplab {

namespace {

void count_hang(ProxyHangs& hangs, Duration length, std::uint32_t hop, ProxyHangs::End end) {
    ++hangs.connections;
    if (length < hangs.longest) return;
    hangs.longest = length;
    hangs.hop = hop;
    hangs.end = end;
}

}  // namespace

void Proxy::take_raw(Time now, SocketId id) {
    Connection& c = connection(id);
    pass_messages_on(now, id);
    connection(c.other).out.add(*c.ahead.content, c.ahead.offset, c.ahead.length);
    c.ahead = Payload();
}

/// The tunnel that the client has asked for is there.
void Proxy::establish(Time now, SocketId id) {
    const SocketId client = connection(id).other;
    Connection& c = connection(client);
    c.exchange.relayed = true;
    c.exchange.answered = true;
    c.raw = connection(id).raw = true;
    set_deadline(client, now + config_->timeout);
    c.out.add(make_text("HTTP/1.1 200 Connection Established\r\n\r\n"));
    push(now, client);
    pump(now, client);  // who did not wait for the answer
    pump(now, id);
}

/// One end of a relay or tunnel has said all. A relay ends with the server's stream; a tunnel passes the end on.
void Proxy::relay_ended(Time now, SocketId id) {
    const SocketId other = connection(id).other;
    if (exchange_of(id).connect) {
        shut_when_written(now, other);
        return;
    }
    end_hang(now, other, ProxyHangs::End::next_hop);
    connection(other).other = kNoSocket;
    close(now, id);
    close_when_written(now, other);
}

/// Ends a tunnel's stream when the one that feeds it has ended and all is written; the tunnel, when both have.
void Proxy::shut_when_written(Time now, SocketId id) {
    Connection& c = connection(id);
    const bool fed_to_its_end = c.raw && c.other != kNoSocket && connection(c.other).ended;
    if (!fed_to_its_end || c.shut || !c.out.empty()) return;
    stack_->shutdown(now, id, Shutdown::write);
    c.shut = true;
    if (connection(c.other).shut) drop(now, client_of(id));
}

/// What a blind relay's client says behind its request stays where it is.
void Proxy::note_unread(Time now, SocketId id) {
    Connection& c = connection(id);
    const bool under_way = !c.upstream && (c.phase == Phase::waiting || c.phase == Phase::passing);
    const bool looks_away = under_way && c.exchange.relayed && c.exchange.whole && !c.raw;
    if (!looks_away || c.unread_from != kNever) return;
    const Result<ConnectionInfo> info = stack_->info(id);
    const bool in_socket = info.ok() && info.value.bytes_received > info.value.bytes_read;
    if (c.ahead.length > 0 || in_socket) c.unread_from = now;
}

/// It has waited for nothing, if the exchange ends after a response.
void Proxy::end_hang(Time now, SocketId client, ProxyHangs::End end) {
    Connection& c = connection(client);
    const Time from = std::exchange(c.unread_from, kNever);
    if (from != kNever && c.exchange.begun) count_hang(hangs_, now - from, c.exchange.hop, end);
}

ProxyHangs Proxy::hangs(Time now) const {
    ProxyHangs out = hangs_;
    for (const Connection& c : connections_) {
        if (c.unread_from == kNever || !c.exchange.begun) continue;
        count_hang(out, now - c.unread_from, c.exchange.hop, ProxyHangs::End::run);
    }
    return out;
}

}  // namespace tcplab
