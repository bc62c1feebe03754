// Bytes that a proxy passes on without a look at them: what a blind relay's server says, and tunnels.
#include <utility>

#include "http/proxy.hpp"

namespace tcplab {

void Proxy::take_raw(SocketId id) {
    Connection& c = connection(id);
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

}  // namespace tcplab
