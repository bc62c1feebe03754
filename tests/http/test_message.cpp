#include "http/message.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/page_plan.hpp"
#include "http/server.hpp"

using namespace tcplab;

TEST_CASE("a request's head reads as one would type it") {
    RequestText r;
    r.target = "/index.html";
    r.authority = "www.example.com";
    r.connection = ConnectionOption::close;
    CHECK(write_request_head(r) ==
          "GET /index.html HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: tcplab\r\nAccept: */*\r\n"
          "Connection: close\r\n\r\n");

    const std::vector<std::string> headers{"connection: Keep-Alive", "X-Lab: 7"};
    r.method = "POST";
    r.version = HttpVersion::http10;
    r.authority = "www.example.com:8080";
    r.content_length = 42;
    r.headers = &headers;
    CHECK(write_request_head(r) ==
          "POST /index.html HTTP/1.0\r\nHost: www.example.com:8080\r\nUser-Agent: tcplab\r\nAccept: */*\r\n"
          "connection: Keep-Alive\r\nX-Lab: 7\r\nContent-Length: 42\r\n\r\n");
}

TEST_CASE("a response's head") {
    ResponseText r;
    r.content_length = 10000;
    CHECK(write_response_head(r) ==
          "HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\nServer: tcplab\r\nContent-Type: text/plain\r\n"
          "Content-Length: 10000\r\n\r\n");
    r.status = 404;
    r.content_length.reset();
    r.connection = ConnectionOption::close;
    CHECK(write_response_head(r) ==
          "HTTP/1.1 404 Not Found\r\nDate: Mon, 01 Jan 2001 00:00:00 GMT\r\nServer: tcplab\r\n"
          "Content-Type: text/plain\r\nConnection: close\r\n\r\n");
}

TEST_CASE("every size from 60 to 600 bytes is met exactly, or refused when the head alone is longer") {
    RequestText request;
    request.authority = "www.example.com";
    request.connection = ConnectionOption::close;
    ResponseText response;
    response.content_length = 12345;
    const std::string plain_request = write_request_head(request);
    const std::string plain_response = write_response_head(response);
    for (std::size_t n = 60; n <= 600; ++n) {
        CAPTURE(n);
        const auto q = pad_head(plain_request, n);
        CHECK(q.has_value() == (n >= plain_request.size()));
        MessageHead head;
        if (q) {
            CHECK(q->size() == n);
            CHECK(parse_request_head(*q, head) == MessageError::none);
            CHECK(head.target == "/");
            CHECK(head.close);
            CHECK(head.has_host);
        }
        const auto p = pad_head(plain_response, n);
        CHECK(p.has_value() == (n >= plain_response.size()));
        if (p) {
            CHECK(p->size() == n);
            CHECK(parse_response_head(*p, head) == MessageError::none);
            CHECK(head.status == 200);
            CHECK(head.content_length == 12345U);
        }
    }
}

TEST_CASE("the smallest header that a scenario can ask for is the one that is used") {
    ClientConfig client;
    const std::vector<HostConfig> no_hosts;
    const RequestContext context{&client, &no_hosts};
    PageObject object;
    object.path = "/a";
    object.size = 100;
    const std::size_t smallest = smallest_request_header(context, object);
    Page page;
    page.objects = {object};
    client.request_header = static_cast<std::uint32_t>(smallest);
    CHECK(PagePlan(context, page).head(0)->bytes.size() == smallest);
    client.request_header = static_cast<std::uint32_t>(smallest + 1);
    CHECK(PagePlan(context, page).head(0)->bytes.size() == smallest + 1);
    client.request_header = static_cast<std::uint32_t>(smallest - 1);
    CHECK(PagePlan(context, page).head(0)->bytes.size() == smallest);

    ResponseText longest;
    longest.content_length = 100;
    longest.connection = ConnectionOption::close;
    CHECK(smallest_response_header({}, object, false) == write_response_head(longest).size());
}

