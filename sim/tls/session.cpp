#include "tls/session.hpp"

#include <algorithm>

namespace tcplab {

namespace {

constexpr std::uint8_t kMessageHeader = 4;
constexpr std::uint32_t kMostHello = 16384;  // bytes; no client needs more

}  // namespace

struct TlsSession::Record {
    TlsContent type = TlsContent::handshake;
    std::uint32_t length = 0;  // of the fragment: before + plaintext + after
    std::uint32_t before = 0;
    std::uint32_t after = 0;

    [[nodiscard]] std::uint32_t plaintext() const { return length - before - after; }
};

void TlsSession::start(TlsHandshake handshake) {
    handshake_ = handshake;
    send_flight(0);
    flight_ = 1;
    skip_change_cipher_spec();
}

void TlsSession::receive(const Payload& bytes) {
    if (failed_ || peer_closed_) return;  // RFC 8446 6.1: ignored
    input_.append(bytes);
    while (plaintext_ == 0 && process_record()) {
    }
}

Payload TlsSession::read(std::uint32_t most) {
    Payload out = input_.take(std::min(most, plaintext_));
    plaintext_ -= out.length;
    if (plaintext_ > 0) return out;
    input_.skip(overhead_);
    overhead_ = 0;
    while (plaintext_ == 0 && process_record()) {
    }
    return out;
}

bool TlsSession::may_read() const { return done_ || (is_server() && handshake_ == TlsHandshake::early_data); }

bool TlsSession::may_write() const {
    return !failed_ && (done_ || (handshake_ == TlsHandshake::early_data && (is_server() || flight_ > 0)));
}

std::uint64_t TlsSession::write_room() const {
    if (!may_write()) return 0;
    return done_ || is_server() ? ~std::uint64_t{0} : kMostEarlyData - early_written_;
}

void TlsSession::wrote(std::uint64_t plaintext) {
    if (!done_ && !is_server()) early_written_ = static_cast<std::uint16_t>(early_written_ + plaintext);
}

/// One record from the front. False: none is complete, or nothing more will be looked at.
bool TlsSession::process_record() {
    Record r;
    if (failed_ || peer_closed_ || !read_header(r)) return false;
    if (input_.size() < kTlsHeader + r.length || !unprotect(r)) return false;
    input_.skip(kTlsHeader + r.before);
    process_fragment(r);
    return true;
}

bool TlsSession::read_header(Record& r) {
    if (input_.size() < kTlsHeader) return false;
    std::array<char, kTlsHeader> header{};
    input_.peek(0, kTlsHeader, header.data());
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(header.at(i)); };
    r.type = static_cast<TlsContent>(at(0));
    r.length = at(3) * 256U + at(4);
    if (r.type < TlsContent::change_cipher_spec || r.type > TlsContent::application_data) {
        fail(TlsAlert::unexpected_message);
    } else if (at(1) != 3) {  // the legacy version's major number, of all TLS versions
        fail(TlsAlert::protocol_version);
    } else if (r.length > tls_most_fragment(flights_->config().version)) {
        fail(TlsAlert::record_overflow);
    }
    return !failed_;
}

/// Finds out what is in a record that has arrived whole.
bool TlsSession::unprotect(Record& r) {
    // A TLS 1.3 peer that has failed may not have the keys yet.
    const bool is_clear = r.type == TlsContent::change_cipher_spec || (is_tls13() && r.type == TlsContent::alert);
    if (!protected_in_ || is_clear) {
        if (r.type == TlsContent::application_data || r.length == 0) fail(TlsAlert::unexpected_message);
        return !failed_;
    }
    if (is_tls13() && r.type != TlsContent::application_data) {
        fail(TlsAlert::unexpected_message);
        return false;
    }
    const TlsOverhead overhead = tls_overhead(flights_->config().version);
    if (r.length < overhead.before + overhead.after) {
        fail(TlsAlert::bad_record_mac);
        return false;
    }
    r.before = overhead.before;
    r.after = overhead.after;
    if (is_tls13()) {
        char inner = 0;
        input_.peek(kTlsHeader + r.plaintext(), 1, &inner);
        r.type = static_cast<TlsContent>(static_cast<unsigned char>(inner));
    }
    return true;
}

void TlsSession::process_fragment(const Record& r) {
    const std::uint32_t n = r.plaintext();
    switch (r.type) {
        case TlsContent::change_cipher_spec: process_change_cipher_spec(n); break;
        case TlsContent::alert: process_alert(n); break;
        case TlsContent::handshake:
            if (n == 0) fail(TlsAlert::unexpected_message);  // RFC 8446 5.1
            process_messages(n);
            break;
        case TlsContent::application_data:
            if (!may_read() || message_have_ > 0) {
                fail(TlsAlert::unexpected_message);
            } else if (n > 0) {
                plaintext_ = n;
                overhead_ = r.after;
                return;
            }
            break;
        default: fail(TlsAlert::unexpected_message);
    }
    if (!failed_ && !peer_closed_) input_.skip(r.after);
}

