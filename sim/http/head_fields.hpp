#pragma once

#include <cstdint>
#include <string_view>

#include "http/config.hpp"
#include "http2/session.hpp"

namespace tcplab {

/// Whether a header line of HTTP/1 is a field in HTTP/2, too: not what belongs to one connection (RFC 9113 8.2.2), nor
/// Host, which ":authority" says.
bool http2_carries(std::string_view line);

/// The fields that HTTP/2 has for a request's head in HTTP/1 (RFC 9113 8.3.1): pseudo-header fields first, the Host
/// field as ":authority", nothing of what belongs to one connection. `head` is whole and right.
FieldList request_fields(std::string_view head, std::string_view scheme);
/// The same for a response's head (RFC 9113 8.3.2).
FieldList response_fields(std::string_view head);

/// What client.multiplexed says, as a session takes it: the connection's window is that of all its streams together.
Http2Settings http2_settings(const Multiplexing& m);

/// Bytes that a head of these fields has in HTTP/1, so that messages compare whatever carries them.
std::uint64_t head_bytes(const FieldList& fields);

}  // namespace tcplab
