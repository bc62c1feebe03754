// The life of a connection inside the stack: made, looked up, settled after each input, moved to TIME_WAIT, removed.
#include <algorithm>
#include <utility>

#include "stack/impl.hpp"

namespace tcplab {

namespace {

/// Whether a closed socket in that state counts: for one that only waits for the peer's FIN Linux keeps a smaller one.
bool is_orphan(State s) { return s != State::closed && s != State::time_wait && s != State::fin_wait_2; }

}  // namespace

static_assert(event::connected == ready::connected && event::readable == ready::readable &&
              event::writable == ready::writable && event::failed == ready::failed);

const FourTuple& Stack::Impl::tuple_of(std::uint32_t handle) const {
    if ((handle & kTimeWait) != 0) return time_waits[handle & ~kTimeWait].tuple;
    return slots[handle].connection.tuple();
}

std::uint32_t Stack::Impl::find(const FourTuple& tuple) const {
    return table.find(hash(tuple), [&](std::uint32_t h) { return tuple_of(h) == tuple; });
}

SeqNum Stack::Impl::initial_sequence(Time now, const FourTuple& tuple) const {
    // RFC 6528 3, with a clock of 64 ns as Linux has it (secure_tcp_seq)
    const std::uint64_t f = mix64(hash_value(tuple) ^ seeds.initial_sequence);
    const auto m = static_cast<std::uint64_t>(now.time_since_epoch().count()) >> 6U;
    return SeqNum(static_cast<std::uint32_t>(f + m));
}

/// A connection in CLOSED, in the tables; the caller opens it.
std::uint32_t Stack::Impl::create(Time now, const FourTuple& tuple, SeqNum initial, const Ref<SocketConfig>& own) {
    const std::uint32_t handle = first_free == kNone ? slots.add() : first_free;
    ConnectionSlot& slot = slots[handle];
    first_free = std::exchange(slot.next, kNone);
    ++slots_in_use;
    slot.config = own;
    slot.connection = Connection(config_of(own), tuple, initial, share->memory);
    slot.id = ++last_id;
    slot.opened = now;
    table.insert(hash(tuple), handle);
    ++open;
    return handle;
}

/// The connection may have segments or events: it is looked at by poll_segment, first come first served.
void Stack::Impl::mark_dirty(std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    if (slot.dirty || slot.retired) return;
    slot.dirty = true;
    slot.next = kNone;
    (dirty_first == kNone ? dirty_first : slots[dirty_last].next) = handle;
    dirty_last = handle;
}

/// The first of the dirty list has no more segments: takes its events, and sees what became of it.
void Stack::Impl::settle(Time now, std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    dirty_first = slot.next;
    slot.dirty = false;
    if (observer != nullptr) tell_state(now, handle);
    std::uint8_t events = slot.connection.take_events();
    // accept() returns an established connection: there is nothing to wait for.
    if (!slot.active) events &= static_cast<std::uint8_t>(~event::connected);
    if (events != 0 && slot.socket != kNoSocket) post(slot.socket, events);
    const State state = slot.connection.state();
    if (slot.orphan && !is_orphan(state)) {
        slot.orphan = false;
        --orphans;
    }
    if (state == State::closed || state == State::time_wait) {
        retire(now, handle);
    } else if (slot.connection.next_deadline() < slot.scheduled) {  // else looked at again at that earlier time
        schedule(handle);
    }
}

/// The application has closed the connection. Where that makes too many the FIN goes, and a RST right behind it
/// (tcp_close, tcp_check_oom).
void Stack::Impl::add_orphan(Time now, std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    if (!is_orphan(slot.connection.state())) return;
    slot.orphan = true;
    if (++orphans <= config.max_orphans) return;
    flush(now);
    abort_orphan(handle);
}

void Stack::Impl::abort_orphan(std::uint32_t handle) {
    slots[handle].connection.abort();
    ++orphans_aborted;
    mark_dirty(handle);
}

/// A call sends at once what it may: before the next one takes effect, what earlier ones produced is out. Two writes
/// are thus two segments, and a FIN does not join data that could already leave.
void Stack::Impl::flush(Time now) {
    Segment segment;
    while (dirty_first != kNone) {
        if (slots[dirty_first].connection.poll_segment(now, segment)) {
            outgoing.push_back(segment);
        } else {
            settle(now, dirty_first);
        }
    }
}

void Stack::Impl::schedule(std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    const Time at = slot.connection.next_deadline();
    slot.scheduled = at;
    deadlines.push(at, handle);
    if (deadlines.size() > 64 + 4 * std::size_t{slots_in_use}) {
        deadlines.prune([&](const DeadlineHeap::Entry& e) { return slots[e.handle].scheduled != e.at; });
    }
}

/// The connection is closed or in TIME-WAIT: out of the tables, its row to the finished ones. The slot stays while
/// its socket may still read what arrived.
void Stack::Impl::retire(Time now, std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    const FourTuple tuple = slot.connection.tuple();
    Finished row;
    row.info = describe(slot);
    row.closed = now;
    row.id = slot.id;
    row.active = slot.active;
    if (slot.connection.state() == State::time_wait) {
        const std::uint32_t entry = time_waits.add(now, slot.connection.time_wait());
        row.time_wait_until = time_waits[entry].expires;
        table.replace(hash(tuple), handle, entry | kTimeWait);
    } else {
        table.erase(hash(tuple), handle);
        ports.release(tuple);
    }
    finished.push_back(row);
    --open;
    slot.retired = true;
    slot.scheduled = kNever;
    leave_listener(handle);
    if (slot.socket == kNoSocket) destroy(handle);
}

/// Takes the connection out of its listener's queue, if it is in one.
void Stack::Impl::leave_listener(std::uint32_t handle) {
    leave_handshake(handle);
    ConnectionSlot& slot = slots[handle];
    if (slot.queue == ConnectionSlot::Queue::none) return;
    Listener* const l = find_listener(slot.listener);
    if (l != nullptr && slot.queue == ConnectionSlot::Queue::accept) {
        for (std::uint32_t left = l->waiting.size(); left > 0; --left) {
            const std::uint32_t h = l->waiting.front();
            l->waiting.pop_front();
            if (h != handle) l->waiting.push_back(h);
        }
    }
    slot.queue = ConnectionSlot::Queue::none;
    slot.listener = kNoSocket;
}

/// Frees the slot of a retired connection.
void Stack::Impl::destroy(std::uint32_t handle) {
    slots[handle] = ConnectionSlot{};
    slots[handle].next = std::exchange(first_free, handle);
    --slots_in_use;
}

/// Removes a TIME_WAIT entry, given by its handle in that table, whose port another connection takes over.
void Stack::Impl::drop_time_wait(std::uint32_t handle) {
    table.erase(hash(time_waits[handle].tuple), handle | kTimeWait);
    time_waits.remove(handle);
}

/// Removes a TIME_WAIT entry and frees its port.
void Stack::Impl::forget_time_wait(std::uint32_t handle) {
    ports.release(time_waits[handle].tuple);
    drop_time_wait(handle);
}

void Stack::Impl::tell_fired(Time now, std::uint32_t handle) {
    Connection& c = slots[handle].connection;
    const std::uint16_t fired = c.take_fired();
    for (unsigned i = 0; fired >> i != 0; ++i) {
        if ((fired >> i & 1U) != 0) observer->on_timer(now, c.tuple(), static_cast<FiredTimer>(i));
    }
}

/// Only when something of it has changed.
void Stack::Impl::tell_state(Time now, std::uint32_t handle) {
    const TcpSnapshot snapshot = slots[handle].connection.snapshot();
    if (told.size() <= handle) told.resize(slots.size());
    const Hold hold = slots[handle].connection.hold(now);
    Told& known = told[handle];
    if (known.hold != hold) observer->on_hold(now, snapshot.tuple, hold);
    known.hold = hold;
    if (known.snapshot == snapshot) return;
    known.snapshot = snapshot;
    observer->on_tcp(now, snapshot);
}

void Stack::Impl::tell_closed(Time now, const FourTuple& tuple) const {
    TcpSnapshot gone;
    gone.tuple = tuple;
    observer->on_tcp(now, gone);
}

ConnectionInfo Stack::Impl::describe(const ConnectionSlot& slot) const {
    const Connection& c = slot.connection;
    const TcpSnapshot snapshot = c.snapshot();
    ConnectionInfo info;
    info.tuple = c.tuple();
    info.syn = c.syn();
    info.state = c.state();
    info.error = c.error();
    info.opened = slot.opened;
    info.established = c.established();
    info.cwnd = snapshot.cwnd;
    info.ssthresh = snapshot.ssthresh;
    info.in_flight = snapshot.in_flight;
    info.srtt = snapshot.srtt;
    info.rto = snapshot.rto;
    info.bytes_written = c.bytes_written();
    info.bytes_acknowledged = c.bytes_acknowledged();
    info.bytes_received = c.bytes_received();
    info.bytes_read = c.bytes_read();
    info.bytes_destroyed = c.bytes_destroyed();
    info.segments_sent = c.data_segments_sent();
    info.retransmitted = c.retransmitted();
    return info;
}

}  // namespace tcplab
