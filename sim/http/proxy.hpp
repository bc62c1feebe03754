#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/address.hpp"
#include "core/causes.hpp"
#include "core/content.hpp"
#include "http/config.hpp"
#include "http/deadlines.hpp"
#include "http/message_reader.hpp"
#include "http/name_cache.hpp"
#include "http/proxy_hangs.hpp"
#include "http/relay_buffer.hpp"
#include "stack/application.hpp"
#include "stack/stack.hpp"

namespace tcplab {

/// A server as requests name it, and where connections for it lead.
struct NamedServer {
    std::string name;         ///< as in a URL
    std::uint16_t port = 80;  ///< as in a URL
    Endpoint at;              ///< its own address, or that of an invisible proxy before it
};

/// Where a proxy's requests go on to.
struct NextHops {
    std::optional<Endpoint> proxy;  ///< one that it knows as such: all requests go there
    std::vector<NamedServer> servers;
    std::optional<DnsConfig> dns;  ///< of the servers' names; absent: their addresses are known
    bool fast_open = false;        ///< TCP_FASTOPEN_CONNECT
    std::uint8_t hop = 1;          ///< connections to there are so many after the client's
};

/// An HTTP/1 proxy. What comes on one side is written to the other as it arrives; where a socket is full, the one that
/// feeds it is not read, so that TCP's window holds back whoever sends.
///
/// aware (RFC 9110 7.6, RFC 9112 9): an HTTP/1.1 proxy. Each connection's fields stay on that connection. A client's
/// persists as HTTP/1.1 has it, never with an HTTP/1.0 client (9.3). Connections to the next hop are kept and used
/// again, the one used last first; when such a one dies before any byte of the response, an idempotent request without
/// a body is sent once more, on a new one (9.3.1). 502 and 504 say that a hop failed or was silent for the timeout; if
/// a part of its response has gone on, the client's connection is closed behind it, or reset if the client would take
/// it for complete (RFC 9112 8). It answers TRACE and OPTIONS itself when Max-Forwards is 0 (RFC 9110 7.6.2).
///
/// smart: as aware, and a client's "Proxy-Connection: keep-alive" is a "Connection: keep-alive" towards the next hop
/// and in the answer, whose connection then persists ("HTTP: The Definitive Guide", 4.5.7).
///
/// blind: a relay from before persistent connections (4.5.5). It reads the first request, to learn where it goes,
/// passes it on with all its fields, and then the server's bytes until the server closes. What else the client says is
/// not read.
///
/// All kinds answer CONNECT (RFC 9110 9.3.6) with a tunnel. Requests are taken one after the other, in order, on each
/// of the clients' connections. 400, 431, 501 or 505 for what cannot be parsed, 502 for a name that nobody has.
class Proxy : public Application {
  public:
    /// Keeps references to `stack` and `config`. `name` stands in Via fields.
    Proxy(Stack& stack, const ProxyConfig& config, NextHops next, Endpoint local, std::string name);

    void start(Time now) override;
    void on_socket(Time now, const SocketEvent& event) override;
    void on_deadline(Time now) override;
    [[nodiscard]] Time next_deadline() const override { return deadlines_.next(); }

    /// What a connection to the next hop was used for.
    struct Use {
        std::uint64_t stack_connection = 0;  ///< what the Stack's connection_id() said
        std::uint32_t requests = 0;
        Time last = kNever;  ///< when the last of them was over; kNever: it is not
    };
    /// In the order in which they were opened.
    [[nodiscard]] const std::vector<Use>& uses() const { return uses_; }

    /// If the run is over at `now`.
    [[nodiscard]] ProxyHangs hangs(Time now) const;

  private:
    enum class Phase : std::uint8_t {
        closed,
        reading,     // a client's: the next request's head
        waiting,     // a client's: its request waits for a connection to the next hop
        resolving,   // an upstream one: the next hop's address is being looked up
        connecting,  // an upstream one
        passing,     // either: has an `other`, as part of an exchange, a relay or a tunnel
        idle,        // an upstream one, in the pool
        closing,     // a client's: is closed when all is written
        lingering,   // a client's: has ended its stream, what comes is forgotten
    };
    /// A client's request and its response.
    struct Exchange {
        TextRef head;           // the request's, as it goes on; absent: nothing of it does, a CONNECT to a server
        std::uint32_t hop = 0;  // of hops_
        HttpVersion version = HttpVersion::http11;
        bool persists = false;    // the client's connection outlives it
        bool head_only = false;   // HEAD
        bool connect = false;     // CONNECT
        bool repeatable = false;  // may be sent again
        bool fresh = false;       // goes on a new connection
        bool begun = false;       // bytes of the response have come
        bool answered = false;    // and its head has gone on to the client
        bool decoded = false;     // the response's chunks are unwrapped
        bool delimited = true;    // the response's end can be told from that of the connection
        bool relayed = false;     // the response is not looked at, of a blind relay or a tunnel
        bool whole = false;       // the request has been read to its end
        bool told = false;        // what becomes of the request is told by the stack, on the way to the next hop
        History history;          // up to `since`, once it is whole
        Time since{};
    };
    /// On either side.
    struct Connection {
        explicit Connection(MessageReader::Kind kind = MessageReader::Kind::request) : reader(kind) {}

