#pragma once

#include <cstdint>
#include <optional>

#include "http2/field_list.hpp"

namespace tcplab {

/// What a session must know of a message's head.
struct Http2Head {
    std::uint16_t status = 0;  ///< of a response
    std::optional<std::uint64_t> content_length;
};

/// Whether a message's head is well-formed (RFC 9113 8.1.1, 8.2 and 8.3): its pseudo-header fields are there, once, and
/// before all others; names and values have no characters that they must not have; no field belongs to a connection.
bool parse_request_fields(const FieldList& fields, Http2Head& out);
bool parse_response_fields(const FieldList& fields, Http2Head& out);
/// The same of the fields that follow a body (RFC 9113 8.1).
bool valid_trailers(const FieldList& fields);

}  // namespace tcplab
