#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/content.hpp"
#include "http/config.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/outgoing.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// An HTTP server that has the page's objects under their paths; of two objects with one path the first counts.
/// It reads everything at once, answers in order, and closes right after the last write of a response that ends its
/// connection: to HTTP/1.0 or "Connection: close", without keep_alive, after keep_alive_max responses, and after an
/// endless or malformed one. 404 for an unknown path, 400, 431, 501 or 505 for what it cannot parse.
class Server : public Application {
  public:
    /// Keeps references to all three. With CloseFirst::client it leaves closing to the client, for keep_alive_timeout.
    Server(Stack& stack, const ServerConfig& config, const Page& page, Endpoint local,
           CloseFirst close_first = CloseFirst::server);

    void start(Time now) override;
    void on_socket(Time now, const SocketEvent& event) override;
    void on_deadline(Time now) override;
    [[nodiscard]] Time next_deadline() const override { return deadlines_.next(); }

    /// How often each of the page's objects was asked for, by its index.
    [[nodiscard]] const std::vector<std::uint32_t>& requests() const { return requests_; }

  private:
    static constexpr std::uint32_t kNone = 0xffffffff;

    /// A request that is being read, thought about or answered.
    struct Request {
        Time ready = kNever;           // thought about
        std::uint32_t object = kNone;  // kNone: `status` is the whole answer
        std::uint32_t next = kNone;
        std::uint16_t status = 200;
        bool close = false;
        bool exhausted = false;  // closes because keep_alive_max is reached, not because the client wants it
        bool head_only = false;
    };
    struct Connection {
        MessageReader reader{MessageReader::Kind::request};
        Outgoing out;                   // answers `first` while out.head is there
        Time deadline = kNever;         // when something is to be done
        Time alarm = kNever;            // the earliest alarm that is set for it
        std::uint32_t reading = kNone;  // the request whose head has come
        std::uint32_t first = kNone;    // complete, not answered
        std::uint32_t last = kNone;
        std::uint32_t taken = 0;  // requests
        bool open = false;
        bool no_more = false;   // the last request that will be answered has come
        bool ended = false;     // the client has ended its stream
        bool answered = false;  // all is said; waits for the client to close
    };
    /// The heads of a response: the connection persists, or ends with it.
    struct Heads {
        TextRef persists;
        TextRef closes;
    };

    void prepare_heads();
    void accept(Time now);
    void receive(Time now, SocketId id);
    void consume(Time now, Connection& c, Payload& data);
    void on_head(Connection& c, const MessageHead& head);
    void refuse(Time now, Connection& c, MessageError error);
    void enqueue(Time now, Connection& c, std::uint32_t request);
    void think(Time now, Request& r);
    void advance(Time now, SocketId id);
    bool write(Time now, SocketId id);
    bool answer_next(Time now, SocketId id);
    void rest(Time now, SocketId id);
    Outgoing response(const Request& r) const;
    void close(Time now, SocketId id);
    void set_deadline(SocketId id, Time at);
    void drop_stale_alarms();
    std::uint32_t find(std::string_view target) const;
    std::uint32_t new_request();
    void free_request(std::uint32_t i);

    Stack* stack_;
    const ServerConfig* config_;
    const Page* page_;
    Endpoint local_;
    CloseFirst close_first_;
    SocketId listener_ = kNoSocket;
    Deadlines deadlines_;
    std::deque<Connection> connections_;  // by socket
    std::vector<Request> pool_;
    std::uint32_t free_ = kNone;  // of pool_
    std::unordered_map<std::string_view, std::uint32_t> objects_;
    std::vector<Heads> heads_;
    std::vector<std::uint32_t> head_of_;  // per object, an index into heads_
    std::vector<std::uint32_t> requests_;
};

/// Bytes of the shortest head that the response with `object` can have: a smaller response_header cannot be met, and
/// the server then uses this one.
std::size_t smallest_response_header(const PageObject& object);

}  // namespace tcplab
