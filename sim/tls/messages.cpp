#include "tls/messages.hpp"

#include <cstddef>
#include <initializer_list>

#include "tls/bytes.hpp"
#include "tls/certificate.hpp"

namespace tcplab {

namespace {

// Sizes in bytes, with AES-128-GCM, SHA-256, X25519 and an RSA key of 2048 bits; see docs/notes/tls.md.
constexpr std::size_t kRandom = 32;
constexpr std::size_t kSessionId = 32;
constexpr std::size_t kKeyShare = 32;        // RFC 7748
constexpr std::size_t kSignature = 256;      // RSA-PSS
constexpr std::size_t kFinished12 = 12;      // RFC 5246 7.4.9
constexpr std::size_t kFinished13 = 32;      // SHA-256
constexpr std::size_t kBinder = 32;          // SHA-256
constexpr std::size_t kTicketNonce = 8;      // as OpenSSL 3.0 has it
constexpr std::size_t kTicket12 = 176;       // likewise
constexpr std::size_t kTicket13 = 192;       // likewise
constexpr std::size_t kLeastHello = 512;     // RFC 7685; browsers' and curl's
constexpr std::uint32_t kLifetime = 7200;    // seconds
constexpr std::uint32_t kEarlyData = 16384;  // bytes, max_early_data_size

constexpr std::uint16_t kTls12 = 0x0303;
constexpr std::uint16_t kTls13 = 0x0304;
constexpr std::uint16_t kX25519 = 0x001d;
constexpr std::uint16_t kRsaPssSha256 = 0x0804;

enum Extension : std::uint16_t {
    kSupportedGroups = 10,
    kEcPointFormats = 11,
    kSignatureAlgorithms = 13,
    kPadding = 21,
    kExtendedMasterSecret = 23,
    kSessionTicket = 35,
    kPreSharedKey = 41,
    kEarlyDataExtension = 42,
    kSupportedVersions = 43,
    kPskModes = 45,
    kKeyShareExtension = 51,
    kRenegotiationInfo = 0xff01,
};

std::string extension(Extension type, std::string_view body) {
    return TlsBytes().number(type, 2).vector(2, body).str();
}

/// A vector of 16-bit numbers.
std::string numbers(unsigned length_bytes, std::initializer_list<std::uint16_t> values) {
    TlsBytes all;
    for (const std::uint16_t v : values) all.number(v, 2);
    return TlsBytes().vector(length_bytes, all.str()).str();
}

std::string opaque(std::size_t n) { return TlsBytes().opaque(n).str(); }

std::string key_share() { return TlsBytes().number(kX25519, 2).vector(2, opaque(kKeyShare)).str(); }

/// The last extension, as RFC 8446 4.2.11 demands.
std::string pre_shared_key() {
    const std::string identity = TlsBytes().vector(2, opaque(kTicket13)).number(0, 4).str();
    const std::string binder = TlsBytes().vector(1, opaque(kBinder)).str();
    return extension(kPreSharedKey, TlsBytes().vector(2, identity).vector(2, binder).str());
}

std::string client_extensions(const TlsConfig& config, TlsHandshake handshake) {
    const bool tls13 = config.version == TlsVersion::tls13;
    const bool ticket = !tls13 && handshake == TlsHandshake::resumed;
    std::string all = extension(kExtendedMasterSecret, "") + extension(kRenegotiationInfo, {"\0", 1}) +
                      extension(kSupportedGroups, numbers(2, {kX25519, 0x0017, 0x0018})) +
                      extension(kEcPointFormats, {"\x01\0", 2}) +
                      extension(kSignatureAlgorithms,
                                numbers(2, {0x0403, kRsaPssSha256, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601}));
    if (config.resumption) all += extension(kSessionTicket, opaque(ticket ? kTicket12 : 0));
    if (!tls13) return all;
    all += extension(kSupportedVersions, numbers(1, {kTls13, kTls12}));
    all += extension(kPskModes, "\x01\x01");  // with (EC)DHE
    all += extension(kKeyShareExtension, TlsBytes().vector(2, key_share()).str());
    if (handshake == TlsHandshake::early_data) all += extension(kEarlyDataExtension, "");
    return all;
}

std::string client_hello(const TlsConfig& config, TlsHandshake handshake) {
    const bool tls13 = config.version == TlsVersion::tls13;
    const bool resumes = handshake != TlsHandshake::full;
    TlsBytes hello;
    hello.number(kTls12, 2).opaque(kRandom);
    // RFC 8446 D.4, and RFC 5077 3.4: the server's echo tells that it resumes.
    hello.vector(1, opaque(tls13 || resumes ? kSessionId : 0));
    if (tls13) {
        hello.text(numbers(2, {0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030}));
    } else {
        hello.text(numbers(2, {0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc02c, 0xc030}));
    }
    hello.vector(1, {"\0", 1});  // no compression
    std::string extensions = client_extensions(config, handshake);
    const std::string last = tls13 && resumes ? pre_shared_key() : "";
    constexpr std::size_t lengths = 4 + 2 + 4;  // of the message, the extensions, the padding
    const std::size_t size = hello.str().size() + extensions.size() + last.size() + lengths;
    if (size < kLeastHello) extensions += extension(kPadding, std::string(kLeastHello - size, '\0'));
    return hello.vector(2, extensions + last).str();
}

std::string server_hello(const TlsConfig& config, TlsHandshake handshake) {
    const bool tls13 = config.version == TlsVersion::tls13;
    const bool resumes = handshake != TlsHandshake::full;
    // TLS 1.3: echoed. TLS 1.2: echoed, or a new one where there is no ticket to come.
    const bool has_id = tls13 || resumes || !config.resumption;
    TlsBytes hello;
    hello.number(kTls12, 2).opaque(kRandom).vector(1, opaque(has_id ? kSessionId : 0));
    hello.number(tls13 ? 0x1301 : 0xc02f, 2).number(0, 1);
    std::string extensions;
    if (tls13) {
        extensions = extension(kSupportedVersions, TlsBytes().number(kTls13, 2).str());
        extensions += extension(kKeyShareExtension, key_share());
        if (resumes) extensions += extension(kPreSharedKey, {"\0\0", 2});
    } else {
        extensions = extension(kRenegotiationInfo, {"\0", 1});
        if (!resumes) extensions += extension(kEcPointFormats, {"\x03\0\x01\x02", 4});
        if (!resumes && config.resumption) extensions += extension(kSessionTicket, "");
        extensions += extension(kExtendedMasterSecret, "");
    }
    return hello.vector(2, extensions).str();
}

std::string certificate(const TlsConfig& config) {
    const bool tls13 = config.version == TlsVersion::tls13;
    TlsBytes entry;
    entry.vector(3, tls_certificate(config.certificate));
    if (tls13) entry.number(0, 2);  // no extensions
    TlsBytes list;
    if (tls13) list.number(0, 1);  // no context
    return list.vector(3, entry.str()).str();
}

std::string new_session_ticket(const TlsConfig& config) {
    TlsBytes ticket;
    ticket.number(kLifetime, 4);
    if (config.version == TlsVersion::tls12) return ticket.vector(2, opaque(kTicket12)).str();
    ticket.number(0, 4).vector(1, opaque(kTicketNonce)).vector(2, opaque(kTicket13));
    const std::string early = TlsBytes().number(kEarlyData, 4).str();
    return ticket.vector(2, config.early_data ? extension(kEarlyDataExtension, early) : "").str();
}

std::string signature() { return TlsBytes().number(kRsaPssSha256, 2).vector(2, opaque(kSignature)).str(); }

std::string server_key_exchange() {
    constexpr unsigned named_curve = 3;  // RFC 8422 5.4
    return TlsBytes().number(named_curve, 1).number(kX25519, 2).vector(1, opaque(kKeyShare)).text(signature()).str();
}

std::string body_of(TlsMessage message, const TlsConfig& config, TlsHandshake handshake) {
    switch (message) {
        case TlsMessage::client_hello: return client_hello(config, handshake);
        case TlsMessage::server_hello: return server_hello(config, handshake);
        case TlsMessage::new_session_ticket: return new_session_ticket(config);
        case TlsMessage::encrypted_extensions:
            return TlsBytes()
                .vector(2, handshake == TlsHandshake::early_data ? extension(kEarlyDataExtension, "") : "")
                .str();
        case TlsMessage::certificate: return certificate(config);
        case TlsMessage::server_key_exchange: return server_key_exchange();
        case TlsMessage::certificate_verify: return signature();
        case TlsMessage::client_key_exchange: return TlsBytes().vector(1, opaque(kKeyShare)).str();
        case TlsMessage::finished: return opaque(config.version == TlsVersion::tls13 ? kFinished13 : kFinished12);
        case TlsMessage::end_of_early_data:
        case TlsMessage::server_hello_done:
        case TlsMessage::change_cipher_spec: break;
    }
    return {};
}

/// Takes numbers and vectors from the front of bytes; after the first that is not there, nothing more.
class Reader {
  public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::size_t number(std::size_t bytes) {
        std::size_t value = 0;
        for (const char c : take(bytes)) value = value << 8U | static_cast<unsigned char>(c);
        return value;
    }
    std::string_view vector(std::size_t length_bytes) { return take(number(length_bytes)); }
    std::string_view take(std::size_t n) {
        if (n > rest_.size()) {
            failed_ = true;
            rest_ = {};
            return {};
        }
        const std::string_view taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }
    [[nodiscard]] bool empty() const { return rest_.empty(); }
    [[nodiscard]] bool failed() const { return failed_; }

