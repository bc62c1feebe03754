// The bytes of handshake messages.
#include <doctest/doctest.h>

#include <cstddef>
#include <string>

#include "tls/bytes.hpp"
#include "tls/certificate.hpp"
#include "tls/flights.hpp"

using namespace tcplab;

namespace {

constexpr std::size_t kHeader = 4;

std::string hello_of(const TlsConfig& config, TlsHandshake handshake) {
    return tls_message(TlsMessage::client_hello, config, handshake).substr(kHeader);
}

/// Whether constructed values of X.690 hold a whole number of others, at every level.
bool is_well_formed(const std::string& der) {
    for (std::size_t at = 0; at < der.size();) {
        const auto byte = [&](std::size_t i) {
            return at + i < der.size() ? static_cast<unsigned char>(der[at + i]) : 0U;
        };
        std::size_t header = 2;
        std::size_t n = byte(1);
        if (n >= 128) {
            header += n - 128;
            n = 0;
            for (std::size_t i = 2; i < header; ++i) n = n * 256 + byte(i);
            if (n < 128 || n >> (8 * (header - 3)) == 0) return false;  // could be shorter
        }
        if (der.size() - at < header + n) return false;
        const bool constructed = (byte(0) & 0x20U) != 0;
        if (constructed && !is_well_formed(der.substr(at + header, n))) return false;
        at += header + n;
    }
    return true;
}

}  // namespace

TEST_CASE("every message says how long it is (RFC 8446 4)") {
    TlsConfig config;
    config.resumption = config.early_data = true;
    for (const TlsVersion v : {TlsVersion::tls12, TlsVersion::tls13}) {
        config.version = v;
        for (int m = 1; m <= 20; ++m) {
            const std::string bytes = tls_message(static_cast<TlsMessage>(m), config, TlsHandshake::full);
            REQUIRE(bytes.size() >= kHeader);
            CHECK(bytes[0] == m);
            CHECK(bytes.substr(1, 3) == TlsBytes().number(bytes.size() - kHeader, 3).str());
        }
    }
}

TEST_CASE("a ClientHello is padded to 512 bytes (RFC 7685) and tells what it asks for") {
    TlsConfig config;
    config.resumption = config.early_data = true;
    for (const TlsHandshake h : {TlsHandshake::full, TlsHandshake::resumed, TlsHandshake::early_data}) {
        const std::string body = hello_of(config, h);
        CHECK(body.size() == 512 - kHeader);
        const auto hello = read_client_hello(body);
        REQUIRE(hello);
        CHECK(hello->tls13);
        CHECK(hello->ticket == (h != TlsHandshake::full));
        CHECK(hello->early_data == (h == TlsHandshake::early_data));
    }
    config.version = TlsVersion::tls12;
    for (const TlsHandshake h : {TlsHandshake::full, TlsHandshake::resumed}) {
        const std::string body = hello_of(config, h);
        CHECK(body.size() == 512 - kHeader);
        const auto hello = read_client_hello(body);
        REQUIRE(hello);
        CHECK_FALSE(hello->tls13);
        CHECK(hello->ticket == (h == TlsHandshake::resumed));
        CHECK_FALSE(hello->early_data);
    }
}

TEST_CASE("a ClientHello that ends too early, or has something behind it, is malformed") {
    TlsConfig config;
    config.resumption = true;
    const std::string body = hello_of(config, TlsHandshake::resumed);
    // Up to the length of the extensions: version, random, session ID, cipher suites, compression methods.
    const std::size_t before = 2 + 32 + 33 + 20 + 2;
    for (std::size_t n = 0; n < body.size(); ++n) {
        INFO(n);
        CHECK(read_client_hello(body.substr(0, n)).has_value() == (n == before));  // no extensions: as in TLS 1.0
    }
    CHECK_FALSE(read_client_hello(body + "x"));
}

TEST_CASE("a certificate has the size that was asked for, and lengths that fit into each other") {
    for (const std::uint32_t size : {kTlsLeastCertificate, 781U, 827U, 828U, 829U, 3000U, 100'000U}) {
        const std::string der = tls_certificate(size);
        CHECK(der.size() == size);
        CHECK(is_well_formed(der));
    }
    CHECK(tls_certificate(0).size() == kTlsLeastCertificate);
}

TEST_CASE("flights take turns, the client's first; the last of a handshake is the client's but in a full TLS 1.2 one") {
    TlsConfig config;
    CHECK(TlsFlights(config).count(TlsHandshake::full) == 3);
    CHECK(TlsFlights(config).count(TlsHandshake::early_data) == 3);
    config.version = TlsVersion::tls12;
    CHECK(TlsFlights(config).count(TlsHandshake::full) == 4);
    CHECK(TlsFlights(config).count(TlsHandshake::resumed) == 3);
}

TEST_CASE("a flight's bytes are made once") {
    TlsFlights flights({});
    const TextRef first = flights.bytes(TlsHandshake::full, 1);
    CHECK(flights.bytes(TlsHandshake::full, 1) == first);
}
