#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/content.hpp"
#include "tls/flights.hpp"
#include "tls/input.hpp"
#include "tls/records.hpp"

namespace tcplab {

/// One end of a TLS connection, between the bytes of the connection and those of the application. It moves none by
/// itself: what arrives is given to receive(), what is to be sent stands in output(). Nothing is encrypted, and what
/// cryptography would find is not looked for; the order of messages and the layout of records are.
class TlsSession {
  public:
    enum class Side : std::uint8_t { client, server };

    /// Bytes that receive() should be given at most, beyond those that it has: a record's worth is read ahead.
    static constexpr std::uint32_t kMostBuffered = kTlsHeader + kTlsMostPlaintext + 2048;
    /// Bytes that a client may write before the handshake is done (OpenSSL's default max_early_data_size).
    static constexpr std::uint64_t kMostEarlyData = 16384;

    /// Keeps a reference to `flights`.
    TlsSession(Side side, TlsFlights& flights) : flights_(&flights), side_(side) {}

    /// The client's first flight. Not for the server, which waits for it.
    void start(TlsHandshake handshake);
    [[nodiscard]] bool started() const { return is_server() || flight_ > 0; }

    /// Bytes from the connection, in order. Ends the life of what read() gave.
    void receive(const Payload& bytes);
    [[nodiscard]] std::uint32_t buffered() const { return input_.size(); }

    /// There is something for the application: the rest of a record that has arrived whole.
    [[nodiscard]] bool has_plaintext() const { return plaintext_ > 0; }
    /// At most `most` bytes of it, where they arrived. They stay readable until receive().
    Payload read(std::uint32_t most);

    [[nodiscard]] bool is_server() const { return side_ == Side::server; }
    /// The handshake is over.
    [[nodiscard]] bool done() const { return done_; }
    /// Application data is taken from the peer: done, or 0-RTT data at the server.
    [[nodiscard]] bool may_read() const;
    /// Application data may be sent: done, or 0-RTT, or the server's answer to that.
    [[nodiscard]] bool may_write() const;
    /// Bytes of application data that may be sent now.
    [[nodiscard]] std::uint64_t write_room() const;
    /// So many were sent.
    void wrote(std::uint64_t plaintext);
    /// The peer has said close_notify: nothing follows.
    [[nodiscard]] bool peer_closed() const { return peer_closed_; }
    /// Broken by what the peer sent, or by its alert. If we found it, our alert is in output().
    [[nodiscard]] bool failed() const { return failed_; }
    /// A ticket has arrived since it was last asked: a later connection can be resumed.
    bool take_ticket() { return std::exchange(has_ticket_, false); }

    /// Puts a close_notify into output().
    void close_notify();
    /// What is to be sent, in order, before anything else.
    std::vector<Piece>& output() { return output_; }

  private:
    struct Record;

    bool process_record();
    bool read_header(Record& r);
    bool unprotect(Record& r);
    void process_fragment(const Record& r);
    void process_messages(std::uint32_t n);
    void begin_message();
    void end_message();
    void process_change_cipher_spec(std::uint32_t n);
    void process_alert(std::uint32_t n);
    void choose_handshake();
    void end_flight();
    void send_flight(std::size_t flight);
    void send_alert(TlsAlert alert, bool fatal);
    void fail(TlsAlert alert);
    void give_up();
    [[nodiscard]] bool is_tls13() const { return flights_->config().version == TlsVersion::tls13; }
    [[nodiscard]] const std::vector<TlsMessage>& flight() const { return flights_->messages(handshake_, flight_); }
    void skip_change_cipher_spec();
    [[nodiscard]] bool expects(TlsMessage message) const;

    TlsFlights* flights_;
    TlsInput input_;
    std::vector<Piece> output_;
    std::string hello_;                              // the ClientHello's body, as far as it has come
    std::uint32_t plaintext_ = 0;                    // bytes at the front of input_ that are the application's
    std::uint32_t overhead_ = 0;                     // bytes of the same record after them
    std::uint32_t message_left_ = 0;                 // bytes of a handshake message's body
    std::array<unsigned char, 4> message_header_{};  // type and length
    std::uint8_t message_have_ = 0;                  // bytes of its header
    std::uint8_t flight_ = 0;                        // that is expected of the peer
    std::uint8_t next_ = 0;                          // its message that is expected
    std::uint16_t early_written_ = 0;                // bytes
    Side side_;
    TlsHandshake handshake_ = TlsHandshake::full;
    bool protected_in_ = false;
    bool protected_out_ = false;
    bool done_ = false;
    bool peer_closed_ = false;
    bool failed_ = false;
    bool has_ticket_ = false;
};

}  // namespace tcplab
