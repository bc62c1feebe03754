#include "http2/session.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace tcplab {

namespace {

/// Bytes of a list of fields, as FieldList::total() counts (SETTINGS_MAX_HEADER_LIST_SIZE).
constexpr std::uint32_t kMaxHeaderList = 65536;
/// Streams that a client opens at most before it knows how many it may: what RFC 9113 6.5.2 asks of every server at
/// least, and browsers assume.
constexpr std::uint32_t kStreamsBeforeSettings = 100;
/// DATA frames that may be on their way at once, and their headers' texts still be used again.
constexpr std::uint32_t kMostHeaderTexts = 256;

Http2Settings sane(Http2Settings s) {
    s.window = std::min(s.window, kMaxWindow);
    s.connection_window = std::clamp(s.connection_window, kDefaultWindow, kMaxWindow);
    s.frame = std::clamp(s.frame, 1U, kMostMaxFrame);
    return s;
}

void append_setting(std::string& out, SettingId id, std::uint32_t value) {
    append_u16(out, static_cast<std::uint16_t>(id));
    append_u32(out, value);
}

}  // namespace

Http2Session::Http2Session(Role role, const Http2Settings& settings)
    : role_(role),
      settings_(sane(settings)),
      peer_streams_(kStreamsBeforeSettings),
      reader_(role == Role::server, std::max(settings_.frame, kLeastMaxFrame)),
      decoder_(kDefaultTableSize, kMaxHeaderList),
      inbound_{settings_.connection_window, 0},
      encoder_(settings_.header_compression) {
    if (role == Role::client) control_ = kClientPreface;
    queue_settings();
    const std::uint32_t more = settings_.connection_window - kDefaultWindow;
    if (more > 0) append_window_update(control_, 0, more);
}

void Http2Session::queue_settings() {
    std::string values;
    if (role_ == Role::client) {
        append_setting(values, SettingId::enable_push, 0);
    } else {
        append_setting(values, SettingId::max_concurrent_streams, settings_.streams);
    }
    append_setting(values, SettingId::initial_window_size, settings_.window);
    if (settings_.frame > kLeastMaxFrame) append_setting(values, SettingId::max_frame_size, settings_.frame);
    append_setting(values, SettingId::max_header_list_size, kMaxHeaderList);
    append_setting(values, SettingId::no_rfc7540_priorities, 1);
    append_frame_header(control_, {static_cast<std::uint32_t>(values.size()), FrameType::settings, 0, 0});
    control_ += values;
}

// --- streams ---

Http2Session::Stream* Http2Session::find(std::uint32_t stream) {
    const auto at = std::lower_bound(streams_.begin(), streams_.end(), stream,
                                     [](const Stream& s, std::uint32_t id) { return s.id < id; });
    return at != streams_.end() && at->id == stream ? &*at : nullptr;
}

Http2Session::Stream& Http2Session::add_stream(std::uint32_t id) {
    Stream& s = streams_.emplace_back();
    s.id = id;
    s.window = peer_window_;
    s.inbound.left = settings_.window;
    return s;
}

void Http2Session::forget(std::uint32_t stream) {
    const Stream* s = find(stream);
    if (s != nullptr) streams_.erase(streams_.begin() + (s - streams_.data()));
}

void Http2Session::forget_if_over(const Stream& s) {
    if (s.local_ended && s.remote_ended) forget(s.id);
}

bool Http2Session::can_open() const {
    return role_ == Role::client && !failed_ && !went_away_ && !peer_went_away_ && next_stream_ <= kMaxStreamId &&
           streams_.size() < std::min(settings_.streams, peer_streams_);
}

std::uint32_t Http2Session::open(const FieldList& fields, std::uint64_t body, Priority priority) {
    assert(priority.urgency < in_order_turns_.size());
    if (!can_open()) return 0;
    Stream& s = add_stream(next_stream_);
    next_stream_ += 2;
    s.priority = priority;
    s.bodiless = fields.find(":method") == "HEAD";
    queue_head(s, fields, body, priority_text(priority));
    return s.id;
}

bool Http2Session::respond(std::uint32_t stream, const FieldList& fields, std::uint64_t body) {
    Stream* s = find(stream);
    if (s == nullptr || s->head_sent) return false;
    queue_head(*s, fields, body, {});
    forget_if_over(*s);
    return true;
}

void Http2Session::reset(std::uint32_t stream, Http2Error code) {
    if (find(stream) == nullptr) return;
    append_rst_stream(control_, stream, code);
    forget(stream);
}

void Http2Session::go_away(Http2Error code) {
    if (failed_) return;
    went_away_ = true;
    append_go_away(control_, last_accepted_, code);
}

// --- flow control of what is received ---

void Http2Session::consumed(std::uint32_t stream, std::uint64_t bytes) {
    if (failed_) return;
    inbound_.consumed += bytes;
    refill(0, inbound_, settings_.connection_window);
    Stream* s = find(stream);
    if (s == nullptr || s->remote_ended) return;
    s->inbound.consumed += bytes;
    refill(stream, s->inbound, settings_.window);
}

/// Tells the peer of free bytes when they are half of the window, as nghttp2 does: RFC 9113 6.9.1 leaves it open.
void Http2Session::refill(std::uint32_t stream, Inbound& window, std::uint32_t size) {
    if (window.consumed == 0 || window.consumed < size / 2) return;
    append_window_update(control_, stream, static_cast<std::uint32_t>(window.consumed));
    window.left += static_cast<std::int64_t>(window.consumed);
    window.consumed = 0;
}

