#include "core/content.hpp"

#include <algorithm>
#include <cassert>

#include "core/stream_journal.hpp"

namespace tcplab {

char body_byte(std::uint64_t i) {
    // A line of 63 letters and a newline: a captured body is readable text, and an offset shows.
    const std::uint64_t column = i % 64;
    return column == 63 ? '\n' : static_cast<char>('a' + (column + i / 64) % 26);
}

Content::Content() = default;
Content::~Content() = default;

void Content::append(const Piece& piece) {
    if (piece.length == 0) return;
    if (first_ < pieces_.size()) {
        Piece& last = pieces_.back().piece;
        const bool continues = !last.text && !piece.text && last.begin + last.length == piece.begin;
        if (continues) {
            last.length += piece.length;
            end_ += piece.length;
            return;
        }
    }
    if (pieces_.empty()) pieces_.reserve(2);  // a header and a body
    pieces_.push_back({end_, piece});
    end_ += piece.length;
}

void Content::release_acknowledged(std::uint64_t offset) {
    if (offset <= acknowledged_) return;
    acknowledged_ = offset;
    trim();
}

void Content::release_consumed(std::uint64_t offset) {
    if (offset <= consumed_) return;
    consumed_ = offset;
    trim();
}

void Content::hold(std::uint64_t offset) {
    held_ = offset;
    trim();
}

void Content::trim() {
    const std::uint64_t below = std::min({acknowledged_, consumed_, held_});
    while (first_ < pieces_.size() && pieces_[first_].offset + pieces_[first_].piece.length <= below) {
        pieces_[first_].piece.text = TextRef();
        ++first_;
    }
    // Half of it dead: move the living down. Amortised constant per piece.
    if (first_ == pieces_.size()) {
        constexpr std::size_t usual = 64;
        pieces_.clear();
        if (pieces_.capacity() > usual) pieces_.shrink_to_fit();  // thousands of requests were pipelined
        first_ = 0;
    } else if (first_ >= 16 && first_ * 2 >= pieces_.size()) {
        pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
}

Content::View Content::view(std::uint64_t offset, std::uint64_t limit) const {
    assert(offset <= end_);
    const auto begin = pieces_.begin() + static_cast<std::ptrdiff_t>(first_);
    auto after =
        std::upper_bound(begin, pieces_.end(), offset, [](std::uint64_t o, const Placed& p) { return o < p.offset; });
    if (after == begin) {  // released
        const std::uint64_t until = after == pieces_.end() ? end_ : after->offset;
        return {{}, offset, std::min(limit, until - offset)};
    }
    const Placed& p = *(after - 1);
    const std::uint64_t skip = offset - p.offset;
    const std::uint64_t n = std::min(limit, p.piece.length - skip);
    if (!p.piece.text) return {{}, p.piece.begin + skip, n};
    const std::string_view all = p.piece.text->bytes;
    return {all.substr(static_cast<std::size_t>(p.piece.begin + skip), static_cast<std::size_t>(n)), 0, n};
}

void Content::copy(std::uint64_t offset, std::size_t n, char* out) const {
    while (n > 0) {
        const View v = view(offset, n);
        if (v.length == 0) return;  // beyond the end: the caller asked for more than there is
        const auto step = static_cast<std::size_t>(v.length);
        if (v.text.data() != nullptr) {
            std::copy(v.text.begin(), v.text.end(), out);
        } else {
            for (std::size_t i = 0; i < step; ++i) out[i] = body_byte(v.body_begin + i);
        }
        offset += v.length;
        out += step;
        n -= step;
    }
}

std::string Payload::bytes() const {
    std::string out(length, '\0');
    if (content) content->copy(offset, length, out.data());
    return out;
}

Payload Payload::of(std::string bytes) {
    Payload p;
    p.length = static_cast<std::uint32_t>(bytes.size());
    p.content = ContentRef(new Content);
    p.content->append(Piece::of(make_text(std::move(bytes))));
    return p;
}

}  // namespace tcplab
