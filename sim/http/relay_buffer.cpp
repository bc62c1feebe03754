#include "http/relay_buffer.hpp"

#include <array>
#include <string>

namespace tcplab {

void RelayBuffer::add(const Content& content, std::uint64_t offset, std::uint64_t length) {
    while (length > 0) {
        const Content::View view = content.view(offset, length);
        if (view.text.data() != nullptr) {
            add(make_text(std::string(view.text)));
        } else {
            pieces_.push_back(Piece::body(view.length, view.body_begin));
        }
        offset += view.length;
        length -= view.length;
    }
}

TcpError RelayBuffer::write(Stack& stack, Time now, SocketId socket) {
    while (!pieces_.empty()) {
        std::array<Piece, 16> batch;
        std::uint32_t count = 0;
        std::uint64_t bytes = 0;
        for (; count < pieces_.size() && count < batch.size(); ++count) {
            batch[count] = pieces_[count];
            bytes += batch[count].length;
        }
        const Result<std::uint64_t> r = stack.writev(now, socket, batch.data(), count);
        blocked_ = r.error == TcpError::would_block || (r.ok() && r.value < bytes);
        if (!r.ok()) return r.error;
        drop(r.value);
        if (blocked_) return TcpError::would_block;
    }
    blocked_ = false;
    return TcpError::none;
}

void RelayBuffer::drop(std::uint64_t bytes) {
    while (!pieces_.empty() && pieces_.front().length <= bytes) {
        bytes -= pieces_.front().length;
        pieces_.pop_front();
    }
    if (bytes == 0) return;
    pieces_.front().begin += bytes;
    pieces_.front().length -= bytes;
}

}  // namespace tcplab
