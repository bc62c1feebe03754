// Descriptors, and the socket calls that open and close connections.
#include <algorithm>
#include <functional>

#include "stack/impl.hpp"

namespace tcplab {

SocketId Stack::Impl::open_socket() {
    auto id = static_cast<SocketId>(sockets.size());
    if (free_sockets.empty()) {
        sockets.emplace_back();
    } else {
        std::pop_heap(free_sockets.begin(), free_sockets.end(), std::greater<>());
        id = free_sockets.back();
        free_sockets.pop_back();
    }
    Socket& s = sockets[static_cast<std::size_t>(id)];
    s.kind = Socket::Kind::fresh;
    s.no_delay = !config.nagle;
    s.cork = config.cork;
    return id;
}

void Stack::Impl::free_socket(SocketId id) {
    Socket& s = sockets[static_cast<std::size_t>(id)];
    if (s.bound) bound_sockets.erase(std::find(bound_sockets.begin(), bound_sockets.end(), id));
    s = Socket{};
    free_sockets.push_back(id);
    std::push_heap(free_sockets.begin(), free_sockets.end(), std::greater<>());
}

bool Stack::Impl::in_use(SocketId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < sockets.size() &&
           sockets[static_cast<std::size_t>(id)].kind != Socket::Kind::unused;
}

Socket* Stack::Impl::find_socket(SocketId id) { return in_use(id) ? &sockets[static_cast<std::size_t>(id)] : nullptr; }

const Socket* Stack::Impl::find_socket(SocketId id) const {
    return in_use(id) ? &sockets[static_cast<std::size_t>(id)] : nullptr;
}

/// Adds to the events that poll_event will give for a socket.
void Stack::Impl::post(SocketId id, std::uint8_t ready) {
    Socket& s = sockets[static_cast<std::size_t>(id)];
    s.ready |= ready;
    if (s.queued) return;
    s.queued = true;
    ready_sockets.push_back(id);
}

Listener* Stack::Impl::find_listener(SocketId id) {
    const auto l = std::find_if(listeners.begin(), listeners.end(), [&](const Listener& x) { return x.socket == id; });
    return l == listeners.end() ? nullptr : &*l;
}

Listener* Stack::Impl::find_listener(const Endpoint& local) {
    const auto l =
        std::find_if(listeners.begin(), listeners.end(), [&](const Listener& x) { return x.local == local; });
    return l == listeners.end() ? nullptr : &*l;
}

SocketId Stack::socket() { return impl_->open_socket(); }

TcpError Stack::listen(SocketId s, std::uint32_t backlog) {
    Impl& m = *impl_;
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind == Socket::Kind::listening) {
        m.find_listener(s)->backlog = backlog;
        return TcpError::none;
    }
    if (socket->kind != Socket::Kind::fresh) return TcpError::invalid;
    if (!socket->bound) {
        const TcpError error = m.bind_port(s, 0);
        if (error != TcpError::none) return error;
    }
    if (m.conflicts(s, socket->local.port, true)) return TcpError::address_in_use;
    socket->kind = Socket::Kind::listening;
    Listener l;
    l.socket = s;
    l.local = socket->local;
    l.backlog = backlog;
    m.listeners.push_back(std::move(l));
    return TcpError::none;
}

TcpError Stack::Impl::begin_connect(Time now, SocketId s, Endpoint remote) {
    Socket* const socket = find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind == Socket::Kind::listening) return TcpError::is_connected;
    if (socket->kind == Socket::Kind::connection) {
        const State state = connection_of(*socket).state();
        const bool pending = state == State::syn_sent || state == State::syn_received;
        return pending ? TcpError::already : TcpError::is_connected;
    }
    if (remote.port == 0) return TcpError::invalid;
    FourTuple tuple{socket->local, remote};
    if (!socket->bound) {
        tuple.local = {address, ephemeral_port(now, remote)};
        if (tuple.local.port == 0) return TcpError::no_port;
    }
    SeqNum initial = initial_sequence(now, tuple);
    const std::uint32_t old = find(tuple);
    if (old != kNone) {
        if (!may_take_over(now, tuple, socket->bound)) return TcpError::no_port;
        initial = initial_sequence_beyond(time_waits[old & ~kTimeWait]);
        drop_time_wait(old & ~kTimeWait);
    }
    if (socket->bound) ports.occupy(tuple);
    const std::uint32_t handle = create(now, tuple, initial, socket->config);
    ConnectionSlot& slot = slots[handle];
    slot.active = true;
    slot.socket = s;
    socket->kind = Socket::Kind::connection;
    socket->connection = handle;
    socket->local = tuple.local;
    inherit(slot, *socket);
    if (!socket->quick_ack) slot.connection.set_quick_ack(false);
    return TcpError::none;
}

TcpError Stack::connect(Time now, SocketId s, Endpoint remote) {
    Impl& m = *impl_;
    const TcpError error = m.begin_connect(now, s, remote);
    if (error != TcpError::none) return error;
    Socket& socket = *m.find_socket(s);
    Connection& c = m.connection_of(socket);
    const std::uint32_t modes = m.config_of(socket.config).fast_open;
    if (!socket.fast_open_connect || (modes & fast_open::client) == 0) {
        c.connect(now);
    } else if ((modes & fast_open::client_no_cookie) != 0 || m.fast_open_cache.knows(remote.address)) {
        socket.deferred = true;
        m.post(s, ready::writable);
        return TcpError::none;
    } else {
        c.connect_fast_open(now, m.fast_open_cache.request(remote.address), nullptr, 0);
    }
    m.mark_dirty(socket.connection);
    return TcpError::in_progress;
}

