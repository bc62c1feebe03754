// What an arriving segment does to the stack: a connection, a TIME_WAIT entry, a listener or nobody takes it.
#include "stack/impl.hpp"

namespace tcplab {

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
    Connection& c = slot.connection;
    const bool answers = s.has(flag::ack) && !s.has(flag::syn | flag::rst);
    if (slot.queue == ConnectionSlot::Queue::handshake && answers) {
        const Listener& l = *find_listener(slot.listener);
        // No room for one more that waits for accept(): the SYN-ACK will be sent again (tcp_check_req).
        if (l.full() && c.acknowledges_syn(s)) return;
        // It answers an earlier SYN-ACK, of which only a cookie is left: that has to wait until this request is gone
        // (tcp_get_cookie_sock finds a duplicate).
        if (!c.acknowledges_syn(s) && read_cookie(now, l, c.tuple(), s)) return;
    }
    const bool in_handshake = c.established() == kNever;
    c.on_segment(now, s);
    mark_dirty(handle);
    if (in_handshake && c.established() != kNever && c.state() != State::closed) note_established(handle);
}

void Stack::Impl::note_established(std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    Connection& c = slot.connection;
    if (slot.active && c.fast_open() != nullptr) {
        fast_open_cache.learn(c.tuple().remote.address, *c.fast_open(), c.retransmitted() > 0);
        c.forget_fast_open();
    }
    const bool was_request = slot.queue == ConnectionSlot::Queue::handshake;
    leave_handshake(handle);
    if (!was_request) return;
    find_listener(slot.listener)->waiting.push_back(handle);
    slot.queue = ConnectionSlot::Queue::accept;
    post(slot.listener, ready::accept);
}

void Stack::Impl::arrive_time_wait(Time now, std::uint32_t handle, const Segment& s) {
    const TimeWaitAction action = time_wait_arrival(now, time_waits[handle], s);
    const TimeWait entry = time_waits[handle];
    Listener* const l = action.reopen ? find_listener(entry.tuple.local) : nullptr;
    if (action.acknowledge || (action.reopen && l == nullptr)) outgoing.push_back(time_wait_ack(now, entry));
    if (action.restart) time_waits.restart(now, handle);
    if (action.kill && observer != nullptr) tell_closed(now, entry.tuple);
    if (action.kill || l != nullptr) forget_time_wait(handle);
    if (l != nullptr) arrive_listener(now, *l, entry.tuple, s, &entry);
}

void Stack::Impl::arrive_unmatched(Time now, const FourTuple& tuple, const Segment& s) {
    if (s.has(flag::rst)) return;
    Listener* const l = find_listener(tuple.local);
    if (l == nullptr || s.has(flag::ack)) {
        if (l == nullptr || !arrive_cookie(now, *l, tuple, s)) reject(s);
    } else if (s.has(flag::syn) && !s.has(flag::fin)) {
        arrive_listener(now, *l, tuple, s, nullptr);
    }
}

/// RFC 9293 3.10.7.1: there is no such connection.
void Stack::Impl::reject(const Segment& s) {
    Segment rst;
    rst.source = s.destination;
    rst.destination = s.source;
    rst.reason = SendReason::reset;
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
