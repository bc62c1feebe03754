#include "http/server.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "http/message.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kReadMost = 0x7fffffff;
/// More bytes than any run can carry.
constexpr std::uint64_t kEndless = std::uint64_t{1} << 62U;

std::uint16_t status_for(MessageError e) {
    switch (e) {
        case MessageError::unsupported_coding: return 501;
        case MessageError::bad_version: return 505;
        case MessageError::too_long: return 431;
        default: return 400;
    }
}

ResponseText response_text(const PageObject& o, bool close) {
    ResponseText r;
    if (!o.endless) r.content_length = o.size;
    r.close = close || o.endless;
    return r;
}

TextRef padded(std::string head, std::size_t size) {
    const std::size_t at_least = std::max(size, head.size());
    return make_text(*pad_head(std::move(head), at_least));
}

}  // namespace

std::size_t smallest_response_header(const PageObject& object) {
    return write_response_head(response_text(object, true)).size();
}

Server::Server(Stack& stack, const ServerConfig& config, const Page& page, Endpoint local, CloseFirst close_first)
    : stack_(&stack),
      config_(&config),
      page_(&page),
      local_(local),
      close_first_(close_first),
      requests_(page.objects.size(), 0) {
    prepare_heads();
}

void Server::prepare_heads() {
    std::map<std::tuple<std::uint64_t, bool, std::uint32_t>, std::uint32_t> known;
    head_of_.reserve(page_->objects.size());
    objects_.reserve(page_->objects.size());
    for (const PageObject& o : page_->objects) {
        objects_.emplace(o.path, static_cast<std::uint32_t>(head_of_.size()));
        const std::uint32_t size = o.response_header.value_or(config_->response_header);
        const auto [at, is_new] =
            known.try_emplace({o.size, o.endless, size}, static_cast<std::uint32_t>(heads_.size()));
        if (is_new) {
            heads_.push_back({padded(write_response_head(response_text(o, false)), size),
                              padded(write_response_head(response_text(o, true)), size)});
        }
        head_of_.push_back(at->second);
    }
}

void Server::start(Time) {
    listener_ = stack_->socket();
    stack_->bind(listener_, local_);
    stack_->listen(listener_, config_->backlog);
}

void Server::on_socket(Time now, const SocketEvent& event) {
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
        const auto id = static_cast<SocketId>(deadlines_.top().id);
        Connection& c = connections_[deadlines_.top().id];
        deadlines_.pop();
        c.alarm = kNever;
        c.deadline = kNever;
        if (c.first == kNone) {
            close(now, id);  // was idle for too long
        } else {
            advance(now, id);
        }
        drop_stale_alarms();
    }
}

void Server::accept(Time now) {
    while (true) {
        const Result<SocketId> r = stack_->accept(now, listener_);
        if (!r.ok()) return;
        const auto i = static_cast<std::size_t>(r.value);
        while (connections_.size() <= i) connections_.emplace_back();
        connections_[i] = Connection();
        connections_[i].open = true;  // what has come already is an event of its own
    }
}

void Server::receive(Time now, SocketId id) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    while (!c.ended) {
        Result<Payload> r = stack_->read(now, id, kReadMost);
        if (r.error == TcpError::would_block) return;
        if (!r.ok()) {
            close(now, id);
            return;
        }
        c.ended = r.value.length == 0;
        consume(now, c, r.value);
    }
}

void Server::consume(Time now, Connection& c, Payload& data) {
    MessageHead head;
    while (!c.no_more) {
        switch (c.reader.step(data, head)) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head: on_head(c, head); break;
            case MessageReader::Step::body: break;
            case MessageReader::Step::complete: enqueue(now, c, std::exchange(c.reading, kNone)); break;
            case MessageReader::Step::failed: refuse(now, c, c.reader.error()); break;
        }
    }
}

void Server::on_head(Connection& c, const MessageHead& head) {
    c.reading = new_request();
    Request& r = pool_[c.reading];
    r.object = find(head.target);
    if (r.object == kNone) r.status = 404;
    if (head.version == HttpVersion::http11 && !head.has_host) {  // RFC 9112 3.2
        r.object = kNone;
        r.status = 400;
    }
    r.head_only = head.method == "HEAD";
    const bool endless = r.object != kNone && page_->objects[r.object].endless;
    ++c.taken;
    const bool would_persist = head.persistent() && config_->keep_alive && !endless;
    r.exhausted = would_persist && c.taken >= config_->keep_alive_max;
    r.close = !would_persist || r.exhausted;
}

void Server::refuse(Time now, Connection& c, MessageError error) {
    if (c.reading != kNone) free_request(std::exchange(c.reading, kNone));
    const std::uint32_t i = new_request();
    pool_[i].status = status_for(error);
    pool_[i].close = true;
    enqueue(now, c, i);
}

