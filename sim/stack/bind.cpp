// Local ports: bind(), listen() without one, and the choice of an ephemeral port for connect().
#include <algorithm>

#include "stack/impl.hpp"

namespace tcplab {
namespace {

constexpr Duration kReuseDelay = 1s;  // tcp_tw_reuse_delay

bool is_loopback(Ipv4Address a) { return a.value >> 24U == 127; }

}  // namespace

/// Whether bind() or listen() gave the port to a socket.
bool Stack::Impl::is_bound(std::uint16_t port) const {
    return std::any_of(bound_sockets.begin(), bound_sockets.end(),
                       [&](SocketId id) { return sockets[static_cast<std::size_t>(id)].local.port == port; });
}

/// Whether a connection, or one in TIME_WAIT, has the port at this end. Looks at all of them: bind() is rare.
bool Stack::Impl::is_used(std::uint16_t port) const {
    bool used = false;
    table.for_each([&](std::uint32_t h) { used = used || tuple_of(h).local.port == port; });
    return used;
}

/// The ports for which either is true, by number.
std::vector<bool> Stack::Impl::taken_ports() const {
    std::vector<bool> taken(65536);
    for (const SocketId id : bound_sockets) taken[sockets[static_cast<std::size_t>(id)].local.port] = true;
    table.for_each([&](std::uint32_t h) { taken[tuple_of(h).local.port] = true; });
    return taken;
}

/// EADDRINUSE of bind() and listen(): another socket has the port, unless both set SO_REUSEADDR and neither listens;
/// or a connection has it (one in TIME_WAIT, usually) and this socket did not set SO_REUSEADDR.
bool Stack::Impl::conflicts(SocketId id, std::uint16_t port, bool to_listen) const {
    const bool reuse = sockets[static_cast<std::size_t>(id)].reuse_address;
    for (const SocketId other : bound_sockets) {
        const Socket& o = sockets[static_cast<std::size_t>(other)];
        if (other == id || o.local.port != port) continue;
        const bool listens = o.kind == Socket::Kind::listening;
        if (to_listen ? listens : (!reuse || !o.reuse_address || listens)) return true;
    }
    return !to_listen && !reuse && is_used(port);
}

/// Gives socket `id` the port, or a free one when `port` is 0.
TcpError Stack::Impl::bind_port(SocketId id, std::uint16_t port) {
    if (port == 0) {
        const std::vector<bool> taken = taken_ports();
        const auto free = ports.take(address, Endpoint{}, [&](std::uint16_t p) { return !taken[p]; });
        if (!free) return TcpError::address_in_use;
        ports.release({{address, *free}, Endpoint{}});  // being bound is what keeps it
        port = *free;
    } else if (conflicts(id, port, false)) {
        return TcpError::address_in_use;
    }
    Socket& s = sockets[static_cast<std::size_t>(id)];
    s.local = {address, port};
    s.bound = true;
    bound_sockets.push_back(id);
    return TcpError::none;
}

TcpError Stack::bind(SocketId s, Endpoint local) {
    Impl& m = *impl_;
    const Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    if (socket->kind != Socket::Kind::fresh || socket->bound) return TcpError::invalid;
    if (local.address.value != 0 && local.address != m.address) return TcpError::no_port;
    return m.bind_port(s, local.port);
}

/// Whether connect() may take a four-tuple over from a connection in TIME_WAIT (tcp_twsk_unique): only with
/// timestamps, which tell old segments from new, and on a port chosen by the stack only as tcp_tw_reuse says.
bool Stack::Impl::may_take_over(Time now, const FourTuple& tuple, bool bound_port) const {
    const std::uint32_t handle = find(tuple);
    if (handle == kNone || (handle & kTimeWait) == 0) return false;
    const std::uint32_t entry = handle & ~kTimeWait;
    if (!time_waits[entry].timestamps || !config.timestamps) return false;
    return bound_port || (reuses_ports(tuple.remote) && now - time_waits.since(entry) >= kReuseDelay);
}

/// Whether tcp_tw_reuse lets a connection to `remote` take over a port chosen by the stack.
bool Stack::Impl::reuses_ports(Endpoint remote) const {
    return config.time_wait_reuse == TimeWaitReuse::always ||
           (config.time_wait_reuse == TimeWaitReuse::loopback && is_loopback(remote.address));
}

/// A local port for a connection to `remote`; 0 when there is none.
std::uint16_t Stack::Impl::ephemeral_port(Time now, Endpoint remote) {
    const auto tuple = [&](std::uint16_t port) { return FourTuple{{address, port}, remote}; };
    const auto usable = [&](std::uint16_t p) { return !is_bound(p) && find(tuple(p)) == kNone; };
    if (const auto port = ports.take(address, remote, usable)) return *port;
    // Who waits for a port asks again and again: all ports are looked at only if one of them may be taken over.
    if (!config.timestamps || !reuses_ports(remote) || time_waits.with_timestamps() == 0) return 0;
    if (now - time_waits.since(time_waits.oldest()) < kReuseDelay) return 0;
    const auto reusable = [&](std::uint16_t p) { return !is_bound(p) && may_take_over(now, tuple(p), false); };
    return ports.take_over(address, remote, reusable).value_or(0);
}

}  // namespace tcplab
