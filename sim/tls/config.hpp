#pragma once

#include <cstdint>

namespace tcplab {

enum class TlsVersion : std::uint8_t { tls12, tls13 };

/// The [tls] table. Both ends have the same.
struct TlsConfig {
    TlsVersion version = TlsVersion::tls13;  ///< the only one that is spoken: nothing is negotiated
    bool resumption = false;  ///< of a host's later connections to one server, by ticket: RFC 5077, RFC 8446 2.2.
                              ///< Without it the server gives no tickets
    bool early_data = false;  ///< TLS 1.3, resumed: the request goes with the ClientHello (RFC 8446 2.3)
    std::uint32_t certificate = 3000;  ///< bytes of the server's certificate chain; kTlsLeastCertificate at least
    std::uint32_t record = 16384;      ///< bytes of plaintext in the largest record (RFC 8446 5.1), 1 to 16384
};

}  // namespace tcplab