  private:
    std::string_view rest_;
    bool failed_ = false;
};

bool offers_tls13(std::string_view extension_body) {
    Reader versions(Reader(extension_body).vector(1));
    while (!versions.empty()) {
        if (versions.number(2) == kTls13) return true;
    }
    return false;
}

}  // namespace

std::string tls_message(TlsMessage message, const TlsConfig& config, TlsHandshake handshake) {
    if (message == TlsMessage::change_cipher_spec) return "\x01";
    return TlsBytes()
        .number(static_cast<std::uint8_t>(message), 1)
        .vector(3, body_of(message, config, handshake))
        .str();
}

std::optional<TlsClientHello> read_client_hello(std::string_view body) {
    Reader in(body);
    in.take(2 + kRandom);
    in.vector(1);  // session ID
    in.vector(2);  // cipher suites
    in.vector(1);  // compression methods
    TlsClientHello hello;
    Reader extensions(in.empty() ? std::string_view() : in.vector(2));
    if (in.failed() || !in.empty()) return std::nullopt;
    while (!extensions.empty()) {
        const std::size_t type = extensions.number(2);
        const std::string_view value = extensions.vector(2);
        if (type == kSupportedVersions) hello.tls13 = offers_tls13(value);
        if (type == kEarlyDataExtension) hello.early_data = true;
        if (type == kPreSharedKey || (type == kSessionTicket && !value.empty())) hello.ticket = true;
    }
    if (extensions.failed()) return std::nullopt;
    return hello;
}

}  // namespace tcplab
