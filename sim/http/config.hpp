#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

enum class Strategy : std::uint8_t { serial, parallel, persistent, pipelined };
enum class HttpVersion : std::uint8_t { http10, http11 };
enum class Writes : std::uint8_t { one, split };
enum class CloseFirst : std::uint8_t { server, client };
enum class PipelineStart : std::uint8_t { confirmed, at_once };
enum class OnNoPort : std::uint8_t { fail, wait };
enum class ArrivalKind : std::uint8_t { all_at_once, every, poisson };

/// When users begin.
struct Arrival {
    ArrivalKind kind = ArrivalKind::all_at_once;
    Duration every{0};      ///< ArrivalKind::every: user i (from 0) begins at i * every
    double per_second = 0;  ///< ArrivalKind::poisson: mean rate
};

/// The [client] table: a browser.
struct ClientConfig {
    std::string url_host = "www.example.com";
    std::uint16_t port = 80;
    std::string path = "/";  ///< of the page's html
    Strategy strategy = Strategy::serial;
    std::uint32_t connections = 1;  ///< most open at once to the host
    HttpVersion http = HttpVersion::http11;
    std::vector<std::string> headers;    ///< further header lines, "Name: value"
    std::uint32_t request_header = 300;  ///< bytes, exactly, blank line included
    std::uint64_t request_body = 0;      ///< bytes; more than 0: POST
    Writes writes = Writes::one;
    Duration gap{0};                   ///< between a transaction's end and the next one's start, per connection
    std::uint32_t pipeline_depth = 0;  ///< 0: no limit
    PipelineStart pipeline_start = PipelineStart::confirmed;
    OnNoPort on_no_port = OnNoPort::fail;
    CloseFirst close = CloseFirst::server;
    Duration timeout{0};  ///< of a transaction; 0: none
    std::uint32_t users = 1;
    std::uint32_t users_per_host = 1;
    Arrival arrival;
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
    std::uint32_t backlog = 128;
};

/// Something to fetch.
struct PageObject {
    static constexpr std::uint32_t kStart = 0xffffffff;  ///< waits for nothing

    std::string name;  ///< unique; "html" is the page itself
    std::string method = "GET";
    std::string path;
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
};

/// What one user fetches, in the order in which it asks when several may be asked for.
struct Page {
    std::vector<PageObject> objects;
    bool has_html = false;  ///< objects[0] is the page itself
};

}  // namespace tcplab
