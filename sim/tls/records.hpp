#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/content.hpp"
#include "tls/config.hpp"

namespace tcplab {

/// What a record carries (RFC 8446 5.1).
enum class TlsContent : std::uint8_t { change_cipher_spec = 20, alert = 21, handshake = 22, application_data = 23 };

/// RFC 8446 6; those that are sent.
enum class TlsAlert : std::uint8_t {
    close_notify = 0,
    unexpected_message = 10,
    bad_record_mac = 20,
    record_overflow = 22,
    decode_error = 50,
    protocol_version = 70,
};

inline constexpr std::uint32_t kTlsHeader = 5;  ///< type, version, length
inline constexpr std::uint32_t kTlsMostPlaintext = 16384;

/// Bytes that AES-GCM adds to a record around the plaintext: an explicit nonce before and a tag after in TLS 1.2
/// (RFC 5288 3); content type and tag after in TLS 1.3 (RFC 8446 5.2).
struct TlsOverhead {
    std::uint32_t before = 0;
    std::uint32_t after = 0;
};
constexpr TlsOverhead tls_overhead(TlsVersion v) {
    return v == TlsVersion::tls13 ? TlsOverhead{0, 1 + 16} : TlsOverhead{8, 16};
}

/// Bytes on the wire of a protected record with so much plaintext.
constexpr std::uint32_t tls_record_size(TlsVersion v, std::uint32_t plaintext) {
    return kTlsHeader + tls_overhead(v).before + plaintext + tls_overhead(v).after;
}

/// Most bytes of a record's fragment: a larger one is a record_overflow (RFC 8446 5.2, RFC 5246 6.2.3).
constexpr std::uint32_t tls_most_fragment(TlsVersion v) {
    return kTlsMostPlaintext + (v == TlsVersion::tls13 ? 256 : 2048);
}

/// A record in the clear.
std::string tls_clear_record(TlsContent type, std::string_view bytes);
/// A protected record. Nothing is encrypted: the plaintext stands where the ciphertext would.
std::string tls_sealed_record(TlsVersion v, TlsContent type, std::string_view plaintext);

/// Cuts what an application writes into protected records of application data, without copying it.
class TlsSealer {
  public:
    explicit TlsSealer(const TlsConfig& config);

    /// Appends to `out` records with the bytes of `pieces` from `begin` on; `length` bytes of them.
    void seal(const Piece* pieces, std::size_t count, std::uint64_t begin, std::uint64_t length,
              std::vector<Piece>& out) const;

    /// Bytes of plaintext in a full record.
    [[nodiscard]] std::uint32_t record() const { return record_; }
    /// Bytes on the wire of a full record.
    [[nodiscard]] std::uint32_t record_size() const { return tls_record_size(version_, record_); }
    /// Bytes on the wire of so much plaintext.
    [[nodiscard]] std::uint64_t size_of(std::uint64_t plaintext) const {
        return plaintext + (plaintext + record_ - 1) / record_ * tls_record_size(version_, 0);
    }

  private:
    TlsVersion version_;
    std::uint32_t record_;
    TextRef full_begin_;  // of a full record: what comes before the plaintext
    TextRef end_;         // of any record: what comes after it
};

}  // namespace tcplab
