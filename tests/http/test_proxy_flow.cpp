// How a proxy moves bodies: as they come, and no faster than the other side takes them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "http/server.hpp"
#include "through.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

constexpr std::uint64_t kBig = 2'000'000;
constexpr std::uint64_t kBuffer = 16384;

/// Small buffers everywhere, so that what is on the way is little.
void use_small_buffers(Through& t) {
    t.tcp.receive_buffer = t.tcp.receive_buffer_max = kBuffer;
    t.tcp.send_buffer = kBuffer;
    t.tcp.send_buffer_start.reset();
    t.client_tcp = t.server_tcp = t.tcp;
}

std::string post(std::uint64_t length) {
    return "POST http://server/up HTTP/1.1\r\nHost: server\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n";
}

/// A server with one object of kBig bytes at "/big".
struct Origin {
    Origin() : page(make_page({}, {kBig})) { page.objects[0].path = "/big"; }
    void serve(Through& t) {
        t.origin = std::make_unique<Stack>(Through::kOrigin, t.server_tcp, StackSeeds{3, 4});
        t.origin_application = std::make_unique<Server>(*t.origin, config, page, Through::kOriginAt);
    }
    Page page;
    ServerConfig config;
};

/// Bytes that a host has sent and the other end acknowledged, or received, over all connections that are open.
std::uint64_t sum(const Stack& stack, std::uint64_t ConnectionInfo::*what) {
    std::uint64_t bytes = 0;
    for (const Stack::Finished& f : stack.unfinished()) bytes += f.info.*what;
    return bytes;
}

}  // namespace

TEST_CASE("a client that does not read holds the server back; what is on the way is bounded; all arrives later") {
    for (const ProxyKind kind : {ProxyKind::aware, ProxyKind::blind}) {
        Through t({Through::kind(kind)});
        use_small_buffers(t);
        Origin origin;
        origin.config.keep_alive = false;
        Sayer& client = t.client({{0ms, get("/big")}});
        client.reads_from = kStart + 30s;
        origin.serve(t);
        t.run(kStart + 29s);
        // Four socket buffers, and what the proxy holds itself.
        CHECK(sum(*t.origin, &ConnectionInfo::bytes_written) <= 4 * kBuffer + 2 * 65536);
        CHECK(sum(*t.origin, &ConnectionInfo::bytes_written) > kBuffer);
        CHECK(client.bytes == 0);
        t.run();
        CHECK(client.bytes == kBig + client.got.size());
        CHECK(client.ended != kNever);
    }
}

