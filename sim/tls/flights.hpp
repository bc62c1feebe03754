#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "core/content.hpp"
#include "tls/config.hpp"
#include "tls/messages.hpp"

namespace tcplab {

/// Who says what in a handshake: flights, the client's and the server's in turns, the client's first. The same bytes
/// for every connection, made when they are first needed.
class TlsFlights {
  public:
    static constexpr std::size_t kMost = 4;

    explicit TlsFlights(const TlsConfig& config);

    [[nodiscard]] const TlsConfig& config() const { return config_; }
    /// How many there are; 3 or 4.
    [[nodiscard]] std::size_t count(TlsHandshake handshake) const;
    /// In order.
    [[nodiscard]] const std::vector<TlsMessage>& messages(TlsHandshake handshake, std::size_t flight) const;
    /// As records.
    const TextRef& bytes(TlsHandshake handshake, std::size_t flight);
    /// What a TLS 1.3 server sends besides, as records; may be empty.
    const TextRef& tickets(TlsHandshake handshake);
    /// In this flight or an earlier one of the same end there is a change_cipher_spec: what that end sends
    /// afterwards is protected.
    [[nodiscard]] bool protects(TlsHandshake handshake, std::size_t flight) const;

  private:
    struct Exchange {
        std::array<std::vector<TlsMessage>, kMost> messages;
        std::array<TextRef, kMost> bytes;
        TextRef tickets;
    };
    [[nodiscard]] const Exchange& exchange(TlsHandshake h) const { return exchanges_.at(static_cast<std::size_t>(h)); }
    [[nodiscard]] Exchange& exchange(TlsHandshake h) { return exchanges_.at(static_cast<std::size_t>(h)); }
    [[nodiscard]] std::string records(TlsMessage message, TlsHandshake handshake, bool sealed) const;

    TlsConfig config_;
    std::array<Exchange, 3> exchanges_;  // by TlsHandshake
};

}  // namespace tcplab
