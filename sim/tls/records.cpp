#include "tls/records.hpp"

#include <algorithm>

namespace tcplab {

namespace {

/// The legacy version of all records but the ClientHello's, for which RFC 8446 5.1 allows it.
constexpr char kMajor = 3;
constexpr char kMinor = 3;

std::string header(TlsContent type, std::uint32_t fragment) {
    return {static_cast<char>(type), kMajor, kMinor, static_cast<char>(fragment >> 8U), static_cast<char>(fragment)};
}

/// What comes before the plaintext of a protected record.
std::string sealed_begin(TlsVersion v, TlsContent type, std::uint32_t plaintext) {
    const TlsContent outer = v == TlsVersion::tls13 ? TlsContent::application_data : type;
    const TlsOverhead overhead = tls_overhead(v);
    return header(outer, overhead.before + plaintext + overhead.after) + std::string(overhead.before, '\0');
}

/// What comes after it.
std::string sealed_end(TlsVersion v, TlsContent type) {
    std::string end(tls_overhead(v).after, '\0');
    if (v == TlsVersion::tls13) end.front() = static_cast<char>(type);
    return end;
}

}  // namespace

std::string tls_clear_record(TlsContent type, std::string_view bytes) {
    return header(type, static_cast<std::uint32_t>(bytes.size())).append(bytes);
}

std::string tls_sealed_record(TlsVersion v, TlsContent type, std::string_view plaintext) {
    return sealed_begin(v, type, static_cast<std::uint32_t>(plaintext.size())).append(plaintext) + sealed_end(v, type);
}

TlsSealer::TlsSealer(const TlsConfig& config)
    : version_(config.version),
      record_(std::clamp<std::uint32_t>(config.record, 1, kTlsMostPlaintext)),
      full_begin_(make_text(sealed_begin(version_, TlsContent::application_data, record_))),
      end_(make_text(sealed_end(version_, TlsContent::application_data))) {}

void TlsSealer::seal(const Piece* pieces, std::size_t count, std::uint64_t begin, std::uint64_t length,
                     std::vector<Piece>& out) const {
    std::uint64_t room = 0;  // left in the record
    for (std::size_t i = 0; i < count && length > 0; ++i) {
        const Piece& piece = pieces[i];
        std::uint64_t at = std::min(begin, piece.length);
        begin -= at;
        while (at < piece.length && length > 0) {
            if (room == 0) {
                room = std::min<std::uint64_t>(length, record_);
                const auto plaintext = static_cast<std::uint32_t>(room);
                out.push_back(Piece::of(
                    plaintext == record_ ? full_begin_
                                         : make_text(sealed_begin(version_, TlsContent::application_data, plaintext))));
            }
            const std::uint64_t n = std::min(room, piece.length - at);
            out.push_back(Piece{piece.text, piece.begin + at, n});
            at += n;
            length -= n;
            room -= n;
            if (room == 0) out.push_back(Piece::of(end_));
        }
    }
}

}  // namespace tcplab
