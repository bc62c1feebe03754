#include "http2/frame.hpp"

#include <array>
#include <cassert>

namespace tcplab {

namespace {

std::uint8_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); }

}  // namespace

std::string_view name(Http2Error e) {
    static constexpr std::array<std::string_view, 14> names{"NO_ERROR",
                                                            "PROTOCOL_ERROR",
                                                            "INTERNAL_ERROR",
                                                            "FLOW_CONTROL_ERROR",
                                                            "SETTINGS_TIMEOUT",
                                                            "STREAM_CLOSED",
                                                            "FRAME_SIZE_ERROR",
                                                            "REFUSED_STREAM",
                                                            "CANCEL",
                                                            "COMPRESSION_ERROR",
                                                            "CONNECT_ERROR",
                                                            "ENHANCE_YOUR_CALM",
                                                            "INADEQUATE_SECURITY",
                                                            "HTTP_1_1_REQUIRED"};
    const auto i = static_cast<std::size_t>(e);
    return i < names.size() ? names[i] : "unknown error";
}

void append_u16(std::string& out, std::uint16_t value) {
    out.push_back(static_cast<char>(value >> 8U));
    out.push_back(static_cast<char>(value & 0xffU));
}

void append_u32(std::string& out, std::uint32_t value) {
    append_u16(out, static_cast<std::uint16_t>(value >> 16U));
    append_u16(out, static_cast<std::uint16_t>(value & 0xffffU));
}

std::uint16_t read_u16(std::string_view bytes) {
    return static_cast<std::uint16_t>(byte_at(bytes, 0) << 8U | byte_at(bytes, 1));
}

std::uint32_t read_u32(std::string_view bytes) {
    return std::uint32_t{read_u16(bytes)} << 16U | read_u16(bytes.substr(2));
}

void append_frame_header(std::string& out, const FrameHeader& header) {
    assert(header.length <= kMostMaxFrame);
    out.push_back(static_cast<char>(header.length >> 16U));
    append_u16(out, static_cast<std::uint16_t>(header.length & 0xffffU));
    out.push_back(static_cast<char>(header.type));
    out.push_back(static_cast<char>(header.flags));
    append_u32(out, header.stream);
}

FrameHeader read_frame_header(std::string_view bytes) {
    FrameHeader h;
    h.length = std::uint32_t{byte_at(bytes, 0)} << 16U | read_u16(bytes.substr(1));
    h.type = static_cast<FrameType>(byte_at(bytes, 3));
    h.flags = byte_at(bytes, 4);
    h.stream = read_u32(bytes.substr(5)) & ~kReservedBit;
    return h;
}

Http2Error check_frame(const FrameHeader& h) {
    bool size = true;
    bool of_stream = true;
    switch (h.type) {
        case FrameType::data:
        case FrameType::headers:
        case FrameType::push_promise:
        case FrameType::continuation: break;
        case FrameType::priority: size = h.length == 5; break;
        case FrameType::rst_stream: size = h.length == 4; break;
        case FrameType::window_update: return h.length == 4 ? Http2Error::no_error : Http2Error::frame_size_error;
        case FrameType::settings:
            of_stream = false;
            size = h.has(frame_flag::ack) ? h.length == 0 : h.length % kSettingSize == 0;
            break;
        case FrameType::ping:
            of_stream = false;
            size = h.length == 8;
            break;
        case FrameType::go_away:
            of_stream = false;
            size = h.length >= 8;
            break;
        default: return Http2Error::no_error;  // RFC 9113 4.1: frames of unknown types are ignored
    }
    if (of_stream != (h.stream != 0)) return Http2Error::protocol_error;
    return size ? Http2Error::no_error : Http2Error::frame_size_error;
}

void append_window_update(std::string& out, std::uint32_t stream, std::uint32_t increment) {
    append_frame_header(out, {4, FrameType::window_update, 0, stream});
    append_u32(out, increment);
}

void append_rst_stream(std::string& out, std::uint32_t stream, Http2Error code) {
    append_frame_header(out, {4, FrameType::rst_stream, 0, stream});
    append_u32(out, static_cast<std::uint32_t>(code));
}

void append_go_away(std::string& out, std::uint32_t last_stream, Http2Error code) {
    append_frame_header(out, {8, FrameType::go_away, 0, 0});
    append_u32(out, last_stream);
    append_u32(out, static_cast<std::uint32_t>(code));
}

}  // namespace tcplab
