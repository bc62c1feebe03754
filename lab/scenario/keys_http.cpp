#include "scenario/field.hpp"

namespace tcplab {

namespace {

void set_url(Place& p, const Value& v) {
    ClientConfig& c = p.draft->scenario.client;
    c.url_host = v.texts.at(0);
    c.path = v.texts.at(1);
    c.port = static_cast<std::uint16_t>(v.number);
}

void set_arrival(Place& p, const Value& v) {
    Arrival& a = p.draft->scenario.client.arrival;
    a = Arrival{};
    a.kind = static_cast<ArrivalKind>(v.second);
    if (a.kind == ArrivalKind::every) a.every = Duration(static_cast<std::int64_t>(v.number));
    if (a.kind == ArrivalKind::poisson) a.per_second = v.real;
}

void set_keep_alive(Place& p, const Value& v) { p.draft->scenario.server.keep_alive = v.number != 0; }

void set_keep_alive_timeout(Place& p, const Value& v) {
    ServerConfig& s = p.draft->scenario.server;
    s.keep_alive = true;
    s.keep_alive_timeout = Duration(static_cast<std::int64_t>(v.number));
}

void set_keep_alive_max(Place& p, const Value& v) {
    ServerConfig& s = p.draft->scenario.server;
    s.keep_alive = true;
    s.keep_alive_max = static_cast<std::uint32_t>(v.number);
}

std::optional<std::uint64_t> get_keep_alive_timeout(Place& p) {
    return fields::number_of(p.draft->scenario.server.keep_alive_timeout);
}

std::optional<std::uint64_t> get_keep_alive_max(Place& p) { return p.draft->scenario.server.keep_alive_max; }

/// How the browser asks.
void add_asking(std::vector<Key>& to) {
    const std::vector<Key> keys = {
        {.name = "url",
         .type = Type::url,
         .access = {set_url, nullptr},
         .example = "http://www.example.com:80/",
         .fallback = "http://www.example.com:80/",
         .meaning = "host, port and path of the page"},
        {.name = "strategy",
         .type = Type::choice,
         .access = field<&ClientConfig::strategy>(),
         .choices = "serial|parallel|persistent|pipelined|multiplexed",
         .later_choices = "multiplexed",
         .example = "serial",
         .meaning = "how the page is fetched"},
        {.name = "connections",
         .type = Type::count,
         .access = field<&Draft::connections>(),
         .min = 1,
         .max = kMostConnections,
         .example = "4",
         .fallback = "6 for parallel, else 1",
         .meaning = "the most open at once to one host",
         .source = "RFC 9112 9.4"},
        {.name = "http",
         .type = Type::choice,
         .access = field<&ClientConfig::http>(),
         .choices = "1.0|1.1|1.0+",
         .later_choices = "1.0+",
         .example = "1.1",
         .meaning = "version; 1.0+ is 1.0 with keep-alive",
         .source = "RFC 1945, 9112"},
        {.name = "headers",
         .type = Type::headers,
         .access = field<&ClientConfig::headers>(),
         .example = "[\"Accept: text/html\"]",
         .fallback = "[]",
         .meaning = "further header lines"},
        {.name = "proxy_connection",
         .type = Type::flag,
         .later = true,
         .neutral = 0,
         .example = "false",
         .meaning = "sends Proxy-Connection"},
        {.name = "request_header",
         .type = Type::size,
         .access = field<&ClientConfig::request_header>(),
         .min = 1,
         .max = kLongestHeader,
         .example = "300 B",
         .meaning = "real header text, padded to exactly this size (an error if it is longer)"},
        {.name = "request_body",
         .type = Type::size,
         .access = field<&ClientConfig::request_body>(),
         .max = kLargestBody,
         .example = "0 B",
         .meaning = "more than 0: POST"},
        {.name = "writes",
         .type = Type::choice,
         .access = field<&ClientConfig::writes>(),
         .choices = "one|split",
         .example = "one",
         .meaning = "header and body in one or two write() calls"},
        {.name = "gap",
         .type = Type::duration,
         .access = field<&ClientConfig::gap>(),
         .max = kLongest,
         .example = "0 ms",
         .meaning = "between a transaction's end and the next one's start, per connection"},
        {.name = "pipeline_depth",
         .type = Type::count,
         .access = field<&ClientConfig::pipeline_depth>(),
         .max = kMostObjects,
         .example = "0",
         .meaning = "requests under way at once; 0: no limit"},
        {.name = "pipeline_start",
         .type = Type::choice,
         .access = field<&ClientConfig::pipeline_start>(),
         .choices = "confirmed|at once",
         .example = "confirmed",
         .meaning = "after the first response shows that the connection persists, or at once",
         .source = "RFC 9112 9.3.2"},
        {.name = "multiplexed.streams",
         .type = Type::count,
         .later = true,
         .neutral = 100,
         .example = "100",
         .meaning = "streams at once"},
        {.name = "multiplexed.window",
         .type = Type::size,
         .later = true,
         .neutral = 65'536,
         .example = "64 KiB",
         .meaning = "flow-control window of a stream"},
        {.name = "multiplexed.frame",
         .type = Type::size,
         .later = true,
         .neutral = 16'384,
         .example = "16 KiB",
         .meaning = "the largest frame"},
        {.name = "multiplexed.header_compression",
         .type = Type::flag,
         .later = true,
         .neutral = 1,
         .example = "true",
         .meaning = "repeated headers are short"},
    };
    to.insert(to.end(), keys.begin(), keys.end());
}

/// When things go wrong, and how many users there are.
void add_living(std::vector<Key>& to) {
    const std::vector<Key> keys = {
        {.name = "retry",
         .type = Type::flag,
         .later = true,
         .neutral = 1,
         .example = "true",
         .meaning = "idempotent requests are sent again after a lost connection",
         .source = "RFC 9110 9.2.2"},
        {.name = "retry_post",
         .type = Type::flag,
         .later = true,
         .neutral = 0,
         .example = "false",
         .meaning = "others too"},
        {.name = "retry_limit",
         .type = Type::count,
         .later = true,
         .neutral = 3,
         .example = "3",
         .meaning = "how often"},
        {.name = "on_no_port",
         .type = Type::choice,
         .access = field<&ClientConfig::on_no_port>(),
         .choices = "fail|wait",
         .example = "fail",
         .meaning = "when every ephemeral port is taken",
         .source = "EADDRNOTAVAIL"},
        {.name = "read_rate",
         .type = Type::rate,
         .min = 1,
         .later = true,
         .example = "1 Mbit/s",
         .fallback = "at once",
         .meaning = "a slow reader fills its window"},
        {.name = "timeout",
         .type = Type::duration,
         .access = field<&ClientConfig::timeout>(),
         .max = kLongest,
         .example = "0 s",
         .meaning = "the transaction then fails; 0: none"},
        {.name = "idle_timeout",
         .type = Type::duration,
         .max = kLongest,
         .later = true,
         .neutral = 0,
         .example = "0 s",
         .meaning = "closes a connection that is idle; 0: none"},
        {.name = "cancel_after",
         .type = Type::text,
         .later = true,
         .example = "20 kB",
         .meaning = "a duration or a size: the client gives up and closes"},
        {.name = "close",
         .type = Type::choice,
         .access = field<&ClientConfig::close>(),
         .choices = "server|client",
         .example = "server",
         .meaning = "which end closes a non-persistent connection first"},
        {.name = "users",
         .type = Type::count,
         .access = field<&ClientConfig::users>(),
         .min = 1,
         .max = 1'000'000,
         .example = "1",
         .meaning = "so many clients, each loading the page"},
        {.name = "users_per_host",
         .type = Type::count,
         .access = field<&ClientConfig::users_per_host>(),
         .min = 1,
         .max = 1'000'000,
         .example = "1",
         .meaning = "how many of them share an address"},
        {.name = "arrival",
         .type = Type::arrival,
         .access = {set_arrival, nullptr},
         .max = kLongest,
         .example = "every 10 ms",
         .fallback = "all at once",
         .meaning = "all at once, every 10 ms or poisson 100/s"},
        {.name = "loads",
         .type = Type::count,
         .min = 1,
         .later = true,
         .neutral = 1,
         .example = "1",
         .meaning = "pages one after another per user"},
        {.name = "page_gap",
         .type = Type::duration,
         .max = kLongest,
         .later = true,
         .neutral = 0,
         .example = "0 s",
         .meaning = "between them"},
        {.name = "cache",
         .type = Type::flag,
         .later = true,
         .neutral = 0,
         .example = "false",
         .meaning = "skips what was fetched"},
    };
    to.insert(to.end(), keys.begin(), keys.end());
}

std::vector<Key> make_server_keys() {
    return {
        {.name = "think_time",
         .type = Type::duration,
         .access = field<&ServerConfig::think_time>(),
         .max = kLongest,
         .example = "10 ms",
         .meaning = "per request, before the response is written"},
        {.name = "response_header",
         .type = Type::size,
         .access = field<&ServerConfig::response_header>(),
         .min = 1,
         .max = kLongestHeader,
         .example = "250 B",
         .meaning = "real header text, padded to exactly this size"},
        {.name = "writes",
         .type = Type::choice,
         .access = field<&ServerConfig::writes>(),
         .choices = "one|split",
         .example = "one",
         .meaning = "header and body in one or two write() calls"},
        {.name = "write_chunk",
         .type = Type::size,
         .access = field<&ServerConfig::write_chunk>(),
         .min = 1,
         .max = kLargestBody,
         .example = "8 KiB",
         .fallback = "as writes says",
         .meaning = "the whole response, header included, in writes of this size"},
        {.name = "keep_alive",
         .type = Type::flag,
         .access = {set_keep_alive, nullptr},
         .example = "false",
         .fallback = "{ timeout, max }",
         .meaning = "false: closes after each response; or { timeout, max }"},
        {.name = "keep_alive.timeout",
         .type = Type::duration,
         .access = {set_keep_alive_timeout, get_keep_alive_timeout},
         .min = 1,
         .max = kLongest,
         .example = "120 s",
         .meaning = "closes a connection that is idle for so long"},
        {.name = "keep_alive.max",
         .type = Type::count,
         .access = {set_keep_alive_max, get_keep_alive_max},
         .min = 1,
         .max = 1'000'000'000,
         .example = "100",
         .meaning = "responses per connection"},
        {.name = "pipeline",
         .type = Type::choice,
         .access = field<&ServerConfig::pipeline_parallel>(),
         .choices = "serial|parallel",
         .example = "serial",
         .meaning = "works on pipelined requests one by one or at once; answers stay in order"},
        {.name = "workers",
         .type = Type::count,
         .later = true,
         .neutral = 0,
         .example = "0",
         .meaning = "0: no limit; else requests wait for a worker"},
        {.name = "backlog",
         .type = Type::count,
         .access = field<&ServerConfig::backlog>(),
         .min = 1,
         .max = 1'000'000'000,
         .example = "128",
         .meaning = "connections that wait for accept()",
         .source = "listen(2); somaxconn"},
        {.name = "how",
         .type = Type::choice,
         .choices = "graceful|full|abort",
         .later = true,
         .neutral = 0,
         .example = "graceful",
         .meaning = "how it closes"},
        {.name = "drain_timeout",
         .type = Type::duration,
         .max = kLongest,
         .later = true,
         .neutral = 2'000'000'000,
         .example = "2 s",
         .meaning = "of a graceful close",
         .source = "RFC 9112 9.6"},
        {.name = "close_after",
         .type = Type::text,
         .later = true,
         .example = "5 responses",
         .meaning = "unexpected close: \"5 responses\", \"20 kB\" or \"header\""},
        {.name = "content_length",
         .type = Type::choice,
         .choices = "right|absent|wrong",
         .later = true,
         .neutral = 0,
         .example = "right",
         .meaning = "what the header says of the body"},
        {.name = "wrong_length",
         .type = Type::size,
         .later = true,
         .example = "1 kB",
         .meaning = "with content_length = \"wrong\""},
        {.name = "chunked",
         .type = Type::flag,
         .later = true,
         .neutral = 0,
         .example = "false",
         .meaning = "chunked transfer coding",
         .source = "RFC 9112 7.1"},
        {.name = "read_rate",
         .type = Type::rate,
         .min = 1,
         .later = true,
         .example = "1 Mbit/s",
         .fallback = "at once",
         .meaning = "a slow reader fills its window"},
    };
}

}  // namespace

const std::vector<Key>& client_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all;
        add_asking(all);
        add_living(all);
        return all;
    }();
    return keys;
}

