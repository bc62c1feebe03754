#include "http/proxy.hpp"

#include <algorithm>
#include <utility>

namespace tcplab {

namespace {

constexpr std::uint32_t kReadMost = 65536;  // bytes at once: what may wait for the other side's socket
constexpr std::uint32_t kBacklog = 4096;    // Linux's net.core.somaxconn

}  // namespace

Proxy::Proxy(Stack& stack, const ProxyConfig& config, NextHops next, Endpoint local, std::string name)
    : stack_(&stack),
      config_(&config),
      next_(std::move(next)),
      local_(local),
      name_(std::move(name)),
      names_(!next_.proxy && next_.dns ? &*next_.dns : nullptr, static_cast<std::uint32_t>(next_.servers.size())) {
    if (next_.proxy) {
        hops_.push_back({*next_.proxy, 0, {}, {}});
    } else {
        for (const NamedServer& s : next_.servers) {
            if (is_ipv4_address(s.name)) names_.know(static_cast<std::uint32_t>(hops_.size()));
            hops_.push_back({s.at, 0, {}, {}});
        }
    }
}

void Proxy::start(Time) {
    listener_ = stack_->socket();
    stack_->bind(listener_, local_);
    stack_->listen(listener_, kBacklog);
}

void Proxy::on_socket(Time now, const SocketEvent& event) {
    const SocketId id = event.socket;
    if (id == listener_) {
        accept(now);
    } else if (static_cast<std::size_t>(id) < connections_.size() && connection(id).phase != Phase::closed) {
        const bool failed = (event.ready & ready::failed) != 0;
        if (connection(id).phase == Phase::connecting) {
            if ((event.ready & ready::connected) != 0) {
                connected(now, id);
            } else if (failed) {
                connect_failed(now, id, event.error);
            }
        }
        // After Fast Open, connected means that what did not fit into the SYN can follow.
        if ((event.ready & (ready::writable | ready::connected)) != 0) {
            moved(now, id);
            push(now, id);
            if (const SocketId other = connection(id).other; other != kNoSocket) pump(now, other);
        }
        if (failed || (event.ready & ready::readable) != 0) heard(now, id, failed);
    }
    serve_waiting(now);
    drop_stale_alarms();
}

void Proxy::on_deadline(Time now) {
    drop_stale_alarms();
    while (deadlines_.next() <= now) {
        const Deadlines::Alarm alarm = deadlines_.top();
        deadlines_.pop();
        if (static_cast<Alarm>(alarm.kind) == Alarm::resolved) {
            resolved(now, alarm.id);
        } else {
            connections_[alarm.id].silence = {};
            silent(now, static_cast<SocketId>(alarm.id));
        }
        serve_waiting(now);
        drop_stale_alarms();
    }
}

void Proxy::accept(Time now) {
    while (true) {
        const Result<SocketId> r = stack_->accept(now, listener_);
        if (!r.ok()) return;
        new_connection(r.value, MessageReader::Kind::request).phase = Phase::reading;
        set_deadline(r.value, now + config_->timeout);  // what has come already is an event of its own
    }
}

Proxy::Connection& Proxy::new_connection(SocketId id, MessageReader::Kind kind) {
    const auto i = static_cast<std::size_t>(id);
    while (connections_.size() <= i) connections_.emplace_back();
    return connections_[i] = Connection(kind);
}

/// Bytes, the end of the stream or of the connection.
void Proxy::heard(Time now, SocketId id, bool failed) {
    const Connection& c = connection(id);
    if (c.phase == Phase::closed) return;  // meanwhile
    if (failed && !c.upstream) {
        drop(now, id);
    } else if (c.phase == Phase::idle) {
        close_idle(now, id);
    } else {
        note_unread(now, id);
        pump(now, id);
    }
}

/// Whether what comes next on the connection has somewhere to go.
bool Proxy::may_take(SocketId id) const {
    const Connection& c = connection(id);
    if (c.ended) return false;
    if (c.phase == Phase::reading || c.phase == Phase::lingering) return true;
    if (c.phase != Phase::passing || (!c.upstream && !c.raw && c.exchange.whole)) return false;
    const Connection& to = connection(c.other);
    return to.phase == Phase::passing && !to.out.blocked() && !to.broken;
}

/// Takes all that may be taken now.
void Proxy::pump(Time now, SocketId id) {
    while (may_take(id)) {
        if (connection(id).ahead.length == 0 && !read(now, id)) return;
        take(now, id);
    }
}

/// False: there is nothing, or the stream has ended.
bool Proxy::read(Time now, SocketId id) {
    Result<Payload> r = stack_->read(now, id, kReadMost);
    if (r.error == TcpError::would_block) return false;
    Connection& c = connection(id);
    if (r.ok() && r.value.length > 0) {
        c.ahead = std::move(r.value);
        if (c.upstream) exchange_of(id).begun = true;
        moved(now, id);
        return true;
    }
    c.ended = true;
    if (r.ok() && !c.broken) {
        ended(now, id);
    } else if (c.upstream) {
        exchange_failed(now, id);
    } else {
        drop(now, id);
    }
    return false;
}

/// Bytes have come or gone, so it is not silent: a client that is about to ask, or whose exchange is under way.
void Proxy::moved(Time now, SocketId id) {
    const Phase phase = connection(id).phase;
    if (phase == Phase::reading || phase == Phase::passing) set_deadline(client_of(id), now + config_->timeout);
}

void Proxy::take(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.phase == Phase::lingering) {
        c.ahead = Payload();
        return;
    }
    if (c.raw) {
        take_raw(now, id);
    } else if (c.upstream) {
        take_response(now, id);
    } else {
        take_request(now, id);
    }
    push_other(now, id);
}

