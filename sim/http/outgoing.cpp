#include "http/outgoing.hpp"

#include <algorithm>
#include <array>

namespace tcplab {

namespace {

/// Where the write() that begins at `m.written` ends.
std::uint64_t write_end(const Outgoing& m, WriteStyle style) {
    const std::uint64_t head = m.head->bytes.size();
    if (style.chunk > 0) {
        const std::uint64_t left_of_chunk = style.chunk - m.written % style.chunk;
        return m.written + std::min(left_of_chunk, m.size() - m.written);
    }
    return style.writes == Writes::split && m.written < head ? head : m.size();
}

}  // namespace

TcpError write_message(Stack& stack, Time now, SocketId socket, Outgoing& m, WriteStyle style) {
    const std::uint64_t head = m.head->bytes.size();
    while (m.written < m.size()) {
        const std::uint64_t end = write_end(m, style);
        std::array<Piece, 2> pieces;
        std::size_t count = 0;
        if (m.written < head) pieces[count++] = Piece{m.head, m.written, std::min(end, head) - m.written};
        if (end > head) {
            const std::uint64_t from = std::max(m.written, head);
            pieces[count++] = Piece::body(end - from, from - head);
        }
        const Result<std::uint64_t> r = stack.writev(now, socket, pieces.data(), count);
        if (!r.ok()) return r.error;
        m.written += r.value;
        if (m.written < end) return TcpError::would_block;
    }
    return TcpError::none;
}

}  // namespace tcplab
