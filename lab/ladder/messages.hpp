#pragma once

#include <string>

#include "core/content.hpp"

namespace tcplab::ladder {

/// The messages that begin in a payload, in a few words: "GET /a.html", "200 OK", "GET /1, GET /2", "TLS ClientHello",
/// "HTTP/2 preface, HEADERS 1". Empty when none does, or when the recording kept no payload. A message is recognised by
/// what was written in one go: the start line of HTTP/1, a record of TLS, a frame of HTTP/2.
std::string messages_in(const Payload& payload);

}  // namespace tcplab::ladder
