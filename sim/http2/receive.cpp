#include <algorithm>
#include <utility>

#include "http2/session.hpp"

namespace tcplab {

namespace {

/// Frames that a peer can make us owe it before it reads any: as many as nghttp2 allows.
constexpr std::uint32_t kMostAnswers = 1000;

using Kind = Http2Event::Kind;

}  // namespace

bool Http2Session::receive(Payload& in, Http2Event& event) {
    while (notices_.empty()) {
        if (failed_) {
            in.offset += in.length;
            in.length = 0;
            return false;
        }
        Frame frame;
        const FrameReader::Step step = reader_.step(in, frame);
        if (step == FrameReader::Step::more) return false;
        if (step == FrameReader::Step::failed) {
            fail(reader_.error(), reader_.reason());
        } else if (step == FrameReader::Step::data) {
            take_data(frame);
        } else if (!in_order(frame.header)) {
            fail(Http2Error::protocol_error, "a frame is not the one that has to come next");
        } else if (step == FrameReader::Step::data_begin) {
            begin_data(frame);
        } else {
            take_frame(frame);
        }
    }
    give(event);
    return true;
}

void Http2Session::give(Http2Event& event) {
    const Notice& n = notices_.front();
    event.kind = n.kind;
    event.ended = n.ended;
    event.error = n.error;
    event.stream = n.stream;
    event.bytes = n.bytes;
    event.reason = n.kind == Kind::failed ? reason_ : std::string_view();
    if (n.kind == Kind::head) {
        event.head = head_;
        std::swap(event.fields, fields_);
    }
    notices_.pop_front();
}

// --- errors (RFC 9113 5.4) ---

void Http2Session::fail(Http2Error code, std::string_view reason) {
    if (failed_) return;
    go_away(code);
    failed_ = true;
    reason_ = reason;
    streams_.clear();
    notices_.push_back({Kind::failed, false, code, 0, 0});
}

/// The application hears of it only if it knows the stream.
void Http2Session::stream_error(std::uint32_t stream, Http2Error code) {
    append_rst_stream(control_, stream, code);
    if (find(stream) != nullptr) notices_.push_back({Kind::reset, false, code, stream, 0});
    forget(stream);
    count_answer();
}

/// The peer made us send a frame. Memory would have no bound if it did so for ever, and read nothing.
void Http2Session::count_answer() {
    if (++answers_ > kMostAnswers) fail(Http2Error::enhance_your_calm, "too many frames wait to be answered");
}

/// RFC 9113 5.1: nobody has used the stream, or one with a higher number.
bool Http2Session::is_idle(std::uint32_t stream) const {
    return stream % 2 == 0 || (role_ == Role::client ? stream >= next_stream_ : stream > last_received_);
}

/// RFC 9113 3.4: SETTINGS come first. 4.3: nothing comes between the frames of a field block.
bool Http2Session::in_order(const FrameHeader& h) const {
    if (!settings_received_ && (h.type != FrameType::settings || h.has(frame_flag::ack))) return false;
    if (block_.stream == 0) return h.type != FrameType::continuation;
    return h.type == FrameType::continuation && h.stream == block_.stream;
}

// --- DATA ---

/// The whole frame counts against the windows, and whatever becomes of the stream (RFC 9113 6.1, 6.9).
void Http2Session::begin_data(const Frame& frame) {
    const FrameHeader& h = frame.header;
    if (is_idle(h.stream)) return fail(Http2Error::protocol_error, "DATA on a stream that was never opened");
    const std::int64_t length = h.length;
    if (length > inbound_.left) return fail(Http2Error::flow_control_error, "DATA beyond the connection's window");
    inbound_.left -= length;
    if (Stream* s = find(h.stream); s != nullptr) {
        // Until the peer has heard of our smaller window it may use what the default gives it (RFC 9113 6.9.3).
        const bool heard = settings_acknowledged_ || settings_.window >= kDefaultWindow;
        const std::int64_t unheard = heard ? 0 : kDefaultWindow - settings_.window;
        s->inbound.left -= length;
        const std::uint64_t received = s->received + h.length - frame.bytes;  // when the frame is complete
        if (s->remote_ended) {
            stream_error(h.stream, Http2Error::stream_closed);
        } else if (!s->head_received || (s->content_length && received > *s->content_length)) {
            stream_error(h.stream, Http2Error::protocol_error);
        } else if (s->inbound.left + unheard < 0) {
            stream_error(h.stream, Http2Error::flow_control_error);
        }
    }
    consumed(h.stream, frame.bytes);  // the padding
}

void Http2Session::take_data(const Frame& frame) {
    const FrameHeader& h = frame.header;
    Stream* s = find(h.stream);
    if (s == nullptr) return consumed(h.stream, frame.bytes);
    s->received += frame.bytes;
    if (frame.bytes > 0) notices_.push_back({Kind::data, false, Http2Error::no_error, h.stream, frame.bytes});
    if (frame.last && h.has(frame_flag::end_stream)) end_message(*s);
}

/// END_STREAM has come.
void Http2Session::end_message(Stream& s) {
    if (s.content_length && s.received != *s.content_length) {  // RFC 9113 8.1.1
        return stream_error(s.id, Http2Error::protocol_error);
    }
    notices_.push_back({Kind::end, false, Http2Error::no_error, s.id, 0});
    s.remote_ended = true;
    forget_if_over(s);
}

// --- frames of the connection, and those that say something of a stream ---

void Http2Session::take_frame(const Frame& frame) {
    switch (frame.header.type) {
        case FrameType::headers: return take_headers(frame);
        case FrameType::continuation: return take_continuation(frame);
        case FrameType::settings: return take_settings(frame);
        case FrameType::window_update: return take_window_update(frame);
        case FrameType::rst_stream: return take_rst_stream(frame);
        case FrameType::ping: return take_ping(frame);
        case FrameType::go_away: return take_go_away(frame);
        case FrameType::push_promise:  // RFC 9113 8.4: a client must not send it, and ours says no to a server's
            return fail(Http2Error::protocol_error, "PUSH_PROMISE where none is allowed");
        default: return;  // PRIORITY, which RFC 9113 5.3.2 deprecates, and unknown types
    }
}

void Http2Session::take_settings(const Frame& frame) {
    if (frame.header.has(frame_flag::ack)) {
        settings_acknowledged_ = true;
        return;
    }
    if (!settings_received_) peer_streams_ = kMaxStreamId;  // no limit unless there is one in them
    settings_received_ = true;
    for (std::string_view rest = frame.payload; !rest.empty(); rest.remove_prefix(kSettingSize)) {
        take_setting(static_cast<SettingId>(read_u16(rest)), read_u32(rest.substr(2)));
        if (failed_) return;
    }
    append_frame_header(control_, {0, FrameType::settings, frame_flag::ack, 0});
    notices_.push_back({Kind::settings, false, Http2Error::no_error, 0, 0});
    count_answer();
}

void Http2Session::take_setting(SettingId id, std::uint32_t value) {
    switch (id) {
        case SettingId::header_table_size: return encoder_.set_peer_limit(value);
        case SettingId::enable_push:
            if (value > (role_ == Role::server ? 1U : 0U)) {
                fail(Http2Error::protocol_error, "SETTINGS_ENABLE_PUSH is out of range");
            }
            return;
        case SettingId::max_concurrent_streams: peer_streams_ = value; return;
        case SettingId::initial_window_size: return take_initial_window(value);
        case SettingId::max_frame_size:
            if (value < kLeastMaxFrame || value > kMostMaxFrame) {
                return fail(Http2Error::protocol_error, "SETTINGS_MAX_FRAME_SIZE is out of range");
            }
            peer_frame_ = value;
            return;
        default: return;  // RFC 9113 6.5.2: unknown ones are ignored, and how long a list may be is only advice
    }
}

/// RFC 9113 6.9.2: the streams that are open have it, too.
void Http2Session::take_initial_window(std::uint32_t value) {
    const std::int64_t change = std::int64_t{value} - peer_window_;
    const bool fits = std::all_of(streams_.begin(), streams_.end(),
                                  [change](const Stream& s) { return s.window + change <= kMaxWindow; });
    if (value > kMaxWindow || !fits) return fail(Http2Error::flow_control_error, "SETTINGS make a window too large");
    peer_window_ = value;
    for (Stream& s : streams_) s.window += change;
}

void Http2Session::take_window_update(const Frame& frame) {
    const std::uint32_t id = frame.header.stream;
    const std::uint32_t more = read_u32(frame.payload) & ~kReservedBit;
    if (id == 0) {
        if (more == 0) return fail(Http2Error::protocol_error, "WINDOW_UPDATE of 0 bytes");
        window_ += more;
        if (window_ > kMaxWindow) fail(Http2Error::flow_control_error, "WINDOW_UPDATE makes a window too large");
        return;
    }
    if (is_idle(id)) return fail(Http2Error::protocol_error, "WINDOW_UPDATE of a stream that was never opened");
    Stream* s = find(id);
    if (s == nullptr) return;
    s->window += more;
    if (more == 0) {
        stream_error(id, Http2Error::protocol_error);
    } else if (s->window > kMaxWindow) {
        stream_error(id, Http2Error::flow_control_error);
    }
}

void Http2Session::take_rst_stream(const Frame& frame) {
    const std::uint32_t id = frame.header.stream;
    if (is_idle(id)) return fail(Http2Error::protocol_error, "RST_STREAM of a stream that was never opened");
    if (find(id) == nullptr) return;
    notices_.push_back({Kind::reset, false, static_cast<Http2Error>(read_u32(frame.payload)), id, 0});
    forget(id);
}

void Http2Session::take_ping(const Frame& frame) {
    if (frame.header.has(frame_flag::ack)) return;
    append_frame_header(control_, {frame.header.length, FrameType::ping, frame_flag::ack, 0});
    control_ += frame.payload;
    count_answer();
}

void Http2Session::take_go_away(const Frame& frame) {
    const std::uint32_t last = read_u32(frame.payload) & ~kReservedBit;
    peer_went_away_ = true;
    notices_.push_back({Kind::go_away, false, static_cast<Http2Error>(read_u32(frame.payload.substr(4))), last, 0});
    if (role_ == Role::server) return;                        // it is about streams that a server opens: there are none
    while (!streams_.empty() && streams_.back().id > last) {  // RFC 9113 6.8: as if they had never been opened
        notices_.push_back({Kind::reset, false, Http2Error::refused_stream, streams_.back().id, 0});
        streams_.pop_back();
    }
}

}  // namespace tcplab
