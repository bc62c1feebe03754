// An aware and a smart proxy between clients and a server: what each side gets to see.
#include "http/proxy.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "through.hpp"

using namespace tcplab;

namespace {

const std::string kRefused502 = "HTTP/1.1 502 Bad Gateway\r\n";

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n') + 1); }

std::size_t count(const std::string& text, const std::string& what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("a request goes on without what belongs to the client's connection (RFC 9110 7.6.1), so does the response") {
    Through t;
    Sayer& client = t.client({{0ms, get("/a?b",
                                        "Accept: */*\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\n"
                                        "Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\nTE: trailers\r\n")}});
    Replier& server = t.replies({{ok("hello", "Connection: X-Down\r\nX-Down: 1\r\nKeep-Alive: max=5\r\nX-Up: 2\r\n")}});
    t.run();
    REQUIRE(server.heads.size() == 1);
    CHECK(server.heads[0] == "GET /a?b HTTP/1.1\r\nHost: server\r\nAccept: */*\r\nVia: 1.1 p1\r\n\r\n");
    CHECK(client.got == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Up: 2\r\nVia: 1.1 p1\r\n\r\nhello");
    CHECK(client.last_byte == kStart + 80ms);  // two handshakes and four ways
}

TEST_CASE("both sides persist: requests on the client's connection share one to the server, until both are idle") {
    Through t;
    t.configs[0].timeout = 5s;
    Sayer& client = t.client({{0ms, get("/1")}, {1s, get("/2")}, {2s, get("/3")}});
    Replier& server = t.replies({{ok("1")}, {ok("2")}, {ok("3")}});
    t.run();
    CHECK(server.got.size() == 1);
    CHECK(server.heads.size() == 3);
    CHECK(count(client.got, "HTTP/1.1 200 OK") == 3);
    CHECK(client.last_byte == kStart + 2040ms);
    REQUIRE(t.proxy().uses().size() == 1);
    CHECK(t.proxy().uses()[0].requests == 3);
    CHECK(t.proxy().uses()[0].last == kStart + 2030ms);
    CHECK(client.ended == kStart + 7040ms);  // 5 s after the last response went off
    CHECK(client.error == TcpError::none);
    CHECK(server.ended[0] == kStart + 7040ms);
}

TEST_CASE("pipelined requests are handled one after the other") {
    Through t;
    Sayer& client = t.client({{0ms, get("/1") + get("/2") + get("/3", "Connection: close\r\n") + get("/4")}});
    Replier& server = t.replies({{ok("one"), false, false, 100ms}, {ok("two")}, {ok("three")}});
    t.run();
    REQUIRE(server.heads.size() == 3);
    CHECK(server.got.size() == 1);
    CHECK(server.came[1] - server.came[0] == 120ms);  // after the first response
    CHECK(client.got.find("one") < client.got.find("two"));
    CHECK(client.got.find("two") < client.got.find("three"));
    CHECK(client.got.find("Connection: close\r\n\r\nthree") != std::string::npos);
    CHECK(client.ended != kNever);
    CHECK(client.error == TcpError::none);
}

TEST_CASE("another client's request waits for the only connection, and takes it when it is free") {
    Through t;
    t.configs[0].connections = 1;
    Sayer& first = t.client({{30ms, get("/1")}});
    Sayer& second = t.client({{31ms, get("/2")}});
    Sayer& third = t.client({{32ms, get("/3")}});
    Replier& server = t.replies({{ok("1"), false, false, 100ms}, {ok("2"), false, false, 100ms}, {ok("3")}});
    third.aborts_at = kStart + 100ms;  // it does not wait
    t.run();
    REQUIRE(server.heads.size() == 2);
    CHECK(server.got.size() == 1);
    CHECK(first.last_byte == kStart + 190ms);
    CHECK(server.came[1] - server.came[0] == 120ms);
    CHECK(second.last_byte == kStart + 310ms);
}

TEST_CASE("an aware proxy does not keep an HTTP/1.0 client's connection (RFC 9112 9.3)") {
    for (const std::string field : {"Connection: keep-alive\r\n", "Proxy-Connection: keep-alive\r\n"}) {
        Through t;
        Sayer& client = t.client({{0ms, get("/", field, "1.0")}});
        Replier& server = t.replies({{ok("x")}});
        t.run();
        REQUIRE(server.heads.size() == 1);
        CHECK(server.heads[0] == "GET / HTTP/1.1\r\nHost: server\r\nVia: 1.0 p1\r\n\r\n");
        CHECK(client.got == "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nVia: 1.1 p1\r\nConnection: close\r\n\r\nx");
        CHECK(client.ended == client.last_byte);
    }
}

TEST_CASE("a smart proxy makes Connection of an HTTP/1.0 client's Proxy-Connection, on both sides") {
    Through t({Through::kind(ProxyKind::smart)});
    const std::string asks = "Proxy-Connection: Keep-Alive\r\n";
    Sayer& client = t.client({{0ms, get("/1", asks, "1.0")}, {1s, get("/2", "Connection: keep-alive\r\n", "1.0")}});
    Replier& server = t.replies({{ok("1")}, {ok("2")}});
    t.run();
    REQUIRE(server.heads.size() == 2);
    CHECK(server.heads[0] == "GET /1 HTTP/1.1\r\nHost: server\r\nVia: 1.0 p1\r\nConnection: keep-alive\r\n\r\n");
    CHECK(server.got.size() == 1);
    CHECK(client.got.find("Connection: keep-alive\r\n\r\n1HTTP/1.1 200 OK") != std::string::npos);
    CHECK(client.got.find("Connection: close\r\n\r\n2") != std::string::npos);  // that may come from a blind relay
    CHECK(client.ended == kStart + 1040ms);
}

TEST_CASE("chunks are passed on as they are, and unwrapped for HTTP/1.0") {
    const std::string body = "3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: 1\r\n\r\n";
    for (const std::string version : {"1.0", "1.1"}) {
        Through t({Through::kind(ProxyKind::smart)});
        Sayer& client = t.client({{0ms, get("/", "Proxy-Connection: keep-alive\r\n", version)}});
        t.replies({{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body}});
        t.run(kStart + 10s);
        if (version == "1.1") {
            CHECK(client.got == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVia: 1.1 p1\r\n\r\n" + body);
            CHECK(client.ended == kNever);
        } else {
            CHECK(client.got == "HTTP/1.1 200 OK\r\nVia: 1.1 p1\r\nConnection: close\r\n\r\nabcdefg");
            CHECK(client.ended == client.last_byte);
        }
        CHECK(t.proxy().uses()[0].last != kNever);
    }
}

TEST_CASE("responses without a body, and those before the response") {
    Through t;
    const std::string length = "Content-Length: 100\r\n";
    Sayer& client = t.client({{0ms, "HEAD http://server/ HTTP/1.1\r\nHost: server\r\n\r\n"},
                              {1s, get("/304")},
                              {2s, get("/204")},
                              {3s, get("/100")}});
    Replier& server = t.replies({{"HTTP/1.1 200 OK\r\n" + length + "\r\n"},
                                 {"HTTP/1.1 304 Not Modified\r\n" + length + "\r\n"},
                                 {"HTTP/1.1 204 No Content\r\n\r\n"},
                                 {"HTTP/1.1 100 Continue\r\n\r\n" + ok("x")}});
    t.run(kStart + 10s);
    CHECK(server.got.size() == 1);
    CHECK(count(client.got, "HTTP/1.1 ") == 5);
    CHECK(count(client.got, length) == 2);
    CHECK(client.got.find("HTTP/1.1 100 Continue\r\nVia: 1.1 p1\r\n\r\nHTTP/1.1 200 OK") != std::string::npos);
    CHECK(client.ended == kNever);

    Through old;
    Sayer& http10 = old.client({{0ms, get("/", "", "1.0")}});
    old.replies({{"HTTP/1.1 100 Continue\r\n\r\n" + ok("x")}});
    old.run();
    CHECK(first_line(http10.got) == "HTTP/1.1 200 OK\r\n");  // RFC 9110 15.2
}

TEST_CASE("a response that ends with the server's connection ends with the client's") {
    Through t;
    Sayer& client = t.client({{0ms, get("/")}});
    t.replies({{"HTTP/1.1 200 OK\r\n\r\nall there is", true}});
    t.run();
    CHECK(client.got == "HTTP/1.1 200 OK\r\nVia: 1.1 p1\r\nConnection: close\r\n\r\nall there is");
    CHECK(client.ended == client.last_byte);
    CHECK(client.error == TcpError::none);
}

TEST_CASE("a server that closes after its response is not used again, the client's connection is") {
    Through t;
    Sayer& client = t.client({{0ms, get("/1")}, {1s, get("/2")}, {2s, get("/3")}});
    Replier& server = t.replies({{ok("1", "Connection: close\r\n"), true}, {ok("2"), true}, {ok("3")}});
    t.run(kStart + 10s);
    CHECK(server.got.size() == 3);
    CHECK(count(client.got, "200 OK") == 3);
    CHECK(client.ended == kNever);
}

TEST_CASE("a connection that dies under a request: sent again if it was an old one and the request is idempotent") {
    const std::string post = "POST http://server/2 HTTP/1.1\r\nHost: server\r\nContent-Length: 1\r\n\r\nx";
    const std::string put = "PUT http://server/2 HTTP/1.1\r\nHost: server\r\nContent-Length: 1\r\n\r\nx";
    struct Case {
        std::string request;
        std::vector<Replier::Reply> replies;
        std::size_t seen;
        std::string answer;
    };
    const Replier::Reply good{ok("1")};
    const Replier::Reply dies{"", false, true};
    const std::vector<Case> cases{
        {get("/2"), {good, dies, good}, 3, "HTTP/1.1 200 OK\r\n"},
        {get("/2"), {good, {"", true}, good}, 3, "HTTP/1.1 200 OK\r\n"},
        {get("/2"), {good, dies, dies, good}, 3, kRefused502},  // once only
        {get("/2"), {good, {"HTTP/1.1 2", true}, good}, 2, kRefused502},
        {post, {good, dies, good}, 2, kRefused502},
        {put, {good, dies, good}, 2, kRefused502},  // its body is gone
    };
    for (const Case& c : cases) {
        Through t;
        Sayer& client = t.client({{0ms, get("/1")}, {1s, c.request}});
        Replier& server = t.replies(c.replies);
        t.run();
        CHECK(server.heads.size() == c.seen);
        CHECK(first_line(client.got.substr(client.got.find("HTTP/", 1))) == c.answer);
    }
    Through t;
    Sayer& client = t.client({{0ms, get("/1")}});
    Replier& server = t.replies({dies, good});
    t.run();
    CHECK(server.heads.size() == 1);  // a new connection that dies tells of the server, not of the race
    CHECK(first_line(client.got) == kRefused502);
    CHECK(client.ended != kNever);
}

TEST_CASE("what cannot be passed on is refused") {
    struct Case {
        std::string request;
        std::string answer;
    };
    const std::string host = "Host: server\r\n";
    const std::vector<Case> cases{
        {"GET http://other/ HTTP/1.1\r\nHost: other\r\n\r\n", kRefused502},
        {"GET http://server:81/ HTTP/1.1\r\nHost: server\r\n\r\n", kRefused502},
        {"GET http://server:x/ HTTP/1.1\r\nHost: server\r\n\r\n", kRefused502},
        {"GET http://server/ HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET / HTTP/1.0\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request\r\n"},
        {"GET / HTTP/3.0\r\n" + host + "\r\n", "HTTP/1.1 505 HTTP Version Not Supported\r\n"},
        {"GET / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\n\r\n", "HTTP/1.1 501 Not Implemented\r\n"},
        {"GET / HTTP/1.1\r\n" + host + "X: " + std::string(70000, 'x') + "\r\n\r\n",
         "HTTP/1.1 431 Request Header Fields Too Large\r\n"},
    };
    for (const Case& c : cases) {
        Through t;
        Sayer& client = t.client({{0ms, c.request}});
        Replier& server = t.replies({{ok("x")}});
        t.run();
        INFO(c.request.substr(0, 40));
        CHECK(first_line(client.got) == c.answer);
        CHECK(client.got.find("Connection: close\r\n") != std::string::npos);
        CHECK(client.ended != kNever);
        CHECK(client.error == TcpError::none);
        CHECK(server.got.empty());
    }
}

TEST_CASE("names and ports as a URL may write them; the Host field where the target has none") {
    for (const std::string target : {"http://SERVER/x", "http://server:80/x", "/x"}) {
        Through t;
        t.client({{0ms, "GET " + target + " HTTP/1.1\r\nHost: Server\r\n\r\n"}});
        Replier& server = t.replies({{ok("x")}});
        t.run();
        REQUIRE(server.heads.size() == 1);
        CHECK(first_line(server.heads[0]) == "GET /x HTTP/1.1\r\n");
    }
}

TEST_CASE("a server that refuses or is silent: 502 and 504") {
    Through refuses;
    Sayer& first = refuses.client({{0ms, get("/")}});
    refuses.replies({}, 81);
    refuses.run();
    CHECK(first_line(first.got) == kRefused502);
    CHECK(first.last_byte == kStart + 60ms);

    Through silent;
    Sayer& second = silent.client({{0ms, get("/")}});
    silent.replies({});
    silent.filter = [](const Segment& s) { return s.destination.address != Through::kOrigin; };
    silent.tcp.syn_retries = 1;
    silent.run();
    CHECK(first_line(second.got) == "HTTP/1.1 504 Gateway Timeout\r\n");
    CHECK(second.ended != kNever);
}

TEST_CASE("the first request to a name waits for its look-up, unless the next proxy does that") {
    Through t;
    t.dns = DnsConfig{100ms, 300s};
    Sayer& client = t.client({{0ms, get("/1")}, {0ms, get("/2")}});
    Sayer& other = t.client({{50ms, get("/3")}});
    t.replies({{ok("1")}, {ok("3")}, {ok("2")}});
    t.run(kStart + 10s);
    CHECK(other.last_byte == kStart + 180ms);  // waits for the answer to the first one's question
    CHECK(client.last_byte == kStart + 200ms);

    Through chain({{}, {}});
    chain.dns = t.dns;
    Sayer& far = chain.client({{0ms, get("/1")}});
    chain.replies({{ok("1")}});
    chain.run(kStart + 10s);
    CHECK(far.last_byte == kStart + 220ms);  // three handshakes, six ways, one look-up
}

TEST_CASE("a client that is gone before the name is looked up") {
    Through t;
    t.dns = DnsConfig{1s, 300s};
    Sayer& client = t.client({{0ms, get("/")}});
    client.aborts_at = kStart + 500ms;
    Replier& server = t.replies({{ok("x")}});
    t.run();
    CHECK(server.got.empty());
    CHECK(t.proxy_stacks[0].open_connections() == 0);
}

TEST_CASE("what a response has when its end does not come: the client sees that it is cut, or 502") {
    struct Case {
        std::string reply;
        std::string got;
    };
    const std::string whole = ok("0123456789");
    const std::string passed = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nVia: 1.1 p1\r\n\r\n";
    const std::vector<Case> cases{
        {whole.substr(0, whole.size() - 4), passed + "012345"},
        {whole.substr(0, whole.size() - 10), passed},
        {whole.substr(0, 20), kRefused502},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcd",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVia: 1.1 p1\r\n\r\n5\r\nabcd"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx",
         "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nVia: 1.1 p1\r\n\r\nx"},
        {"no HTTP\r\n\r\n", kRefused502},
    };
    for (const Case& c : cases) {
        Through t;
        Sayer& client = t.client({{0ms, get("/")}});
        t.replies({{c.reply, true}});
        t.run();
        INFO(c.reply);
        CHECK((c.got == kRefused502 ? first_line(client.got) : client.got) == c.got);
        CHECK(client.ended != kNever);
        CHECK(t.proxy_stacks[0].open_connections() == 0);
    }
}

TEST_CASE("more than the response: it is not passed on, and the connection not used again") {
    Through t;
    Sayer& client = t.client({{0ms, get("/1")}, {1s, get("/2")}});
    Replier& server = t.replies({{ok("1") + "what"}, {ok("2")}});
    t.run(kStart + 10s);
    CHECK(server.got.size() == 2);
    CHECK(client.got.find("what") == std::string::npos);
    CHECK(count(client.got, "200 OK") == 2);
}

TEST_CASE("a server that closes an idle connection: the next request takes a new one") {
    Through t;
    Sayer& client = t.client({{0ms, get("/1")}, {1s, get("/2")}});
    Replier& server = t.replies({{ok("1"), true}, {ok("2")}});
    t.run(kStart + 10s);
    CHECK(server.got.size() == 2);
    CHECK(server.heads.size() == 2);
    CHECK(count(client.got, "200 OK") == 2);
}

TEST_CASE("the pool: the connection used last goes first, and one that is idle for too long is closed") {
    Through t;
    t.configs[0].timeout = 3s;
    t.client({{0ms, get("/1")}, {1s, get("/3")}, {2s, get("/4")}});
    t.client({{10ms, get("/2")}});
    Replier& server = t.replies({{ok("1")}, {ok("2")}, {ok("3")}, {ok("4")}});
    t.run();
    CHECK(server.got.size() == 2);
    REQUIRE(t.proxy().uses().size() == 2);
    CHECK(t.proxy().uses()[0].requests == 1);
    CHECK(t.proxy().uses()[1].requests == 3);
    CHECK(server.ended[0] == kStart + 3080ms);
    CHECK(server.ended[1] == kStart + 5040ms);
}