TEST_CASE("a server that reads slowly holds the client's upload back; all arrives") {
    Through t;
    use_small_buffers(t);
    Origin origin;
    origin.page.objects[0].path = "/up";
    origin.page.objects[0].size = 5;
    origin.config.read_rate = BitRate{800'000};
    Sayer& client = t.client({{0ms, post(kBig), kBig}});
    origin.serve(t);
    t.run(kStart + 10s);
    const std::uint64_t taken = sum(t.client_stacks[0], &ConnectionInfo::bytes_acknowledged);
    CHECK(taken > 900'000);
    CHECK(taken < 1'000'000 + 4 * kBuffer + 2 * 65536);
    CHECK(client.got.empty());
    t.run(kStart + 30s);
    CHECK(client.got.substr(0, 15) == "HTTP/1.1 200 OK");
    CHECK(client.last_byte >= kStart + 20s);
}

TEST_CASE("bytes are passed on as they arrive") {
    Through t;
    Sayer& client = t.client({{0ms, post(10) + "01234"}, {1s, "56789"}, {2s, get("/2")}});
    Replier& server = t.replies({{ok("", "X: early\r\n")}, {ok("x")}});
    t.run(kStart + 500ms);
    REQUIRE(server.got.size() == 1);
    CHECK(server.got[0].substr(server.got[0].size() - 9) == "\r\n\r\n01234");
    CHECK(client.got.find("early") != std::string::npos);  // and the answer, though the request is not complete
    t.run(kStart + 10s);
    CHECK(server.heads.size() == 1);
    CHECK(client.ended != kNever);  // who answers before the end wants no more of it
}

TEST_CASE("a request's body goes on in one piece with its head, and the next request behind it") {
    const std::string chunked = "PUT http://server/1 HTTP/1.1\r\nHost: server\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string body = "5\r\nabcde\r\n0\r\n\r\n";
    Through t;
    Sayer& client = t.client({{0ms, chunked + body + post(3) + "xyz"}});
    Replier& server = t.replies({{ok("1")}, {ok("2"), false, false, 50ms}});
    std::vector<std::uint32_t> to_origin;
    t.filter = [&](const Segment& s) {
        if (s.destination.address == Through::kOrigin && s.payload.length > 0) to_origin.push_back(s.payload.length);
        return true;
    };
    t.run(kStart + 10s);
    REQUIRE(server.got.size() == 1);
    CHECK(to_origin.size() == 2);
    CHECK(server.got[0].find("Transfer-Encoding: chunked\r\nVia: 1.1 p1\r\n\r\n" + body + "POST /up ") !=
          std::string::npos);
    CHECK(server.got[0].substr(server.got[0].size() - 7) == "\r\n\r\nxyz");
    CHECK(client.got.find("1HTTP/1.1 200 OK") != std::string::npos);
}

TEST_CASE("a request that breaks off, or whose chunks cannot be read") {
    Through broken;
    Sayer& first = broken.client({{0ms, post(10) + "01234"}});
    first.shuts_at = kStart + 1s;
    Replier& server = broken.replies({});
    broken.run();
    REQUIRE(server.got.size() == 1);
    CHECK(server.ended[0] == kStart + 1020ms);
    CHECK(first.ended != kNever);
    CHECK(first.got.empty());

    Through bad;
    Sayer& second = bad.client(
        {{0ms, "POST http://server/ HTTP/1.1\r\nHost: server\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcX"}});
    Replier& other = bad.replies({});
    bad.run();
    CHECK(second.got.substr(0, 24) == "HTTP/1.1 400 Bad Request");
    CHECK(second.ended != kNever);
    REQUIRE(other.ended.size() == 1);
    CHECK(other.ended[0] != kNever);
}

TEST_CASE("a client that goes away in the middle of a response: its connection to the server is closed") {
    for (const ProxyKind kind : {ProxyKind::aware, ProxyKind::blind}) {
        Through t({Through::kind(kind)});
        use_small_buffers(t);
        Origin origin;
        Sayer& client = t.client({{0ms, get("/big")}});
        client.aborts_at = kStart + 200ms;
        origin.serve(t);
        t.run(kStart + 1s);
        CHECK(client.bytes > 0);
        CHECK(t.origin->open_connections() == 0);
        CHECK(t.proxy_stacks[0].open_connections() == 0);
    }
}

TEST_CASE("a server that answers and resets while the request is still coming: the answer gets through") {
    Through t;
    use_small_buffers(t);
    Sayer& client = t.client({{0ms, post(kBig), kBig}});
    Replier& server = t.replies({{"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n", true}});
    t.run();
    CHECK(server.got.size() == 1);
    CHECK(client.got.substr(0, 12) == "HTTP/1.1 413");
    CHECK(client.ended != kNever);
    CHECK(t.proxy_stacks[0].open_connections() == 0);
}

TEST_CASE("a slow client's response is written to its end though its connection has long been idle") {
    Through t;
    use_small_buffers(t);
    t.configs[0].timeout = 1s;
    Origin origin;
    origin.page.objects[0].size = 3 * kBuffer;
    Sayer& client = t.client({{0ms, get("/big")}});
    client.reads_from = kStart + 20s;
    origin.serve(t);
    t.run();
    CHECK(client.bytes == 3 * kBuffer + client.got.size());
    CHECK(client.ended > kStart + 20s);
    CHECK(client.error == TcpError::none);
}

TEST_CASE("Fast Open: the request goes with the SYN to a server that is known") {
    Through t;
    t.tcp.fast_open = fast_open::client | fast_open::client_no_cookie;
    t.server_tcp.fast_open = fast_open::server | fast_open::server_no_cookie | fast_open::all_listeners;
    t.fast_open = true;
    Sayer& client = t.client({{0ms, get("/")}});
    t.replies({{ok("x")}});
    t.run(kStart + 10s);
    CHECK(client.last_byte == kStart + 60ms);  // one handshake less
}
