// What a browser does on one connection: look up, connect, write requests, read responses, close.
#include <cstddef>
#include <string>

#include "http/browser.hpp"
#include "http/message.hpp"
#include "http/outgoing.hpp"

namespace tcplab {

namespace {

constexpr std::uint32_t kReadMost = 0x7fffffff;
constexpr std::string_view kClosedEarly = "closed before the response";

std::string truncated(const MessageReader& reader) {
    if (reader.between_messages()) return std::string(kClosedEarly);
    if (!reader.in_body()) return "truncated: in the header";
    return "truncated: " + std::to_string(reader.body_taken()) + " of " + std::to_string(reader.body_length()) +
           " bytes";
}

}  // namespace

/// For the object that was just bound to the closed slot.
void Browser::open(Time now, std::uint32_t slot) {
    const std::uint32_t user = user_of_slot(slot);
    User& u = users_[user];
    if (!dns_delay_ || *dns_delay_ == Duration::zero() || u.resolved) {
        connect(now, slot);
        return;
    }
    slots_[slot].state = SlotState::resolving;
    if (u.resolving) return;
    u.resolving = true;
    alarms_.set(now + *dns_delay_, static_cast<std::uint8_t>(Alarm::resolved), user);
}

void Browser::resolved(Time now, std::uint32_t user) {
    users_[user].resolving = false;
    users_[user].resolved = true;
    const std::uint32_t begin = user * plan_->slots();
    for (std::uint32_t slot = begin; slot < begin + plan_->slots(); ++slot) {
        if (slots_[slot].state != SlotState::resolving) continue;
        Transaction& t = transactions_[slots_[slot].first];
        t.dns = now - t.wanted - t.blocked;
        connect(now, slot);
    }
}

void Browser::connect(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    const SocketId socket = stack_->socket();
    const TcpError e = stack_->connect(now, socket, server_);
    if (e == TcpError::none || e == TcpError::in_progress) {
        const auto i = static_cast<std::size_t>(socket);
        if (slot_of_.size() <= i) slot_of_.resize(i + 1, kNone);
        slot_of_[i] = slot;
        s.socket = socket;
        s.state = SlotState::connecting;
        Transaction& t = transactions_[s.first];
        t.stack_connection = stack_->connection_id(socket);
        t.blocked = now - t.wanted - t.dns;
        if (e == TcpError::none) connected(now, slot);
        return;
    }
    stack_->close(now, socket);
    if (e == TcpError::no_port) {
        if (s.state != SlotState::waiting_port) ++refused_ports_;
        if (plan_->client().on_no_port == OnNoPort::wait) {
            s.state = SlotState::waiting_port;
            alarms_.set(now + kPortRetry, static_cast<std::uint8_t>(Alarm::port), slot);
            return;
        }
    }
    connect_failed(now, slot, e);
}

void Browser::connect_failed(Time now, std::uint32_t slot, TcpError error) {
    lose(now, slot, name(error), name(error), slots_[slot].first);
}

void Browser::connected(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    s.state = SlotState::open;
    s.connected = now;
    Transaction& t = transactions_[s.first];
    t.connect = now - t.wanted - t.blocked - t.dns;
    send(now, slot);
}

/// Writes the requests that are bound to the connection, one write() after the other.
void Browser::send(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    while (s.unsent != kNone) {
        const std::uint32_t row = s.unsent;
        Transaction& t = transactions_[row];
        if (t.send_begin == kNever) {
            t.send_begin = now;
            t.connected = s.connected;
            t.stack_connection = stack_->connection_id(s.socket);
            if (t.reused) t.blocked = now - t.wanted;
        }
        Outgoing message{plan_->head(t.object), plan_->body(t.object), s.written};
        const TcpError e = write_message(*stack_, now, s.socket, message, {plan_->client().writes, 0});
        t.request_bytes = s.written = message.written;
        if (e == TcpError::would_block) return;
        if (e != TcpError::none) {
            receive(now, slot, e);  // what had arrived can still be read
            return;
        }
        t.request_sent = now;
        s.written = 0;
        s.unsent = next_of(row);
    }
}

/// Reads all there is. `failure`: a write() has failed, which has used up the socket's error.
void Browser::receive(Time now, std::uint32_t slot, TcpError failure) {
    Slot& s = slots_[slot];
    while (s.state == SlotState::open || s.state == SlotState::draining) {
        Result<Payload> r = stack_->read(now, s.socket, kReadMost);
        if (r.error == TcpError::would_block) return;
        if (r.ok() && r.value.length > 0) {
            consume(now, slot, r.value);
        } else if (r.ok() && failure == TcpError::none) {
            stream_ended(now, slot);
        } else {
            const TcpError e = r.ok() ? failure : r.error;
            lose(now, slot, name(e), name(e));
        }
    }
}

void Browser::consume(Time now, std::uint32_t slot, Payload& data) {
    Slot& s = slots_[slot];
    MessageHead head;
    while (s.state == SlotState::open && s.first != kNone) {
        const std::uint32_t row = s.first;
        Transaction& t = transactions_[row];
        const std::uint32_t before = data.length;
        const MessageReader::Step step = s.reader.step(data, head);
        t.response_bytes += before - data.length;
        if (data.length < before && t.first_byte == kNever) {
            t.first_byte = now;
            PageResult& page = pages_[user_of(row)];
            if (page.first_byte == kNever) page.first_byte = now;
        }
        switch (step) {
            case MessageReader::Step::more: return;
            case MessageReader::Step::head: on_head(now, s, head); break;
            case MessageReader::Step::body: progress(now, row, s.reader.body_taken() + 1); break;
            case MessageReader::Step::complete:
                if (t.status >= 200) answered(now, slot);  // 1xx: the response itself follows
                break;
            case MessageReader::Step::failed: lose(now, slot, name(s.reader.error()), kClosedEarly); break;
        }
    }
    // An open connection that says something unasked is of no use; on one that ends nobody listens.
    if (s.state == SlotState::open && data.length > 0) shut(now, slot);
}

void Browser::on_head(Time now, Slot& s, const MessageHead& head) {
    const std::uint32_t row = s.first;
    Transaction& t = transactions_[row];
    t.status = head.status;
    if (t.method == "HEAD") s.reader.no_body();
    if (head.status < 200) return;
    s.persists = plan_->persistent() && head.persistent() && !s.reader.until_close();
    s.confirmed = s.confirmed || s.persists;
    progress(now, row, 1);
}

/// The first response is complete, by its own length.
void Browser::answered(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.unsent == s.first) s.persists = false;  // the rest of the request cannot be taken back
    const std::uint32_t row = take_first(s);
    complete(now, row);
    if (s.persists) {
        if (s.first == kNone) pause(now, slot);
        release(now, row);
        return;
    }
    give_back_unsent(s);
    if (plan_->persistent()) {
        s.state = SlotState::draining;
        release(now, row);
    } else if (plan_->client().close == CloseFirst::client) {
        shut(now, slot);
        pause(now, slot);
        release(now, row);
    } else {
        s.state = SlotState::draining;
        s.drained = row;
    }
}

