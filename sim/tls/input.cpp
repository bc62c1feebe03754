#include "tls/input.hpp"

#include <algorithm>
#include <cassert>

namespace tcplab {

namespace {

void hold(const Payload& range) {
    if (range.content) range.content->hold(range.offset);
}

}  // namespace

void TlsInput::append(const Payload& bytes) {
    if (bytes.length == 0) return;
    size_ += bytes.length;
    Payload* const last = ranges_.empty() ? nullptr : &ranges_.back();
    if (last != nullptr && last->content == bytes.content && last->offset + last->length == bytes.offset) {
        last->length += bytes.length;
    } else {
        ranges_.push_back(bytes);
        hold(ranges_.back());
    }
    hold(ranges_.front());
}

void TlsInput::peek(std::uint32_t at, std::uint32_t n, char* out) const {
    assert(at + n <= size_);
    for (std::uint32_t i = 0; n > 0; ++i) {
        const Payload& range = ranges_[i];
        const std::uint32_t skipped = std::min(at, range.length);
        const std::uint32_t step = std::min(n, range.length - skipped);
        if (range.content) range.content->copy(range.offset + skipped, step, out);
        at -= skipped;
        out += step;
        n -= step;
    }
}

Payload TlsInput::take(std::uint32_t most) {
    if (ranges_.empty()) return {};
    Payload& front = ranges_.front();
    Payload out = front;
    out.length = std::min(most, front.length);
    skip(out.length);
    return out;
}

void TlsInput::skip(std::uint32_t n) {
    assert(n <= size_);
    size_ -= n;
    while (n > 0) {
        Payload& front = ranges_.front();
        const std::uint32_t step = std::min(n, front.length);
        front.offset += step;
        front.length -= step;
        n -= step;
        if (front.length == 0) ranges_.pop_front();
    }
}

void TlsInput::clear() {
    ranges_.release();
    size_ = 0;
}

}  // namespace tcplab
