// What RFC 9110 and 9112 ask of a proxy: which fields go on, who answers what, and what becomes of answers that do not
// come, or break off.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/server.hpp"
#include "through.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n') + 1); }

/// What a client that says this gets through the proxies, and what the server gets.
struct Passage {
    Passage(const std::vector<ProxyConfig>& proxies, const std::string& request, const std::string& reply = ok("x")) {
        Through t(proxies);
        t.filter = [this](const Segment& s) {
            if (s.destination == Through::proxy_at(1)) to_second += s.payload.bytes();
            return true;
        };
        const Sayer& client = t.client({{0ms, request}});
        const Replier& server = t.replies({{reply}});
        t.run(kStart + 5s);
        got = client.got;
        asked = server.heads.empty() ? "" : server.heads[0];
    }
    std::string to_second;  // proxy, by the first
    std::string asked;
    std::string got;
};

const std::vector<ProxyConfig> kOne{{}};
const std::vector<ProxyConfig> kTwo{{}, {}};

}  // namespace

TEST_CASE("a target's absolute form is what says the host, whatever the Host field says (RFC 9112 3.2.2)") {
    struct Case {
        std::string request;
        std::string asked;
    };
    const std::vector<Case> cases{
        {"GET http://server/x HTTP/1.1\r\nHost: other\r\nA: b\r\n\r\n", "GET /x HTTP/1.1\r\nHost: server\r\nA: b\r\n"},
        {"GET http://server:80/ HTTP/1.1\r\nA: b\r\nHost: other\r\n\r\n",
         "GET / HTTP/1.1\r\nHost: server:80\r\nA: b\r\n"},
        {"GET http://server/ HTTP/1.0\r\nA: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: server\r\nA: b\r\n"},
        {"GET /x HTTP/1.1\r\nA: b\r\nHost: SERVER\r\n\r\n", "GET /x HTTP/1.1\r\nA: b\r\nHost: SERVER\r\n"},
    };
    for (const Case& c : cases) {
        const Passage p(kOne, c.request);
        CHECK(p.asked.substr(0, c.asked.size()) == c.asked);
    }
    const Passage two(kTwo, cases[0].request);
    CHECK(two.to_second.substr(0, 53) == "GET http://server/x HTTP/1.1\r\nHost: server\r\nA: b\r\nVia");
}

TEST_CASE("OPTIONS of a whole server (RFC 9112 3.2.4)") {
    const Passage p(kTwo, "OPTIONS http://server HTTP/1.1\r\nHost: server\r\n\r\n");
    CHECK(first_line(p.to_second) == "OPTIONS http://server HTTP/1.1\r\n");
    CHECK(first_line(p.asked) == "OPTIONS * HTTP/1.1\r\n");
}

TEST_CASE("TRACE and OPTIONS go as far as Max-Forwards says (RFC 9110 7.6.2)") {
    const auto request = [](const std::string& method, const std::string& forwards) {
        return method + " http://server/ HTTP/1.1\r\nHost: server\r\nMax-Forwards: " + forwards +
               "\r\nAuthorization: a\r\nCookie: b\r\nProxy-Authorization: c\r\n\r\n";
    };
    const Passage here(kTwo, request("TRACE", "0"));
    CHECK(here.to_second.empty());
    CHECK(first_line(here.got) == "HTTP/1.1 200 OK\r\n");
    CHECK(here.got.find("Content-Type: message/http\r\n") != std::string::npos);
    const std::string shown = "TRACE http://server/ HTTP/1.1\r\nHost: server\r\nMax-Forwards: 0\r\n\r\n";
    CHECK(here.got.find("Content-Length: " + std::to_string(shown.size()) + "\r\n") != std::string::npos);
    CHECK(here.got.substr(here.got.size() - shown.size()) == shown);  // RFC 9110 9.3.8: no credentials

    const Passage second(kTwo, request("TRACE", "1"));
    CHECK(second.asked.empty());
    CHECK(second.got.find("Max-Forwards: 0\r\nVia: 1.1 p1\r\n\r\n") != std::string::npos);

    const Passage far(kTwo, request("OPTIONS", "2"));
    CHECK(far.asked.find("\r\nMax-Forwards: 0\r\n") != std::string::npos);

    const Passage options(kTwo, request("OPTIONS", "0"));
    CHECK(options.to_second.empty());
    CHECK(first_line(options.got) == "HTTP/1.1 200 OK\r\n");
    CHECK(options.got.find("Content-Length: 0\r\n") != std::string::npos);

    for (const std::string method : {"GET", "DELETE"}) {
        const Passage other(kTwo, request(method, "0"));
        CHECK(other.asked.find("\r\nMax-Forwards: 0\r\n") != std::string::npos);
    }
    const Passage no_number(kOne, request("TRACE", "none"));
    CHECK(no_number.asked.find("\r\nMax-Forwards: none\r\n") != std::string::npos);
    const Passage blind({Through::kind(ProxyKind::blind)}, request("TRACE", "0"));
    CHECK(blind.asked.find("\r\nMax-Forwards: 0\r\n") != std::string::npos);  // it does not know the rule
}

