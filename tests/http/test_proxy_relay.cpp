// Proxies that pass on what they do not understand: blind relays, where they hang and why, and tunnels.
#include <doctest/doctest.h>

#include <string>
#include <tuple>
#include <vector>

#include "http/server.hpp"
#include "through.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

constexpr ProxyKind kAware = ProxyKind::aware;
constexpr ProxyKind kBlind = ProxyKind::blind;
constexpr ProxyKind kSmart = ProxyKind::smart;

std::vector<ProxyConfig> kinds(std::initializer_list<ProxyKind> list) {
    std::vector<ProxyConfig> out;
    for (const ProxyKind k : list) out.push_back(Through::kind(k));
    return out;
}

/// A client asks for "/1", and for "/2" a second later on the same connection, of a real server.
struct TwoRequests {
    TwoRequests(std::initializer_list<ProxyKind> proxies) : net(kinds(proxies)), page(make_page({}, {10, 20})) {
        page.objects[0].path = "/1";
        page.objects[1].path = "/2";
    }
    void run(const std::string& fields, const std::string& version) {
        Sayer& client = net.client({{0ms, get("/1", fields, version)}, {1s, get("/2", fields, version)}});
        net.origin = std::make_unique<Stack>(Through::kOrigin, net.server_tcp, StackSeeds{3, 4});
        auto application = std::make_unique<Server>(*net.origin, server, page, Through::kOriginAt);
        const Server& origin = *application;
        net.origin_application = std::move(application);
        net.run();
        for (auto at = client.got.find("HTTP/1.1 "); at != std::string::npos;
             at = client.got.find("HTTP/1.1 ", at + 1)) {
            ++answers;
        }
        got = client.got;
        ended = client.ended;
        asked = origin.requests();
    }
    [[nodiscard]] bool hangs() const { return answers == 1 && ended > kStart + 10s; }
    /// The first response ended the connection, so that no request goes astray.
    [[nodiscard]] bool closes() const { return answers == 1 && ended < kStart + 1s; }
    [[nodiscard]] bool persists() const { return answers == 2 && ended > kStart + 10s; }

    Through net;
    Page page;
    ServerConfig server;
    std::size_t answers = 0;
    std::string got;
    Time ended = kNever;
    std::vector<std::uint32_t> asked;
};

/// Of the first proxy.
ProxyHangs hangs(Through& net) { return net.proxy().hangs(net.chain->now); }

using Hangs = std::tuple<std::uint32_t, Duration, ProxyHangs::End>;
Hangs summary(const ProxyHangs& h) { return {h.connections, h.longest, h.end}; }

const std::string kConnection = "Connection: Keep-Alive\r\n";
const std::string kProxyConnection = "Proxy-Connection: Keep-Alive\r\n";

}  // namespace

TEST_CASE("a blind relay passes the first request on as it is, the response too, and nothing else") {
    for (const std::string version : {"1.0", "1.1"}) {
        Through t(kinds({kBlind}));
        const std::string fields = "Connection: Keep-Alive, X-Hop\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\n";
        Sayer& client = t.client({{0ms, get("/1", fields, version)}, {1s, get("/2", fields, version)}});
        const std::string response = ok("hello", "Connection: Keep-Alive\r\nKeep-Alive: timeout=5\r\n");
        Replier& server = t.replies({{response}});
        t.run(kStart + 50s);
        REQUIRE(server.got.size() == 1);
        CHECK(server.got[0] == "GET /1 HTTP/" + version + "\r\nHost: server\r\n" + fields + "\r\n");
        CHECK(client.got == response);
        CHECK(client.ended == kNever);  // it waits for its second response
    }
}

