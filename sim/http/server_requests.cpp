// What is asked on a server's connections: read, worked on, answered.
#include <algorithm>
#include <utility>

#include "http/message.hpp"
#include "http/server.hpp"

namespace tcplab {

void Server::consume(Time now, SocketId id, Payload& data) {
    Connection& c = connection(id);
    if (c.session != nullptr) {
        consume_frames(now, id, data);
        return;
    }
    MessageHead head;
    while (!c.no_more) {
        switch (c.reader.step(data, head)) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head: on_head(id, head); break;
            case MessageReader::Step::body: break;
            case MessageReader::Step::complete: complete(now, id, std::exchange(c.reading, kNone), left(data)); break;
            case MessageReader::Step::failed: refuse(now, id, c.reader.error()); break;
        }
    }
}

void Server::on_head(SocketId id, const MessageHead& head) {
    Connection& c = connection(id);
    c.reading = new_request(id);
    Request& r = pool_[c.reading];
    Asked& asked = r.asked;
    asked.object = site_.find(head.target);
    asked.version = head.version;
    asked.head_only = head.method == "HEAD";
    if (asked.object == Asked::kNothing) asked.status = 404;
    if (head.version == HttpVersion::http11 && !head.has_host) {  // RFC 9112 3.2
        asked.object = Asked::kNothing;
        asked.status = 400;
    }
    ++c.taken;
    const bool would_persist = head.persistent() && config_->keep_alive && site_.is_delimited(asked);
    r.exhausted = would_persist && c.taken >= config_->keep_alive_max;
    asked.close = !would_persist || r.exhausted;
    asked.left = config_->keep_alive_max - std::min(config_->keep_alive_max, c.taken);
}

void Server::refuse(Time now, SocketId id, MessageError error) {
    Connection& c = connection(id);
    if (c.reading != kNone) free_request(std::exchange(c.reading, kNone));
    const std::uint32_t i = new_request(id);
    pool_[i].asked.status = status_for(error);
    pool_[i].asked.close = true;
    complete(now, id, i, 0);
}

/// All of the request is there, `left` bytes before the end of what was read.
void Server::complete(Time now, SocketId id, std::uint32_t request, std::uint32_t left) {
    Request& r = pool_[request];
    r.history = transport_.stack().settle_message(now, id, left, r.stream).history;
    r.history.set_place(PathPlace::server);
    r.since = now;
    count(r.asked);
    enqueue(now, id, request);
}

void Server::enqueue(Time now, SocketId id, std::uint32_t request) {
    Connection& c = connection(id);
    Request& r = pool_[request];
    c.no_more = r.asked.close;
    const bool next_in_line = c.first == kNone;
    append(c, request);
    if (config_->pipeline_parallel || next_in_line) begin(now, request);
}

Duration Server::think_time(const Request& r) const {
    if (r.asked.object == Asked::kNothing) return Duration::zero();
    return site_.object(r.asked.object).think_time.value_or(config_->think_time);
}

/// Until now it has waited, as it sees it itself and on the critical path.
void Server::wait(Time now, Request& r, Cause own, Cause path) {
    const Duration time = now - r.since;
    if (time <= Duration::zero()) return;  // it has followed another since
    if (own == path) {
        r.history.add(own, time);
    } else {
        Causes seen_by_itself, on_the_path;
        seen_by_itself.add(own, time);
        on_the_path.add(path, time);
        r.history.add(seen_by_itself, on_the_path);
    }
    r.since = now;
}

/// The response is going to be written: what becomes of it from here on the stack tells.
void Server::tell(SocketId id, Request& r) {
    r.history.set_place(PathPlace::response);
    transport_.stack().begin_message(r.since, id, std::move(r.history), r.stream);
    r.history = History();
}

void Server::append(Connection& c, std::uint32_t request) {
    (c.first == kNone ? c.first : pool_[c.last].next) = request;
    c.last = request;
}

void Server::count(const Asked& asked) {
    if (asked.object != Asked::kNothing) ++requests_[asked.object];
}

/// Work begins as soon as there is a worker.
void Server::begin(Time now, std::uint32_t request) {
    Request& r = pool_[request];
    wait(now, r, Cause::blocked, Cause::congestion);  // the response before it did not fit into the send buffer
    if (config_->workers > 0 && working_ == config_->workers) {
        r.waits = true;
        queue_.push_back(request);
    } else {
        work(now, r);
    }
}

