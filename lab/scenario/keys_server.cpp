#include "scenario/field.hpp"

namespace tcplab {

namespace {

void set_keep_alive(Place& p, const Value& v) { p.server->keep_alive = v.number != 0; }

void set_keep_alive_timeout(Place& p, const Value& v) {
    p.server->keep_alive = true;
    p.server->keep_alive_timeout = Duration(static_cast<std::int64_t>(v.number));
}

void set_keep_alive_max(Place& p, const Value& v) {
    p.server->keep_alive = true;
    p.server->keep_alive_max = static_cast<std::uint32_t>(v.number);
}

std::optional<std::uint64_t> get_keep_alive_timeout(Place& p) {
    return fields::number_of(p.server->keep_alive_timeout);
}

std::optional<std::uint64_t> get_keep_alive_max(Place& p) { return p.server->keep_alive_max; }

void set_close_after(Place& p, const Value& v) {
    CloseAfter& c = p.server->close_after;
    c = CloseAfter{};
    if (v.text == "responses") c.responses = static_cast<std::uint32_t>(v.number);
    if (v.text == "bytes") c.body = v.number;
    c.in_header = v.text == "header";
}

std::vector<Key> answer_keys() {
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
    };
}

std::vector<Key> persistence_keys() {
    return {
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
    };
}

std::vector<Key> capacity_keys() {
    constexpr std::uint64_t most_workers = 1'000'000'000;
    return {
        {.name = "workers",
         .type = Type::count,
         .access = field<&ServerConfig::workers>(),
         .max = most_workers,
         .example = "0",
         .meaning = "requests in work at once, the others wait; 0: no limit"},
        {.name = "backlog",
         .type = Type::count,
         .access = field<&ServerConfig::backlog>(),
         .min = 1,
         .max = 1'000'000'000,
         .example = "128",
         .meaning = "connections that wait for accept()",
         .source = "listen(2); somaxconn"},
        {.name = "connection_memory",
         .type = Type::size,
         .access = field<&ServerConfig::connection_memory>(),
         .max = kLargestBody,
         .example = "0 B",
         .meaning = "what the server's program needs for an open connection"},
        {.name = "memory",
         .type = Type::size,
         .access = field<&ServerConfig::memory>(),
         .max = kLargestBody,
         .example = "0 B",
         .meaning = "for that in all: connections that do not fit wait for accept(); 0: no limit"},
    };
}

std::vector<Key> closing_keys() {
    return {
        {.name = "how",
         .type = Type::choice,
         .access = field<&ServerConfig::how>(),
         .choices = "graceful|full|abort",
         .example = "graceful",
         .meaning = "it closes: its own direction first, then all when the client has ended; both directions at once; "
                    "by a reset",
         .source = "RFC 9112 9.6"},
        {.name = "drain_timeout",
         .type = Type::duration,
         .access = field<&ServerConfig::drain_timeout>(),
         .max = kLongest,
         .example = "2 s",
         .meaning = "how long a graceful close waits for the client to end",
         .source = "RFC 9112 9.6"},
        {.name = "close_after",
         .type = Type::close_after,
         .access = {set_close_after, nullptr},
         .min = 1,
         .max = kLargestBody,
         .example = "5 responses",
         .fallback = "never",
         .meaning =
             "closes unexpectedly: after \"5 responses\" of a connection, \"20 kB\" of a body, or in a \"header\", of "
             "which half goes out, and in HTTP/2 nothing"},
    };
}

/// What comes out of the body, and how the request goes in.
std::vector<Key> length_keys() {
    return {
        {.name = "content_length",
         .type = Type::choice,
         .access = field<&ServerConfig::content_length>(),
         .choices = "right|absent|wrong",
         .example = "right",
         .meaning = "what the header says of the body; absent: it ends with the connection",
         .source = "RFC 9112 6.3"},
        {.name = "wrong_length",
         .type = Type::size,
         .access = field<&ServerConfig::wrong_length>(),
         .max = kLargestBody,
         .example = "1 kB",
         .fallback = "none",
         .meaning = "what content_length = \"wrong\" says",
         .source = "RFC 9112 8"},
        {.name = "chunked",
         .type = Type::flag,
         .access = field<&ServerConfig::chunked>(),
         .example = "false",
         .meaning = "chunked transfer coding, to HTTP/1.1",
         .source = "RFC 9112 7.1"},
        {.name = "read_rate",
         .type = Type::rate,
         .access = field<&ServerConfig::read_rate>(),
         .min = 1,
         .max = kFastest,
         .example = "1 Mbit/s",
         .fallback = "at once",
         .meaning = "a slow reader fills its window"},
    };
}

}  // namespace

const std::vector<Key>& server_keys() {
    static const std::vector<Key> keys = [] {
        std::vector<Key> all;
        for (const std::vector<Key>& part :
             {answer_keys(), persistence_keys(), capacity_keys(), closing_keys(), length_keys()}) {
            all.insert(all.end(), part.begin(), part.end());
        }
        return all;
    }();
    return keys;
}

}  // namespace tcplab