TEST_CASE("a proxy keeps what belongs to one connection") {
    ForwardedHead change;
    change.via = "lab";
    change.target = "/a?b";
    change.connection = ConnectionOption::keep_alive;
    CHECK(forward_head("GET http://x/a?b HTTP/1.0\r\nHost: x\r\nConnection: Keep-Alive, X-Mine\r\nx-mine: 1\r\n"
                       "Keep-Alive: timeout=5\r\nProxy-Connection: Keep-Alive\r\nTE: gzip\r\nUpgrade: h2c\r\n"
                       "Connection: X-Too\r\nX-Too: 2\r\nX-Other: 3\r\n\r\n",
                       change) ==
          "GET /a?b HTTP/1.1\r\nHost: x\r\nX-Other: 3\r\nVia: 1.0 lab\r\nConnection: keep-alive\r\n\r\n");
    const std::string response =
        "HTTP/1.0 404 Not Found\r\nTransfer-Encoding: chunked\r\nConnection: close, transfer-encoding\r\n\r\n";
    CHECK(forward_head(response, {}) == "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n");
    ForwardedHead decoded;
    decoded.keep_coding = false;
    CHECK(forward_head(response, decoded) == "HTTP/1.1 404 Not Found\r\n\r\n");
}

TEST_CASE("targets: RFC 9112 3.2") {
    CHECK(origin_form("/a") == "/a");
    CHECK(origin_form("*") == "*");
    CHECK(origin_form("http://x:80/a/b?c") == "/a/b?c");
    CHECK(origin_form("http://x") == "/");
    CHECK(authority_of("http://x:80/a") == "x:80");
    CHECK(authority_of("http://x") == "x");
    CHECK(authority_of("/a").empty());
}

TEST_CASE("what Connection, Keep-Alive and Proxy-Connection say") {
    MessageHead h;
    REQUIRE(parse_response_head(
                "HTTP/1.0 200 OK\r\nConnection: KEEP-ALIVE\r\nKeep-Alive: max=5, timeout=120, x=y\r\n\r\n", h) ==
            MessageError::none);
    CHECK(h.persistent());
    CHECK(h.keep_alive_max == 5U);
    CHECK(h.keep_alive_timeout == 120U);
    REQUIRE(parse_request_head("GET / HTTP/1.0\r\nProxy-Connection: Keep-Alive\r\nKeep-Alive: timeout=x\r\n\r\n", h) ==
            MessageError::none);
    CHECK(h.proxy_keep_alive);
    CHECK_FALSE(h.persistent());
    CHECK_FALSE(h.keep_alive_timeout.has_value());
    REQUIRE(parse_request_head("GET / HTTP/1.1\r\nConnection: upgrade , Close\r\n\r\n", h) == MessageError::none);
    CHECK_FALSE(h.persistent());
}

TEST_CASE("request heads that are right") {
    MessageHead h;
    SUBCASE("plain") {
        CHECK(parse_request_head("GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n", h) == MessageError::none);
        CHECK(h.method == "GET");
        CHECK(h.target == "/a?b=c");
        CHECK(h.version == HttpVersion::http11);
        CHECK(h.persistent());
        CHECK(h.has_host);
        CHECK_FALSE(h.content_length.has_value());
    }
    SUBCASE("no fields at all") {
        CHECK(parse_request_head("HEAD * HTTP/1.0\r\n\r\n", h) == MessageError::none);
        CHECK(h.version == HttpVersion::http10);
        CHECK_FALSE(h.persistent());
        CHECK_FALSE(h.has_host);
    }
    SUBCASE("names in any case, blanks around values, lists") {
        CHECK(parse_request_head("POST / HTTP/1.0\r\nHOST:x\r\ncontent-LENGTH: \t 5 ,5\t\r\n"
                                 "Connection: upgrade , Keep-Alive\r\n\r\n",
                                 h) == MessageError::none);
        CHECK(h.content_length == 5U);
        CHECK(h.keep_alive);
        CHECK(h.persistent());
    }
    SUBCASE("close wins over keep-alive") {
        CHECK(parse_request_head("GET / HTTP/1.1\r\nConnection: keep-alive, CLOSE\r\n\r\n", h) == MessageError::none);
        CHECK_FALSE(h.persistent());
    }
    SUBCASE("a later minor version is 1.1; an empty value; text beyond ASCII") {
        CHECK(parse_request_head("GET / HTTP/1.9\r\nA:\r\nB: \xc3\xa4\r\n\r\n", h) == MessageError::none);
        CHECK(h.version == HttpVersion::http11);
    }
    SUBCASE("two hosts are none") {
        CHECK(parse_request_head("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", h) == MessageError::none);
        CHECK_FALSE(h.has_host);
    }
}

