#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/content.hpp"
#include "http2/session.hpp"

/// A peer that is no session: frames written and read byte by byte, as RFC 9113 4.1 and 6 have them.
namespace tcplab::test {

inline std::string from_hex(std::string_view hex) {
    std::string bytes;
    int high = -1;
    for (const char c : hex) {
        if (c == ' ' || c == '\n') continue;
        const int digit = c <= '9' ? c - '0' : c - 'a' + 10;
        if (high >= 0) bytes.push_back(static_cast<char>(high * 16 + digit));
        high = high >= 0 ? -1 : digit;
    }
    return bytes;
}

inline std::string number(std::uint64_t value, int bytes) {
    std::string out;
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<char>(value >> (8 * i) & 0xffU));
    return out;
}

enum Type : std::uint8_t {
    kData,
    kHeaders,
    kPriority,
    kRstStream,
    kSettings,
    kPushPromise,
    kPing,
    kGoAway,
    kWindowUpdate,
    kContinuation,
};
inline constexpr int kEndStream = 1;
inline constexpr int kAck = 1;
inline constexpr int kEndHeaders = 4;
inline constexpr int kPadded = 8;
inline constexpr int kWithPriority = 0x20;

inline std::string frame(int type, int flags, std::uint32_t stream, const std::string& payload = {}) {
    return number(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) + number(stream, 4) + payload;
}
inline std::string setting(int id, std::uint32_t value) {
    return number(static_cast<std::uint64_t>(id), 2) + number(value, 4);
}
inline std::string window_update(std::uint32_t stream, std::uint32_t more) {
    return frame(kWindowUpdate, 0, stream, number(more, 4));
}
inline std::string rst_stream(std::uint32_t stream, std::uint32_t code) {
    return frame(kRstStream, 0, stream, number(code, 4));
}

/// What every stream of a client begins with: the preface and SETTINGS.
inline std::string client_start(const std::string& settings = {}) {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(kSettings, 0, 0, settings);
}
inline std::string server_start(const std::string& settings = {}) { return frame(kSettings, 0, 0, settings); }

/// GET http://www.example.com/ without a table (RFC 7541 C.3.1, but not added).
inline std::string get_block() { return from_hex("828684 010f") + "www.example.com"; }
inline std::string get(std::uint32_t stream) { return frame(kHeaders, kEndStream | kEndHeaders, stream, get_block()); }
inline std::string post(std::uint32_t stream, const std::string& more_fields = {}) {
    return frame(kHeaders, kEndHeaders, stream, from_hex("838684 010f") + "www.example.com" + more_fields);
}
/// A field as a literal that is not added (RFC 7541 6.2.2); both texts are shorter than 127 bytes.
inline std::string literal(const std::string& name, const std::string& value) {
    return number(0, 1) + number(name.size(), 1) + name + number(value.size(), 1) + value;
}
/// ":status: 200".
inline std::string ok(std::uint32_t stream, int flags = 0, const std::string& more_fields = {}) {
    return frame(kHeaders, kEndHeaders | flags, stream, from_hex("88") + more_fields);
}

/// A frame that was read.
struct Seen {
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::uint32_t stream = 0;
    std::string payload;

    [[nodiscard]] std::uint32_t u32(std::size_t at = 0) const {
        std::uint32_t value = 0;
        for (std::size_t i = at; i < at + 4; ++i) value = value << 8U | static_cast<std::uint8_t>(payload.at(i));
        return value;
    }
    [[nodiscard]] bool ends() const { return (flags & kEndStream) != 0; }
};

/// Takes a whole frame off the front of `bytes`.
inline bool take_frame(std::string& bytes, Seen& out) {
    if (bytes.size() < 9) return false;
    const auto at = [&bytes](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(bytes[i])); };
    const std::size_t length = at(0) << 16U | at(1) << 8U | at(2);
    if (bytes.size() < 9 + length) return false;
    out = {static_cast<std::uint8_t>(at(3)), static_cast<std::uint8_t>(at(4)),
           at(5) << 24U | at(6) << 16U | at(7) << 8U | at(8), bytes.substr(9, length)};
    bytes.erase(0, 9 + length);
    return true;
}
inline std::vector<Seen> frames_of(std::string bytes) {
    std::vector<Seen> frames;
    Seen f;
    while (take_frame(bytes, f)) frames.push_back(f);
    return frames;
}

/// Everything that a session has to write now.
inline std::string written(Http2Session& session) {
    std::string bytes;
    Http2Write write;
    while (session.next_write(write)) {
        Content content;
        for (std::size_t i = 0; i < write.count; ++i) content.append(write.pieces[i]);
        std::string piece(static_cast<std::size_t>(content.size()), '\0');
        content.copy(0, piece.size(), piece.data());
        bytes += piece;
        session.wrote(piece.size());
    }
    return bytes;
}
/// The same as frames, without a client's preface.
inline std::vector<Seen> written_frames(Http2Session& session) {
    std::string bytes = written(session);
    if (bytes.substr(0, 4) == "PRI ") bytes.erase(0, 24);
    return frames_of(bytes);
}

/// All that a session tells of these bytes.
inline std::vector<Http2Event> receive(Http2Session& session, const std::string& bytes) {
    std::vector<Http2Event> events;
    Payload in = Payload::of(bytes);
    Http2Event event;
    while (session.receive(in, event)) events.push_back(event);
    return events;
}

using Fields = std::vector<std::pair<std::string, std::string>>;
inline FieldList list_of(const Fields& fields) {
    FieldList list;
    for (const auto& [name, value] : fields) list.add(name, value);
    return list;
}
inline Fields fields_of(const FieldList& list) {
    Fields fields;
    for (std::size_t i = 0; i < list.size(); ++i) fields.emplace_back(list[i].name, list[i].value);
    return fields;
}
inline FieldList request(const std::string& path = "/", const std::string& method = "GET") {
    return list_of({{":method", method}, {":scheme", "http"}, {":authority", "www.example.com"}, {":path", path}});
}
inline FieldList response() { return list_of({{":status", "200"}}); }

}  // namespace tcplab::test
