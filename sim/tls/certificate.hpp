#pragma once

#include <cstdint>
#include <string>

namespace tcplab {

/// No certificate for an RSA key of 2048 bits with a signature of such a key is much smaller.
inline constexpr std::uint32_t kTlsLeastCertificate = 700;

/// An X.509 certificate (RFC 5280) that dissectors can read, of `size` bytes, or kTlsLeastCertificate if that is more;
/// one byte longer where a length would have to take one and a half (65540, 65821). Key and signature are made up, a
/// comment fills it up.
std::string tls_certificate(std::uint32_t size);

}  // namespace tcplab
