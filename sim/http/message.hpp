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
    bad_length,          ///< RFC 9112 6.3: Content-Length is no number, several that differ, or beside a coding
    unsupported_coding,  ///< any Transfer-Encoding but chunked
    bad_chunk,           ///< RFC 9112 7.1: a chunk's size or end
    too_long,            ///< the head, or a chunked body's trailer, exceeds kMaxHead
};

/// In words, for a transaction's error: "bad header field"; "" for none.
std::string_view name(MessageError e);
/// What a request with such an error is answered with: 400, 431, 501 or 505.
std::uint16_t status_for(MessageError e);

/// The head of a request or a response, as far as the message's framing and the connection depend on it.
struct MessageHead {
    std::string_view text;     ///< all of it
    std::string_view method;   ///< of a request
    std::string_view target;   ///< of a request
    std::uint16_t status = 0;  ///< of a response
    HttpVersion version = HttpVersion::http11;
    std::optional<std::uint64_t> content_length;
    std::string_view host;                            ///< the Host field's value
    bool has_host = false;                            ///< there is exactly one
    bool chunked = false;                             ///< Transfer-Encoding: chunked
    bool close = false;                               ///< Connection: close
    bool keep_alive = false;                          ///< Connection: keep-alive
    bool proxy_keep_alive = false;                    ///< Proxy-Connection: keep-alive (Netscape)
    std::optional<std::uint32_t> keep_alive_timeout;  ///< seconds, of Keep-Alive (RFC 2068 19.7.1.1)
    std::optional<std::uint32_t> keep_alive_max;      ///< further requests, of Keep-Alive
    std::optional<std::uint64_t> max_forwards;        ///< Max-Forwards (RFC 9110 7.6.2)

    /// Whether the connection outlives this message (RFC 9112 9.3).
    [[nodiscard]] bool persistent() const { return !close && (version == HttpVersion::http11 || keep_alive); }
};

/// Parses a whole head, its blank line included. The views of `out` point into `text`.
MessageError parse_request_head(std::string_view text, MessageHead& out);
MessageError parse_response_head(std::string_view text, MessageHead& out);

/// "504 Gateway Timeout" (RFC 9110 15): code and phrase of those that occur here, and for ever; empty for others.
std::string_view status_text(std::uint16_t status);

/// RFC 9110 9.2.1: asks for nothing but to be told. Only these go in TLS's early data (RFC 8470 3).
bool is_safe(std::string_view method);
/// RFC 9110 9.2.2: sent twice, such a request does what it does once. Only these are pipelined.
bool is_idempotent(std::string_view method);

/// The value of a Connection field that is to be written.
enum class ConnectionOption : std::uint8_t { none, close, keep_alive };

/// What a request's head says.
struct RequestText {
    std::string_view method = "GET";
    std::string_view target = "/";
    std::string_view authority;  ///< the Host field's value
    HttpVersion version = HttpVersion::http11;
    ConnectionOption connection = ConnectionOption::none;  ///< unless `headers` has a field of that name
    bool to_proxy = false;                                 ///< that field is called Proxy-Connection
    const std::vector<std::string>* headers = nullptr;     ///< further lines, "Name: value"
    std::optional<std::uint64_t> content_length;
};

/// What a response's head says.
struct ResponseText {
    std::uint16_t status = 200;
    std::optional<std::uint64_t> content_length;  ///< absent: the body is chunked, or ends with the connection
    bool chunked = false;
    ConnectionOption connection = ConnectionOption::none;
    std::string_view keep_alive;  ///< the Keep-Alive field's value; empty: none
    std::string_view content_type = "text/plain";
};

/// The head without padding, its blank line included. In the memory of `out`.
std::string write_request_head(const RequestText& r, std::string out = {});
std::string write_response_head(const ResponseText& r);

/// A head as a proxy passes it on (RFC 9110 7.6): without Connection, the fields that it names, and the others that
/// belong to one connection only.
struct ForwardedHead {
    std::string_view target;                               ///< of a request; empty: as it was
    std::string_view host;                                 ///< the Host field's value; empty: as it was
    std::optional<std::uint64_t> max_forwards;             ///< absent: as it was
    bool to_proxy = false;                                 ///< with Proxy-Authorization (RFC 9110 11.7.2)
    std::string_view via;                                  ///< the proxy's name, for the Via field
    ConnectionOption connection = ConnectionOption::none;  ///< what the proxy says itself
    bool keep_coding = true;                               ///< false: without Transfer-Encoding
};
/// `head` is whole and was parsed without an error. The version becomes 1.1, the proxy's own.
std::string forward_head(std::string_view head, const ForwardedHead& change);

/// A request's head as the answer to TRACE shows it: without credentials (RFC 9110 9.3.8).
std::string traced_head(std::string_view head);

/// "/a?b" of "http://host/a?b" (RFC 9112 3.2.2); other targets as they are.
std::string_view origin_form(std::string_view target);
/// "host:80" of "http://host:80/a"; empty for other targets.
std::string_view authority_of(std::string_view target);

/// `head` made exactly `size` bytes long with an X-Padding field, or, where that does not fit, with blanks behind the
/// last field's value, which do not belong to it (RFC 9112 5). Nothing if `head` alone is longer.
std::optional<std::string> pad_head(std::string head, std::size_t size);

}  // namespace tcplab
