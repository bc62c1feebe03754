// Socket options and what can be asked of a socket.
#include <algorithm>
#include <limits>

#include "stack/impl.hpp"

namespace tcplab {

Config& Stack::Impl::own_config(Socket& s) const {
    if (!s.config || s.config->owners > 1) {
        s.config = Ref<SocketConfig>(new SocketConfig{config_of(s.config)});
    }
    return s.config->config;
}

/// A connection starts with the options of the socket that it comes from.
void Stack::Impl::inherit(ConnectionSlot& slot, const Socket& from) const {
    slot.no_delay = from.no_delay;
    slot.cork = from.cork;
    if (from.no_delay == config.nagle) slot.connection->set_no_delay(from.no_delay);
    if (from.cork != config.cork) slot.connection->set_cork(from.cork);
}

/// Options that a connection takes when it is made.
TcpError Stack::Impl::set_initial_option(Socket& s, SocketOption option, std::int64_t value) const {
    constexpr std::int64_t kLeastMss = 88;    // TCP_MIN_MSS
    constexpr std::int64_t kMostMss = 32767;  // MAX_TCP_WINDOW
    constexpr std::int64_t kMostBuffer = std::numeric_limits<std::int32_t>::max() / 2;
    if (s.kind == Socket::Kind::connection && option != SocketOption::send_buffer) return TcpError::invalid;
    const auto bytes = static_cast<std::uint64_t>(std::clamp<std::int64_t>(value, 1, kMostBuffer));
    switch (option) {
        case SocketOption::send_buffer: own_config(s).send_buffer = bytes; break;
        case SocketOption::receive_buffer: {
            Config& c = own_config(s);
            // Half of the buffer is for bookkeeping (sock_setsockopt).
            c.receive_buffer = c.linux_receive_window ? 2 * bytes : bytes;
            c.receive_buffer_max = c.receive_buffer;
            break;
        }
        case SocketOption::max_segment:
            if (value < kLeastMss || value > kMostMss) return TcpError::invalid;
            own_config(s).mss = std::min(config.mss, static_cast<std::uint16_t>(value));
            break;
        case SocketOption::congestion_control:
            if (value < 0 || value > static_cast<std::int64_t>(CongestionControl::bbr)) return TcpError::invalid;
            own_config(s).congestion_control = static_cast<CongestionControl>(value);
            break;
        default: return TcpError::invalid;
    }
    return TcpError::none;
}

TcpError Stack::set_option(Time now, SocketId s, SocketOption option, std::int64_t value) {
    Impl& m = *impl_;
    m.flush(now);
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return TcpError::bad_socket;
    const bool on = value != 0;
    const bool live = socket->kind == Socket::Kind::connection;
    switch (option) {
        case SocketOption::no_delay:
            socket->no_delay = on;
            if (live) m.connection_of(*socket).set_no_delay(on);
            break;
        case SocketOption::quick_ack:
            socket->quick_ack = on;
            if (live) m.connection_of(*socket).set_quick_ack(on);
            break;
        case SocketOption::cork:
            socket->cork = on;
            if (live) m.connection_of(*socket).set_cork(on);
            break;
        case SocketOption::keepalive_ns:
            if (value < 0) return TcpError::invalid;
            m.own_config(*socket).keepalive = Duration(value);
            if (live) m.connection_of(*socket).set_keepalive(now, Duration(value));
            break;
        case SocketOption::linger_ns:
            m.own_config(*socket).linger = value < 0 ? std::nullopt : std::optional<Duration>(Duration(value));
            break;
        case SocketOption::reuse_address: socket->reuse_address = on; break;
        default: {
            const TcpError error = m.set_initial_option(*socket, option, value);
            if (error != TcpError::none || !live) return error;
            ConnectionSlot& slot = m.slots[socket->connection];
            slot.config = socket->config;
            slot.connection->use_config(slot.config->config);
        }
    }
    if (live) m.mark_dirty(socket->connection);
    return TcpError::none;
}

Result<std::int64_t> Stack::get_option(SocketId s, SocketOption option) const {
    const Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {0, TcpError::bad_socket};
    const Config& c = impl_->config_of(socket->config);
    std::int64_t value = 0;
    switch (option) {
        case SocketOption::no_delay: value = socket->no_delay ? 1 : 0; break;
        case SocketOption::quick_ack: value = socket->quick_ack ? 1 : 0; break;
        case SocketOption::cork: value = socket->cork ? 1 : 0; break;
        case SocketOption::linger_ns: value = c.linger ? c.linger->count() : -1; break;
        case SocketOption::send_buffer: value = static_cast<std::int64_t>(c.send_buffer); break;
        case SocketOption::receive_buffer: value = static_cast<std::int64_t>(c.receive_buffer); break;
        case SocketOption::reuse_address: value = socket->reuse_address ? 1 : 0; break;
        case SocketOption::max_segment: value = c.mss; break;
        case SocketOption::congestion_control: value = static_cast<std::int64_t>(c.congestion_control); break;
        case SocketOption::keepalive_ns: value = c.keepalive.count(); break;
    }
    return {value, TcpError::none};
}

Result<ConnectionInfo> Stack::info(SocketId s) const {
    const Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {{}, TcpError::bad_socket};
    if (socket->kind == Socket::Kind::connection)
        return {impl_->describe(impl_->slots[socket->connection]), TcpError::none};
    ConnectionInfo info;
    info.tuple.local = socket->local;
    if (socket->kind == Socket::Kind::listening) info.state = State::listen;
    return {info, TcpError::none};
}

Result<TcpInfo> Stack::tcp_info(Time now, SocketId s) const {
    constexpr std::uint8_t kListen = 10;  // TCP_LISTEN
    const Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {{}, TcpError::bad_socket};
    if (socket->kind == Socket::Kind::connection) {
        return {impl_->slots[socket->connection].connection->tcp_info(now), TcpError::none};
    }
    TcpInfo info;
    if (socket->kind == Socket::Kind::listening) info.state = kListen;
    return {info, TcpError::none};
}

Result<std::uint16_t> Stack::poll_state(SocketId s) const {
    const Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {0, TcpError::bad_socket};
    if (socket->kind == Socket::Kind::listening) {
        const auto l = std::find_if(impl_->listeners.begin(), impl_->listeners.end(),
                                    [&](const Listener& x) { return x.socket == s; });
        return {l->waiting.empty() ? std::uint16_t{0} : poll::in, TcpError::none};
    }
    if (socket->kind != Socket::Kind::connection) return {poll::out | poll::hang_up, TcpError::none};
    const Connection& c = *impl_->slots[socket->connection].connection;
    const bool receive_ended = c.receive_ended() || socket->read_shut;
    unsigned bits = 0;
    if (receive_ended && c.send_ended()) bits |= poll::hang_up;
    if (receive_ended) bits |= poll::in | poll::read_hang_up;
    if (c.error() != TcpError::none && !socket->error_told) bits |= poll::error;
    if (c.state() != State::syn_sent) {
        if (c.readable() > 0) bits |= poll::in;
        if (c.send_ended() || (c.state() != State::syn_received && c.has_send_space())) bits |= poll::out;
    }
    return {static_cast<std::uint16_t>(bits), TcpError::none};
}

Result<TcpError> Stack::take_error(SocketId s) {
    Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {TcpError::none, TcpError::bad_socket};
    if (socket->kind != Socket::Kind::connection) return {TcpError::none, TcpError::none};
    return {impl_->take_error(*socket), TcpError::none};
}

}  // namespace tcplab