/// Sends the SYN of a socket that has a connection in CLOSED, with as much data as goes with it.
std::uint64_t Stack::Impl::start_fast_open(Time now, Socket& s, const Piece* pieces, std::size_t count) {
    Connection& c = connection_of(s);
    FastOpenRequest request = fast_open_cache.request(c.tuple().remote.address);
    if ((config_of(s.config).fast_open & fast_open::client_no_cookie) != 0) {
        request.option = FastOpenOption();
        request.with_data = true;
    }
    s.deferred = false;
    const std::uint64_t taken = c.connect_fast_open(now, request, pieces, count);
    mark_dirty(s.connection);
    return taken;
}

Result<std::uint64_t> Stack::connect_write(Time now, SocketId s, Endpoint remote, const Piece* pieces,
                                           std::size_t count) {
    Impl& m = *impl_;
    m.flush(now);
    const Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return {0, TcpError::bad_socket};
    if ((m.config_of(socket->config).fast_open & fast_open::client) == 0) return {0, TcpError::not_supported};
    const TcpError error = m.begin_connect(now, s, remote);
    if (error != TcpError::none) return {0, error};
    const std::uint64_t taken = m.start_fast_open(now, *m.find_socket(s), pieces, count);
    return {taken, taken > 0 ? TcpError::none : TcpError::in_progress};
}

Result<SocketId> Stack::accept(Time, SocketId listener, Endpoint* peer) {
    Impl& m = *impl_;
    const Socket* const parent = m.find_socket(listener);
    if (parent == nullptr) return {kNoSocket, TcpError::bad_socket};
    if (parent->kind != Socket::Kind::listening) return {kNoSocket, TcpError::invalid};
    Listener& l = *m.find_listener(listener);
    if (l.waiting.empty()) return {kNoSocket, TcpError::would_block};
    const std::uint32_t handle = l.waiting.front();
    l.waiting.pop_front();
    ConnectionSlot& slot = m.slots[handle];
    slot.queue = ConnectionSlot::Queue::none;
    if (!slot.fast_open_pending) slot.listener = kNoSocket;
    const SocketId id = m.open_socket();  // moves the sockets: `parent` is not valid any more
    slot.socket = id;
    Socket& s = m.sockets[static_cast<std::size_t>(id)];
    s.kind = Socket::Kind::connection;
    s.connection = handle;
    s.config = slot.config;
    s.local = slot.connection.tuple().local;
    s.no_delay = slot.no_delay;
    s.cork = slot.cork;
    if (slot.connection.readable() > 0 || slot.connection.end_of_stream()) m.post(id, ready::readable);
    if (peer != nullptr) *peer = slot.connection.tuple().remote;
    return {id, TcpError::none};
}

TcpError Stack::shutdown(Time now, SocketId s, Shutdown how) {
    Impl& m = *impl_;
    m.flush(now);
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind != Socket::Kind::connection) return TcpError::not_connected;
    Connection& c = m.connection_of(*socket);
    if (c.state() == State::closed || c.state() == State::syn_sent) return TcpError::not_connected;
    if (how != Shutdown::write) {
        socket->read_shut = true;
        m.post(s, ready::readable);
    }
    if (how != Shutdown::read) {
        c.shutdown_write();
        m.mark_dirty(socket->connection);
    }
    return TcpError::none;
}

/// Ends the listener, and resets what waits at it.
void Stack::Impl::close_listener(SocketId id) {
    std::vector<std::uint32_t> children;
    table.for_each([&](std::uint32_t h) {
        if ((h & kTimeWait) == 0 && slots[h].listener == id) children.push_back(h);
    });
    for (const std::uint32_t h : children) {
        ConnectionSlot& slot = slots[h];
        slot.listener = kNoSocket;
        slot.fast_open_pending = slot.young = false;
        if (slot.queue == ConnectionSlot::Queue::none) continue;  // accepted before its handshake was done
        slot.queue = ConnectionSlot::Queue::none;
        slot.connection.abort();
        mark_dirty(h);
    }
    listeners.erase(
        std::find_if(listeners.begin(), listeners.end(), [&](const Listener& l) { return l.socket == id; }));
}

TcpError Stack::linger(Time now, SocketId s) {
    Impl& m = *impl_;
    m.flush(now);
    const Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind != Socket::Kind::connection) return TcpError::none;
    if (m.config_of(socket->config).linger.value_or(Duration::zero()) == Duration::zero()) return TcpError::none;
    Connection& c = m.connection_of(*socket);
    c.linger();
    m.mark_dirty(socket->connection);
    return c.is_closing() ? TcpError::in_progress : TcpError::none;
}

TcpError Stack::close(Time now, SocketId s) {
    Impl& m = *impl_;
    m.flush(now);
    const Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind == Socket::Kind::listening) m.close_listener(s);
    if (socket->kind == Socket::Kind::connection) {
        const std::uint32_t handle = socket->connection;
        ConnectionSlot& slot = m.slots[handle];
        slot.socket = kNoSocket;
        if (slot.retired) {
            m.destroy(handle);
        } else if (m.config_of(socket->config).linger == Duration::zero()) {
            slot.connection.abort();
            m.mark_dirty(handle);
        } else {
            slot.connection.close(now);
            m.mark_dirty(handle);
            m.add_orphan(now, handle);
        }
    }
    m.free_socket(s);
    return TcpError::none;
}

}  // namespace tcplab
