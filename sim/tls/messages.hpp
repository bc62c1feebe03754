#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tls/config.hpp"

namespace tcplab {

/// The messages of a handshake (RFC 8446 4, RFC 5246 7.4), by their number on the wire.
enum class TlsMessage : std::uint8_t {
    client_hello = 1,
    server_hello = 2,
    new_session_ticket = 4,
    end_of_early_data = 5,
    encrypted_extensions = 8,
    certificate = 11,
    server_key_exchange = 12,
    server_hello_done = 14,
    certificate_verify = 15,
    client_key_exchange = 16,
    finished = 20,
    change_cipher_spec = 254,  ///< no handshake message but a record of its own, among them
};

/// How a connection begins.
enum class TlsHandshake : std::uint8_t {
    full,
    resumed,     ///< with a ticket of an earlier connection
    early_data,  ///< resumed, and application data goes with the ClientHello
};

/// A message with its header; change_cipher_spec: the record's one byte. Fields that would be random, keys or
/// signatures are filled with letters.
std::string tls_message(TlsMessage message, const TlsConfig& config, TlsHandshake handshake);

/// What a ClientHello asks for.
struct TlsClientHello {
    bool tls13 = false;  ///< among its versions
    bool ticket = false;
    bool early_data = false;
};
/// The body of a ClientHello, without the message's header; nothing when it is malformed.
std::optional<TlsClientHello> read_client_hello(std::string_view body);

}  // namespace tcplab