TEST_CASE("a blind relay's hang ends with the server's patience, its own, or the client's") {
    TwoRequests at_server({kBlind});
    at_server.server.keep_alive_timeout = 15s;
    at_server.run(kConnection, "1.0");
    CHECK(at_server.hangs());
    // The server answered at 60 ms; then its FIN, and the relay's RST as a request is there that it has not read.
    CHECK(at_server.ended == kStart + 15080ms);
    // The second request came at 1.01 s, the FIN at 15.07 s: 15 s after the response was written.
    CHECK(summary(hangs(at_server.net)) == Hangs{1, 14060ms, ProxyHangs::End::next_hop});

    TwoRequests at_relay({kBlind});
    at_relay.net.configs[0].timeout = 20s;
    at_relay.run("", "1.1");
    CHECK(at_relay.hangs());
    CHECK(at_relay.ended == kStart + 20080ms);
    // 20 s after the response's last byte, at 70 ms.
    CHECK(summary(hangs(at_relay.net)) == Hangs{1, 19060ms, ProxyHangs::End::timeout});

    Through t(kinds({kBlind}));
    t.configs[0].timeout = 1000s;
    Sayer& client = t.client({{0ms, get("/1")}, {1s, get("/2")}});
    client.aborts_at = kStart + 5s;
    Replier& server = t.replies({{ok("1")}});
    t.run(kStart + 10s);
    CHECK(server.heads.size() == 1);
    CHECK(server.ended[0] == kStart + 5020ms);
    CHECK(summary(hangs(t)) == Hangs{1, 4s, ProxyHangs::End::client});
}

TEST_CASE("what a blind relay does not read is no hang when it is not there, or was the only one") {
    TwoRequests closed({kBlind});
    closed.run("Connection: close\r\n", "1.1");
    CHECK(hangs(closed.net).connections == 0);

    for (const auto& proxies : {kinds({kAware}), kinds({kBlind})}) {
        Through t(proxies);
        t.client({{0ms, get("/1")}});
        t.replies({{ok("1")}});
        t.run();
        CHECK(hangs(t).connections == 0);
    }
}

TEST_CASE("a request that came with the first one hangs, too; until the end of the run, if that comes first") {
    Through t(kinds({kBlind}));
    t.client({{0ms, get("/1") + get("/2")}});
    t.client({{0ms, get("/3")}, {2s, get("/4")}, {3s, get("/5")}});
    t.replies({{ok("1")}, {ok("3")}});
    t.run(kStart + 10s);
    const ProxyHangs open = t.proxy().hangs(kStart + 10s);
    CHECK(open.connections == 2);
    CHECK(open.end == ProxyHangs::End::run);
    CHECK(open.longest == 9970ms);  // the first client's, which came with the handshake's end at 30 ms
}

TEST_CASE("a hang behind a response that broke off, and none behind one that never came") {
    for (const bool answers : {true, false}) {
        Through t(kinds({kBlind}));
        t.client({{0ms, get("/1")}, {1s, get("/2")}});
        Replier::Reply reply{answers ? "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" : "", false, true, 3s};
        t.replies({reply});
        t.run();
        CHECK(hangs(t).connections == (answers ? 1 : 0));
        CHECK(hangs(t).end == ProxyHangs::End::next_hop);
    }
}

TEST_CASE("tunnels that nobody uses, and requests that wait for their place") {
    const std::string connect = "CONNECT server:80 HTTP/1.1\r\nHost: server:80\r\n\r\n";
    for (const bool wait : {true, false}) {
        Through t;
        t.configs[0].connections = 1;
        t.client({{0ms, connect}});
        if (wait) t.client({{1s, get("/1")}});
        t.replies({{ok("1")}});
        t.run();
        CHECK(t.proxy().hangs(t.chain->now).tunnels == (wait ? 1 : 0));
    }
}

TEST_CASE("Connection: close is understood by the server, if not by the relay: nothing hangs") {
    TwoRequests t({kBlind});
    t.run("Connection: close\r\n", "1.1");
    CHECK(t.closes());
}