TEST_CASE("request heads that are wrong") {
    struct Row {
        const char* text;
        MessageError error;
    };
    const std::vector<Row> rows{
        {"", MessageError::bad_start_line},
        {"\r\n\r\n", MessageError::bad_start_line},
        {"GET /\r\n\r\n", MessageError::bad_start_line},
        {"GET  / HTTP/1.1\r\n\r\n", MessageError::bad_start_line},
        {"GET / HTTP/1.1 \r\n\r\n", MessageError::bad_start_line},
        {"GET / http/1.1\r\n\r\n", MessageError::bad_start_line},
        {"GET / HTTP/11\r\n\r\n", MessageError::bad_start_line},
        {"GET / HTTP/2.0\r\n\r\n", MessageError::bad_version},
        {"G(T / HTTP/1.1\r\n\r\n", MessageError::bad_start_line},
        {" GET / HTTP/1.1\r\n\r\n", MessageError::bad_start_line},
        {"GET /\x7f HTTP/1.1\r\n\r\n", MessageError::bad_start_line},
        {"GET /\xff HTTP/1.1\r\n\r\n", MessageError::bad_start_line},
        {"GET / HTTP/1.1\r\nHost: a\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", MessageError::folded_field},
        {"GET / HTTP/1.1\r\n\tb\r\n\r\n", MessageError::folded_field},
        {"GET / HTTP/1.1\r\nHost : a\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\n: a\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\nHost\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\nA: b\x01\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n", MessageError::bad_field},
        {"GET / HTTP/1.1\r\n\r\nmore", MessageError::bad_field},
        {"POST / HTTP/1.1\r\nContent-Length: \r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: 1 2\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: 5, 6\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", MessageError::unsupported_coding},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", MessageError::unsupported_coding},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         MessageError::unsupported_coding},
        {"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", MessageError::bad_length},
        {"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", MessageError::bad_length},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        MessageHead h;
        CHECK(name(parse_request_head(row.text, h)) == name(row.error));
    }
}

TEST_CASE("response heads") {
    MessageHead h;
    CHECK(parse_response_head("HTTP/1.1 404 Not Found at all\r\nContent-Length: 0\r\n\r\n", h) == MessageError::none);
    CHECK(h.status == 404);
    CHECK(h.content_length == 0U);
    CHECK(parse_response_head("HTTP/1.0 200 \r\n\r\n", h) == MessageError::none);
    CHECK(parse_response_head("HTTP/1.0 200\r\n\r\n", h) == MessageError::none);
    CHECK_FALSE(h.persistent());

    for (const char* line : {"HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 099 OK",
                             "HTTP/1.1 600 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1  200 OK", "ICY 200 OK", "200 OK"}) {
        CAPTURE(line);
        CHECK(parse_response_head(std::string(line) + "\r\n\r\n", h) == MessageError::bad_start_line);
    }
    CHECK(parse_response_head("HTTP/3.0 200 OK\r\n\r\n", h) == MessageError::bad_version);
    CHECK(parse_response_head("HTTP/1.1 200 O\x01K\r\n\r\n", h) == MessageError::bad_start_line);
}

TEST_CASE("only idempotent methods may be repeated or pipelined") {
    for (const char* m : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) CHECK(is_idempotent(m));
    for (const char* m : {"POST", "PATCH", "CONNECT", "get", ""}) CHECK_FALSE(is_idempotent(m));
}
