#include "http/head_fields.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "http/field_text.hpp"
#include "http/message.hpp"

namespace tcplab {

using field_text::field_name;
using field_text::kLineEnd;
using field_text::lower;
using field_text::take_line;
using field_text::trim;

namespace {

/// What HTTP/2 must not carry (RFC 9113 8.2.2), or says in another way.
constexpr std::array<std::string_view, 6> kLeftOut{"connection",        "keep-alive", "proxy-connection",
                                                   "transfer-encoding", "upgrade",    "host"};

std::string lower_name(std::string_view line) {
    const std::string_view field = field_name(line);
    std::string out(field);
    std::transform(field.begin(), field.end(), out.begin(), lower);
    return out;
}

/// The lines of `rest` that go on in HTTP/2, as fields.
void add_lines(std::string_view rest, FieldList& out) {
    while (!rest.empty()) {
        const std::string_view line = take_line(rest);
        if (line.empty()) break;
        if (http2_carries(line)) out.add(lower_name(line), trim(line.substr(field_name(line).size() + 1)));
    }
}

}  // namespace

bool http2_carries(std::string_view line) {
    return std::find(kLeftOut.begin(), kLeftOut.end(), lower_name(line)) == kLeftOut.end();
}

FieldList request_fields(std::string_view head, std::string_view scheme) {
    MessageHead parsed;
    parse_request_head(head, parsed);
    FieldList out;
    out.add(":method", parsed.method);
    out.add(":scheme", scheme);
    out.add(":authority", parsed.host);
    out.add(":path", parsed.target);
    take_line(head);
    add_lines(head, out);
    return out;
}

FieldList response_fields(std::string_view head) {
    MessageHead parsed;
    parse_response_head(head, parsed);
    FieldList out;
    out.add(":status", std::to_string(parsed.status));
    take_line(head);
    add_lines(head, out);
    return out;
}

Http2Settings http2_settings(const Multiplexing& m) {
    Http2Settings s;
    s.streams = m.streams;
    s.window = m.window;
    const std::uint64_t all = std::uint64_t{m.streams} * m.window;
    s.connection_window = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(all, kDefaultWindow, kMaxWindow));
    s.frame = m.frame;
    s.header_compression = m.header_compression;
    return s;
}

std::uint64_t head_bytes(const FieldList& fields) {
    constexpr std::uint64_t around_field = 4;  // ": " and the line's end
    std::uint64_t bytes = kLineEnd.size();
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto [name, value] = fields[i];
        if (name == ":status") {
            bytes += std::string_view("HTTP/1.1 200 OK\r\n").size();
        } else {
            bytes += name.size() + value.size() + around_field;
        }
    }
    return bytes;
}

}  // namespace tcplab
