#include "http/server.hpp"

#include <algorithm>

#include "http/head_fields.hpp"
#include "http/slow_reader.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kReadMost = 0x7fffffff;

}  // namespace

Server::Server(Stack& stack, const ServerConfig& config, const Page& page, Endpoint local, ServerRole role)
    : transport_(stack, role.tls),
      config_(&config),
      local_(local),
      role_(role),
      site_(config, page, role.host),
      requests_(site_.size(), 0) {}

void Server::start(Time) {
    listener_ = transport_.socket();
    transport_.bind(listener_, local_);
    transport_.listen(listener_, config_->backlog);
}

void Server::on_socket(Time now, const SocketEvent& of_stack) {
    const SocketEvent event = transport_.on_event(now, of_stack);
    if (event.socket == listener_) {
        accept(now);
    } else {
        const auto i = static_cast<std::size_t>(event.socket);
        if (i >= connections_.size() || !connections_[i].open) return;
        if ((event.ready & (ready::readable | ready::failed)) != 0) receive(now, event.socket);
        if (connections_[i].open && (event.ready & ready::failed) != 0) close(now, event.socket);
        if (connections_[i].open) advance(now, event.socket);
    }
    drop_stale_alarms();
}

void Server::on_deadline(Time now) {
    drop_stale_alarms();
    while (deadlines_.next() <= now) {
        const Deadlines::Alarm alarm = deadlines_.top();
        const auto id = static_cast<SocketId>(alarm.id);
        Connection& c = connections_[alarm.id];
        deadlines_.pop();
        if (static_cast<Alarm>(alarm.kind) == Alarm::read) {
            receive(now, id);
            if (c.open) advance(now, id);
        } else {
            c.timer = {};
            if (c.lingering) {
                close(now, id);
            } else if (c.first == kNone) {
                finish(now, id);  // was idle for too long
            } else {
                advance(now, id);
            }
        }
        drop_stale_alarms();
    }
}

void Server::accept(Time now) {
    while (has_room()) {
        const Result<SocketId> r = transport_.accept(now, listener_);
        if (!r.ok()) return;
        const auto i = static_cast<std::size_t>(r.value);
        while (connections_.size() <= i) connections_.emplace_back();
        connections_[i] = Connection();
        connections_[i].open = true;  // what has come already is an event of its own
        if (role_.multiplexed != nullptr) {
            const Http2Settings settings = http2_settings(*role_.multiplexed);
            transport_.set_option(now, r.value, SocketOption::no_delay, 1);  // as the browser does
            connections_[i].session = std::make_unique<Http2Session>(Http2Session::Role::server, settings);
        }
        most_connections_ = std::max(most_connections_, ++open_);
    }
}

bool Server::has_room() const {
    return config_->memory == 0 || (open_ + 1) * config_->connection_memory <= config_->memory;
}

void Server::receive(Time now, SocketId id) {
    Connection& c = connection(id);
    while (c.open && !c.ended) {
        const std::uint32_t most = may_read(now, id);
        if (most == 0) return;
        Result<Payload> r = transport_.read(now, id, most);
        if (r.error == TcpError::would_block) return;
        if (!r.ok()) {
            close(now, id);
            return;
        }
        c.ended = r.value.length == 0;
        if (c.lingering) {
            if (c.ended) close(now, id);
            continue;
        }
        c.read_at = now + transmission_time(r.value.length, config_->read_rate);
        consume(now, id, r.value);
    }
}

/// Bytes that may be read now. 0: later, an alarm is set.
std::uint32_t Server::may_read(Time now, SocketId id) {
    const Connection& c = connection(id);
    if (config_->read_rate.unlimited() || c.lingering) return kReadMost;
    if (now < c.read_at) {
        deadlines_.set(c.read_at, static_cast<std::uint8_t>(Alarm::read), static_cast<std::uint32_t>(id));
        return 0;
    }
    return slow_read(config_->read_rate);
}

/// Nothing to do until the client asks again, ends its stream, or has been silent for too long.
void Server::rest(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.ended) {
        finish(now, id);
    } else if (c.reading != kNone || !c.reader.between_messages()) {
        c.timer.due = kNever;
    } else if (c.taken > 0 && !c.all_said && c.timer.due == kNever) {
        set_deadline(id, now + config_->keep_alive_timeout);
    }
}

/// The server wants the connection to end.
void Server::finish(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.session != nullptr && c.first == kNone && !c.ended) {
        c.session->go_away();
        if (!send_frames(now, id)) return;
    }
    if (config_->how == HowToClose::abort) transport_.set_option(now, id, SocketOption::linger_ns, 0);
    const bool drains = config_->how == HowToClose::graceful && !c.ended && config_->drain_timeout > Duration::zero();
    if (!drains) {
        close(now, id);
        return;
    }
    transport_.shutdown(now, id, Shutdown::write);
    forget_requests(now, c);
    c.out = Outgoing();
    c.lingering = true;
    c.no_more = true;
    set_deadline(id, now + config_->drain_timeout);
    receive(now, id);  // what a slow reader has left
}

void Server::close(Time now, SocketId id) {
    Connection& c = connection(id);
    forget_requests(now, c);
    c = Connection();
    transport_.close(now, id);
    --open_;
    if (config_->memory > 0) accept(now);
}

void Server::set_deadline(SocketId id, Time at) {
    deadlines_.set(connection(id).timer, at, static_cast<std::uint8_t>(Alarm::connection),
                   static_cast<std::uint32_t>(id));
}

/// So that the next alarm is one that somebody waits for.
void Server::drop_stale_alarms() {
    while (!deadlines_.empty()) {
        const Deadlines::Alarm top = deadlines_.top();
        Connection& c = connections_[top.id];
        if (static_cast<Alarm>(top.kind) == Alarm::connection) {
            if (deadlines_.settle_top(c.timer)) return;
        } else {
            if (c.open && c.read_at == top.at) return;
            deadlines_.pop();
        }
    }
}

}  // namespace tcplab