TEST_CASE("Proxy-Connection, where it works (HTTP: The Definitive Guide, figure 4-15)") {
    TwoRequests relay({kBlind});
    relay.run(kProxyConnection, "1.0");
    CHECK(relay.closes());  // the server does not know the field

    TwoRequests smart({kSmart});
    smart.run(kProxyConnection, "1.0");
    CHECK(smart.persists());
    CHECK(smart.got.find("Connection: keep-alive\r\n") != std::string::npos);
    CHECK(smart.net.proxy().uses().size() == 1);
}

TEST_CASE("Proxy-Connection, where it fails (figure 4-16): a relay in front of a proxy that understands it") {
    TwoRequests t({kBlind, kSmart});
    t.run(kProxyConnection, "1.0");
    CHECK(t.hangs());
    CHECK(t.asked == std::vector<std::uint32_t>{1, 0});

    TwoRequests plain({kBlind, kAware});
    plain.run(kProxyConnection, "1.0");
    CHECK(plain.closes());  // RFC 9112 9.3: no persistent connection with what may be such a relay
}

TEST_CASE("HTTP/1.1 hangs behind a blind relay whatever follows, and a proxy in front of it hangs with it") {
    TwoRequests behind({kBlind, kAware});
    behind.run("", "1.1");
    CHECK(behind.hangs());

    for (const ProxyKind first : {kAware, kSmart}) {
        TwoRequests between({first, kBlind, kAware});
        between.net.configs[1].timeout = 30s;
        between.run("", "1.1");
        // The relay gives up after 30 s; the first proxy asks again on a new connection.
        CHECK(between.answers == 2);
        CHECK(between.net.proxy().uses().size() == 2);
        CHECK(between.asked == std::vector<std::uint32_t>{1, 1});
        CHECK(between.ended > kStart + 30s);
    }
}

TEST_CASE("targets: absolute for a proxy that is known as such, else as a server wants it") {
    Through t({{}, {}});
    t.configs[0].visible = false;
    t.client({{0ms, "GET /x HTTP/1.1\r\nHost: server\r\n\r\n"}});
    Replier& server = t.replies({{ok("x")}});
    std::string to_second;
    t.filter = [&](const Segment& s) {
        if (s.destination == Through::proxy_at(1)) to_second += s.payload.bytes();
        return true;
    };
    t.run(kStart + 5s);
    CHECK(to_second.substr(0, 30) == "GET http://server/x HTTP/1.1\r\n");
    REQUIRE(server.heads.size() == 1);
    CHECK(server.heads[0] == "GET /x HTTP/1.1\r\nHost: server\r\nVia: 1.1 p1\r\nVia: 1.1 p2\r\n\r\n");

    for (const ProxyKind kind : {kAware, kBlind}) {
        Through hidden(kinds({kind, kind}));
        hidden.configs[1].visible = false;
        Sayer& client = hidden.client({{0ms, get("/x")}});
        to_second.clear();
        hidden.filter = t.filter;
        Replier& last = hidden.replies({{ok("x")}});
        hidden.run(kStart + 5s);
        CHECK(to_second.substr(0, 17) == "GET /x HTTP/1.1\r\n");
        CHECK(last.heads.size() == 1);
        CHECK(client.got.find("200 OK") != std::string::npos);
    }
}

TEST_CASE("a blind relay passes the body of the first request on, and opens a connection for each client") {
    Through t(kinds({kBlind}));
    t.configs[0].connections = 1;
    const std::string post = "POST http://server/ HTTP/1.0\r\nContent-Length: 4\r\nHost: server\r\n\r\n";
    Sayer& first = t.client({{30ms, post + "ab"}, {1s, "cdGET"}});
    Sayer& second = t.client({{40ms, get("/2")}});
    Replier& server = t.replies({{ok("1"), true, false, 2s}, {ok("2"), true}});
    t.run();
    REQUIRE(server.got.size() == 2);
    CHECK(server.got[0].substr(server.got[0].size() - 8) == "\r\n\r\nabcd");
    CHECK(first.got == ok("1"));
    CHECK(second.got == ok("2"));
    CHECK(second.last_byte > first.last_byte);  // the only connection was taken
}

