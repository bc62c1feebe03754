#include "http2/frame_reader.hpp"

#include <algorithm>

namespace tcplab {

namespace {

constexpr std::size_t kPriorityFields = 5;  // bytes in HEADERS, with the flag (RFC 9113 6.2)

bool is_ignored(FrameType type) {
    return type == FrameType::priority || type == FrameType::push_promise || type > FrameType::continuation;
}

void drop(Payload& in, std::uint32_t n) {
    in.offset += n;
    in.length -= n;
}

}  // namespace

FrameReader::Step FrameReader::fail(Http2Error error, std::string_view reason) {
    error_ = error;
    reason_ = reason;
    return Step::failed;
}

/// Whether the buffer has `size` bytes, with what `in` has.
bool FrameReader::collect(Payload& in, std::size_t size) {
    const std::size_t before = buffer_.size();
    const auto n = static_cast<std::uint32_t>(std::min<std::size_t>(size - before, in.length));
    buffer_.resize(before + n);  // zeros, which is what a payload without content stands for
    if (in.content) in.content->copy(in.offset, n, buffer_.data() + before);
    drop(in, n);
    return buffer_.size() == size;
}

FrameReader::Step FrameReader::step(Payload& in, Frame& out) {
    if (used_) buffer_.clear();
    used_ = false;
    while (true) {
        switch (stage_) {
            case Stage::preface: {
                const bool whole = collect(in, kClientPreface.size());
                if (kClientPreface.substr(0, buffer_.size()) != buffer_) {
                    return fail(Http2Error::protocol_error, "the client's preface is not that of HTTP/2");
                }
                if (!whole) return Step::more;
                buffer_.clear();
                stage_ = Stage::header;
                break;
            }
            case Stage::header:
                if (!collect(in, kFrameHeaderSize)) return Step::more;
                if (const Step step = begin_frame(out); step != Step::more) return step;
                break;
            case Stage::pad_length:
                if (!collect(in, 1)) return Step::more;
                return begin_padded_body(out);
            case Stage::body: return take_body(in, out);
            case Stage::payload:
                if (!collect(in, header_.length)) return Step::more;
                return take_payload(out);
            case Stage::skip: {
                const std::uint32_t n = std::min(in.length, skip_);
                drop(in, n);
                skip_ -= n;
                if (skip_ > 0) return Step::more;
                stage_ = Stage::header;
                break;
            }
        }
    }
}

/// The header has come. Step::more: nothing to tell yet.
FrameReader::Step FrameReader::begin_frame(Frame& out) {
    header_ = read_frame_header(buffer_);
    buffer_.clear();
    if (header_.length > max_frame_) return fail(Http2Error::frame_size_error, "a frame is longer than allowed");
    if (const Http2Error e = check_frame(header_); e != Http2Error::no_error) {
        return fail(e, e == Http2Error::frame_size_error ? "a frame's length is wrong for its type"
                                                         : "a frame's stream is wrong for its type");
    }
    out = Frame{header_, {}, 0, false};
    if (is_ignored(header_.type)) {
        skip_ = header_.length;
        stage_ = Stage::skip;
        return Step::frame;
    }
    if (header_.type != FrameType::data) {
        stage_ = Stage::payload;
        return Step::more;
    }
    if (header_.has(frame_flag::padded)) {
        if (header_.length == 0) return fail(Http2Error::frame_size_error, "a padded frame without padding's length");
        stage_ = Stage::pad_length;
        return Step::more;
    }
    left_ = header_.length;
    skip_ = 0;
    stage_ = Stage::body;
    return Step::data_begin;
}

FrameReader::Step FrameReader::begin_padded_body(Frame& out) {
    const auto padding = static_cast<std::uint8_t>(buffer_.front());
    buffer_.clear();
    if (padding >= header_.length) return fail(Http2Error::protocol_error, "a frame has more padding than payload");
    left_ = header_.length - 1 - padding;
    skip_ = padding;
    stage_ = Stage::body;
    out = Frame{header_, {}, padding + 1U, false};
    return Step::data_begin;
}

FrameReader::Step FrameReader::take_body(Payload& in, Frame& out) {
    const std::uint32_t n = std::min(in.length, left_);
    if (n == 0 && left_ > 0) return Step::more;
    drop(in, n);
    left_ -= n;
    if (left_ == 0) stage_ = Stage::skip;
    out = Frame{header_, {}, n, left_ == 0};
    return Step::data;
}

FrameReader::Step FrameReader::take_payload(Frame& out) {
    std::string_view payload = buffer_;
    used_ = true;
    stage_ = Stage::header;
    if (header_.type == FrameType::headers) {
        std::size_t padding = 0;
        if (header_.has(frame_flag::padded)) {
            if (payload.empty()) return fail(Http2Error::frame_size_error, "a padded frame without padding's length");
            padding = static_cast<std::uint8_t>(payload.front());
            payload.remove_prefix(1);
        }
        if (header_.has(frame_flag::priority)) {
            if (payload.size() < kPriorityFields) {
                return fail(Http2Error::frame_size_error, "HEADERS are too short for a priority");
            }
            payload.remove_prefix(kPriorityFields);
        }
        if (padding > payload.size()) return fail(Http2Error::protocol_error, "a frame has more padding than payload");
        payload.remove_suffix(padding);
    }
    out = Frame{header_, payload, 0, false};
    return Step::frame;
}

}  // namespace tcplab
