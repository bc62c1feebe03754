#include "scenario/field.hpp"

namespace tcplab {

namespace {

constexpr std::uint64_t kMostSeeds = 9'223'372'036'854'775'807;  // TOML's largest integer

void set_size(Place& p, const Value& v) {
    p.object->endless = v.text == "endless";
    p.object->sizes = {v.number};
}

std::vector<Key> make_top_keys() {
    return {
        {.name = "name",
         .type = Type::text,
         .access = field<&Draft::name>(),
         .file_only = true,
         .example = "page-strategies",
         .fallback = "the file's stem",
         .meaning = "names the results"},
        {.name = "title",
         .type = Type::text,
         .access = field<&Draft::title>(),
         .file_only = true,
         .example = "One page, five ways to fetch it",
         .fallback = "none",
         .meaning = "the table's heading"},
        {.name = "seed",
         .type = Type::count,
         .access = field<&Scenario::seed>(),
         .max = kMostSeeds,
         .file_only = true,
         .example = "1",
         .meaning = "of everything random"},
        {.name = "repeat",
         .type = Type::count,
         .access = field<&Draft::repeat>(),
         .min = 1,
         .max = 1'000'000,
         .file_only = true,
         .example = "1",
         .meaning = "independent repetitions"},
        {.name = "duration",
         .type = Type::duration,
         .access = field<&Scenario::duration>(),
         .min = 1,
         .max = kLongest,
         .example = "60 s",
         .fallback = "until all is closed",
         .meaning = "the run stops here and what is unfinished says so"},
        {.name = "dns",
         .type = Type::flag,
         .access = field<&Draft::dns, &Switched<DnsConfig>::on>(),
         .example = "false",
         .fallback = "[dns]",
         .meaning = "false: a variant does without; or { delay, ttl }"},
        {.name = "tls",
         .type = Type::flag,
         .access = field<&Draft::tls, &Switched<TlsConfig>::on>(),
         .example = "false",
         .fallback = "[tls]",
         .meaning = "false: a variant does without; true: as said before, or the defaults"},
    };
}

/// Keys that objects and requests share.
void add_shared(std::vector<Key>& to) {
    const std::vector<Key> keys = {
        {.name = "method",
         .type = Type::choice,
         .access = field<&ObjectSpec::method>(),
         .choices = "GET|HEAD|POST|PUT|DELETE|OPTIONS|TRACE",
         .example = "GET",
         .fallback = "POST with a body, else GET",
         .meaning = "of the request",
         .source = "RFC 9110 9"},
        {.name = "host",
         .type = Type::host_name,
         .access = field<&ObjectSpec::host>(),
         .example = "cdn",
         .fallback = "the page's own",
         .meaning = "the name of a [[host]] that has it, or the host of client.url"},
    };
    to.insert(to.end(), keys.begin(), keys.end());
}

std::vector<Key> make_object_keys() {
    std::vector<Key> all = {
        {.name = "count",
         .type = Type::count,
         .access = field<&ObjectSpec::count>(),
         .min = 1,
         .max = kMostObjects,
         .example = "3",
         .meaning = "so many alike"},
        {.name = "size",
         .type = Type::body_size,
         .access = {set_size, nullptr},
         .max = kLargestBody,
         .example = "20 kB",
         .meaning = "of the body; \"endless\" needs a duration"},
        {.name = "sizes",
         .type = Type::sizes,
         .access = field<&ObjectSpec::sizes>(),
         .max = kLargestBody,
         .example = "[\"1 kB\", \"20 kB\"]",
         .meaning = "instead of count and size: one object each"},
        {.name = "name",
         .type = Type::text,
         .access = field<&ObjectSpec::name>(),
         .example = "logo",
         .meaning = "for after, and in the path"},
        {.name = "after",
         .type = Type::names,
         .access = field<&ObjectSpec::after>(),
         .example = "html",
         .fallback = "html if there is one",
         .meaning = "what must be complete before: html, start, a name or a list"},
        {.name = "after_bytes",
         .type = Type::size,
         .access = field<&ObjectSpec::after_bytes>(),
         .min = 1,
         .max = kLargestBody,
         .example = "4 kB",
         .meaning = "so much of what it waits for is enough"},
        {.name = "delay",
         .type = Type::duration,
         .access = field<&ObjectSpec::delay>(),
         .max = kLongest,
         .example = "10 ms",
         .fallback = "0 s",
         .meaning = "so long after what it waits for"},
        {.name = "connection",
         .type = Type::count,
         .access = field<&ObjectSpec::connection>(),
         .max = kMostConnections,
         .example = "0",
         .meaning = "pinned to this connection, from 0"},
        {.name = "think_time",
         .type = Type::duration,
         .access = field<&ObjectSpec::think_time>(),
         .max = kLongest,
         .example = "10 ms",
         .fallback = "server.think_time",
         .meaning = "of the server"},
        {.name = "request_header",
         .type = Type::size,
         .access = field<&ObjectSpec::request_header>(),
         .min = 1,
         .max = kLongestHeader,
         .example = "300 B",
         .fallback = "client.request_header",
         .meaning = "its size"},
        {.name = "response_header",
         .type = Type::size,
         .access = field<&ObjectSpec::response_header>(),
         .min = 1,
         .max = kLongestHeader,
         .example = "250 B",
         .fallback = "server.response_header",
         .meaning = "its size"},
        {.name = "priority",
         .type = Type::count,
         .access = field<&ObjectSpec::priority>(),
         .max = 7,
         .example = "1",
         .meaning = "among the waiting, 0 to 7: the least goes first",
         .source = "RFC 9218 4.1"},
        {.name = "layout_bytes",
         .type = Type::size,
         .access = field<&ObjectSpec::layout_bytes>(),
         .max = kLargestBody,
         .example = "200 B",
         .fallback = "200 B",
         .meaning = "how much of it tells its size on the page"},
    };
    add_shared(all);
    return all;
}

std::vector<Key> make_request_keys() {
    std::vector<Key> all = {
        {.name = "at",
         .type = Type::duration,
         .access = field<&ObjectSpec::at>(),
         .max = kLongest,
         .example = "0 s",
         .fallback = "0 s",
         .meaning = "when, from the start"},
        {.name = "after",
         .type = Type::count,
         .access = field<&ObjectSpec::after_request>(),
         .min = 1,
         .max = kMostObjects,
         .example = "1",
         .meaning = "instead of at: when that request, from 1, is complete"},
        {.name = "delay",
         .type = Type::duration,
         .access = field<&ObjectSpec::delay>(),
         .max = kLongest,
         .example = "10 ms",
         .fallback = "0 s",
         .meaning = "so long after that"},
        {.name = "path",
         .type = Type::text,
         .access = field<&ObjectSpec::path>(),
         .example = "/order",
         .fallback = "/request/N",
         .meaning = "of the URL"},
        {.name = "size",
         .type = Type::size,
         .access = field<&ObjectSpec::request_size>(),
         .max = kLargestBody,
         .example = "2 kB",
         .fallback = "0 B",
         .meaning = "of the request's body; more than 0: POST, or PUT where method says so"},
        {.name = "response",
         .type = Type::body_size,
         .access = {set_size, nullptr},
         .max = kLargestBody,
         .example = "1 kB",
         .fallback = "0 B",
         .meaning = "size of the response's body"},
    };
    add_shared(all);
    return all;
}

std::vector<Key> make_expect_keys() {
    return {
        {.name = "metric",
         .type = Type::text,
         .example = "page_ms",
         .meaning = "a column of summary.csv, or of the file that transaction, connection or page names a row of"},
        {.name = "variant",
         .type = Type::text,
         .example = "pipelined",
         .fallback = "every one",
         .meaning = "whose runs must meet it"},
        {.name = "transaction",
         .type = Type::count,
         .min = 1,
         .example = "2",
         .meaning = "a row of transactions.csv by its id"},
        {.name = "connection",
         .type = Type::count,
         .min = 1,
         .example = "1",
         .meaning = "a row of connections.csv by its id"},
        {.name = "page",
         .type = Type::count,
         .min = 1,
         .example = "2",
         .meaning = "a row of pages.csv, from 1: users one after another, each with its loads"},
        {.name = "below", .type = Type::tables, .example = "600 ms", .meaning = "less than this"},
        {.name = "above", .type = Type::tables, .example = "200 ms", .meaning = "more than this"},
        {.name = "equals", .type = Type::tables, .example = "200 ms", .meaning = "this"},
        {.name = "within",
         .type = Type::tables,
         .example = "[\"1 s\", \"2 s\"]",
         .meaning = "from the first to the second"},
        {.name = "times",
         .type = Type::tables,
         .example = "[2, 3]",
         .meaning = "so many times the metric of the variant `than`"},
        {.name = "than", .type = Type::text, .example = "serial", .meaning = "a variant"},
    };
}

}  // namespace

const std::vector<Key>& top_keys() {
    static const std::vector<Key> keys = make_top_keys();
    return keys;
}

const std::vector<Key>& page_keys() {
    static const std::vector<Key> keys = {
        {.name = "html",
         .type = Type::size,
         .access = field<&Draft::html>(),
         .max = kLargestBody,
         .example = "10 kB",
         .fallback = "none",
         .meaning = "fetched first; absent: objects start at once"},
        {.name = "objects",
         .type = Type::objects,
         .access = field<&Draft::objects>(),
         .example = "[{ count = 3, size = \"20 kB\" }]",
         .fallback = "[]",
         .meaning = "what else is fetched"},
        {.name = "har",
         .type = Type::recording,
         .access = field<&Draft::recording>(),
         .example = "page.har",
         .fallback = "none",
         .meaning = "a page that a browser recorded, with its network, in the place of html and objects"},
    };
    return keys;
}

const std::vector<Key>& object_keys() {
    static const std::vector<Key> keys = make_object_keys();
    return keys;
}

const std::vector<Key>& request_keys() {
    static const std::vector<Key> keys = make_request_keys();
    return keys;
}

const std::vector<Key>& variant_keys() {
    static const std::vector<Key> keys = {
        {.name = "name", .type = Type::text, .example = "serial", .meaning = "in tables and files"},
        {.name = "TABLE.KEY",
         .type = Type::tables,
         .example = "client.strategy = \"serial\"",
         .meaning = "any key of any table, dotted"},
    };
    return keys;
}

const std::vector<Key>& vary_keys() {
    static const std::vector<Key> keys = {
        {.name = "\"TABLE.KEY\"",
         .type = Type::tables,
         .example = "[\"20 ms\", \"100 ms\"]",
         .meaning = "a list, { from, to, step } or { from, to, count, scale = \"log\" }"},
    };
    return keys;
}

const std::vector<Key>& expect_keys() {
    static const std::vector<Key> keys = make_expect_keys();
    return keys;
}

}  // namespace tcplab
