// Socket options and what can be asked of a socket.
#include <algorithm>
#include <limits>

#include "stack/impl.hpp"

namespace tcplab {

namespace {

constexpr std::int64_t kMostPending = 4096;  // somaxconn

/// In how many timeouts of a SYN-ACK `time` has passed (secs_to_retrans).
std::uint32_t synack_timeouts_in(Duration time, Duration first, Duration most) {
    constexpr std::uint32_t limit = 255;
    if (time <= Duration::zero()) return 0;
    std::uint32_t n = 1;
    Duration timeout = first;
    for (Duration passed = timeout; time > passed && n < limit; passed += timeout) {
        ++n;
        timeout = std::min(2 * timeout, most);
    }
    return n;
}

/// The time that so many take (retrans_to_secs).
Duration time_of(std::uint32_t timeouts, Duration first, Duration most) {
    Duration passed{0};
    Duration timeout = first;
    for (; timeouts > 0; --timeouts, timeout = std::min(2 * timeout, most)) passed += timeout;
    return passed;
}

}  // namespace

Config& Stack::Impl::own_config(Socket& s) const {
    if (!s.config || s.config->owners > 1) {
        s.config = Ref<SocketConfig>(new SocketConfig{config_of(s.config), fast_open_queue_of(s)});
    }
    return s.config->config;
}

/// A connection starts with the options of the socket that it comes from.
void Stack::Impl::inherit(ConnectionSlot& slot, const Socket& from) const {
    slot.no_delay = from.no_delay;
    slot.cork = from.cork;
    if (from.no_delay == config.nagle) slot.connection.set_no_delay(from.no_delay);
    if (from.cork != config.cork) slot.connection.set_cork(from.cork);
}

/// Options that a connection takes when it is made; buffers may change later too.
TcpError Stack::Impl::set_initial_option(Socket& s, SocketOption option, std::int64_t value) {
    constexpr std::int64_t kLeastMss = 88;    // TCP_MIN_MSS
    constexpr std::int64_t kMostMss = 32767;  // MAX_TCP_WINDOW
    constexpr std::int64_t kMostBuffer = std::numeric_limits<std::int32_t>::max() / 2;
    const bool live = s.kind == Socket::Kind::connection;
    const auto bytes = static_cast<std::uint64_t>(std::clamp<std::int64_t>(value, 1, kMostBuffer));
    switch (option) {
        case SocketOption::send_buffer:
            own_config(s).send_buffer = bytes;
            own_config(s).send_buffer_start.reset();  // SOCK_SNDBUF_LOCK
            break;
        case SocketOption::receive_buffer: {
            Config& c = own_config(s);
            // Half of the buffer is for bookkeeping (sock_setsockopt).
            c.receive_buffer = c.linux_receive_window ? 2 * bytes : bytes;
            c.receive_buffer_max = c.receive_buffer;
            if (live) connection_of(s).set_receive_buffer(c.receive_buffer);
            break;
        }
        case SocketOption::max_segment:
            if (live || value < kLeastMss || value > kMostMss) return TcpError::invalid;
            own_config(s).mss = std::min(config.mss, static_cast<std::uint16_t>(value));
            break;
        case SocketOption::congestion_control:
            if (live || value < 0 || value > static_cast<std::int64_t>(CongestionControl::bbr))
                return TcpError::invalid;
            own_config(s).congestion_control = static_cast<CongestionControl>(value);
            break;
        default: return set_limit(s, option, value);
    }
    return TcpError::none;
}

/// Timeouts, retries and other limits, which are looked up whenever they matter.
TcpError Stack::Impl::set_limit(Socket& s, SocketOption option, std::int64_t value) const {
    constexpr std::int64_t kMostRetries = 127;  // MAX_TCP_SYNCNT, MAX_TCP_KEEPCNT
    constexpr Duration kMostLinger = 120s;      // TCP_FIN_TIMEOUT_MAX
    const Duration time(value);
    const bool retries = value >= 1 && value <= kMostRetries;
    switch (option) {
        case SocketOption::keepalive_interval_ns:
            if (value <= 0) return TcpError::invalid;
            own_config(s).keepalive_interval = time;
            break;
        case SocketOption::keepalive_probes:
            if (!retries) return TcpError::invalid;
            own_config(s).keepalive_probes = static_cast<std::uint32_t>(value);
            break;
        case SocketOption::user_timeout_ns:
            if (value < 0) return TcpError::invalid;
            own_config(s).user_timeout = time;
            break;
        case SocketOption::syn_retries:
            if (!retries) return TcpError::invalid;
            own_config(s).syn_retries = own_config(s).synack_retries = static_cast<std::uint32_t>(value);
            break;
        case SocketOption::linger2_ns:
            own_config(s).fin_timeout = value == 0 ? config.fin_timeout : std::min(time, kMostLinger);
            break;
        case SocketOption::defer_accept_ns: {
            Config& c = own_config(s);
            c.defer_accept = synack_timeouts_in(time, c.initial_rto, c.max_rto);
            break;
        }
        case SocketOption::unsent_low_water:
            if (value < 0) return TcpError::invalid;
            own_config(s).unsent_low_water = value == 0 ? kNoLowWater : static_cast<std::uint64_t>(value);
            break;
        default: return TcpError::invalid;
    }
    return TcpError::none;
}

void Stack::Impl::share_config(Socket& s) {
    if (s.kind != Socket::Kind::connection) return;
    ConnectionSlot& slot = slots[s.connection];
    slot.config = s.config;
    slot.connection.use(config_of(slot.config));
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
            m.share_config(*socket);
            if (live) m.connection_of(*socket).restart_keepalive(now);
            break;
        case SocketOption::linger_ns:
            m.own_config(*socket).linger = value < 0 ? std::nullopt : std::optional<Duration>(Duration(value));
            break;
        case SocketOption::reuse_address: socket->reuse_address = on; break;
        case SocketOption::fast_open:
            if (value < 0) return TcpError::invalid;
            m.own_config(*socket);
            socket->config->fast_open_queue = static_cast<std::uint32_t>(std::min<std::int64_t>(value, kMostPending));
            break;
        case SocketOption::fast_open_connect: socket->fast_open_connect = on; break;
        default: {
            const TcpError error = m.set_initial_option(*socket, option, value);
            if (error != TcpError::none) return error;
            m.share_config(*socket);
        }
    }
    if (live && !socket->deferred) m.mark_dirty(socket->connection);
    return TcpError::none;
}

