// What a listener does with a SYN, and with the ACK of a SYN cookie: SYN queue and accept queue, cookies, Fast Open
// (RFC 9293 3.10.7.2; tcp_conn_request, cookie_v4_check, tcp_try_fastopen).
#include <algorithm>

#include "stack/impl.hpp"

namespace tcplab {

namespace {

constexpr Duration kCookieMemory = std::chrono::minutes(2);  // TCP_SYNCOOKIE_VALID

}  // namespace

/// A connection that a SYN makes for a listener, with what the listener's socket was given.
std::uint32_t Stack::Impl::add_child(Time now, const Listener& l, const FourTuple& tuple, SeqNum initial,
                                     ConnectionSlot::Queue queue) {
    const Socket& parent = sockets[static_cast<std::size_t>(l.socket)];
    const std::uint32_t handle = create(now, tuple, initial, parent.config);
    ConnectionSlot& slot = slots[handle];
    slot.listener = l.socket;
    slot.queue = queue;
    inherit(slot, parent);
    return handle;
}

/// A connection that stands for a request, in the listener's SYN queue.
std::uint32_t Stack::Impl::add_request(Time now, Listener& l, const FourTuple& tuple, SeqNum initial) {
    const std::uint32_t handle = add_child(now, l, tuple, initial, ConnectionSlot::Queue::handshake);
    slots[handle].young = true;
    ++l.in_handshake;
    ++l.young;
    return handle;
}

/// The connection is no request any more, and no Fast Open connection whose handshake is not done.
void Stack::Impl::leave_handshake(std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    if (slot.listener == kNoSocket) return;
    Listener* const l = find_listener(slot.listener);
    if (l != nullptr && slot.queue == ConnectionSlot::Queue::handshake) {
        --l->in_handshake;
        l->young -= slot.young ? 1U : 0U;
    }
    if (l != nullptr && slot.fast_open_pending) --l->fast_open_pending;
    slot.young = slot.fast_open_pending = false;
    if (slot.queue == ConnectionSlot::Queue::none) slot.listener = kNoSocket;
}

/// A SYN. `old`: the connection in TIME-WAIT that it replaces, whose peer is evidently a real one.
void Stack::Impl::arrive_listener(Time now, Listener& l, const FourTuple& tuple, const Segment& s,
                                  const TimeWait* old) {
    const Config& c = config_of(sockets[static_cast<std::size_t>(l.socket)].config);
    const bool queue_full = old == nullptr && l.in_handshake > l.backlog;
    if ((queue_full && !c.syn_cookies) || l.full()) return;
    if (queue_full) {
        send_cookie(now, l, tuple, s);
        return;
    }
    // Without cookies the last quarter is for peers that have proved to be alive, and none has.
    const std::int64_t left = std::int64_t{c.syn_backlog} - l.in_handshake;
    if (old == nullptr && !c.syn_cookies && left < std::int64_t{c.syn_backlog / 4}) return;
    const SeqNum initial = old != nullptr ? initial_sequence_beyond(*old) : initial_sequence(now, tuple);
    FastOpenOption answer;
    if (lets_fast_open_in(l, s)) {
        const Ipv4Address client = tuple.remote.address;
        const bool valid = (c.fast_open & fast_open::server_no_cookie) != 0 ||
                           (s.fast_open().length > 0 && fast_open_cookies.valid(s.fast_open(), client, address));
        if (valid) {
            accept_fast_open(now, l, tuple, initial, s);
            return;
        }
        if (s.sack.has_fast_open()) answer = fast_open_cookies.make(client, address, s.fast_open().kind);
    }
    const std::uint32_t handle = add_request(now, l, tuple, initial);
    slots[handle].connection.accept(now, s, answer);
    mark_dirty(handle);
}

/// Answers without remembering anything but that there are cookies about.
void Stack::Impl::send_cookie(Time now, Listener& l, const FourTuple& tuple, const Segment& s) {
    const Config& c = config_of(sockets[static_cast<std::size_t>(l.socket)].config);
    Segment syn = s;
    if (!s.has_timestamps || !c.timestamps) {  // nothing to keep further options in
        syn.has_timestamps = syn.sack_permitted = syn.has_window_scale = false;
        syn.flags = flag::syn;
    }
    Connection shortlived(c, tuple, syn_cookies.make(now, tuple, s.seq, s.mss), share->memory);
    shortlived.accept(now, syn);
    Segment out;
    shortlived.poll_segment(now, out);
    if (out.has_timestamps) {
        syn.sack_permitted = out.sack_permitted;
        syn.has_window_scale = out.has_window_scale;
        if (!out.has(flag::ece)) syn.flags = flag::syn;
        const std::uint32_t offset = Timestamps::offset_of(tuple);
        out.ts_value = timestamp_with_options(out.ts_value - offset, syn) + offset;
    }
    outgoing.push_back(std::move(out));
    l.last_cookie = now;
}

std::optional<Segment> Stack::Impl::read_cookie(Time now, const Listener& l, const FourTuple& tuple,
                                                const Segment& s) const {
    const Config& c = config_of(sockets[static_cast<std::size_t>(l.socket)].config);
    const bool expected = l.last_cookie != kNever && now - l.last_cookie <= kCookieMemory;
    if (!c.syn_cookies || !expected || s.has(flag::syn)) return std::nullopt;
    Segment syn;
    syn.flags = flag::syn;
    syn.seq = s.seq - 1;
    syn.window = s.window;
    const std::optional<std::uint16_t> mss = syn_cookies.check(now, tuple, syn.seq, s.ack - 1);
    if (!mss) return std::nullopt;
    syn.mss = *mss;
    if (!s.has_timestamps) return syn;
    restore_options(s.ts_echo - Timestamps::offset_of(tuple), syn);
    const bool offered = c.timestamps && (c.sack || !syn.sack_permitted) && (c.window_scaling || !syn.has_window_scale);
    if (!offered) return std::nullopt;
    syn.has_timestamps = true;
    syn.ts_value = s.ts_value;
    return syn;
}

/// An ACK of nobody's SYN-ACK. False: nor of a cookie.
bool Stack::Impl::arrive_cookie(Time now, Listener& l, const FourTuple& tuple, const Segment& s) {
    const std::optional<Segment> syn = read_cookie(now, l, tuple, s);
    if (!syn) return false;
    if (l.full()) return true;
    const std::uint32_t handle = add_request(now, l, tuple, s.ack - 1);
    slots[handle].connection.accept_cookie(now, *syn);
    arrive_connection(now, handle, s);
    return true;
}

/// Whether the listener takes Fast Open at all, the SYN asks for it, and there are not too many of them
/// (tcp_fastopen_queue_check).
bool Stack::Impl::lets_fast_open_in(const Listener& l, const Segment& s) const {
    const Socket& parent = sockets[static_cast<std::size_t>(l.socket)];
    const Config& c = config_of(parent.config);
    if ((c.fast_open & fast_open::server) == 0 || (s.payload.length == 0 && !s.sack.has_fast_open())) return false;
    std::uint32_t limit = fast_open_queue_of(parent);
    if (limit == 0 && (c.fast_open & fast_open::all_listeners) != 0) limit = l.backlog;
    return l.fast_open_pending < limit;
}

/// Its data can be read, and answered, before the handshake is done: it is given to accept() at once.
void Stack::Impl::accept_fast_open(Time now, Listener& l, const FourTuple& tuple, SeqNum initial, const Segment& s) {
    const std::uint32_t handle = add_child(now, l, tuple, initial, ConnectionSlot::Queue::accept);
    ConnectionSlot& slot = slots[handle];
    slot.fast_open_pending = true;
    ++l.fast_open_pending;
    l.waiting.push_back(handle);
    slot.connection.accept_fast_open(now, s);
    mark_dirty(handle);
    post(l.socket, ready::accept);
}

/// The SYN-ACK of a request is due again. While the queue is more than half full, old requests are given up earlier
/// than tcp_synack_retries says, so that half of it is for young ones (reqsk_timer_handler).
void Stack::Impl::expire_request(std::uint32_t handle) {
    ConnectionSlot& slot = slots[handle];
    Listener& l = *find_listener(slot.listener);
    const std::uint32_t most = config_of(slot.config).synack_retries;
    std::uint32_t retries = most;
    if (2 * l.in_handshake > std::max(8U, l.backlog)) {
        for (std::uint32_t young = 2 * l.young; retries > 2 && l.in_handshake >= young; young *= 2) --retries;
    }
    if (retries < most && slot.connection.synack_timeouts() >= retries) {
        slot.connection.give_up_handshake();
        leave_handshake(handle);  // now: the next in line finds the queue shorter
        slot.queue = ConnectionSlot::Queue::none;
        slot.listener = kNoSocket;
    } else if (slot.young) {
        slot.young = false;
        --l.young;
    }
}

}  // namespace tcplab