/// The next `n` bytes are handshake messages, or a part of one.
void TlsSession::process_messages(std::uint32_t n) {
    while (n > 0 && !failed_) {
        if (message_have_ < kMessageHeader) {
            char byte = 0;
            input_.peek(0, 1, &byte);
            input_.skip(1);
            --n;
            message_header_.at(message_have_++) = static_cast<unsigned char>(byte);
            if (message_have_ == kMessageHeader) begin_message();
        } else {
            const std::uint32_t step = std::min(n, message_left_);
            if (expects(TlsMessage::client_hello)) {
                const std::size_t had = hello_.size();
                hello_.resize(had + step);
                input_.peek(0, step, hello_.data() + had);
            }
            input_.skip(step);
            n -= step;
            message_left_ -= step;
        }
        if (message_have_ == kMessageHeader && message_left_ == 0 && !failed_) end_message();
    }
}

void TlsSession::begin_message() {
    const auto type = static_cast<TlsMessage>(message_header_[0]);
    message_left_ = (message_header_[1] * 256U + message_header_[2]) * 256U + message_header_[3];
    if (!expects(type)) {
        fail(TlsAlert::unexpected_message);
    } else if (type == TlsMessage::client_hello && message_left_ > kMostHello) {
        fail(TlsAlert::decode_error);
    }
}

void TlsSession::end_message() {
    const auto type = static_cast<TlsMessage>(message_header_[0]);
    message_have_ = 0;
    if (type == TlsMessage::new_session_ticket) has_ticket_ = true;
    if (done_) return;
    if (type == TlsMessage::client_hello) choose_handshake();
    if (failed_) return;
    if (is_tls13() && (type == TlsMessage::client_hello || type == TlsMessage::server_hello)) protected_in_ = true;
    ++next_;
    skip_change_cipher_spec();
    if (next_ == flight().size()) end_flight();
}

/// The peer's next message may be this one.
bool TlsSession::expects(TlsMessage message) const {
    if (done_) return !is_server() && is_tls13() && message == TlsMessage::new_session_ticket;
    return flight()[next_] == message;
}

/// A TLS 1.3 peer need not send any.
void TlsSession::skip_change_cipher_spec() {
    if (!is_tls13()) return;
    while (next_ < flight().size() && flight()[next_] == TlsMessage::change_cipher_spec) ++next_;
}

/// From what the ClientHello asks for.
void TlsSession::choose_handshake() {
    const TlsConfig& config = flights_->config();
    const std::optional<TlsClientHello> hello = read_client_hello(hello_);
    hello_ = std::string();
    if (!hello) {
        fail(TlsAlert::decode_error);
    } else if (is_tls13() && !hello->tls13) {
        fail(TlsAlert::protocol_version);
    } else if (config.resumption && hello->ticket) {
        const bool early = is_tls13() && config.early_data && hello->early_data;
        handshake_ = early ? TlsHandshake::early_data : TlsHandshake::resumed;
    }
}

/// The peer's flight is complete: ours follows, if there is one.
void TlsSession::end_flight() {
    const std::size_t own = flight_ + 1U;
    const std::size_t count = flights_->count(handshake_);
    if (own < count) send_flight(own);
    flight_ = static_cast<std::uint8_t>(own + 1);
    next_ = 0;
    done_ = flight_ >= count;
    if (!done_) skip_change_cipher_spec();
    // BoringSSL gives tickets at once with the answer to early data: later, they could meet a client that has closed.
    const bool is_time = handshake_ == TlsHandshake::early_data ? own == 1 : done_;
    if (!is_server() || !is_time) return;
    const TextRef& tickets = flights_->tickets(handshake_);
    if (!tickets->bytes.empty()) output_.push_back(Piece::of(tickets));
}

void TlsSession::send_flight(std::size_t flight) {
    output_.push_back(Piece::of(flights_->bytes(handshake_, flight)));
    protected_out_ = flights_->protects(handshake_, flight);
}

/// The next `n` bytes are one, if it is right.
void TlsSession::process_change_cipher_spec(std::uint32_t n) {
    char value = 0;
    input_.peek(0, 1, &value);
    input_.skip(n);
    bool right = n == 1 && value == 1 && !done_ && message_have_ == 0;
    if (is_tls13()) {
        right = right && (!is_server() || protected_in_);  // RFC 8446 5: and is dropped
    } else {
        right = right && expects(TlsMessage::change_cipher_spec);
    }
    if (!right) {
        fail(TlsAlert::unexpected_message);
    } else if (!is_tls13()) {
        protected_in_ = true;
        ++next_;
    }
}

void TlsSession::process_alert(std::uint32_t n) {
    constexpr std::uint32_t size = 2;
    if (n != size) {
        fail(TlsAlert::decode_error);
        return;
    }
    std::array<char, size> alert{};
    input_.peek(0, size, alert.data());
    input_.skip(size);
    constexpr char warning = 1;
    if (alert[1] == static_cast<char>(TlsAlert::close_notify) && done_) {
        peer_closed_ = true;
        input_.clear();
    } else if (is_tls13() || alert[0] != warning || !done_) {
        give_up();
    }
}

void TlsSession::close_notify() { send_alert(TlsAlert::close_notify, false); }

void TlsSession::send_alert(TlsAlert alert, bool fatal) {
    const std::string bytes = {static_cast<char>(fatal ? 2 : 1), static_cast<char>(alert)};
    output_.push_back(
        Piece::of(make_text(protected_out_ ? tls_sealed_record(flights_->config().version, TlsContent::alert, bytes)
                                           : tls_clear_record(TlsContent::alert, bytes))));
}

void TlsSession::fail(TlsAlert alert) {
    send_alert(alert, true);
    give_up();
}

void TlsSession::give_up() {
    failed_ = true;
    plaintext_ = overhead_ = 0;
    input_.clear();
}

}  // namespace tcplab