/// The other end will say nothing more.
void Proxy::ended(Time now, SocketId id) {
    const Connection& c = connection(id);
    if (c.phase == Phase::reading) {
        close_when_written(now, id);
    } else if (c.phase == Phase::lingering) {
        close(now, id);
    } else if (exchange_of(id).relayed && (c.raw || c.upstream)) {
        relay_ended(now, id);
    } else if (!c.upstream) {
        drop(now, id);  // in the middle of a request
    } else if (c.reader.until_close()) {
        complete(now, id);
    } else {
        exchange_failed(now, id);
    }
}

/// Writes what waits for the connection.
void Proxy::push(Time now, SocketId id) {
    Connection& c = connection(id);
    const TcpError e = c.out.write(*stack_, now, id);
    if (e == TcpError::would_block) return;
    if (e == TcpError::none) note_written(id);
    if (e != TcpError::none) {
        if (!c.upstream) {
            drop(now, id);
            return;
        }
        c.out = RelayBuffer();
        c.broken = true;
        pump(now, id);  // perhaps the response is here
    } else if (c.phase == Phase::closing) {
        finish(now, id);
    } else {
        shut_when_written(now, id);
    }
}

void Proxy::push_other(Time now, SocketId id) {
    const SocketId other = connection(id).other;
    if (other != kNoSocket && connection(other).phase == Phase::passing) push(now, other);
}

void Proxy::close(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.upstream) {
        --hops_[c.hop].open;
        asked_.push_back(c.hop);
        if (uses_[c.use].last == kNever) uses_[c.use].last = now;
    }
    c = Connection();
    stack_->close(now, id);
}

/// Nothing has moved on the connection for its timeout.
void Proxy::silent(Time now, SocketId id) {
    const Connection& c = connection(id);
    switch (c.phase) {
        case Phase::reading:
            if (c.out.empty()) {
                finish(now, id);
            } else {
                set_deadline(id, now + config_->timeout);  // the last response is still being written
            }
            break;
        case Phase::passing: stalled(now, id); break;
        case Phase::idle: close_idle(now, id); break;
        case Phase::lingering: close(now, id); break;
        default: break;
    }
}

void Proxy::set_deadline(SocketId id, Time at) {
    deadlines_.set(connection(id).silence, at, static_cast<std::uint8_t>(Alarm::silent),
                   static_cast<std::uint32_t>(id));
}

/// So that the next alarm is one that somebody waits for.
void Proxy::drop_stale_alarms() {
    while (!deadlines_.empty()) {
        const Deadlines::Alarm top = deadlines_.top();
        if (static_cast<Alarm>(top.kind) == Alarm::resolved) return;
        if (deadlines_.settle_top(connections_[top.id].silence)) return;
    }
}

}  // namespace tcplab
