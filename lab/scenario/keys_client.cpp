#include "scenario/field.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kMostUsers = 1'000'000;
constexpr std::uint64_t kMostLoads = 1'000'000;
constexpr std::uint64_t kMostRetries = 1'000;

// client.http's choices, in their order.
constexpr std::string_view kVersions = "1.0|1.0+|1.1";
constexpr std::uint64_t kPlain10 = 0, kKeptAlive10 = 1, kVersion11 = 2;

void set_url(Place& p, const Value& v) {
    ClientConfig& c = p.draft->scenario.client;
    c.url_host = v.texts.at(0);
    c.path = v.texts.at(1);
    p.draft->url = UrlSpec{v.second != 0, static_cast<std::uint16_t>(v.number)};
}

void set_http(Place& p, const Value& v) {
    ClientConfig& c = p.draft->scenario.client;
    c.http = v.number == kVersion11 ? HttpVersion::http11 : HttpVersion::http10;
    c.keep_alive = v.number == kKeptAlive10;
}

std::optional<std::uint64_t> get_http(Place& p) {
    const ClientConfig& c = p.draft->scenario.client;
    if (c.http == HttpVersion::http11) return kVersion11;
    return c.keep_alive ? kKeptAlive10 : kPlain10;
}

void set_arrival(Place& p, const Value& v) {
    Arrival& a = p.draft->scenario.client.arrival;
    a = Arrival{};
    a.kind = static_cast<ArrivalKind>(v.second);
    if (a.kind == ArrivalKind::every) a.every = Duration(static_cast<std::int64_t>(v.number));
    if (a.kind == ArrivalKind::poisson) a.per_second = v.real;
}

void set_cancel_after(Place& p, const Value& v) {
    CancelAfter& c = p.draft->scenario.client.cancel_after;
    c = CancelAfter{};
    if (v.text == "time") c.time = Duration(static_cast<std::int64_t>(v.number));
    if (v.text == "bytes") c.bytes = v.number;
}