/// A limit, as set_option() takes it.
std::int64_t Stack::Impl::limit_of(const Config& c, SocketOption option) {
    switch (option) {
        case SocketOption::keepalive_ns: return c.keepalive.count();
        case SocketOption::keepalive_interval_ns: return c.keepalive_interval.count();
        case SocketOption::keepalive_probes: return c.keepalive_probes;
        case SocketOption::user_timeout_ns: return c.user_timeout.count();
        case SocketOption::syn_retries: return c.syn_retries;
        case SocketOption::linger2_ns: return c.fin_timeout.count();
        case SocketOption::defer_accept_ns: return time_of(c.defer_accept, c.initial_rto, c.max_rto).count();
        case SocketOption::unsent_low_water:
            return c.unsent_low_water == kNoLowWater ? 0 : static_cast<std::int64_t>(c.unsent_low_water);
        case SocketOption::linger_ns: return c.linger ? c.linger->count() : -1;
        case SocketOption::send_buffer: return static_cast<std::int64_t>(c.send_buffer);
        case SocketOption::receive_buffer: return static_cast<std::int64_t>(c.receive_buffer);
        case SocketOption::max_segment: return c.mss;
        case SocketOption::congestion_control: return static_cast<std::int64_t>(c.congestion_control);
        default: return 0;
    }
}

Result<std::int64_t> Stack::get_option(SocketId s, SocketOption option) {
    Socket* const socket = impl_->find_socket(s);
    if (socket == nullptr) return {0, TcpError::bad_socket};
    switch (option) {
        case SocketOption::no_delay: return {socket->no_delay ? 1 : 0, TcpError::none};
        case SocketOption::quick_ack: return {socket->quick_ack ? 1 : 0, TcpError::none};
        case SocketOption::cork: return {socket->cork ? 1 : 0, TcpError::none};
        case SocketOption::reuse_address: return {socket->reuse_address ? 1 : 0, TcpError::none};
        case SocketOption::fast_open: return {fast_open_queue_of(*socket), TcpError::none};
        case SocketOption::fast_open_connect: return {socket->fast_open_connect ? 1 : 0, TcpError::none};
        case SocketOption::error:
            if (socket->kind != Socket::Kind::connection) return {0, TcpError::none};
            return {static_cast<std::int64_t>(impl_->take_error(*socket)), TcpError::none};
        default: return {impl_->limit_of(impl_->config_of(socket->config), option), TcpError::none};
    }
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
        return {impl_->slots[socket->connection].connection.tcp_info(now), TcpError::none};
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
    const Connection& c = impl_->slots[socket->connection].connection;
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