void Server::enqueue(Time now, Connection& c, std::uint32_t request) {
    Request& r = pool_[request];
    if (r.object != kNone) ++requests_[r.object];
    c.no_more = r.close;
    if (config_->pipeline_parallel || c.first == kNone) think(now, r);
    if (c.first == kNone) {
        c.first = request;
    } else {
        pool_[c.last].next = request;
    }
    c.last = request;
}

void Server::think(Time now, Request& r) {
    r.ready = now;
    if (r.object != kNone) r.ready += page_->objects[r.object].think_time.value_or(config_->think_time);
}

/// Goes on as far as it can: writes, begins answers whose thinking is over, closes when all is said.
void Server::advance(Time now, SocketId id) {
    while (write(now, id) && answer_next(now, id)) {
    }
}

/// False: the response that is being written is not all out yet, or was the connection's last.
bool Server::write(Time now, SocketId id) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    if (!c.out.head) return true;
    const TcpError e = write_message(*stack_, now, id, c.out, {config_->writes, config_->write_chunk});
    if (e == TcpError::would_block) return false;
    const bool last = pool_[c.first].close;
    // RFC 9112 9.6: who announces the end of a persistent connection closes it, whichever end the scenario names for
    // those that are not.
    const bool ours = close_first_ == CloseFirst::server || c.ended || pool_[c.first].exhausted;
    if (e != TcpError::none || (last && ours)) {
        close(now, id);
        return false;
    }
    c.out = Outgoing();
    const std::uint32_t done = c.first;
    c.first = pool_[done].next;
    free_request(done);
    if (c.first != kNone && !config_->pipeline_parallel) think(now, pool_[c.first]);
    c.answered = last;
    if (last) set_deadline(id, now + config_->keep_alive_timeout);
    return true;
}

/// Begins the next answer. False: there is none to give now.
bool Server::answer_next(Time now, SocketId id) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    if (c.first == kNone) {
        rest(now, id);
        return false;
    }
    const Request& r = pool_[c.first];
    if (r.ready > now) {
        set_deadline(id, r.ready);
        return false;
    }
    c.deadline = kNever;
    c.out = response(r);
    return true;
}

/// Nothing to do until the client asks again, ends its stream, or has been silent for too long.
void Server::rest(Time now, SocketId id) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    if (c.ended) {
        close(now, id);
    } else if (c.reading != kNone || !c.reader.between_messages()) {
        c.deadline = kNever;
    } else if (c.taken > 0 && !c.answered && c.deadline == kNever) {
        set_deadline(id, now + config_->keep_alive_timeout);
    }
}

Outgoing Server::response(const Request& r) const {
    Outgoing out;
    if (r.object == kNone) {
        ResponseText text;
        text.status = r.status;
        text.content_length = 0;
        text.close = r.close;
        out.head = make_text(write_response_head(text));
        return out;
    }
    const Heads& heads = heads_[head_of_[r.object]];
    const PageObject& o = page_->objects[r.object];
    out.head = r.close ? heads.closes : heads.persists;
    if (!r.head_only) out.body = o.endless ? kEndless : o.size;
    return out;
}

void Server::close(Time now, SocketId id) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    if (c.reading != kNone) free_request(c.reading);
    for (std::uint32_t i = c.first; i != kNone;) {
        const std::uint32_t next = pool_[i].next;
        free_request(i);
        i = next;
    }
    c = Connection();
    stack_->close(now, id);
}

void Server::set_deadline(SocketId id, Time at) {
    Connection& c = connections_[static_cast<std::size_t>(id)];
    c.deadline = at;
    if (at >= c.alarm) return;  // the alarm that is set comes first and looks again
    c.alarm = at;
    deadlines_.set(at, 0, static_cast<std::uint32_t>(id));
}

/// So that the next alarm is one that somebody waits for.
void Server::drop_stale_alarms() {
    while (!deadlines_.empty()) {
        const Deadlines::Alarm top = deadlines_.top();
        Connection& c = connections_[top.id];
        if (c.alarm == top.at && c.deadline == top.at) return;
        deadlines_.pop();
        if (c.alarm != top.at) continue;
        c.alarm = kNever;
        if (c.deadline != kNever) set_deadline(static_cast<SocketId>(top.id), c.deadline);
    }
}

std::uint32_t Server::find(std::string_view target) const {
    constexpr std::string_view scheme = "http://";
    if (target.substr(0, scheme.size()) == scheme) {  // RFC 9112 3.2.2: the absolute form
        const auto path = target.find('/', scheme.size());
        target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    }
    const auto found = objects_.find(target);
    return found == objects_.end() ? kNone : found->second;
}

std::uint32_t Server::new_request() {
    if (free_ == kNone) {
        pool_.emplace_back();
        return static_cast<std::uint32_t>(pool_.size() - 1);
    }
    const std::uint32_t i = free_;
    free_ = pool_[i].next;
    pool_[i] = Request();
    return i;
}

void Server::free_request(std::uint32_t i) {
    pool_[i].next = free_;
    free_ = i;
}

}  // namespace tcplab
