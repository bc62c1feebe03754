// The socket calls that move data.
#include "stack/impl.hpp"

namespace tcplab {

TcpError Stack::Impl::take_error(Socket& s) {
    if (s.error_told) return TcpError::none;
    const TcpError error = connection_of(s).error();
    s.error_told = error != TcpError::none;
    return error;
}

Result<std::uint64_t> Stack::write(Time now, SocketId s, const Piece& piece) { return writev(now, s, &piece, 1); }

Result<std::uint64_t> Stack::writev(Time now, SocketId s, const Piece* pieces, std::size_t count) {
    Impl& m = *impl_;
    m.flush(now);
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return {0, TcpError::bad_socket};
    if (socket->kind != Socket::Kind::connection) return {0, TcpError::broken_pipe};
    Connection& c = m.connection_of(*socket);
    const TcpError error = m.take_error(*socket);
    if (error != TcpError::none) return {0, error};
    if (socket->deferred) {
        const std::uint64_t taken = m.start_fast_open(now, *socket, pieces, count);
        return {taken, taken > 0 ? TcpError::none : TcpError::would_block};
    }
    if (!c.can_write()) return {0, TcpError::broken_pipe};
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < count; ++i) wanted += pieces[i].length;
    if (wanted == 0) return {0, TcpError::none};
    // ready::connected tells when it can go on.
    if (!c.may_send()) return {0, TcpError::would_block};
    const std::uint64_t taken = c.write(now, pieces, count);
    if (taken == 0) return {0, TcpError::would_block};
    m.mark_dirty(socket->connection);
    return {taken, TcpError::none};
}

Result<Payload> Stack::read(Time now, SocketId s, std::uint32_t max) {
    Impl& m = *impl_;
    Socket* const socket = m.find_socket(s);
    if (socket == nullptr) return {{}, TcpError::bad_socket};
    if (socket->kind != Socket::Kind::connection) return {{}, TcpError::not_connected};
    Connection& c = m.connection_of(*socket);
    if (max == 0) return {};
    if (c.readable() > 0) {
        Result<Payload> got{c.read(now, max), TcpError::none};
        if (c.has_output()) m.mark_dirty(socket->connection);  // the window opens, or an acknowledgement is due
        return got;
    }
    // The order of tcp_recvmsg: a FIN that was seen counts more than a reset after it.
    if (c.end_of_stream()) return {};
    const TcpError error = m.take_error(*socket);
    if (error != TcpError::none) return {{}, error};
    if (socket->read_shut || c.error() != TcpError::none) return {};
    return {{}, TcpError::would_block};
}

}  // namespace tcplab