        MessageReader reader;
        Payload ahead;   // read, but not looked at yet
        History before;  // a client's: of the exchange that has ended just now
        RelayBuffer out;
        Exchange exchange;                     // of a client's
        std::vector<std::uint32_t> unwritten;  // messages that are in `out` to their end
        Deadlines::Timer silence;              // until it has lasted for too long
        Time unread_from = kNever;             // a blind relay's client has said what nobody reads
        SocketId other = kNoSocket;            // the one on the other side
        std::uint32_t hop = 0;                 // of an upstream one
        std::uint32_t use = 0;                 // of an upstream one, in uses_
        Phase phase = Phase::closed;
        bool upstream = false;  // to the next hop
        bool raw = false;       // what comes is passed on without a look at it
        bool ended = false;     // the other end has ended its stream
        bool shut = false;      // so have we
        bool broken = false;    // an upstream one: nothing more can be written, but perhaps read
        bool reused = false;    // an upstream one: carried an exchange before this one
        bool persists = false;  // an upstream one: outlives the exchange
    };
    /// The connections to one server, or to the next proxy.
    struct Hop {
        Endpoint at;
        std::uint32_t open = 0;        // connections
        std::vector<SocketId> idle;    // of them, the one used last at the end
        std::deque<SocketId> waiting;  // clients, for one
    };
    enum class Alarm : std::uint8_t { silent, resolved };

    // proxy_history.cpp: why it takes as long as it does
    void request_is_whole(Time now, SocketId client);
    void waited(Time now, SocketId client, Cause cause);
    void tell_request(Time now, SocketId client);
    void begin_message(Time now, SocketId id, History history, std::uint32_t message = 0);
    [[nodiscard]] History history_of_response(Time now, SocketId upstream);
    [[nodiscard]] History with_request(Time now, SocketId client, History response);
    [[nodiscard]] History history_of_answer(Time now, SocketId client);
    void pass_messages_on(Time now, SocketId from);
    void note_written(SocketId id);

    // proxy.cpp: what happens on connections, and when nothing does
    void accept(Time now);
    void heard(Time now, SocketId id, bool failed);
    [[nodiscard]] bool may_take(SocketId id) const;
    void pump(Time now, SocketId id);
    bool read(Time now, SocketId id);
    void moved(Time now, SocketId id);
    void take(Time now, SocketId id);
    void ended(Time now, SocketId id);
    void push(Time now, SocketId id);
    void push_other(Time now, SocketId id);
    void close(Time now, SocketId id);
    void silent(Time now, SocketId id);
    void set_deadline(SocketId id, Time at);
    void drop_stale_alarms();

    // proxy_client.cpp: requests
    void take_request(Time now, SocketId id);
    void on_request(Time now, SocketId id, const MessageHead& head);
    [[nodiscard]] std::optional<std::uint32_t> hop_of(std::string_view authority) const;
    [[nodiscard]] std::string passed_on(const MessageHead& head, std::string_view authority) const;
    void answer(Time now, SocketId id, std::uint16_t status, std::string_view traced = {});
    void close_when_written(Time now, SocketId id);
    void finish(Time now, SocketId id);
    void drop(Time now, SocketId id);

    // proxy_upstream.cpp: connections to the next hop
    void serve_waiting(Time now);
    void find_upstream(Time now, SocketId client);
    void open(Time now, SocketId client);
    void tie(Time now, SocketId client, SocketId upstream);
    void resolved(Time now, std::uint32_t hop);
    void connect(Time now, SocketId id);
    void connected(Time now, SocketId id);
    void connect_failed(Time now, SocketId id, TcpError error);
    void begin(Time now, SocketId client);
    void rest(Time now, SocketId id);
    void close_idle(Time now, SocketId id);

    // proxy_exchange.cpp: responses, and what becomes of the pair
    void take_response(Time now, SocketId id);
    void on_response(Time now, SocketId id, const MessageHead& head);
    void complete(Time now, SocketId id);
    void exchange_failed(Time now, SocketId id);
    void stalled(Time now, SocketId client);
    void give_up(Time now, SocketId client, std::uint16_t status);

    // proxy_relay.cpp: bytes that nobody looks at
    void take_raw(Time now, SocketId id);
    void establish(Time now, SocketId id);
    void relay_ended(Time now, SocketId id);
    void shut_when_written(Time now, SocketId id);
    void note_unread(Time now, SocketId id);
    void end_hang(Time now, SocketId client, ProxyHangs::End end);

    [[nodiscard]] Connection& connection(SocketId id) { return connections_[static_cast<std::size_t>(id)]; }
    [[nodiscard]] const Connection& connection(SocketId id) const { return connections_[static_cast<std::size_t>(id)]; }
    Connection& new_connection(SocketId id, MessageReader::Kind kind);
    [[nodiscard]] bool is_full(const Hop& hop) const {
        return config_->connections > 0 && hop.open >= config_->connections;
    }
    [[nodiscard]] bool is_blind() const { return config_->kind == ProxyKind::blind; }
    /// The client's connection of the pair to which this one belongs.
    [[nodiscard]] SocketId client_of(SocketId id) const { return connection(id).upstream ? connection(id).other : id; }
    [[nodiscard]] Exchange& exchange_of(SocketId id) { return connection(client_of(id)).exchange; }

    Stack* stack_;
    const ProxyConfig* config_;
    NextHops next_;
    Endpoint local_;
    std::string name_;
    SocketId listener_ = kNoSocket;
    NameCache names_;
    Deadlines deadlines_;
    std::deque<Connection> connections_;  // by socket
    std::vector<Hop> hops_;               // by NextHops::servers, or the proxy alone
    std::vector<std::uint32_t> asked_;    // hops where a request may find a connection now
    std::vector<Use> uses_;
    ProxyHangs hangs_;  // that are over
};

}  // namespace tcplab
