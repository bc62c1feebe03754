#include "http2/frame.hpp"

#include <doctest/doctest.h>

#include "frames.hpp"
#include "http2/frame_reader.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

using Step = FrameReader::Step;

/// What a reader says of a stream that comes in pieces of at most `cut` bytes, a line a step.
std::vector<std::string> story(FrameReader reader, const std::string& bytes, std::size_t cut) {
    std::vector<std::string> lines;
    std::uint64_t body = 0;
    const Payload whole = Payload::of(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += cut) {
        Payload piece = whole;
        piece.offset = at;
        piece.length = static_cast<std::uint32_t>(std::min(cut, bytes.size() - at));
        FrameReader::Frame f;
        while (true) {
            const Step step = reader.step(piece, f);
            if (step == Step::more) break;
            const std::string stream = std::to_string(f.header.stream);
            if (step == Step::frame) {
                lines.push_back("frame " + std::to_string(static_cast<int>(f.header.type)) + " of " + stream + ": " +
                                std::string(f.payload));
            }
            if (step == Step::data_begin) {
                lines.push_back("data of " + stream + ", padding " + std::to_string(f.bytes));
                body = 0;
            }
            if (step == Step::data) body += f.bytes;
            if (step == Step::data && f.last) lines.push_back("body " + std::to_string(body));
            if (step == Step::failed) {
                lines.emplace_back(name(reader.error()));
                return lines;
            }
        }
        CHECK(piece.length == 0);
    }
    return lines;
}

std::vector<std::string> story(const std::string& bytes) {
    return story(FrameReader(false, 16384), bytes, bytes.size());
}

}  // namespace

TEST_CASE("a frame's header, field by field (RFC 9113 4.1)") {
    std::string bytes;
    append_frame_header(bytes, {0x012345, FrameType::headers, frame_flag::end_headers, 0x7edcba98});
    CHECK(bytes == from_hex("012345 01 04 7edcba98"));
    const FrameHeader h = read_frame_header(from_hex("012345 01 04 fedcba98"));  // the reserved bit is ignored
    CHECK(h.length == 0x012345);
    CHECK(h.type == FrameType::headers);
    CHECK(h.has(frame_flag::end_headers));
    CHECK_FALSE(h.has(frame_flag::end_stream));
    CHECK(h.stream == 0x7edcba98);
}

TEST_CASE("frames of fixed layout (RFC 9113 6.4, 6.8, 6.9)") {
    std::string bytes;
    append_rst_stream(bytes, 3, Http2Error::cancel);
    CHECK(bytes == from_hex("000004 03 00 00000003 00000008"));
    bytes.clear();
    append_go_away(bytes, 5, Http2Error::enhance_your_calm);
    CHECK(bytes == from_hex("000008 07 00 00000000 00000005 0000000b"));
    bytes.clear();
    append_window_update(bytes, 1, 0x7fffffff);
    CHECK(bytes == from_hex("000004 08 00 00000001 7fffffff"));
}

TEST_CASE("error codes have the RFC's names") {
    CHECK(name(Http2Error::no_error) == "NO_ERROR");
    CHECK(name(static_cast<Http2Error>(0x7)) == "REFUSED_STREAM");
    CHECK(name(static_cast<Http2Error>(0xd)) == "HTTP_1_1_REQUIRED");
    CHECK(name(static_cast<Http2Error>(0xe)) == "unknown error");
}

TEST_CASE("a stream of frames reads the same however it is cut") {
    const std::string bytes =
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0) + frame(kHeaders, 0, 1, "block") +
        frame(kHeaders, kPadded | kWithPriority, 1, from_hex("03 00000000 10") + "block" + "000") +
        frame(kData, 0, 1, "hello") + frame(kData, kEndStream, 1) +
        frame(kData, kPadded, 1, from_hex("04") + "hello" + "0000") + frame(kData, kPadded, 1, from_hex("02") + "00") +
        frame(kPriority, 0, 3, "12345") + frame(0xee, 0xff, 9, "unknown") + frame(kPing, 0, 0, "01234567");
    const std::vector<std::string> expected{
        "frame 4 of 0: ",
        "frame 1 of 1: block",
        "frame 1 of 1: block",
        "data of 1, padding 0",
        "body 5",
        "data of 1, padding 0",
        "body 0",
        "data of 1, padding 5",
        "body 5",
        "data of 1, padding 3",
        "body 0",
        "frame 2 of 3: ",
        "frame 238 of 9: ",
        "frame 6 of 0: 01234567",
    };
    for (const std::size_t cut : {bytes.size(), std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100}}) {
        CAPTURE(cut);
        CHECK(story(FrameReader(true, 16384), bytes, cut) == expected);
    }
}

TEST_CASE("what must not be: the reader's error is the one that the RFC asks for") {
    const std::string eight = "01234567";
    // 4.2: longer than we allow, or too short for its fixed fields.
    CHECK(story(frame(kData, 0, 1, std::string(16385, 'x'))).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kHeaders, kPadded, 1)) == std::vector<std::string>{"FRAME_SIZE_ERROR"});
    CHECK(story(frame(kHeaders, kWithPriority, 1, "1234")) == std::vector<std::string>{"FRAME_SIZE_ERROR"});
    CHECK(story(frame(kData, kPadded, 1)) == std::vector<std::string>{"FRAME_SIZE_ERROR"});
    // 6.1, 6.2: padding.
    CHECK(story(frame(kData, kPadded, 1, from_hex("02") + "x")).back() == "PROTOCOL_ERROR");
    CHECK(story(frame(kHeaders, kPadded, 1, from_hex("02") + "x")).back() == "PROTOCOL_ERROR");
    // 6.3 to 6.9: lengths.
    CHECK(story(frame(kPriority, 0, 1, "1234")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kRstStream, 0, 1, "123")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kSettings, 0, 0, "12345")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kSettings, kAck, 0, "123456")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kPing, 0, 0, "1234567")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kGoAway, 0, 0, "1234567")).back() == "FRAME_SIZE_ERROR");
    CHECK(story(frame(kWindowUpdate, 0, 0, "123")).back() == "FRAME_SIZE_ERROR");
    // 6.1 to 6.10: streams.
    for (const int type : {kData, kHeaders, kPushPromise, kContinuation}) {
        CAPTURE(type);
        CHECK(story(frame(type, 0, 0)).back() == "PROTOCOL_ERROR");
    }
    CHECK(story(frame(kPriority, 0, 0, "12345")).back() == "PROTOCOL_ERROR");
    CHECK(story(frame(kRstStream, 0, 0, "1234")).back() == "PROTOCOL_ERROR");
    CHECK(story(frame(kSettings, 0, 1)).back() == "PROTOCOL_ERROR");
    CHECK(story(frame(kPing, 0, 1, eight)).back() == "PROTOCOL_ERROR");
    CHECK(story(frame(kGoAway, 0, 1, eight)).back() == "PROTOCOL_ERROR");
    // 3.4: another protocol, found at its first byte that differs.
    CHECK(story(FrameReader(true, 16384), "PRO", 1) == std::vector<std::string>{"PROTOCOL_ERROR"});
    CHECK(story(FrameReader(true, 16384), "PRI * HTTP/2.0\r\n", 3).empty());
}

TEST_CASE("a segment without content is zeros") {
    FrameReader reader(false, 16384);
    Payload zeros;
    zeros.length = 9;
    FrameReader::Frame f;
    CHECK(reader.step(zeros, f) == Step::failed);  // DATA of no stream
    CHECK(reader.error() == Http2Error::protocol_error);
}