const std::vector<Key>& server_keys() {
    static const std::vector<Key> keys = make_server_keys();
    return keys;
}

const std::vector<Key>& dns_keys() {
    static const std::vector<Key> keys = {
        {.name = "delay",
         .type = Type::duration,
         .access = field<&DnsConfig::delay>(),
         .max = kLongest,
         .example = "20 ms",
         .fallback = "none",
         .meaning = "one look-up; absent: addresses are known"},
        {.name = "ttl",
         .type = Type::duration,
         .max = kLongest,
         .later = true,
         .example = "300 s",
         .meaning = "how long an answer is kept"},
    };
    return keys;
}

const std::vector<Key>& tls_keys() {
    static const std::vector<Key> keys = {
        {.name = "version",
         .type = Type::choice,
         .choices = "1.2|1.3",
         .later = true,
         .example = "1.3",
         .meaning = "of the protocol",
         .source = "RFC 5246, 8446"},
        {.name = "resumption",
         .type = Type::flag,
         .later = true,
         .example = "false",
         .meaning = "a shorter handshake with a known server",
         .source = "RFC 8446 2.2"},
        {.name = "early_data",
         .type = Type::flag,
         .later = true,
         .example = "false",
         .meaning = "the request goes with the first flight",
         .source = "RFC 8446 2.3"},
        {.name = "certificate",
         .type = Type::size,
         .later = true,
         .example = "3 kB",
         .meaning = "what the server sends to prove its name"},
    };
    return keys;
}

