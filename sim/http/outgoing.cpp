#include "http/outgoing.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace tcplab {

namespace {

TextRef size_line(std::uint64_t n) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    do {
        text.insert(text.begin(), digits[n % 16]);
        n /= 16;
    } while (n > 0);
    return make_text(text + "\r\n");
}

Piece from(const TextRef& text, std::uint64_t begin) { return Piece{text, begin, text->bytes.size() - begin}; }

/// What a chunk is made of, as far as `offset` into it: its size line, its data, its end.
Piece part_of_chunk(const TextRef& size, std::uint64_t data, std::uint64_t body_begin, const TextRef& end,
                    std::uint64_t offset) {
    const std::uint64_t line = size->bytes.size();
    if (offset < line) return from(size, offset);
    offset -= line;
    return offset < data ? Piece::body(data - offset, body_begin + offset) : from(end, offset - data);
}

/// Where the write() that begins at `m.written` ends.
std::uint64_t write_end(const Outgoing& m, WriteStyle style) {
    const std::uint64_t head = m.head->bytes.size();
    const std::uint64_t size = m.size();
    if (style.chunk > 0) {
        const std::uint64_t left_of_chunk = style.chunk - m.written % style.chunk;
        return m.written + std::min(left_of_chunk, size - m.written);
    }
    return style.writes == Writes::split && m.written < head ? std::min(head, size) : size;
}

Piece piece_at(const Outgoing& m, std::uint64_t offset) {
    const std::uint64_t head = m.head->bytes.size();
    if (offset < head) return from(m.head, offset);
    offset -= head;
    return m.chunked != nullptr ? m.chunked->at(offset) : Piece::body(m.body - offset, offset);
}

}  // namespace

ChunkedBody::ChunkedBody(std::uint64_t body, std::uint64_t chunk)
    : body_(body),
      chunk_(chunk),
      full_size_(size_line(chunk)),
      last_size_(size_line(body % chunk)),
      chunk_end_(make_text("\r\n")),
      end_(make_text("0\r\n\r\n")) {}

std::uint64_t ChunkedBody::size() const {
    const std::uint64_t full = body_ / chunk_ * (full_size_->bytes.size() + 2);
    const std::uint64_t last = body_ % chunk_ > 0 ? last_size_->bytes.size() + 2 : 0;
    return body_ + full + last + end_->bytes.size();
}

Piece ChunkedBody::at(std::uint64_t offset) const {
    const std::uint64_t coded_chunk = full_size_->bytes.size() + chunk_ + 2;
    const std::uint64_t full_chunks = body_ / chunk_;
    const std::uint64_t index = offset / coded_chunk;
    if (index < full_chunks) {
        return part_of_chunk(full_size_, chunk_, index * chunk_, chunk_end_, offset % coded_chunk);
    }
    offset -= full_chunks * coded_chunk;
    const std::uint64_t rest = body_ % chunk_;
    const std::uint64_t coded_rest = rest > 0 ? last_size_->bytes.size() + rest + 2 : 0;
    if (offset < coded_rest) return part_of_chunk(last_size_, rest, full_chunks * chunk_, chunk_end_, offset);
    return from(end_, offset - coded_rest);
}

TcpError write_message(Transport& transport, Time now, SocketId socket, Outgoing& m, WriteStyle style) {
    const std::uint64_t size = m.size();
    while (m.written < size) {
        const std::uint64_t end = write_end(m, style);
        std::array<Piece, 16> pieces;
        std::size_t count = 0;
        std::uint64_t reached = m.written;
        for (; reached < end && count < pieces.size(); ++count) {
            pieces[count] = piece_at(m, reached);
            pieces[count].length = std::min(pieces[count].length, end - reached);
            reached += pieces[count].length;
        }
        const Result<std::uint64_t> r = transport.writev(now, socket, pieces.data(), count);
        if (!r.ok()) return r.error;
        m.written += r.value;
        if (m.written < reached) return TcpError::would_block;
    }
    return TcpError::none;
}

}  // namespace tcplab
