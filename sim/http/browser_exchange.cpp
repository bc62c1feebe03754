// Requests and responses on one of the browser's connections, in the order of HTTP/1.
#include <algorithm>

#include "http/browser.hpp"
#include "http/message.hpp"
#include "http/outgoing.hpp"
#include "http/slow_reader.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kReadMost = 0x7fffffff;
constexpr Failure kClosedEarly{"closed before the response"};

Failure truncated(const MessageReader& reader) {
    if (reader.between_messages()) return kClosedEarly;
    if (!reader.in_body()) return {"truncated: in the header"};
    return {"truncated", reader.body_taken(), reader.body_length().value_or(Failure::kUnknown)};
}

}  // namespace

/// Writes what there is for the connection. Not while something is read from it: what comes is taken in its order.
void Browser::send(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.session != nullptr) {
        send_frames(now, slot);
    } else {
        write_requests(now, slot);
    }
    if (s.write_error != TcpError::none) receive(now, slot);  // what had arrived can still be read
}

/// The requests that are bound to the connection, one write() after the other.
void Browser::write_requests(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    while (s.unsent != kNone && s.write_error == TcpError::none) {
        const std::uint32_t row = s.unsent;
        Transaction& t = transactions_[row];
        const bool fresh = t.send_begin == kNever;
        if (fresh) begin_request(now, slot, row);
        Outgoing message{plan_->head(t.object), plan_->body(t.object)};
        message.written = s.written;
        const TcpError e = write_message(transport_, now, s.socket, message, {plan_->client().writes, 0});
        if (fresh) transport_.stack().begin_message(now, s.socket, paths_.new_message(row));
        t.request_bytes = s.written = message.written;
        if (e == TcpError::would_block) return;
        if (e != TcpError::none) {
            s.write_error = e;
            return;
        }
        transport_.stack().message_written(s.socket);
        t.request_sent = now;
        s.written = 0;
        s.unsent = next_of(row);
    }
}

void Browser::begin_request(Time now, std::uint32_t slot, std::uint32_t row) {
    Transaction& t = transactions_[row];
    paths_.begun(slot, row);
    t.send_begin = now;
    t.stack_connection = number_of(slots_[slot]);
    if (t.reused) {
        count_as_blocked(now, t);
    } else {
        end_phase(now, t, &Transaction::tls);  // what must not go in early data has waited for the handshake's end
    }
}

/// Reads all there is, or what a slow reader reads at once.
void Browser::receive(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    while (s.state == SlotState::open || s.state == SlotState::draining) {
        const std::uint32_t most = may_read(now, slot);
        if (most == 0) return;
        Result<Payload> r = transport_.read(now, s.socket, most);
        if (r.error == TcpError::would_block) return;
        if (r.ok() && r.value.length > 0) {
            s.read_at = now + transmission_time(r.value.length, plan_->client().read_rate);
            consume(now, slot, r.value);
        } else if (r.ok() && s.write_error == TcpError::none) {
            stream_ended(now, slot);
        } else {
            const Failure lost{name(r.ok() ? s.write_error : r.error)};
            lose(now, slot, {lost, lost});
        }
    }
}

/// Bytes that may be read now. 0: later, an alarm is set.
std::uint32_t Browser::may_read(Time now, std::uint32_t slot) {
    const Slot& s = slots_[slot];
    const BitRate rate = plan_->client().read_rate;
    if (rate.unlimited()) return kReadMost;
    if (now < s.read_at) {
        set_alarm(s.read_at, Alarm::read, slot);
        return 0;
    }
    return slow_read(rate);
}

void Browser::consume(Time now, std::uint32_t slot, Payload& data) {
    Slot& s = slots_[slot];
    if (s.session != nullptr) {
        consume_frames(now, slot, data);
        return;
    }
    MessageHead head;
    while (s.state == SlotState::open && s.first != kNone) {
        const std::uint32_t row = s.first;
        Transaction& t = transactions_[row];
        const std::uint32_t before = data.length;
        const MessageReader::Step step = s.reader.step(data, head);
        t.response_bytes += before - data.length;
        const bool answered_at_all = data.length < before || step == MessageReader::Step::failed;
        if (answered_at_all && t.first_byte == kNever) {
            t.first_byte = now;
            visits_.begun(now, user_of(row));
        }
        switch (step) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head: on_head(now, slot, head, left(data)); break;
            case MessageReader::Step::body: on_body(now, slot, left(data)); break;
            case MessageReader::Step::complete:
                if (t.status >= 200) answered(now, slot, left(data));  // 1xx: the response itself follows
                break;
            case MessageReader::Step::failed: lose(now, slot, {{name(s.reader.error())}, kClosedEarly}); break;
        }
    }
    // An open connection that says something unasked is of no use; on one that ends nobody listens.
    if (s.state == SlotState::open && data.length > 0) shut(now, slot);
}

