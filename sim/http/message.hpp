#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/config.hpp"

namespace tcplab {

/// The longest head that is read, in bytes. RFC 9112 3 asks for at least 8000 in the request line alone.
inline constexpr std::size_t kMaxHead = 65536;

/// What is wrong with a message.
enum class MessageError : std::uint8_t {
    none,
    bad_start_line,      ///< RFC 9112 3 and 4: not "GET /path HTTP/1.1" nor "HTTP/1.1 200 OK"
    bad_version,         ///< not HTTP/1.x
    bad_field,           ///< RFC 9112 5: no "name: value", or a line that does not end in CRLF
    folded_field,        ///< RFC 9112 5.2: a field continued on the next line
    bad_length,          ///< RFC 9112 6.3: Content-Length is no number, or several that differ
    unsupported_coding,  ///< any Transfer-Encoding
    too_long,            ///< the head exceeds kMaxHead
};

/// In words, for a transaction's error: "bad header field"; "" for none.
std::string_view name(MessageError e);

/// The head of a request or a response, as far as the message's framing and the connection depend on it.
struct MessageHead {
    std::string_view method;   ///< of a request
    std::string_view target;   ///< of a request
    std::uint16_t status = 0;  ///< of a response
    HttpVersion version = HttpVersion::http11;
    std::optional<std::uint64_t> content_length;
    bool has_host = false;    ///< exactly one Host field
    bool close = false;       ///< Connection: close
    bool keep_alive = false;  ///< Connection: keep-alive

    /// Whether the connection outlives this message (RFC 9112 9.3).
    [[nodiscard]] bool persistent() const { return !close && (version == HttpVersion::http11 || keep_alive); }
};

/// Parses a whole head, its blank line included. The views of `out` point into `text`.
MessageError parse_request_head(std::string_view text, MessageHead& out);
MessageError parse_response_head(std::string_view text, MessageHead& out);

/// RFC 9110 9.2.2: sent twice, such a request does what it does once. Only these are pipelined.
bool is_idempotent(std::string_view method);

/// What a request's head says.
struct RequestText {
    std::string_view method = "GET";
    std::string_view path = "/";
    std::string_view host;
    std::uint16_t port = 80;
    HttpVersion version = HttpVersion::http11;
    bool close = false;                                 ///< adds "Connection: close", unless `headers` has a Connection
    const std::vector<std::string>* headers = nullptr;  ///< further lines, "Name: value"
    std::uint64_t body = 0;                             ///< bytes; more than 0 adds Content-Length
};

/// What a response's head says.
struct ResponseText {
    std::uint16_t status = 200;
    std::optional<std::uint64_t> content_length;  ///< absent: the body ends with the connection
    bool close = false;                           ///< adds "Connection: close"
};

/// The head without padding, its blank line included.
std::string write_request_head(const RequestText& r);
std::string write_response_head(const ResponseText& r);

/// `head` made exactly `size` bytes long with an X-Padding field, or, where that does not fit, with blanks behind the
/// last field's value, which do not belong to it (RFC 9112 5). Nothing if `head` alone is longer.
std::optional<std::string> pad_head(std::string head, std::size_t size);

}  // namespace tcplab
