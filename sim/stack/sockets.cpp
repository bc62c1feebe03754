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

TcpError Stack::connect(Time now, SocketId s, Endpoint remote) {
    Impl& m = *impl_;
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind == Socket::Kind::listening) return TcpError::is_connected;
    if (socket->kind == Socket::Kind::connection) {
        const State state = m.connection_of(*socket).state();
        const bool pending = state == State::syn_sent || state == State::syn_received;
        return pending ? TcpError::already : TcpError::is_connected;
    }
    if (remote.port == 0) return TcpError::invalid;
    FourTuple tuple{socket->local, remote};
    if (!socket->bound) {
        tuple.local = {m.address, m.ephemeral_port(now, remote)};
        if (tuple.local.port == 0) return TcpError::no_port;
    }
    SeqNum initial = m.initial_sequence(now, tuple);
    const std::uint32_t old = m.find(tuple);
    if (old != Impl::kNone) {
        if (!m.may_take_over(now, tuple, socket->bound)) return TcpError::no_port;
        initial = Impl::initial_sequence_beyond(m.time_waits[old & ~Impl::kTimeWait]);
        m.drop_time_wait(old & ~Impl::kTimeWait);
    }
    if (socket->bound) m.ports.occupy(tuple);
    const std::uint32_t handle = m.create(now, tuple, initial, socket->config);
    ConnectionSlot& slot = m.slots[handle];
    slot.active = true;
    slot.socket = s;
    socket->kind = Socket::Kind::connection;
    socket->connection = handle;
    socket->local = tuple.local;
    m.inherit(slot, *socket);
    slot.connection->connect(now);
    if (!socket->quick_ack) slot.connection->set_quick_ack(false);
    m.mark_dirty(handle);
    return TcpError::in_progress;
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
    slot.listener = kNoSocket;
    const SocketId id = m.open_socket();  // moves the sockets: `parent` is not valid any more
    slot.socket = id;
    Socket& s = m.sockets[static_cast<std::size_t>(id)];
    s.kind = Socket::Kind::connection;
    s.connection = handle;
    s.config = slot.config;
    s.local = slot.connection->tuple().local;
    s.no_delay = slot.no_delay;
    s.cork = slot.cork;
    if (slot.connection->readable() > 0 || slot.connection->end_of_stream()) m.post(id, ready::readable);
    if (peer != nullptr) *peer = slot.connection->tuple().remote;
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
        slots[h].queue = ConnectionSlot::Queue::none;
        slots[h].listener = kNoSocket;
        slots[h].connection->abort();
        mark_dirty(h);
    }
    listeners.erase(
        std::find_if(listeners.begin(), listeners.end(), [&](const Listener& l) { return l.socket == id; }));
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
            slot.connection->abort();
            m.mark_dirty(handle);
        } else {
            // A longer SO_LINGER would only make a blocking close() wait; ours returns at once.
            slot.connection->close(now);
            m.mark_dirty(handle);
        }
    }
    m.free_socket(s);
    return TcpError::none;
}

}  // namespace tcplab
