#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "core/units.hpp"

namespace tcplab {

enum class Strategy : std::uint8_t { serial, parallel, persistent, pipelined, multiplexed };
enum class HttpVersion : std::uint8_t { http10, http11 };
enum class Writes : std::uint8_t { one, split };
enum class CloseFirst : std::uint8_t { server, client };
enum class PipelineStart : std::uint8_t { confirmed, at_once };
enum class OnNoPort : std::uint8_t { fail, wait };
enum class ArrivalKind : std::uint8_t { all_at_once, every, poisson };

enum class HowToClose : std::uint8_t { graceful, full, abort };
enum class LengthField : std::uint8_t { right, absent, wrong };
enum class ProxyKind : std::uint8_t { aware, blind, smart };

/// When users begin.
struct Arrival {
    ArrivalKind kind = ArrivalKind::all_at_once;
    Duration every{0};      ///< ArrivalKind::every: user i (from 0) begins at i * every
    double per_second = 0;  ///< ArrivalKind::poisson: mean rate
};

/// client.multiplexed: what each end of an HTTP/2 connection allows the other.
struct Multiplexing {
    std::uint32_t streams = 100;     ///< at once (SETTINGS_MAX_CONCURRENT_STREAMS)
    std::uint32_t window = 65536;    ///< bytes a stream (SETTINGS_INITIAL_WINDOW_SIZE); a connection: streams x window
    std::uint32_t frame = 16384;     ///< bytes of the largest DATA frame
    bool header_compression = true;  ///< false: fields as literals, without Huffman codes
};

/// client.cancel_after: when a transaction is given up. Nothing set: never.
struct CancelAfter {
    std::optional<Duration> time;        ///< since it was wanted
    std::optional<std::uint64_t> bytes;  ///< of its response's body
};

/// server.close_after: when the server closes though it should not. Nothing set: never.
struct CloseAfter {
    std::uint32_t responses = 0;  ///< of a connection; 0: does not count
    std::uint64_t body = 0;       ///< bytes of every response's body; 0: does not count
    bool in_header = false;       ///< in the middle of a response's header
};

/// The [client] table: a browser.
struct ClientConfig {
    std::string url_host = "www.example.com";
    std::uint16_t port = 80;
    std::string path = "/";  ///< of the page's html
    Strategy strategy = Strategy::serial;
    std::uint32_t connections = 1;  ///< most open at once to the host
    HttpVersion http = HttpVersion::http11;
    bool keep_alive = false;             ///< HTTP/1.0+: asks for a persistent connection
    std::vector<std::string> headers;    ///< further header lines, "Name: value"
    bool proxy_connection = false;       ///< says Proxy-Connection to a proxy, where it would say Connection
    std::uint32_t request_header = 300;  ///< bytes, exactly, blank line included
    std::uint64_t request_body = 0;      ///< bytes; more than 0: POST
    Writes writes = Writes::one;
    Duration gap{0};                   ///< between a transaction's end and the next one's start, per connection
    std::uint32_t pipeline_depth = 0;  ///< 0: no limit
    PipelineStart pipeline_start = PipelineStart::confirmed;
    Multiplexing multiplexed;
    bool retry = true;              ///< idempotent requests whose connection is lost before any byte of a response
    bool retry_post = false;        ///< others, too
    std::uint32_t retry_limit = 3;  ///< per transaction
    OnNoPort on_no_port = OnNoPort::fail;
    BitRate read_rate{0};  ///< 0: reads at once
    CloseFirst close = CloseFirst::server;
    Duration timeout{0};       ///< of a transaction; 0: none
    Duration idle_timeout{0};  ///< of a connection without a transaction; 0: none
    CancelAfter cancel_after;
    std::uint32_t users = 1;
    std::uint32_t users_per_host = 1;
    Arrival arrival;
    std::uint32_t loads = 1;  ///< pages one after another
    Duration page_gap{0};     ///< between them
    bool cache = false;       ///< a later load skips what an earlier one fetched
};

/// The [server] table.
struct ServerConfig {
    Duration think_time{0};               ///< per request
    std::uint32_t response_header = 250;  ///< bytes, exactly, blank line included
    Writes writes = Writes::one;
    std::uint64_t write_chunk = 0;  ///< bytes per write(); 0: as `writes` says
    bool keep_alive = true;
    Duration keep_alive_timeout{120'000'000'000};
    std::uint32_t keep_alive_max = 100;  ///< responses per connection
    bool pipeline_parallel = false;      ///< works on pipelined requests at the same time
    std::uint32_t workers = 0;           ///< requests in work at once, to their last write(); 0: no limit
    std::uint32_t backlog = 128;
    std::uint64_t connection_memory = 0;  ///< bytes that the application needs for an open connection
    std::uint64_t memory = 0;             ///< bytes for that in all: what does not fit is not accepted; 0: no limit
    HowToClose how = HowToClose::graceful;
    Duration drain_timeout{2'000'000'000};  ///< of a graceful close, since the half close
    CloseAfter close_after;
    LengthField content_length = LengthField::right;
    std::uint64_t wrong_length = 0;  ///< bytes, with LengthField::wrong
    bool chunked = false;            ///< chunked transfer coding, to HTTP/1.1
    BitRate read_rate{0};            ///< 0: reads at once
};

/// A [[host]]: a further server.
struct HostConfig {
    std::string name;             ///< what objects call it, and the Host field's value
    std::optional<Duration> rtt;  ///< of the whole path; absent: the link's
    std::uint16_t port = 80;
    ServerConfig server;
};

/// A [[proxy]].
struct ProxyConfig {
    ProxyKind kind = ProxyKind::aware;
    bool visible = true;               ///< whoever comes before it knows that it is a proxy
    Duration timeout{60'000'000'000};  ///< of a connection that is idle, and of an exchange in which nothing moves
    std::uint32_t connections = 0;     ///< to the next hop, at once; 0: no limit
};

/// The [dns] table.
struct DnsConfig {
    Duration delay{0};              ///< of a look-up that no cache answers
    Duration ttl{300'000'000'000};  ///< how long a host keeps an answer
};

/// Something to fetch, or several objects that differ in their paths at most.
struct PageObject {
    static constexpr std::uint32_t kStart = 0xffffffff;  ///< waits for nothing

    std::uint32_t count = 1;              ///< so many objects, one after the other on the page; at least 1
    std::optional<std::uint32_t> number;  ///< appended to the first one's name and path; the next one has the next
    std::string name;                     ///< "html" is the page itself
    std::uint32_t host = 0;               ///< 0: the page's own server; else [[host]] number, from 1
    std::string method = "GET";
    std::string path;                          ///< ends in no digit where a number follows
    std::uint64_t size = 0;                    ///< bytes of the response's body
    bool endless = false;                      ///< never ends: the run needs a duration
    std::vector<std::uint32_t> after;          ///< indices of what must be complete before; empty: from the start
    std::optional<std::uint64_t> after_bytes;  ///< so many body bytes of those are enough
    Duration delay{0};                         ///< after that
    std::optional<std::uint32_t> connection;   ///< pinned to this connection, from 0
    std::optional<Duration> think_time;
    std::optional<std::uint32_t> request_header;
    std::optional<std::uint32_t> response_header;
    std::uint64_t request_body = 0;  ///< bytes
    std::uint8_t priority = 3;       ///< urgency, 0 to 7, the least first (RFC 9218 4.1)
    /// bytes of the body that tell its size on the page; absent: 200, of the html all
    std::optional<std::uint64_t> layout_bytes;

    /// The path of number k of its objects, from 0.
    [[nodiscard]] std::string path_of(std::uint32_t k) const {
        return number ? path + std::to_string(*number + k) : path;
    }
};

/// What one user fetches, in the order in which it asks when several may be asked for. Where objects are numbered,
/// as in PageObject::after, each of an entry's `count` has a number of its own (ObjectIndex).
struct Page {
    std::vector<PageObject> objects;
    bool has_html = false;  ///< objects[0] is the page itself
};

}  // namespace tcplab
