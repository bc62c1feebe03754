#pragma once

#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <vector>

#include "core/content.hpp"
#include "http/config.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/outgoing.hpp"
#include "http/site.hpp"
#include "http2/session.hpp"
#include "stack/application.hpp"
#include "tls/transport.hpp"

namespace tcplab {

/// What a server is in its scenario.
struct ServerRole {
    std::uint32_t host = 0;  ///< 0: the page's own server; else the number of its [[host]]
    /// CloseFirst::client: it leaves closing a connection that does not persist to the client, for keep_alive_timeout
    CloseFirst close = CloseFirst::server;
    const TlsConfig* tls = nullptr;  ///< nullptr: plain TCP
    const Multiplexing* multiplexed =
        nullptr;  ///< it speaks HTTP/2 with prior knowledge (RFC 9113 3.3); nullptr: HTTP/1
};

/// An HTTP server for one Site. It reads everything at once unless it is a slow reader, answers in order, and closes
/// right after the last write of a response that ends its connection: to HTTP/1.0 without "Connection: keep-alive", to
/// "Connection: close", without keep_alive, after keep_alive_max responses, after one that only the end of the
/// connection delimits, and after a malformed request. 404 for an unknown path, 400, 431, 501 or 505 for what it cannot
/// parse.
///
/// It closes as ServerConfig::how says. graceful (RFC 9112 9.6): it ends its own stream, reads and forgets what still
/// comes until the client has ended its stream, too, or drain_timeout is over. full: close() at once, so that a request
/// that comes later, or was not read, is answered with a reset. abort: a reset at once.
class Server : public Application {
  public:
    /// Keeps references to the first three, and to what `role` points at.
    Server(Stack& stack, const ServerConfig& config, const Page& page, Endpoint local, ServerRole role = {});

    void start(Time now) override;
    void on_socket(Time now, const SocketEvent& of_stack) override;
    void on_deadline(Time now) override;
    [[nodiscard]] Time next_deadline() const override { return deadlines_.next(); }

    /// How often each of the page's objects was asked for here, by its index (Site::find).
    [[nodiscard]] const std::vector<std::uint32_t>& requests() const { return requests_; }
    /// What it has.
    [[nodiscard]] const Site& site() const { return site_; }
    /// The most connections that it has had at once.
    [[nodiscard]] std::uint32_t most_connections() const { return most_connections_; }

  private:
    static constexpr std::uint32_t kNone = 0xffffffff;
    static constexpr std::uint64_t kNoCut = std::numeric_limits<std::uint64_t>::max();

    /// The body of a response on a stream of its own.
    struct Streamed {
        std::uint64_t sent = 0;      // bytes
        std::uint64_t cut = kNoCut;  // the connection ends after so many
    };
    /// A request that is being read, waits for a worker, is worked on or answered.
    struct Request {
        Asked asked;
        History history;  // up to `since`
        Time since{};
        Time ready = kNever;                 // worked on until then; kNever: work has not begun
        std::unique_ptr<Streamed> streamed;  // multiplexed: once it is answered
        std::uint32_t stream = 0;            // multiplexed: its number
        SocketId socket = kNoSocket;         // kNoSocket: its connection is gone
        std::uint32_t next = kNone;
        bool exhausted = false;  // closes because keep_alive_max is reached, not because the client wants it
        bool has_worker = false;
        bool waits = false;     // for a worker
        bool bodiless = false;  // multiplexed: which has no body
    };
    struct Connection {
        MessageReader reader{MessageReader::Kind::request};
        std::unique_ptr<Http2Session> session;  // multiplexed
        Outgoing out;                           // answers `first` while out.head is there
        Deadlines::Timer timer;                 // when something is to be done
        Time read_at = kStart;                  // a slow reader does not read before
        std::uint32_t reading = kNone;          // the request whose head has come
        std::uint32_t first = kNone;            // complete, not answered
        std::uint32_t last = kNone;
        std::uint32_t taken = 0;     // requests
        std::uint32_t answered = 0;  // of them
        bool open = false;
        bool no_more = false;    // the last request that will be answered has come
        bool ended = false;      // the client has ended its stream
        bool all_said = false;   // waits for the client to close
        bool lingering = false;  // has ended its stream; what comes is forgotten
    };
    enum class Alarm : std::uint8_t { connection, read };

    // server.cpp: connections come and go
    void accept(Time now);
    [[nodiscard]] bool has_room() const;
    void receive(Time now, SocketId id);
    std::uint32_t may_read(Time now, SocketId id);
    void rest(Time now, SocketId id);
    void finish(Time now, SocketId id);
    void close(Time now, SocketId id);
    void set_deadline(SocketId id, Time at);
    void drop_stale_alarms();

    // server_requests.cpp: what is asked on them, and answered
    void consume(Time now, SocketId id, Payload& data);
    void on_head(SocketId id, const MessageHead& head);
    void refuse(Time now, SocketId id, MessageError error);
    void complete(Time now, SocketId id, std::uint32_t request, std::uint32_t left);
    void enqueue(Time now, SocketId id, std::uint32_t request);
    [[nodiscard]] Duration think_time(const Request& r) const;
    void wait(Time now, Request& r, Cause own, Cause path);
    void follow(Time now, const Request& r);
    void tell(SocketId id, Request& r);
    void append(Connection& c, std::uint32_t request);
    void count(const Asked& asked);
    void begin(Time now, std::uint32_t request);
    void work(Time now, Request& r);
    void release_worker(Time now, Request& r);
    void advance(Time now, SocketId id);
    bool write(Time now, SocketId id);
    bool response_written(Time now, SocketId id);
    bool answer_next(Time now, SocketId id);
    std::uint32_t new_request(SocketId id);
    void forget_requests(Time now, Connection& c);
    void free_request(std::uint32_t i);

    // server_streams.cpp: the same, multiplexed
    void consume_frames(Time now, SocketId id, Payload& data);
    void on_stream_head(SocketId id, const Http2Event& event, std::uint32_t left);
    void stream_asked(Time now, SocketId id, std::uint32_t stream, std::uint32_t left);
    [[nodiscard]] std::uint32_t request_of(const Connection& c, std::uint32_t stream) const;
    void forget_stream(Time now, Connection& c, std::uint32_t stream);
    void advance_streams(Time now, SocketId id);
    void respond(Request& r, Http2Session& session);
    bool send_frames(Time now, SocketId id);
    bool write_frames(Time now, SocketId id);
    void cut(const Connection& c, Http2Write& w);
    bool note_sent(Time now, SocketId id, const Http2Write& w, std::uint64_t left);

    /// Bytes of the last read() behind what was looked at; unknown through TLS.
    [[nodiscard]] std::uint32_t left(const Payload& data) const { return transport_.is_plain() ? data.length : 0; }
    [[nodiscard]] Connection& connection(SocketId id) { return connections_[static_cast<std::size_t>(id)]; }

    Transport transport_;
    const ServerConfig* config_;
    Endpoint local_;
    ServerRole role_;
    SocketId listener_ = kNoSocket;
    Site site_;
    Deadlines deadlines_;
    std::deque<Connection> connections_;  // by socket
    std::uint32_t open_ = 0;              // of them
    std::uint32_t most_connections_ = 0;
    std::deque<Request> pool_;         // pipelining users make a million at once, which should not move
    std::uint32_t free_ = kNone;       // of pool_
    std::deque<std::uint32_t> queue_;  // requests that wait for a worker
    std::uint32_t working_ = 0;        // workers
    std::vector<std::uint32_t> requests_;
    Http2Event event_;  // kept for the memory of its fields
};

}  // namespace tcplab