const std::vector<Key>& host_keys() {
    static const std::vector<Key> keys = {
        {.name = "name", .type = Type::text, .later = true, .example = "cdn", .meaning = "what objects call it"},
        {.name = "rtt", .type = Type::duration, .later = true, .example = "20 ms", .meaning = "its own distance"},
        {.name = "port", .type = Type::count, .later = true, .example = "80", .meaning = "its port"},
    };
    return keys;
}

const std::vector<Key>& proxy_keys() {
    static const std::vector<Key> keys = {
        {.name = "kind",
         .type = Type::choice,
         .choices = "aware|blind|smart",
         .later = true,
         .example = "aware",
         .meaning = "what it makes of Connection headers"},
        {.name = "visible",
         .type = Type::flag,
         .later = true,
         .example = "true",
         .meaning = "false: the client does not know that it is there"},
        {.name = "link",
         .type = Type::tables,
         .later = true,
         .example = "{ rtt = \"10 ms\" }",
         .meaning = "from the hop before it; keys of [link]"},
        {.name = "timeout",
         .type = Type::duration,
         .later = true,
         .example = "60 s",
         .meaning = "of an idle connection"},
        {.name = "connections",
         .type = Type::count,
         .later = true,
         .example = "0",
         .meaning = "to the server; 0: no limit"},
        {.name = "tcp", .type = Type::tables, .later = true, .meaning = "keys of [tcp]"},
    };
    return keys;
}

}  // namespace tcplab