// --- output ---

void Http2Session::queue_head(Stream& s, const FieldList& fields, std::uint64_t body, std::string_view priority) {
    const std::size_t begin = control_.size();
    control_.append(kFrameHeaderSize, '\0');
    encoder_.begin_block(control_);
    for (std::size_t i = 0; i < fields.size(); ++i) encoder_.field(control_, fields[i].name, fields[i].value);
    if (!priority.empty()) encoder_.field(control_, "priority", priority);
    s.head_sent = true;
    s.body = body;
    s.local_ended = body == 0;
    s.turn = turns_;
    queue_block(s.id, s.local_ended, begin);
}

/// What `control_` has from `begin` on, but for the first frame's header, becomes HEADERS and as many CONTINUATION
/// frames as it takes.
void Http2Session::queue_block(std::uint32_t stream, bool ended, std::size_t begin) {
    const std::size_t length = control_.size() - begin - kFrameHeaderSize;
    FrameHeader header{static_cast<std::uint32_t>(std::min<std::size_t>(length, peer_frame_)), FrameType::headers,
                       ended ? frame_flag::end_stream : std::uint8_t{0}, stream};
    std::string rest;
    if (length > peer_frame_) {
        rest = control_.substr(begin + kFrameHeaderSize + peer_frame_);
        control_.resize(begin + kFrameHeaderSize + peer_frame_);
    } else {
        header.flags |= frame_flag::end_headers;
    }
    std::string first;
    append_frame_header(first, header);
    control_.replace(begin, kFrameHeaderSize, first);
    for (std::size_t at = 0; at < rest.size(); at += header.length) {
        const std::size_t left = rest.size() - at;
        header.length = static_cast<std::uint32_t>(std::min<std::size_t>(left, peer_frame_));
        header.type = FrameType::continuation;
        header.flags = left <= peer_frame_ ? frame_flag::end_headers : std::uint8_t{0};
        append_frame_header(control_, header);
        control_.append(rest, at, header.length);
    }
}

/// RFC 9218 10: the most urgent first. Among equals those that are not incremental go one after the other; together
/// they take turns with each of the incremental ones, so that neither starve.
Http2Session::Stream* Http2Session::next_to_send() {
    if (window_ <= 0) return nullptr;
    Stream* best = nullptr;
    std::pair<std::uint8_t, std::uint64_t> best_rank;
    for (Stream& s : streams_) {
        if (s.sent == s.body || s.window <= 0) continue;
        const Priority p = s.priority;
        const std::pair<std::uint8_t, std::uint64_t> rank{p.urgency,
                                                          p.incremental ? s.turn : in_order_turns_[p.urgency]};
        if (best != nullptr && rank >= best_rank) continue;
        best = &s;
        best_rank = rank;
    }
    return best;
}

/// An empty text for a DATA frame's header. The oldest is the first that nobody has any more, and is used again.
TextRef Http2Session::header_text() {
    TextRef text;
    if (!header_texts_.empty() && header_texts_.front()->owners == 1) {
        text = header_texts_.front();
        text->bytes.clear();
        header_texts_.pop_front();
    } else {
        text = make_text({});
        if (header_texts_.size() == kMostHeaderTexts) header_texts_.pop_front();
    }
    header_texts_.push_back(text);
    return text;
}

/// Decides what is written next.
void Http2Session::begin_write() {
    Stream* s = next_to_send();
    if (control_.empty() && s == nullptr) return;
    const TextRef text = control_.empty() ? header_text() : make_text(std::exchange(control_, {}));
    answers_ = 0;
    writing_.stream = 0;
    writing_.ended = false;
    writing_.count = 1;
    if (s != nullptr) writing_.pieces[writing_.count++] = begin_data_frame(*s, text->bytes);
    writing_.pieces[0] = Piece::of(text);
}

/// Puts the header of the stream's next DATA frame into `header`, and has its body.
Piece Http2Session::begin_data_frame(Stream& s, std::string& header) {
    const std::uint64_t most = std::min<std::uint64_t>({settings_.frame, peer_frame_, s.body - s.sent});
    const std::int64_t n = std::min({static_cast<std::int64_t>(most), s.window, window_});
    Piece body = Piece::body(static_cast<std::uint64_t>(n), s.sent);
    s.sent += body.length;
    s.window -= n;
    window_ -= n;
    (s.priority.incremental ? s.turn : in_order_turns_[s.priority.urgency]) = ++turns_;
    s.local_ended = s.sent == s.body;
    append_frame_header(header, {static_cast<std::uint32_t>(n), FrameType::data,
                                 s.local_ended ? frame_flag::end_stream : std::uint8_t{0}, s.id});
    writing_.stream = s.id;
    writing_.ended = s.local_ended;
    forget_if_over(s);
    return body;
}

bool Http2Session::next_write(Http2Write& out) {
    if (writing_.count == 0) begin_write();
    out = writing_;
    return writing_.count > 0;
}

void Http2Session::wrote(std::uint64_t bytes) {
    while (bytes > 0 && writing_.count > 0) {
        Piece& p = writing_.pieces[0];
        const std::uint64_t n = std::min(bytes, p.length);
        p.begin += n;
        p.length -= n;
        bytes -= n;
        if (p.length > 0) break;
        p = std::exchange(writing_.pieces[1], {});
        --writing_.count;
    }
    assert(bytes == 0);
}

}  // namespace tcplab
