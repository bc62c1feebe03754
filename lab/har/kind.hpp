#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "har/recording.hpp"

namespace tcplab::har {

/// What was fetched, by Chrome's resource type, else by its MIME type, else by the path's extension.
Kind kind_of(std::string_view resource_type, std::string_view mime_type, std::string_view path);
/// The MIME type that goes with a path's extension; application/octet-stream for any other.
std::string_view mime_type_of(std::string_view path);

/// A browser's word for a priority ("VeryHigh", "Low") as an urgency (RFC 9218 4.1): as Chrome itself translates it
/// for HTTP/2 and 3, so that its five go from 0 to 4.
std::optional<std::uint8_t> urgency_of(std::string_view priority);
/// Chrome's word for an urgency; there is none for more than 4.
std::string_view priority_word(std::uint8_t urgency);
/// What Chrome asks for such a thing with, where nothing is recorded.
std::uint8_t usual_urgency(Kind kind);

}  // namespace tcplab::har