TEST_CASE("CONNECT: a tunnel through one proxy of any kind, or through two") {
    for (const auto& proxies : {kinds({kAware}), kinds({kBlind}), kinds({kSmart}), kinds({kAware, kAware}),
                                kinds({kBlind, kSmart}), kinds({kSmart, kBlind})}) {
        Through t(proxies);
        const Duration hop = 10ms * static_cast<int>(proxies.size() + 1);
        Sayer& client = t.client({{0ms, "CONNECT server:80 HTTP/1.1\r\nHost: server:80\r\n\r\nat once"},
                                  {1s, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n"}});
        client.shuts_at = kStart + 2s;
        Replier& server = t.replies({{"anything\r\n"}});
        server.closes_back = false;
        t.run(kStart + 30s);
        REQUIRE(server.got.size() == 1);
        CHECK(server.got[0] == "at onceGET / HTTP/1.1\r\nConnection: close\r\n\r\n");
        CHECK(client.got == "HTTP/1.1 200 Connection Established\r\n\r\nanything\r\n");
        CHECK(client.last_byte == kStart + 1s + 2 * hop);
        CHECK(server.ended[0] == kStart + 2s + hop);  // the client's half close has come through
        CHECK(client.ended == kNever);                // the other half is open
        t.run();
        CHECK(client.ended == kStart + 61s + 2 * hop);  // a minute after the last byte
    }
}

TEST_CASE("CONNECT: both halves end, then it is over") {
    Through t;
    Sayer& client = t.client({{0ms, "CONNECT server:80 HTTP/1.1\r\nHost: server:80\r\n\r\n"}, {1s, "hello\r\n\r\n"}});
    client.shuts_at = kStart + 2s;
    Replier& server = t.replies({{"good bye", true}});
    t.run(kStart + 10s);
    CHECK(server.got.size() == 1);
    CHECK(client.got == "HTTP/1.1 200 Connection Established\r\n\r\ngood bye");
    CHECK(client.ended == kStart + 1040ms);
    CHECK(t.proxy_stacks[0].open_connections() == 0);
}

TEST_CASE("CONNECT: refusals come back from wherever they are") {
    struct Case {
        std::size_t proxies;
        std::string target;
        std::uint16_t port;
        std::string answer;
    };
    for (const Case& c : {Case{1, "other:80", 80, "502"}, Case{1, "server:80", 81, "502"},
                          Case{2, "server:80", 81, "502"}, Case{2, "other:80", 80, "502"}}) {
        Through t(std::vector<ProxyConfig>(c.proxies));
        Sayer& client = t.client({{0ms, "CONNECT " + c.target + " HTTP/1.1\r\nHost: " + c.target + "\r\n\r\n"}});
        Replier& server = t.replies({}, c.port);
        t.run();
        CHECK(client.got.substr(9, 3) == c.answer);
        CHECK(client.ended != kNever);
        CHECK(server.got.empty());
    }
}

TEST_CASE("CONNECT does not take a connection that has carried requests, but its place") {
    Through t;
    t.configs[0].connections = 1;
    t.client({{0ms, get("/1")}});
    Sayer& second = t.client({{1s, "CONNECT server:80 HTTP/1.1\r\nHost: server:80\r\n\r\nhello\r\n\r\n"}});
    Replier& server = t.replies({{ok("1")}, {"hi"}});
    t.run(kStart + 10s);
    REQUIRE(server.got.size() == 2);
    CHECK(server.ended[0] == kStart + 1020ms);
    CHECK(server.got[1] == "hello\r\n\r\n");
    CHECK(second.got == "HTTP/1.1 200 Connection Established\r\n\r\nhi");
}
