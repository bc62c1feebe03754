#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tcplab {

/// RFC 9113 6.
enum class FrameType : std::uint8_t {
    data = 0,
    headers = 1,
    priority = 2,
    rst_stream = 3,
    settings = 4,
    push_promise = 5,
    ping = 6,
    go_away = 7,
    window_update = 8,
    continuation = 9,
};

namespace frame_flag {
inline constexpr std::uint8_t end_stream = 0x01;   ///< DATA, HEADERS
inline constexpr std::uint8_t ack = 0x01;          ///< SETTINGS, PING
inline constexpr std::uint8_t end_headers = 0x04;  ///< HEADERS, CONTINUATION
inline constexpr std::uint8_t padded = 0x08;       ///< DATA, HEADERS
inline constexpr std::uint8_t priority = 0x20;     ///< HEADERS
}  // namespace frame_flag

/// RFC 9113 7. A peer may send any other number, too.
enum class Http2Error : std::uint32_t {
    no_error = 0x0,
    protocol_error = 0x1,
    internal_error = 0x2,
    flow_control_error = 0x3,
    settings_timeout = 0x4,
    stream_closed = 0x5,
    frame_size_error = 0x6,
    refused_stream = 0x7,
    cancel = 0x8,
    compression_error = 0x9,
    connect_error = 0xa,
    enhance_your_calm = 0xb,
    inadequate_security = 0xc,
    http_1_1_required = 0xd,
};

/// As the RFC writes it: "REFUSED_STREAM"; "unknown error" for a number that it does not know.
std::string_view name(Http2Error e);

/// RFC 9113 6.5.2, and RFC 9218 2.1.
enum class SettingId : std::uint16_t {
    header_table_size = 0x1,
    enable_push = 0x2,
    max_concurrent_streams = 0x3,
    initial_window_size = 0x4,
    max_frame_size = 0x5,
    max_header_list_size = 0x6,
    no_rfc7540_priorities = 0x9,
};

inline constexpr std::size_t kFrameHeaderSize = 9;         ///< bytes
inline constexpr std::size_t kSettingSize = 6;             ///< bytes
inline constexpr std::uint32_t kLeastMaxFrame = 16384;     ///< SETTINGS_MAX_FRAME_SIZE: initial value and least
inline constexpr std::uint32_t kMostMaxFrame = 0xffffff;   ///< and the greatest
inline constexpr std::uint32_t kDefaultWindow = 65535;     ///< SETTINGS_INITIAL_WINDOW_SIZE: initial value
inline constexpr std::uint32_t kMaxWindow = 0x7fffffff;    ///< RFC 9113 6.9.1
inline constexpr std::uint32_t kMaxStreamId = 0x7fffffff;  ///< RFC 9113 5.1.1
inline constexpr std::uint32_t kReservedBit = 0x80000000;  ///< of stream numbers and increments: ignored
inline constexpr std::string_view kClientPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";  ///< RFC 9113 3.4

/// What precedes every frame's payload (RFC 9113 4.1).
struct FrameHeader {
    std::uint32_t length = 0;  ///< bytes of payload, below 2^24
    FrameType type = FrameType::data;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;  ///< 0: the connection

    [[nodiscard]] bool has(std::uint8_t flag) const { return (flags & flag) != 0; }
};

void append_frame_header(std::string& out, const FrameHeader& header);
/// `bytes` has kFrameHeaderSize of them at least.
FrameHeader read_frame_header(std::string_view bytes);

/// Whether a frame of that length may be, on that stream (RFC 9113 6): if not, the connection fails with that error.
Http2Error check_frame(const FrameHeader& header);

/// Big-endian numbers; the readers want as many bytes as the number has.
void append_u16(std::string& out, std::uint16_t value);
void append_u32(std::string& out, std::uint32_t value);
std::uint16_t read_u16(std::string_view bytes);
std::uint32_t read_u32(std::string_view bytes);

/// Whole frames of fixed layout.
void append_window_update(std::string& out, std::uint32_t stream, std::uint32_t increment);
void append_rst_stream(std::string& out, std::uint32_t stream, Http2Error code);
void append_go_away(std::string& out, std::uint32_t last_stream, Http2Error code);

}  // namespace tcplab
