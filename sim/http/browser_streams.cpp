// Requests and responses on one of the browser's connections that is multiplexed: HTTP/2.
#include "http/browser.hpp"
#include "http/head_fields.hpp"
#include "http2/frame.hpp"

namespace tcplab {

/// Opens streams for the requests that are bound to the connection, as far as the server allows. Behind one that must
/// not go in early data all wait: the server's first frames come with the handshake's end. Returns the first of them.
std::uint32_t Browser::open_streams(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    const std::uint32_t first = s.unsent;
    while (s.unsent != kNone && s.session->can_open()) {
        const std::uint32_t row = s.unsent;
        Transaction& t = transactions_[row];
        if (!plan_->may_go_early(t.object) && !transport_.handshake_done(s.socket)) break;
        begin_request(now, slot, row);
        const Priority priority{plan_->object(t.object).priority, true};
        streams_[row].stream = s.session->open(plan_->fields(t.object), plan_->body(t.object), priority);
        s.unsent = next_of(row);
    }
    return first;
}

/// What was bound to the queue's connections goes out together.
void Browser::send_requests(Time now, std::uint32_t queue) {
    const std::uint32_t begin = queue * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->slots(); ++slot) {
        if (slots_[slot].session == nullptr || slots_[slot].unsent == kNone) continue;
        send(now, slot);
        if (slots_[slot].session == nullptr) touch(user_of_slot(slot));  // lost: they wait again
    }
}

/// Frames that go in one instant fill segments together.
void Browser::send_frames(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    std::uint32_t opened = open_streams(now, slot);
    transport_.set_option(now, s.socket, SocketOption::cork, 1);
    write_frames(now, s);
    transport_.set_option(now, s.socket, SocketOption::cork, 0);
    for (; opened != s.unsent; opened = next_of(opened)) {
        const std::uint32_t stream = streams_[opened].stream;
        transport_.stack().begin_message(now, s.socket, paths_.new_message(opened), stream);
        if (transactions_[opened].request_sent != kNever) transport_.stack().message_written(s.socket, stream);
    }
}

/// Writes frames as long as the socket takes them. What is sent next is decided as late as that.
void Browser::write_frames(Time now, Slot& s) {
    Http2Write w;
    while (s.write_error == TcpError::none && s.session->next_write(w)) {
        std::uint64_t wanted = 0;
        for (std::size_t i = 0; i < w.count; ++i) wanted += w.pieces[i].length;
        const Result<std::uint64_t> r = transport_.writev(now, s.socket, w.pieces.data(), w.count);
        if (!r.ok()) {
            if (r.error != TcpError::would_block) s.write_error = r.error;
            return;
        }
        s.session->wrote(r.value);
        note_sent(now, s, w, wanted - r.value);
        if (r.value < wanted) return;
    }
}

/// All heads that waited were in the first piece of `w`, or before it; its end may be that of a body. `left` bytes were
/// not taken.
void Browser::note_sent(Time now, const Slot& s, const Http2Write& w, std::uint64_t left) {
    const bool heads = w.count == 1 ? left == 0 : left <= w.pieces[1].length;
    for (std::uint32_t row = s.first; heads && row != s.unsent; row = next_of(row)) {
        Transaction& t = transactions_[row];
        const bool whole = left == 0 && w.ended && w.stream == streams_[row].stream;
        const bool ended = whole || plan_->body(t.object) == 0;
        if (t.request_sent != kNever || !ended) continue;
        transport_.stack().message_written(s.socket, streams_[row].stream);
        t.request_sent = now;
        t.request_bytes = plan_->head(t.object)->bytes.size() + plan_->body(t.object);
    }
}

void Browser::consume_frames(Time now, std::uint32_t slot, Payload& data) {
    Slot& s = slots_[slot];
    if (event_ == nullptr) event_ = std::make_unique<Http2Event>();
    Http2Event& event = *event_;
    while (s.session != nullptr && s.session->receive(data, event)) {
        switch (event.kind) {
            case Http2Event::Kind::head: on_stream_head(now, slot, event, left(data)); break;
            case Http2Event::Kind::data: on_stream_data(now, slot, event, left(data)); break;
            case Http2Event::Kind::end: stream_answered(now, slot, event.stream, left(data)); break;
            case Http2Event::Kind::reset: stream_lost(now, slot, event); break;
            case Http2Event::Kind::settings: break;
            case Http2Event::Kind::go_away: go_away(now, slot); break;
            case Http2Event::Kind::failed:
                send_frames(now, slot);  // why it ends
                lose(now, slot, {{event.reason}, {event.reason}});
                return;
        }
    }
    if (s.session != nullptr) send_frames(now, slot);
}

