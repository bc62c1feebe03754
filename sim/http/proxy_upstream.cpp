// A proxy's connections to the next hop: used again, opened, waited for.
#include <algorithm>

#include "http/proxy.hpp"

namespace tcplab {

/// Requests that wait take what there is for them, in their order.
void Proxy::serve_waiting(Time now) {
    while (!asked_.empty()) {
        Hop& hop = hops_[asked_.back()];
        asked_.pop_back();
        while (!hop.waiting.empty() && (!hop.idle.empty() || !is_full(hop))) {
            const SocketId client = hop.waiting.front();
            hop.waiting.pop_front();
            find_upstream(now, client);
        }
    }
}

/// One from the pool, or a new one. Only if there is one, or room for it.
void Proxy::find_upstream(Time now, SocketId client) {
    const Exchange& x = connection(client).exchange;
    Hop& hop = hops_[x.hop];
    waited(now, client, Cause::proxy);
    if (hop.idle.empty() || x.fresh) {
        if (is_full(hop)) close_idle(now, hop.idle.front());
        open(now, client);
    } else {
        const SocketId id = hop.idle.back();
        hop.idle.pop_back();
        Connection& c = connection(id);
        c.reused = true;
        c.silence.due = kNever;
        c.phase = Phase::passing;
        tie(now, client, id);
    }
    begin(now, client);
}

void Proxy::open(Time now, SocketId client) {
    const std::uint32_t hop = connection(client).exchange.hop;
    const SocketId id = stack_->socket();
    Connection& c = new_connection(id, MessageReader::Kind::response);
    c.upstream = true;
    c.hop = hop;
    c.use = static_cast<std::uint32_t>(uses_.size());
    c.phase = Phase::resolving;
    uses_.emplace_back();
    ++hops_[hop].open;
    tie(now, client, id);
    if (next_.proxy || names_.knows(now, hop)) {
        connect(now, id);
    } else if (!names_.resolving(hop)) {
        deadlines_.set(names_.look_up(now, hop), static_cast<std::uint8_t>(Alarm::resolved), hop);
    }
}

/// Joins the two for one exchange.
void Proxy::tie(Time now, SocketId client, SocketId upstream) {
    Connection& c = connection(client);
    Connection& u = connection(upstream);
    c.phase = Phase::passing;
    c.other = upstream;
    u.other = client;
    u.raw = c.exchange.relayed;
    if (c.exchange.head) u.out.add(c.exchange.head);
    set_deadline(client, now + config_->timeout);
    ++uses_[u.use].requests;
    uses_[u.use].last = kNever;
}

void Proxy::resolved(Time now, std::uint32_t hop) {
    names_.answer(now, hop);
    for (std::size_t i = 0; i < connections_.size(); ++i) {
        if (connections_[i].phase != Phase::resolving || connections_[i].hop != hop) continue;
        const SocketId client = connections_[i].other;
        waited(now, client, Cause::dns);
        connect(now, static_cast<SocketId>(i));
        begin(now, client);
    }
}

void Proxy::connect(Time now, SocketId id) {
    const bool speaks_first = bool(exchange_of(id).head);
    if (next_.fast_open && speaks_first) stack_->set_option(now, id, SocketOption::fast_open_connect, 1);
    const TcpError e = stack_->connect(now, id, hops_[connection(id).hop].at);
    if (e != TcpError::none && e != TcpError::in_progress) {
        connect_failed(now, id, e);
        return;
    }
    connection(id).phase = e == TcpError::none ? Phase::passing : Phase::connecting;
    uses_[connection(id).use].stack_connection = stack_->connection_id(id);
}

void Proxy::connected(Time now, SocketId id) {
    const SocketId client = connection(id).other;
    connection(id).phase = Phase::passing;
    const Time since = connection(client).exchange.since;
    waited(std::min(now, since + stack_->handshake_loss(id)), client, Cause::loss);
    waited(now, client, Cause::handshake);
    if (connection(client).exchange.head) {
        begin(now, client);
    } else {
        establish(now, id);
    }
}

void Proxy::connect_failed(Time now, SocketId id, TcpError error) {
    give_up(now, connection(id).other, error == TcpError::timed_out ? 504 : 502);
}

/// If the request's connection is there, it goes off, with as much of its body as has come.
void Proxy::begin(Time now, SocketId client) {
    tell_request(now, client);
    pump(now, client);
    push_other(now, client);
}

/// Into the pool, unless the server has closed it meanwhile.
void Proxy::rest(Time now, SocketId id) {
    Connection& c = connection(id);
    c.other = kNoSocket;
    if (stack_->read(now, id, 1).error != TcpError::would_block) {
        close(now, id);
        return;
    }
    c.phase = Phase::idle;
    hops_[c.hop].idle.push_back(id);
    asked_.push_back(c.hop);
    set_deadline(id, now + config_->timeout);
}

void Proxy::close_idle(Time now, SocketId id) {
    std::vector<SocketId>& idle = hops_[connection(id).hop].idle;
    idle.erase(std::find(idle.begin(), idle.end(), id));
    close(now, id);
}

}  // namespace tcplab
