#include "tls/certificate.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "tls/bytes.hpp"

namespace tcplab {

namespace {

// Tags of X.690.
enum Tag : std::uint8_t {
    kInteger = 0x02,
    kBitString = 0x03,
    kOctetString = 0x04,
    kNull = 0x05,
    kObject = 0x06,
    kUtf8 = 0x0c,
    kIa5 = 0x16,
    kUtcTime = 0x17,
    kSequence = 0x30,
    kSet = 0x31,
    kVersion = 0xa0,
    kExtensions = 0xa3,
};

constexpr std::size_t kModulus = 257;    // 2048 bits, and the sign
constexpr std::size_t kSignature = 256;  // of such a key
constexpr std::size_t kSerial = 8;       // usually

/// A value with its length before it, in as few bytes as it fits (X.690 8.1.3).
std::string tagged(Tag tag, std::string_view bytes) {
    constexpr std::size_t short_form = 128;
    unsigned length_bytes = 1;
    while (bytes.size() >> (8 * length_bytes) != 0) ++length_bytes;
    TlsBytes out;
    out.number(tag, 1);
    if (bytes.size() >= short_form) out.number(0x80 + length_bytes, 1);
    return out.vector(length_bytes, bytes).str();
}

std::string filler(std::size_t n) { return TlsBytes().opaque(n).str(); }

std::string object(std::string_view encoded) { return tagged(kObject, encoded); }

/// rsaEncryption or sha256WithRSAEncryption (RFC 4055).
std::string algorithm(char last) {
    return tagged(kSequence, object(std::string("\x2a\x86\x48\x86\xf7\x0d\x01\x01") + last) + tagged(kNull, ""));
}

std::string name(std::string_view common_name) {
    const std::string pair = object("\x55\x04\x03") + tagged(kUtf8, common_name);
    return tagged(kSequence, tagged(kSet, tagged(kSequence, pair)));
}

std::string public_key() {
    const std::string modulus = std::string(1, '\0') + '\x80' + filler(kModulus - 2);
    const std::string key = tagged(kSequence, tagged(kInteger, modulus) + tagged(kInteger, {"\x01\x00\x01", 3}));
    return tagged(kSequence, algorithm('\x01') + tagged(kBitString, std::string(1, '\0') + key));
}

/// Netscape's comment: text of any length.
std::string comment(std::size_t n) {
    const std::string extension =
        object("\x60\x86\x48\x01\x86\xf8\x42\x01\x0d") + tagged(kOctetString, tagged(kIa5, filler(n)));
    return tagged(kExtensions, tagged(kSequence, tagged(kSequence, extension)));
}

std::string with(std::size_t serial, std::size_t text) {
    const std::string validity = tagged(kUtcTime, "000101000000Z") + tagged(kUtcTime, "491231235959Z");
    const std::string to_be_signed = tagged(kVersion, tagged(kInteger, "\x02")) + tagged(kInteger, filler(serial)) +
                                     algorithm('\x0b') + name("tcplab") + tagged(kSequence, validity) + name("server") +
                                     public_key() + comment(text);
    return tagged(kSequence, tagged(kSequence, to_be_signed) + algorithm('\x0b') +
                                 tagged(kBitString, std::string(1, '\0') + filler(kSignature)));
}

}  // namespace

std::string tls_certificate(std::uint32_t size) {
    size = std::max(size, kTlsLeastCertificate);
    // One byte more of the comment may make the lengths around it longer too. The serial number then makes up for it.
    std::size_t serial = kSerial;
    std::size_t text = size - with(serial, 0).size();
    while (with(serial, text).size() > size) --text;
    while (with(serial, text).size() < size) ++serial;
    return with(serial, text);
}

}  // namespace tcplab