std::uint32_t Browser::row_of_stream(const Slot& s, std::uint32_t stream) const {
    std::uint32_t row = s.first;
    while (row != s.unsent && streams_[row].stream != stream) row = rows_[row].next;
    return row == s.unsent ? kNone : row;
}

void Browser::on_stream_head(Time now, std::uint32_t slot, const Http2Event& event, std::uint32_t left) {
    const Slot& s = slots_[slot];
    transport_.stack().touch_message(s.socket, event.stream, left, event.bytes + kFrameHeaderSize);
    const std::uint32_t row = row_of_stream(s, event.stream);
    if (row == kNone) return;
    Transaction& t = transactions_[row];
    t.status = event.head.status;
    t.first_byte = now;
    streams_[row].head = static_cast<std::uint32_t>(head_bytes(event.fields));
    streams_[row].length = event.head.content_length.value_or(Failure::kUnknown);
    t.response_bytes = streams_[row].head;
    visits_.begun(now, user_of(row));
    progress(now, slot, row, 0, left);
}

void Browser::on_stream_data(Time now, std::uint32_t slot, const Http2Event& event, std::uint32_t left) {
    Slot& s = slots_[slot];
    transport_.stack().touch_message(s.socket, event.stream, left, event.bytes + kFrameHeaderSize);
    s.session->consumed(event.stream, event.bytes);
    const std::uint32_t row = row_of_stream(s, event.stream);
    if (row == kNone) return;
    Transaction& t = transactions_[row];
    t.response_bytes += event.bytes;
    progress(now, slot, row, body_of(row), left);
    const auto enough = plan_->client().cancel_after.bytes;
    if (enough && body_of(row) >= *enough) abandon_stream(now, slot, row, {"cancelled"});
}

std::uint64_t Browser::body_of(std::uint32_t row) const {
    return transactions_[row].response_bytes - streams_[row].head;
}

/// A response that ends before it should, and where.
Failure Browser::broken_off(std::string_view what, std::uint32_t row) const {
    if (transactions_[row].first_byte == kNever) return {what};
    return {what, body_of(row), streams_[row].length};
}

void Browser::stream_answered(Time now, std::uint32_t slot, std::uint32_t stream, std::uint32_t left) {
    Slot& s = slots_[slot];
    const std::uint32_t row = row_of_stream(s, stream);
    Settled settled = transport_.stack().settle_message(now, s.socket, left, stream);
    if (row == kNone) return;
    unbind(s, row);
    complete(now, slot, row, std::move(settled));
    release(now, slot, row);
    stream_over(now, slot, false);
}

/// The server will not answer it, or not to its end.
void Browser::stream_lost(Time now, std::uint32_t slot, const Http2Event& event) {
    Slot& s = slots_[slot];
    const std::uint32_t row = row_of_stream(s, event.stream);
    if (row == kNone) return;
    const Failure failure = broken_off("stream reset", row);
    // RFC 9113 8.7: what was refused was not worked on; it is safe to ask again, whatever it is.
    const bool refused = event.error == Http2Error::refused_stream;
    const bool waits_again = refused || can_retry(row);
    unbind(s, row);
    if (!waits_again) {
        fail(now, row, failure, &Transaction::blocked);
    } else {
        if (!refused) ++transactions_[row].retries;
        requeue(now, row);
    }
    stream_over(now, slot, waits_again);
}

/// Gives up one of a connection's transactions; the others go on. That the server is told so is yet to be written.
void Browser::abandon_stream(Time now, std::uint32_t slot, std::uint32_t row, const Failure& why) {
    Slot& s = slots_[slot];
    if (streams_[row].stream != 0) {
        s.session->reset(streams_[row].stream, Http2Error::cancel);
        transport_.stack().forget_message(s.socket, streams_[row].stream);
    }
    unbind(s, row);
    fail(now, row, why, &Transaction::blocked);
    stream_over(now, slot, false);
}

/// The server takes no further requests: those that have no stream yet go elsewhere. The connection is left to the
/// server, who is about to close it, unless its place is wanted: an application that takes no time would answer before
/// the FIN behind the GOAWAY has come, and every close would be a simultaneous one.
void Browser::go_away(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    s.persists = false;
    give_back_unsent(now, s);
    stream_over(now, slot, true);
}

/// A transaction has left the connection. That may have been the last one.
void Browser::stream_over(Time now, std::uint32_t slot, bool waits_again) {
    const Slot& s = slots_[slot];
    if (s.first != kNone) return;
    if (!waits_again && s.persists) pause(now, slot);
    idle(now, slot);
}

}  // namespace tcplab