void Browser::on_head(Time now, std::uint32_t slot, const MessageHead& head, std::uint32_t left) {
    Slot& s = slots_[slot];
    const std::uint32_t row = s.first;
    Transaction& t = transactions_[row];
    t.status = head.status;
    if (plan_->method(t.object) == "HEAD") s.reader.no_body();
    if (head.status < 200) return;
    s.ends = !head.persistent() || s.reader.until_close();
    s.persists = plan_->persistent() && !s.ends;
    s.confirmed = s.confirmed || s.persists;
    s.keep_alive = head.keep_alive_timeout.value_or(0);
    s.room = head.keep_alive_max.value_or(kNone);
    progress(now, slot, row, 0, left);
}

void Browser::on_body(Time now, std::uint32_t slot, std::uint32_t left) {
    const Slot& s = slots_[slot];
    const std::uint32_t row = s.first;
    progress(now, slot, row, s.reader.body_taken(), left);
    const auto enough = plan_->client().cancel_after.bytes;
    if (enough && s.reader.body_taken() >= *enough) give_up(now, row, {"cancelled"});
}

/// The first response is complete, by its own length.
void Browser::answered(Time now, std::uint32_t slot, std::uint32_t left) {
    Slot& s = slots_[slot];
    Settled settled = transport_.stack().settle_message(now, s.socket, left);
    if (s.unsent == s.first) s.persists = false;  // the rest of the request cannot be taken back
    const std::uint32_t row = take_first(s);
    complete(now, slot, row, std::move(settled));
    if (s.persists) {
        if (s.first == kNone) {
            pause(now, slot);
            idle(now, slot);
        }
        release(now, slot, row);
        return;
    }
    give_back_unsent(now, s);
    if (plan_->persistent()) {
        s.state = SlotState::draining;
        release(now, slot, row);
    } else if (plan_->client().close == CloseFirst::client || !s.ends) {
        shut(now, slot);
        pause(now, slot);
        release(now, slot, row);
    } else {
        s.state = SlotState::draining;
        s.drained = row;
    }
}

void Browser::stream_ended(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.state == SlotState::open && s.first != kNone && s.reader.until_close()) {
        const std::uint32_t row = take_first(s);
        complete(now, slot, row, transport_.stack().settle_message(now, s.socket, 0, 0, Cause::close));
        give_back_unsent(now, s);
        s.drained = row;
    }
    if (s.session != nullptr) {
        Loss loss{kClosedEarly, kClosedEarly};
        loss.truncates = true;
        lose(now, slot, loss);
        return;
    }
    const bool none_due = s.first == kNone || s.state == SlotState::draining;
    lose(now, slot, {none_due ? kClosedEarly : truncated(s.reader), kClosedEarly});
}

std::uint32_t Browser::take_first(Slot& s) {
    const std::uint32_t row = s.first;
    s.first = next_of(row);
    if (s.unsent == row) {
        s.unsent = s.first;
        s.written = 0;
    }
    if (s.first == kNone) s.last = kNone;
    --s.count;
    next_of(row) = kNone;
    rows_[row].slot = kNone;
    return row;
}

/// No answer will come to what is not written yet.
void Browser::give_back_unsent(Time now, Slot& s) {
    if (s.unsent == kNone || s.written > 0) return;
    std::uint32_t row = s.unsent;
    if (row == s.first) {
        s.first = s.last = kNone;
    } else {
        s.last = s.first;
        while (next_of(s.last) != row) s.last = next_of(s.last);
        next_of(s.last) = kNone;
    }
    s.unsent = kNone;
    while (row != kNone) {
        const std::uint32_t next = next_of(row);
        --s.count;
        requeue(now, row);
        row = next;
    }
}

}  // namespace tcplab