void Browser::stream_ended(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.state == SlotState::open && s.first != kNone && s.reader.until_close()) {
        const std::uint32_t row = take_first(s);
        complete(now, row);
        give_back_unsent(s);
        s.drained = row;
    }
    const std::string error =
        s.first == kNone || s.state == SlotState::draining ? std::string(kClosedEarly) : truncated(s.reader);
    lose(now, slot, error, kClosedEarly);
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
void Browser::give_back_unsent(Slot& s) {
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
        requeue(row);
        row = next;
    }
}

/// Closes the connection, if there is one, and leaves the slot free. What was bound to it is the caller's.
void Browser::shut(Time now, std::uint32_t slot) {
    Slot& s = slots_[slot];
    if (s.socket != kNoSocket) {
        slot_of_[static_cast<std::size_t>(s.socket)] = kNone;
        stack_->close(now, s.socket);
    }
    const std::uint32_t pinned = s.pinned;
    const Time pause_until = s.pause_until;
    s = Slot();
    s.pinned = pinned;
    s.pause_until = pause_until;
}

/// [client] gap: the slot's next transaction does not begin before.
void Browser::pause(Time now, std::uint32_t slot) {
    const Duration gap = plan_->client().gap;
    if (gap == Duration::zero()) return;
    slots_[slot].pause_until = now + gap;
    alarms_.set(now + gap, static_cast<std::uint8_t>(Alarm::pause), slot);
}

/// The connection is gone, or is given up. Requests that were written fail; so does `victim`; others wait again.
void Browser::lose(Time now, std::uint32_t slot, std::string_view first_error, std::string_view error,
                   std::uint32_t victim) {
    Slot& s = slots_[slot];
    const SlotState state = s.state;
    const std::uint32_t first = s.first;
    const std::uint32_t first_to_keep = s.written > 0 ? next_of(s.unsent) : s.unsent;
    const std::uint32_t drained = s.drained;
    Phase reached = &Transaction::blocked;
    if (state == SlotState::connecting) reached = &Transaction::connect;
    if (state == SlotState::resolving) reached = &Transaction::dns;

    shut(now, slot);
    if (first != kNone || drained != kNone) pause(now, slot);
    if (drained != kNone) release(now, drained);
    bool written = true;
    for (std::uint32_t row = first; row != kNone;) {
        const std::uint32_t next = next_of(row);
        if (row == first_to_keep) written = false;
        rows_[row].slot = kNone;
        next_of(row) = kNone;
        if (written || row == victim) {
            const bool opener = row == first;
            fail(now, row, opener ? first_error : error, opener ? reached : &Transaction::blocked);
        } else {
            requeue(row);
        }
        row = next;
    }
}

}  // namespace tcplab
