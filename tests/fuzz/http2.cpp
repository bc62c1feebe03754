// Any bytes at all, cut anywhere, must tell either end of an HTTP/2 connection the same as in one piece; what it then
// writes must be whole frames.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "http2/session.hpp"

namespace {

using tcplab::Http2Event;
using tcplab::Http2Session;
using Kind = Http2Event::Kind;

constexpr std::uint64_t kEnough = 300'000;  // bytes that are written of a body without end

/// What becomes of a stream of bytes.
struct Story {
    std::vector<std::string> lines;
    std::string written;  ///< up to kEnough bytes, or a frame more
    bool failed = false;
    std::vector<std::pair<std::uint32_t, std::uint64_t>> unused;  ///< bytes of streams, until something else comes

    void data(std::uint32_t stream, std::uint64_t bytes) {
        if (unused.empty() || unused.back().first != stream) {
            unused.emplace_back(stream, 0);
            lines.emplace_back();
        }
        unused.back().second += bytes;
        lines.back() = "data " + std::to_string(stream) + " " + std::to_string(unused.back().second);
    }
};

tcplab::FieldList fields(bool request) {
    tcplab::FieldList f;
    if (request) {
        f.add(":method", "GET");
        f.add(":scheme", "http");
        f.add(":path", "/");
    } else {
        f.add(":status", "200");
    }
    return f;
}

void tell(Http2Session& session, const Http2Event& event, bool server, Story& story) {
    if (event.kind == Kind::data) {
        story.data(event.stream, event.bytes);
        return;
    }
    // Not with every event of data, as windows would then depend on how these are cut.
    for (const auto& [stream, bytes] : std::exchange(story.unused, {})) session.consumed(stream, bytes);
    std::string line = std::to_string(static_cast<int>(event.kind)) + " " + std::to_string(event.stream) + " " +
                       std::string(name(event.error)) + (event.ended ? " ended" : "");
    if (event.kind == Kind::head) {
        for (std::size_t i = 0; i < event.fields.size(); ++i) {
            line.append("\n").append(event.fields[i].name).append(": ").append(event.fields[i].value);
        }
        if (event.fields.total() > 65536) std::abort();
        if (server) session.respond(event.stream, fields(false), event.stream % 4 == 1 ? 1000 : Http2Session::kEndless);
    }
    story.lines.push_back(line);
}

void write(Http2Session& session, Story& story) {
    tcplab::Http2Write w;
    while (story.written.size() < kEnough && session.next_write(w)) {
        tcplab::Content content;
        for (std::size_t i = 0; i < w.count; ++i) content.append(w.pieces[i]);
        const auto size = static_cast<std::size_t>(content.size());
        if (size == 0) std::abort();
        const std::size_t before = story.written.size();
        story.written.resize(before + size);
        content.copy(0, size, story.written.data() + before);
        session.wrote(size);
    }
}

Story play(std::uint8_t options, const std::string& bytes, std::size_t cut) {
    const bool server = (options & 1U) != 0;
    tcplab::Http2Settings settings;
    settings.window = (options & 4U) != 0 ? 100 : 100'000;
    settings.connection_window = 100'000;
    settings.streams = 10;
    Http2Session session(server ? Http2Session::Role::server : Http2Session::Role::client, settings);
    if (!server) {
        for (int i = 0; i < 3; ++i) session.open(fields(true), i == 1 ? Http2Session::kEndless : 0);
    }
    Story story;
    const tcplab::Payload whole = tcplab::Payload::of(bytes);
    Http2Event event;
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
        tcplab::Payload piece = whole;
        piece.offset = at;
        piece.length = static_cast<std::uint32_t>(std::min(cut, bytes.size() - at));
        while (session.receive(piece, event)) tell(session, event, server, story);
        if (piece.length != 0) std::abort();
    }
    story.failed = session.failed();
    if (session.streams() > 10 || (story.failed && session.streams() > 0)) std::abort();
    write(session, story);
    return story;
}

/// Whether `bytes` are whole frames that may be.
void check_frames(std::string_view bytes) {
    if (bytes.substr(0, tcplab::kClientPreface.size()) == tcplab::kClientPreface) {
        bytes.remove_prefix(tcplab::kClientPreface.size());
    }
    while (!bytes.empty()) {
        if (bytes.size() < tcplab::kFrameHeaderSize) std::abort();
        const tcplab::FrameHeader h = tcplab::read_frame_header(bytes);
        if (check_frame(h) != tcplab::Http2Error::no_error || h.length > 16384) std::abort();
        if (bytes.size() < tcplab::kFrameHeaderSize + h.length) std::abort();
        bytes.remove_prefix(tcplab::kFrameHeaderSize + h.length);
    }
}

}  // namespace

// The first byte chooses the role (1), whether the peer has begun as it should (2), and a small window (4); the second
// one how the bytes are cut.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 3) return 0;
    const std::uint8_t options = data[0];
    const std::size_t cut = std::size_t{data[1]} + 1;
    std::string bytes;
    if ((options & 2U) != 0) {
        if ((options & 1U) != 0) bytes = tcplab::kClientPreface;
        tcplab::append_frame_header(bytes, {0, tcplab::FrameType::settings, 0, 0});
    }
    bytes.append(data + 2, data + size);
    const Story whole = play(options, bytes, bytes.size());
    const Story parts = play(options, bytes, cut);
    if (whole.lines != parts.lines || whole.failed != parts.failed) std::abort();
    check_frames(whole.written);
    check_frames(parts.written);
    return 0;
}
