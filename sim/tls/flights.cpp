#include "tls/flights.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "tls/records.hpp"

namespace tcplab {

namespace {

using M = TlsMessage;
using Order = std::array<std::vector<TlsMessage>, TlsFlights::kMost>;

constexpr M kChange = M::change_cipher_spec;  // in TLS 1.3 for middleboxes only (RFC 8446 D.4)

Order order13(TlsHandshake handshake) {
    switch (handshake) {
        case TlsHandshake::full:  // RFC 8446 2, figure 1
            return {{{M::client_hello},
                     {M::server_hello, kChange, M::encrypted_extensions, M::certificate, M::certificate_verify,
                      M::finished},
                     {kChange, M::finished},
                     {}}};
        case TlsHandshake::resumed:  // figure 3
            return {{{M::client_hello},
                     {M::server_hello, kChange, M::encrypted_extensions, M::finished},
                     {kChange, M::finished},
                     {}}};
        case TlsHandshake::early_data:  // figure 4
            return {{{M::client_hello, kChange},
                     {M::server_hello, kChange, M::encrypted_extensions, M::finished},
                     {M::end_of_early_data, M::finished},
                     {}}};
    }
    return {};
}

Order order12(TlsHandshake handshake, bool tickets) {
    if (handshake != TlsHandshake::full) {  // RFC 5077, figure 2
        return {{{M::client_hello}, {M::server_hello, kChange, M::finished}, {kChange, M::finished}, {}}};
    }
    // RFC 5246 7.3, figure 1; with tickets RFC 5077, figure 1
    Order order{{{M::client_hello},
                 {M::server_hello, M::certificate, M::server_key_exchange, M::server_hello_done},
                 {M::client_key_exchange, kChange, M::finished},
                 {kChange, M::finished}}};
    if (tickets) order[3].insert(order[3].begin(), M::new_session_ticket);
    return order;
}

}  // namespace

TlsFlights::TlsFlights(const TlsConfig& config) : config_(config) {
    for (const TlsHandshake h : {TlsHandshake::full, TlsHandshake::resumed, TlsHandshake::early_data}) {
        exchange(h).messages = config.version == TlsVersion::tls13 ? order13(h) : order12(h, config.resumption);
    }
}

std::size_t TlsFlights::count(TlsHandshake handshake) const {
    return exchange(handshake).messages.back().empty() ? kMost - 1 : kMost;
}

const std::vector<TlsMessage>& TlsFlights::messages(TlsHandshake handshake, std::size_t flight) const {
    return exchange(handshake).messages.at(flight);
}

bool TlsFlights::protects(TlsHandshake handshake, std::size_t flight) const {
    const std::vector<TlsMessage>& own = messages(handshake, flight);
    return std::find(own.begin(), own.end(), kChange) != own.end() || (flight >= 2 && protects(handshake, flight - 2));
}

const TextRef& TlsFlights::bytes(TlsHandshake handshake, std::size_t flight) {
    TextRef& made = exchange(handshake).bytes.at(flight);
    if (made) return made;
    bool sealed = flight >= 2 && protects(handshake, flight - 2);
    std::string all;
    for (const TlsMessage m : messages(handshake, flight)) {
        all += records(m, handshake, sealed);
        sealed = sealed || m == kChange;
    }
    made = make_text(std::move(all));
    return made;
}

const TextRef& TlsFlights::tickets(TlsHandshake handshake) {
    TextRef& made = exchange(handshake).tickets;
    if (made) return made;
    std::string all;
    if (config_.version == TlsVersion::tls13 && config_.resumption) {
        // OpenSSL: two after a full handshake, one after a resumed one.
        for (int i = handshake == TlsHandshake::full ? 2 : 1; i > 0; --i) {
            all += records(M::new_session_ticket, handshake, true);
        }
    }
    made = make_text(std::move(all));
    return made;
}

/// A message as records of its own, as OpenSSL sends it: one, unless it is too long.
std::string TlsFlights::records(TlsMessage message, TlsHandshake handshake, bool sealed) const {
    const std::string bytes = tls_message(message, config_, handshake);
    if (message == kChange) return tls_clear_record(TlsContent::change_cipher_spec, bytes);
    std::string all;
    for (std::size_t at = 0; at < bytes.size(); at += kTlsMostPlaintext) {
        const std::string_view part = std::string_view(bytes).substr(at, kTlsMostPlaintext);
        all += sealed ? tls_sealed_record(config_.version, TlsContent::handshake, part)
                      : tls_clear_record(TlsContent::handshake, part);
    }
    return all;
}

}  // namespace tcplab
