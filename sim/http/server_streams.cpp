// What is asked on a server's multiplexed connections, and answered: HTTP/2. A connection's requests are in its list
// from the head to the last byte of the response.
#include <algorithm>
#include <utility>

#include "http/head_fields.hpp"
#include "http/server.hpp"
#include "http2/frame.hpp"

namespace tcplab {

void Server::consume_frames(Time now, SocketId id, Payload& data) {
    Connection& c = connection(id);
    Http2Event& event = event_;
    while (c.session != nullptr && c.session->receive(data, event)) {
        switch (event.kind) {
            case Http2Event::Kind::head: on_stream_head(id, event, left(data)); break;
            case Http2Event::Kind::data:
                c.session->consumed(event.stream, event.bytes);
                transport_.stack().touch_message(id, event.stream, left(data), event.bytes + kFrameHeaderSize);
                break;
            case Http2Event::Kind::end: stream_asked(now, id, event.stream, left(data)); break;
            case Http2Event::Kind::reset: forget_stream(now, c, event.stream); break;
            case Http2Event::Kind::settings: break;
            case Http2Event::Kind::go_away: break;
            case Http2Event::Kind::failed: c.no_more = true; break;
        }
    }
}

void Server::on_stream_head(SocketId id, const Http2Event& event, std::uint32_t left) {
    transport_.stack().touch_message(id, event.stream, left, event.bytes + kFrameHeaderSize);
    Connection& c = connection(id);
    const std::uint32_t i = new_request(id);
    Request& r = pool_[i];
    r.stream = event.stream;
    const auto path = event.fields.find(":path");
    if (path) r.asked.object = site_.find(*path);
    if (r.asked.object == Asked::kNothing) r.asked.status = 404;
    r.asked.head_only = event.fields.find(":method") == "HEAD";
    ++c.taken;
    append(c, i);
}

/// The request is complete.
void Server::stream_asked(Time now, SocketId id, std::uint32_t stream, std::uint32_t left) {
    const std::uint32_t i = request_of(connection(id), stream);
    if (i == kNone) return;
    Request& r = pool_[i];
    r.history = transport_.stack().settle_message(now, id, left, stream).history;
    r.history.set_place(PathPlace::server);
    r.since = now;
    count(r.asked);
    begin(now, i);
}

std::uint32_t Server::request_of(const Connection& c, std::uint32_t stream) const {
    std::uint32_t i = c.first;
    while (i != kNone && pool_[i].stream != stream) i = pool_[i].next;
    return i;
}

/// The stream is over.
void Server::forget_stream(Time now, Connection& c, std::uint32_t stream) {
    std::uint32_t before = kNone;
    std::uint32_t i = c.first;
    while (i != kNone && pool_[i].stream != stream) before = std::exchange(i, pool_[i].next);
    if (i == kNone) return;
    (before == kNone ? c.first : pool_[before].next) = pool_[i].next;
    if (c.last == i) c.last = before;
    release_worker(now, pool_[i]);
    pool_[i].socket = kNoSocket;
    if (!pool_[i].waits) free_request(i);
}

/// Answers what is ready, writes as much as there is room for, and closes when all is said.
void Server::advance_streams(Time now, SocketId id) {
    Connection& c = connection(id);
    if (c.lingering) return;
    for (std::uint32_t i = c.first; i != kNone; i = pool_[i].next) {
        Request& r = pool_[i];
        if (r.streamed || r.ready > now) continue;
        if (config_->close_after.in_header) {
            finish(now, id);
            return;
        }
        respond(r, *c.session);
        wait(now, r, Cause::server, Cause::server);
        tell(id, r);
    }
    if (!send_frames(now, id)) return;
    Time next = kNever;  // what has been sent may have left its worker to another request
    for (std::uint32_t i = c.first; i != kNone; i = pool_[i].next) {
        if (!pool_[i].streamed) next = std::min(next, pool_[i].ready);
    }
    const bool idle = c.first == kNone;
    if (c.no_more || (c.ended && idle)) {
        finish(now, id);
    } else if (next != kNever) {
        set_deadline(id, next);
    } else if (!idle) {
        c.timer.due = kNever;
    } else if (c.taken > 0 && c.timer.due == kNever) {
        set_deadline(id, now + config_->keep_alive_timeout);
    }
}

void Server::respond(Request& r, Http2Session& session) {
    const Outgoing whole = site_.response(r.asked);
    r.streamed = std::make_unique<Streamed>();
    r.bodiless = whole.body == 0;
    if (whole.is_cut()) r.streamed->cut = whole.cut - whole.head->bytes.size();
    session.respond(r.stream, response_fields(whole.head->bytes), whole.body);
}

/// Frames that go in one instant fill segments together, as where a server gathers them before it writes (nginx).
/// False: the connection is gone, or is being closed.
bool Server::send_frames(Time now, SocketId id) {
    transport_.set_option(now, id, SocketOption::cork, 1);
    const bool goes_on = write_frames(now, id);
    if (connection(id).open) transport_.set_option(now, id, SocketOption::cork, 0);
    return goes_on;
}

bool Server::write_frames(Time now, SocketId id) {
    Connection& c = connection(id);
    Http2Write w;
    while (c.session->next_write(w)) {
        cut(c, w);
        std::uint64_t wanted = 0;
        for (std::size_t i = 0; i < w.count; ++i) wanted += w.pieces[i].length;
        const Result<std::uint64_t> r = transport_.writev(now, id, w.pieces.data(), w.count);
        if (r.error == TcpError::would_block) return true;
        if (!r.ok()) {
            close(now, id);
            return false;
        }
        c.session->wrote(r.value);
        if (!note_sent(now, id, w, wanted - r.value)) return false;
        if (r.value < wanted) return true;
    }
    return true;
}

/// Leaves of `w` no more than the server sends of the body before it breaks off.
void Server::cut(const Connection& c, Http2Write& w) {
    const std::uint32_t i = w.stream != 0 ? request_of(c, w.stream) : kNone;
    if (i == kNone || !pool_[i].streamed) return;
    std::uint64_t& data = w.pieces[w.count - 1].length;
    const std::uint64_t most = pool_[i].streamed->cut - pool_[i].streamed->sent;
    if (data <= most) return;
    data = most;
    w.ended = false;
}

/// `left` bytes of `w` were not taken. False: the server breaks off here, and closes.
bool Server::note_sent(Time now, SocketId id, const Http2Write& w, std::uint64_t left) {
    Connection& c = connection(id);
    for (std::uint32_t i = c.first; i != kNone;) {
        Request& r = pool_[i];
        i = r.next;
        if (!r.streamed) continue;
        const bool its_data = w.stream == r.stream;
        const std::uint64_t data = its_data ? w.pieces[w.count - 1].length : 0;
        r.streamed->sent += data - std::min(data, left);
        const bool ended = left == 0 && (r.bodiless || (its_data && w.ended));
        const bool breaks_off =
            r.streamed->sent >= r.streamed->cut || (ended && ++c.answered == config_->close_after.responses);
        if (ended) transport_.stack().message_written(id, r.stream);
        if (ended) forget_stream(now, c, r.stream);
        if (breaks_off) {
            finish(now, id);
            return false;
        }
    }
    return true;
}

}  // namespace tcplab
