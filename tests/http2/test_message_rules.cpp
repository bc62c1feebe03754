#include "http2/message_rules.hpp"

#include <doctest/doctest.h>

#include "frames.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

const Fields kGet{{":method", "GET"}, {":scheme", "http"}, {":path", "/"}};

/// kGet and `more`.
Fields get_with(const Fields& more) {
    Fields fields = kGet;
    fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

bool request_ok(const Fields& fields) {
    Http2Head head;
    return parse_request_fields(list_of(fields), head);
}

bool response_ok(const Fields& fields) {
    Http2Head head;
    return parse_response_fields(list_of(fields), head);
}

}  // namespace

TEST_CASE("pseudo-header fields of a request (RFC 9113 8.3, 8.3.1)") {
    CHECK(request_ok(kGet));
    CHECK(request_ok(get_with({{":authority", "a"}})));
    CHECK(request_ok({{":path", "*"}, {":scheme", "http"}, {":method", "OPTIONS"}}));  // in any order
    CHECK_FALSE(request_ok({}));
    CHECK_FALSE(request_ok({{":method", "GET"}, {":scheme", "http"}}));
    CHECK_FALSE(request_ok({{":method", "GET"}, {":path", "/"}}));
    CHECK_FALSE(request_ok({{":scheme", "http"}, {":path", "/"}}));
    CHECK_FALSE(request_ok({{":method", "GET"}, {":scheme", "http"}, {":path", ""}}));
    CHECK_FALSE(request_ok(get_with({{":path", "/"}})));                  // twice
    CHECK_FALSE(request_ok(get_with({{":status", "200"}})));              // of responses
    CHECK_FALSE(request_ok(get_with({{":protocol", "x"}})));              // not known
    CHECK_FALSE(request_ok(get_with({{"a", "b"}, {":authority", ""}})));  // behind a field
}

TEST_CASE("CONNECT has no scheme and no path (RFC 9113 8.5)") {
    CHECK(request_ok({{":method", "CONNECT"}, {":authority", "a:443"}}));
    CHECK_FALSE(request_ok({{":method", "CONNECT"}}));
    CHECK_FALSE(request_ok({{":method", "CONNECT"}, {":authority", "a:443"}, {":scheme", "http"}}));
    CHECK_FALSE(request_ok({{":method", "CONNECT"}, {":authority", "a:443"}, {":path", "/"}}));
}

TEST_CASE("names and values (RFC 9113 8.2.1)") {
    CHECK(request_ok(get_with({{"x-1_!~", "any text, with \t and \xff"}, {"empty", ""}})));
    for (const std::string& name :
         std::vector<std::string>{"", "Upper", "with space", "colon:", "tab\t", "\x7f", "\x80", std::string(1, '\0')}) {
        CAPTURE(name);
        CHECK_FALSE(request_ok(get_with({{name, "x"}})));
    }
    for (const std::string& value : {std::string("a\rb"), std::string("a\nb"), std::string("a\0b", 3),
                                     std::string(" a"), std::string("a "), std::string("\ta"), std::string("a\t")}) {
        CAPTURE(value);
        CHECK_FALSE(request_ok(get_with({{"x", value}})));
    }
}

TEST_CASE("values of pseudo-header fields, too") {
    CHECK_FALSE(request_ok({{":method", "GET"}, {":scheme", "http"}, {":path", "/\r\nHost: x"}}));
    CHECK_FALSE(request_ok({{":method", ""}, {":scheme", "http"}, {":path", "/"}}));
}

TEST_CASE("fields of a connection (RFC 9113 8.2.2)") {
    for (const std::string name : {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"}) {
        CAPTURE(name);
        CHECK_FALSE(request_ok(get_with({{name, "x"}})));
        CHECK_FALSE(response_ok({{":status", "200"}, {name, "x"}}));
    }
    CHECK(request_ok(get_with({{"te", "trailers"}})));
    CHECK_FALSE(request_ok(get_with({{"te", "gzip"}})));
}

TEST_CASE("a response has a status of three digits (RFC 9113 8.3.2)") {
    Http2Head head;
    CHECK(parse_response_fields(list_of({{":status", "404"}}), head));
    CHECK(head.status == 404);
    CHECK_FALSE(response_ok({}));
    CHECK_FALSE(response_ok({{"a", "b"}}));
    CHECK_FALSE(response_ok({{":status", "20"}}));
    CHECK_FALSE(response_ok({{":status", "2000"}}));
    CHECK_FALSE(response_ok({{":status", "2x0"}}));
    CHECK_FALSE(response_ok({{":status", "099"}}));
    CHECK_FALSE(response_ok({{":status", "200"}, {":status", "200"}}));
    CHECK_FALSE(response_ok({{":status", "200"}, {":path", "/"}}));
}

TEST_CASE("content-length (RFC 9110 8.6)") {
    const auto length = [](const Fields& more) {
        Http2Head head;
        return parse_request_fields(list_of(get_with(more)), head) ? head.content_length : std::nullopt;
    };
    CHECK(length({{"content-length", "0"}}) == 0);
    CHECK(length({{"content-length", "9999999999999999999"}}) == 9'999'999'999'999'999'999U);
    CHECK(length({{"content-length", "7"}, {"content-length", "7"}}) == 7);
    CHECK_FALSE(request_ok(get_with({{"content-length", "7"}, {"content-length", "8"}})));
    for (const std::string value : {"", "-1", "+1", "1x", "10000000000000000000"}) {
        CAPTURE(value);
        CHECK_FALSE(request_ok(get_with({{"content-length", value}})));
    }
}

TEST_CASE("trailers have no pseudo-header fields (RFC 9113 8.1)") {
    CHECK(valid_trailers(list_of({{"x-checksum", "1"}})));
    CHECK(valid_trailers(list_of({})));
    CHECK_FALSE(valid_trailers(list_of({{":status", "200"}})));
    CHECK_FALSE(valid_trailers(list_of({{"Upper", "1"}})));
}
