// What an arriving segment does to the stack: a connection, a TIME_WAIT entry, a listener or nobody takes it.
#include "stack/impl.hpp"

namespace tcplab {
namespace {

bool was_established(State s) {
    return s != State::closed && s != State::listen && s != State::syn_sent && s != State::syn_received;
}

}  // namespace

void Stack::on_segment(Time now, const Segment& segment) {
    Impl& m = *impl_;
    const FourTuple tuple{segment.destination, segment.source};
    const std::uint32_t handle = m.find(tuple);
    if (handle == Impl::kNone) {
        m.arrive_unmatched(now, tuple, segment);
    } else if ((handle & Impl::kTimeWait) != 0) {
        m.arrive_time_wait(now, handle & ~Impl::kTimeWait, segment);
    } else {
        m.arrive_connection(now, handle, segment);
    }
}

void Stack::Impl::arrive_connection(Time now, std::uint32_t handle, const Segment& s) {
    ConnectionSlot& slot = slots[handle];
    Connection& c = *slot.connection;
    if (slot.queue == ConnectionSlot::Queue::handshake && s.has(flag::ack) && !s.has(flag::syn | flag::rst)) {
        // No room for one more that waits for accept(): the SYN-ACK will be sent again (tcp_check_req).
        if (find_listener(slot.listener)->full()) return;
    }
    c.on_segment(now, s);
    mark_dirty(handle);
    if (slot.established == kNever && was_established(c.state())) note_established(now, handle);
}

void Stack::Impl::note_established(Time now, std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    slot.established = now;
    if (slot.queue != ConnectionSlot::Queue::handshake) return;
    Listener& l = *find_listener(slot.listener);
    --l.in_handshake;
    l.waiting.push_back(handle);
    slot.queue = ConnectionSlot::Queue::accept;
    post(slot.listener, ready::accept);
}

void Stack::Impl::arrive_time_wait(Time now, std::uint32_t handle, const Segment& s) {
    const TimeWait entry = time_waits[handle];
    switch (time_wait_arrival(entry, s)) {
        case TimeWaitAction::ignore: return;
        case TimeWaitAction::kill: forget_time_wait(handle); return;
        case TimeWaitAction::restart:
            time_waits.restart(now, handle);
            outgoing.push_back(time_wait_ack(now, entry));
            return;
        case TimeWaitAction::acknowledge: outgoing.push_back(time_wait_ack(now, entry)); return;
        case TimeWaitAction::reopen: break;
    }
    Listener* const l = find_listener(entry.tuple.local);
    if (l == nullptr) {
        outgoing.push_back(time_wait_ack(now, entry));
        return;
    }
    forget_time_wait(handle);
    arrive_listener(now, *l, entry.tuple, s, initial_sequence_beyond(entry));
}

void Stack::Impl::arrive_unmatched(Time now, const FourTuple& tuple, const Segment& s) {
    if (s.has(flag::rst)) return;
    Listener* const l = find_listener(tuple.local);
    if (l == nullptr || s.has(flag::ack)) {
        reject(s);
    } else if (s.has(flag::syn) && !s.has(flag::fin)) {
        arrive_listener(now, *l, tuple, s, initial_sequence(now, tuple));
    }
}

/// A SYN for LISTEN (RFC 9293 3.10.7.2).
void Stack::Impl::arrive_listener(Time now, Listener& listener, const FourTuple& tuple, const Segment& s,
                                  SeqNum initial) {
    if (listener.full() || listener.in_handshake >= config.syn_backlog) return;
    const Socket& parent = sockets[static_cast<std::size_t>(listener.socket)];
    const std::uint32_t handle = create(now, tuple, initial, parent.config);
    ConnectionSlot& slot = slots[handle];
    slot.listener = listener.socket;
    slot.queue = ConnectionSlot::Queue::handshake;
    ++listener.in_handshake;
    inherit(slot, parent);
    slot.connection->accept(now, s);
    mark_dirty(handle);
}

/// RFC 9293 3.10.7.1: there is no such connection.
void Stack::Impl::reject(const Segment& s) {
    Segment rst;
    rst.source = s.destination;
    rst.destination = s.source;
    if (s.has(flag::ack)) {
        rst.seq = s.ack;
        rst.flags = flag::rst;
    } else {
        rst.ack = s.seq + s.sequence_length();
        rst.flags = flag::rst | flag::ack;
    }
    outgoing.push_back(std::move(rst));
}

}  // namespace tcplab