TEST_CASE("which fields go on (RFC 9110 7.6.1)") {
    const std::string request =
        "Connection: close, X-Hop, Content-Length, Host\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n"
        "TE: trailers\r\nUpgrade: websocket\r\nX-Hop: 1\r\nProxy-Authorization: me\r\nTrailer: X-Sum\r\nCookie: c\r\n"
        "Content-Length: 0\r\n";
    const std::string end_to_end = "Trailer: X-Sum\r\nCookie: c\r\nContent-Length: 0\r\n";
    const std::string reply =
        "Connection: X-Down\r\nX-Down: 1\r\nProxy-Authenticate: Basic\r\nWWW-Authenticate: Basic\r\n";

    const Passage one(kOne, get("/", request), ok("", reply));
    CHECK(one.asked == "GET / HTTP/1.1\r\nHost: server\r\n" + end_to_end + "Via: 1.1 p1\r\n\r\n");
    CHECK(one.got ==
          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nWWW-Authenticate: Basic\r\nVia: 1.1 p1\r\n"
          "Connection: close\r\n\r\n");

    // RFC 9110 11.7.2: credentials are for the first proxy that asks for some.
    const Passage two(kTwo, get("/", request), ok("", reply));
    CHECK(two.to_second == "GET http://server/ HTTP/1.1\r\nHost: server\r\nProxy-Authorization: me\r\n" + end_to_end +
                               "Via: 1.1 p1\r\n\r\n");
    CHECK(two.asked == "GET / HTTP/1.1\r\nHost: server\r\n" + end_to_end + "Via: 1.1 p1\r\nVia: 1.1 p2\r\n\r\n");
}

TEST_CASE("a response that breaks off does not look complete to the client (RFC 9112 8)") {
    const std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n";
    const std::string to_the_end = "HTTP/1.1 200 OK\r\n\r\nabcde";
    struct Case {
        std::string version;
        std::string reply;
        bool server_resets;
        TcpError error;  // none: the client can tell by the message
    };
    const std::vector<Case> cases{
        {"1.1", ok("abcde").substr(0, 40), false, TcpError::none},
        {"1.1", ok("abcde").substr(0, 40), true, TcpError::none},
        {"1.1", chunks, false, TcpError::none},
        {"1.0", chunks, false, TcpError::reset},  // it gets no chunks
        {"1.1", to_the_end, true, TcpError::reset},
        {"1.0", to_the_end, true, TcpError::reset},
        {"1.1", to_the_end, false, TcpError::none},  // it is complete
    };
    for (const Case& c : cases) {
        Through t;
        const Sayer& client = t.client({{0ms, get("/", "", c.version)}});
        t.replies({{c.reply, !c.server_resets, c.server_resets}});
        t.run(kStart + 5s);
        CAPTURE(c.reply);
        CHECK(client.got.find("200 OK") != std::string::npos);
        CHECK(client.ended != kNever);
        CHECK(client.error == c.error);
        CHECK(t.proxy_stacks[0].open_connections() == 0);
    }
}

TEST_CASE("a hop that says nothing for the timeout: 504 (RFC 9110 15.6.5), or the end of what has begun") {
    const auto run = [](Through& t) {
        t.configs[0].timeout = 2s;
        t.run(kStart + 50s);
        CHECK(t.proxy_stacks[0].open_connections() == 0);
    };
    SUBCASE("no answer") {
        Through t;
        const Sayer& client = t.client({{0ms, get("/")}});
        const Replier& server = t.replies({});
        run(t);
        CHECK(first_line(client.got) == "HTTP/1.1 504 Gateway Timeout\r\n");
        CHECK(client.last_byte == kStart + 2060ms);  // the request went on at 50 ms
        CHECK(server.ended.at(0) == kStart + 2060ms);
    }
    SUBCASE("no connection") {
        Through t;
        const Sayer& client = t.client({{0ms, get("/")}});
        t.replies({});
        t.filter = [](const Segment& s) { return s.destination.address != Through::kOrigin; };
        run(t);
        CHECK(first_line(client.got) == "HTTP/1.1 504 Gateway Timeout\r\n");
        CHECK(client.last_byte == kStart + 2040ms);
    }
    SUBCASE("an answer that stops") {
        Through t;
        const Sayer& client = t.client({{0ms, get("/")}});
        t.replies({{ok("abcde").substr(0, 40)}});
        run(t);
        CHECK(first_line(client.got) == "HTTP/1.1 200 OK\r\n");
        CHECK(client.ended == kStart + 2080ms);
        CHECK(client.error == TcpError::none);
    }
    SUBCASE("an answer that stops, and would look complete") {
        Through t;
        const Sayer& client = t.client({{0ms, get("/")}});
        t.replies({{"HTTP/1.1 200 OK\r\n\r\nabcde"}});
        run(t);
        CHECK(client.error == TcpError::reset);
    }
    SUBCASE("one that is slow but does not stop") {
        Through t;
        const Sayer& client =
            t.client({{0ms, "POST http://server/ HTTP/1.1\r\nHost: server\r\nContent-Length: 3\r\n\r\n"},
                      {1500ms, "a"},
                      {3s, "b"},
                      {4500ms, "c"}});
        t.replies({{ok("x"), false, false, 5s}});
        run(t);
        CHECK(first_line(client.got) == "HTTP/1.1 200 OK\r\n");
    }
    SUBCASE("it is the client who says nothing: 408 (RFC 9110 15.5.9)") {
        Through t;
        const Sayer& client =
            t.client({{0ms, "PUT http://server/ HTTP/1.1\r\nHost: server\r\nContent-Length: 3\r\n\r\n"}});
        t.replies({});
        run(t);
        CHECK(first_line(client.got) == "HTTP/1.1 408 Request Timeout\r\n");
    }
}

TEST_CASE("a client that does not read is not the hop's fault: it is waited for") {
    Through t;
    t.configs[0].timeout = 1s;
    const Page page = make_page({}, {5'000'000});
    const ServerConfig config;
    Sayer& client = t.client({{0ms, get("/object0")}});
    client.reads_from = kStart + 20s;
    t.origin = std::make_unique<Stack>(Through::kOrigin, t.server_tcp, StackSeeds{3, 4});
    t.origin_application = std::make_unique<Server>(*t.origin, config, page, Through::kOriginAt);
    t.run(kStart + 60s);
    CHECK(client.bytes == 5'000'000 + client.got.size());
}
