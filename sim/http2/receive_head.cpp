#include "http2/message_rules.hpp"
#include "http2/session.hpp"

namespace tcplab {

namespace {

/// Bytes of a field block and CONTINUATION frames that a peer may make us keep before the block ends.
constexpr std::size_t kMaxBlock = 65536;
constexpr std::uint32_t kMostContinuations = 16;

using Kind = Http2Event::Kind;

}  // namespace

void Http2Session::take_headers(const Frame& frame) {
    const bool ended = frame.header.has(frame_flag::end_stream);
    if (frame.header.has(frame_flag::end_headers)) return take_block(frame.header.stream, ended, frame.payload);
    block_.stream = frame.header.stream;
    block_.ended = ended;
    block_.continuations = 0;
    block_.text = frame.payload;
}

void Http2Session::take_continuation(const Frame& frame) {
    block_.text += frame.payload;
    if (++block_.continuations > kMostContinuations || block_.text.size() > kMaxBlock) {
        return fail(Http2Error::enhance_your_calm, "a header block does not end");
    }
    if (!frame.header.has(frame_flag::end_headers)) return;
    const std::uint32_t stream = block_.stream;
    block_.stream = 0;
    take_block(stream, block_.ended, block_.text);
    std::string().swap(block_.text);
}

/// Whatever becomes of the stream, the block is decoded, for the sake of the next ones (RFC 9113 4.3).
void Http2Session::take_block(std::uint32_t stream, bool ended, std::string_view block) {
    const HpackDecoder::Result result = decoder_.decode(block, fields_);
    head_bytes_ = block.size();
    if (result == HpackDecoder::Result::failed) {
        return fail(Http2Error::compression_error, "a header block cannot be decoded");
    }
    const bool fits = result == HpackDecoder::Result::ok;
    if (is_idle(stream)) {
        if (role_ == Role::client || stream % 2 == 0) {
            return fail(Http2Error::protocol_error, "HEADERS on a stream that the peer must not open");
        }
        return take_request(stream, ended, fits);
    }
    Stream* s = find(stream);
    if (s == nullptr) return;  // it is over, and the peer may not have known (RFC 9113 5.1)
    if (s->remote_ended) return stream_error(stream, Http2Error::stream_closed);
    if (s->head_received) return take_trailers(*s, ended, fits);
    take_response(*s, ended, fits);
}

void Http2Session::take_request(std::uint32_t stream, bool ended, bool fits) {
    last_received_ = stream;
    if (went_away_) return;  // RFC 9113 6.8: ignored
    if (streams_.size() >= settings_.streams) return stream_error(stream, Http2Error::refused_stream);
    if (!fits || !parse_request_fields(fields_, head_) || (ended && head_.content_length.value_or(0) > 0)) {
        return stream_error(stream, Http2Error::protocol_error);
    }
    last_accepted_ = stream;
    Stream& s = add_stream(stream);
    s.priority = parse_priority(fields_.find("priority").value_or(""));
    tell_head(s, ended);
}

void Http2Session::take_response(Stream& s, bool ended, bool fits) {
    bool valid = fits && parse_response_fields(fields_, head_);
    if (s.bodiless || head_.status == 204 || head_.status == 304) head_.content_length.reset();
    const bool interim = head_.status < 200;
    if (ended) valid = valid && !interim && head_.content_length.value_or(0) == 0;
    if (!valid || head_.status == 101) return stream_error(s.id, Http2Error::protocol_error);  // RFC 9113 8.1, 8.6
    if (!interim) tell_head(s, ended);
}

void Http2Session::take_trailers(Stream& s, bool ended, bool fits) {
    if (!ended || !fits || !valid_trailers(fields_)) return stream_error(s.id, Http2Error::protocol_error);
    end_message(s);
}

void Http2Session::tell_head(Stream& s, bool ended) {
    s.head_received = true;
    s.content_length = head_.content_length;
    notices_.push_back({Kind::head, ended, Http2Error::no_error, s.id, head_bytes_});
    if (ended) end_message(s);
}

}  // namespace tcplab