std::vector<Key> browsing_keys() {
    return {
        {.name = "url",
         .type = Type::url,
         .access = {set_url, nullptr},
         .example = "http://www.example.com:80/",
         .fallback = "http://www.example.com:80/",
         .meaning = "host, port and path of the page; https:// turns [tls] on, and [tls] makes the default one"},
        {.name = "strategy",
         .type = Type::choice,
         .access = field<&ClientConfig::strategy>(),
         .choices = "serial|parallel|persistent|pipelined|multiplexed",
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
    };
}

std::vector<Key> request_text_keys() {
    return {
        {.name = "http",
         .type = Type::choice,
         .access = {set_http, get_http},
         .choices = kVersions,
         .example = "1.1",
         .meaning = "version; 1.0+ asks for a connection that persists. multiplexed is 2",
         .source = "RFC 1945, 9112; RFC 2068 19.7.1"},
        {.name = "headers",
         .type = Type::headers,
         .access = field<&ClientConfig::headers>(),
         .example = "[\"Accept: text/html\"]",
         .fallback = "[]",
         .meaning = "further header lines"},
        {.name = "proxy_connection",
         .type = Type::flag,
         .access = field<&ClientConfig::proxy_connection>(),
         .example = "false",
         .meaning = "says Proxy-Connection to a proxy, where it would say Connection",
         .source = "RFC 9112 C.2.2"},
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
    };
}

std::vector<Key> pace_keys() {
    return {
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
    };
}

std::vector<Key> multiplexed_keys() {
    constexpr std::uint64_t most_streams = 1'000'000;
    constexpr std::uint64_t largest_window = 2'147'483'647;  // RFC 9113 6.9.1
    constexpr std::uint64_t largest_frame = 16'777'215;      // RFC 9113 4.2
    return {
        {.name = "multiplexed.streams",
         .type = Type::count,
         .access = field<&ClientConfig::multiplexed, &Multiplexing::streams>(),
         .min = 1,
         .max = most_streams,
         .unit = "streams",
         .example = "100",
         .meaning = "at once",
         .source = "RFC 9113 5.1.2"},
        {.name = "multiplexed.window",
         .type = Type::size,
         .access = field<&ClientConfig::multiplexed, &Multiplexing::window>(),
         .min = 1,
         .max = largest_window,
         .example = "64 KiB",
         .meaning = "flow-control window of a stream; a connection's: streams x window",
         .source = "RFC 9113 5.2"},
        {.name = "multiplexed.frame",
         .type = Type::size,
         .access = field<&ClientConfig::multiplexed, &Multiplexing::frame>(),
         .min = 1,
         .max = largest_frame,
         .example = "16 KiB",
         .meaning = "the largest frame of a body",
         .source = "RFC 9113 4.2"},
        {.name = "multiplexed.header_compression",
         .type = Type::flag,
         .access = field<&ClientConfig::multiplexed, &Multiplexing::header_compression>(),
         .example = "true",
         .meaning = "header fields that repeat are short",
         .source = "RFC 7541"},
    };
}

/// When things go wrong, or take long.
std::vector<Key> trouble_keys() {
    return {
        {.name = "retry",
         .type = Type::flag,
         .access = field<&ClientConfig::retry>(),
         .example = "true",
         .meaning = "idempotent requests are sent again after a lost connection",
         .source = "RFC 9110 9.2.2; RFC 9112 9.3.1"},
        {.name = "retry_post",
         .type = Type::flag,
         .access = field<&ClientConfig::retry_post>(),
         .example = "false",
         .meaning = "the others too"},
        {.name = "retry_limit",
         .type = Type::count,
         .access = field<&ClientConfig::retry_limit>(),
         .max = kMostRetries,
         .example = "3",
         .meaning = "how often a request is sent again"},
        {.name = "on_no_port",
         .type = Type::choice,
         .access = field<&ClientConfig::on_no_port>(),
         .choices = "fail|wait",
         .example = "fail",
         .meaning = "when every ephemeral port is taken",
         .source = "EADDRNOTAVAIL"},
        {.name = "read_rate",
         .type = Type::rate,
         .access = field<&ClientConfig::read_rate>(),
         .min = 1,
         .max = kFastest,
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
         .access = field<&ClientConfig::idle_timeout>(),
         .max = kLongest,
         .example = "0 s",
         .meaning = "closes a connection that is idle for so long; 0: none",
         .source = "RFC 9112 9.5"},
        {.name = "cancel_after",
         .type = Type::cancel_after,
         .access = {set_cancel_after, nullptr},
         .min = 1,
         .max = kLargestBody,
         .example = "20 kB",
         .fallback = "never",
         .meaning = "so long after it was wanted, or so much of a response's body: the client gives up and closes"},
        {.name = "close",
         .type = Type::choice,
         .access = field<&ClientConfig::close>(),
         .choices = "server|client",
         .example = "server",
         .meaning = "which end closes a non-persistent connection first"},
    };
}

/// How many users there are, and what each does.
std::vector<Key> user_keys() {
    return {
        {.name = "users",
         .type = Type::count,
         .access = field<&ClientConfig::users>(),
         .min = 1,
         .max = kMostUsers,
         .example = "1",
         .meaning = "so many clients, each loading the page"},
        {.name = "users_per_host",
         .type = Type::count,
         .access = field<&ClientConfig::users_per_host>(),
         .min = 1,
         .max = kMostUsers,
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
         .access = field<&ClientConfig::loads>(),
         .min = 1,
         .max = kMostLoads,
         .example = "1",
         .meaning = "pages one after another per user"},
        {.name = "page_gap",
         .type = Type::duration,
         .access = field<&ClientConfig::page_gap>(),
         .max = kLongest,
         .example = "0 s",
         .meaning = "between them"},
        {.name = "cache",
         .type = Type::flag,
         .access = field<&ClientConfig::cache>(),
         .example = "false",
         .meaning = "a later load skips what an earlier one fetched"},
    };
}

}  // namespace

const std::vector<Key>& client_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all;
        for (const std::vector<Key>& part :
             {browsing_keys(), request_text_keys(), pace_keys(), multiplexed_keys(), trouble_keys(), user_keys()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return keys;
}

}  // namespace tcplab