void Server::work(Time now, Request& r) {
    ++working_;
    if (r.waits) {
        r.history.set_place(PathPlace::request);
        wait(now, r, Cause::server, Cause::server);
        r.history.set_place(PathPlace::server);
    }
    r.has_worker = true;
    r.waits = false;
    r.ready = now + think_time(r);
}

/// The worker of `r` takes the next request, if one waits.
void Server::release_worker(Time now, Request& r) {
    if (!std::exchange(r.has_worker, false)) return;
    --working_;
    while (!queue_.empty()) {
        const std::uint32_t i = queue_.front();
        queue_.pop_front();
        Request& next = pool_[i];
        if (next.socket == kNoSocket) {  // its client has given up
            free_request(i);
            continue;
        }
        work(now, next);
        const Connection& c = connection(next.socket);
        if (c.first == i || c.session != nullptr) set_deadline(next.socket, std::min(c.timer.due, next.ready));
        return;
    }
}

/// Goes on as far as it can: writes, begins answers whose thinking is over, closes when all is said.
void Server::advance(Time now, SocketId id) {
    if (connection(id).session != nullptr) {
        advance_streams(now, id);
        return;
    }
    while (write(now, id) && answer_next(now, id)) {
    }
}

/// False: the response that is being written is not all out yet, or was the connection's last.
bool Server::write(Time now, SocketId id) {
    Connection& c = connection(id);
    if (!c.out.head) return true;
    const TcpError e = write_message(transport_, now, id, c.out, {config_->writes, config_->write_chunk});
    if (e == TcpError::would_block) return false;
    if (e != TcpError::none) {
        close(now, id);
        return false;
    }
    return response_written(now, id);
}

bool Server::response_written(Time now, SocketId id) {
    Connection& c = connection(id);
    const std::uint32_t done = c.first;
    const bool last = pool_[done].asked.close;
    // RFC 9112 9.6: who announces the end of a persistent connection closes it, whichever end the scenario names for
    // those that are not.
    const bool ours = role_.close == CloseFirst::server || c.ended || pool_[done].exhausted;
    const bool breaks_off = c.out.is_cut() || ++c.answered == config_->close_after.responses;
    transport_.stack().message_written(id);
    release_worker(now, pool_[done]);
    if (breaks_off || (last && ours)) {
        finish(now, id);
        return false;
    }
    c.out = Outgoing();
    c.first = pool_[done].next;
    free_request(done);
    if (c.first != kNone && !config_->pipeline_parallel) begin(now, c.first);
    c.all_said = last;
    if (last) set_deadline(id, now + config_->keep_alive_timeout);
    return true;
}

/// Begins the next answer. False: there is none to give now.
bool Server::answer_next(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.lingering) return false;
    if (c.first == kNone) {
        rest(now, id);
        return false;
    }
    Request& r = pool_[c.first];
    if (r.ready > now) {
        set_deadline(id, r.ready);
        return false;
    }
    wait(r.ready, r, Cause::server, Cause::server);
    wait(now, r, Cause::blocked, Cause::congestion);
    if (r.next != kNone) follow(now, r);
    tell(id, r);
    c.timer.due = kNever;
    c.out = site_.response(r.asked);
    return true;
}

/// What is next in line has waited for `r` and, unless it is still being worked on, for nothing else.
void Server::follow(Time now, const Request& r) {
    Request& next = pool_[r.next];
    if (config_->pipeline_parallel && next.ready > now) return;
    if (config_->pipeline_parallel) wait(next.ready, next, Cause::server, Cause::server);
    if (next.since == now) return;
    next.history.follow(r.history, now - next.since);
    next.since = now;
}

std::uint32_t Server::new_request(SocketId id) {
    std::uint32_t i = free_;
    if (i == kNone) {
        i = static_cast<std::uint32_t>(pool_.size());
        pool_.emplace_back();
    } else {
        free_ = pool_[i].next;
        pool_[i] = Request();
    }
    pool_[i].socket = id;
    return i;
}

/// Those that wait for a worker are freed when their turn comes.
void Server::forget_requests(Time now, Connection& c) {
    if (c.reading != kNone) free_request(std::exchange(c.reading, kNone));
    for (std::uint32_t i = std::exchange(c.first, kNone); i != kNone;) {
        const std::uint32_t next = pool_[i].next;
        release_worker(now, pool_[i]);
        pool_[i].socket = kNoSocket;
        if (!pool_[i].waits) free_request(i);
        i = next;
    }
}

void Server::free_request(std::uint32_t i) {
    pool_[i].next = free_;
    free_ = i;
}

}  // namespace tcplab
