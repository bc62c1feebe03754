#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tcplab::har {

/// A URL as far as it matters here (RFC 3986).
struct Url {
    std::string scheme;      ///< lower case: "https"
    std::string host;        ///< lower case, without the brackets of an IPv6 address; empty: there is none ("data:...")
    std::uint16_t port = 0;  ///< the scheme's own when none is written; 0: no known scheme
    std::string path;        ///< from "/" on, with the query, without the fragment; what it may not contain is %XX

    /// Of http, https, ws or wss, with a host.
    [[nodiscard]] bool is_network() const { return !host.empty() && port != 0; }
    /// "https://www.example.com/a?b", with the port where it is not the scheme's own.
    [[nodiscard]] std::string text() const;
    /// "www.example.com:443": what a connection goes to.
    [[nodiscard]] std::string origin() const;
};

/// Nothing when there is no scheme, or the host or port is broken.
std::optional<Url> parse_url(std::string_view text);

/// What `reference`, such as a Location field, means in an answer from `base` (RFC 3986 5.2).
std::optional<Url> resolve(const Url& base, std::string_view reference);

}  // namespace tcplab::har
