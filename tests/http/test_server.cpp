#include "http/server.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "http/message.hpp"
#include "read_to_end.hpp"
#include "world.hpp"

using namespace tcplab;

namespace {

/// Sends one text after another, each at its time, on one connection, and keeps what comes back. It closes when the
/// server has, or at `close_at`.
class Typist : public Application {
  public:
    struct Line {
        Duration at;  ///< after the start
        std::string text;
    };
    Typist(Stack& stack, std::vector<Line> lines, Time close_at)
        : stack_(&stack), lines_(std::move(lines)), close_at_(close_at) {}

    void start(Time now) override {
        socket_ = stack_->socket();
        stack_->connect(now, socket_, {kServerAddress, 80});
    }
    void on_socket(Time now, const SocketEvent& e) override {
        if ((e.ready & ready::connected) != 0) connected_ = true;
        on_deadline(now);
        const bool readable = (e.ready & (ready::readable | ready::failed)) != 0;
        if (readable && socket_ != kNoSocket) read(now);
    }
    void on_deadline(Time now) override {
        if (!connected_ || socket_ == kNoSocket) return;
        while (next_ < lines_.size() && kStart + lines_[next_].at <= now) {
            stack_->write(now, socket_, Piece::of(make_text(lines_[next_++].text)));
        }
        if (now >= close_at_ && !half_closed_) {
            half_closed_ = true;
            stack_->shutdown(now, socket_, Shutdown::write);
        }
    }
    [[nodiscard]] Time next_deadline() const override {
        if (!connected_ || socket_ == kNoSocket) return kNever;
        if (next_ < lines_.size()) return kStart + lines_[next_].at;
        return half_closed_ ? kNever : close_at_;
    }

    std::string got;
    std::vector<Time> heads;  ///< when each response began to arrive
    Time ended = kNever;
    TcpError error = TcpError::none;

  private:
    void read(Time now) {
        const auto end = read_to_end(*stack_, now, socket_, [&](const Payload& p) {
            const std::string text = p.bytes();
            for (auto at = text.find("HTTP/1.1 "); at != std::string::npos; at = text.find("HTTP/1.1 ", at + 1)) {
                heads.push_back(now);
            }
            got += text;
        });
        if (!end) return;
        error = *end;
        ended = now;
    }

    Stack* stack_;
    std::vector<Line> lines_;
    std::size_t next_ = 0;
    Time close_at_;
    SocketId socket_ = kNoSocket;
    bool connected_ = false;
    bool half_closed_ = false;
};

struct Talk {
    Talk() : page(make_page({}, {10, 20, 30})) {
        tcp = make_config(Profile::linux_);
        tcp.nagle = false;
        tcp.delayed_ack = 0ms;
    }

    void say(std::vector<Typist::Line> lines, Time close_at = kNever) {
        World world(tcp, tcp, 50ms);
        world.filter = filter;
        Typist typist(world.client, std::move(lines), close_at);
        Server server(world.server, config, page, {kServerAddress, 80}, ServerRole{0, close_first});
        world.run(typist, server, kStart + 1000s);
        got = typist.got;
        heads = typist.heads;
        ended = typist.ended;
        error = typist.error;
        requests = server.requests();
        left_at_server = world.server.open_connections();
    }
    [[nodiscard]] std::string status() const { return got.substr(0, got.find('\r')); }

    Page page;
    ServerConfig config;
    CloseFirst close_first = CloseFirst::server;
    Config tcp;
    std::function<bool(const Segment&, bool to_server)> filter;

    std::string got;
    std::vector<Time> heads;
    Time ended = kNever;
    TcpError error = TcpError::none;
    std::vector<std::uint32_t> requests;
    std::uint32_t left_at_server = 0;
};

std::string get(const std::string& path, const std::string& more = "") {
    return "GET " + path + " HTTP/1.1\r\nHost: x\r\n" + more + "\r\n";
}

}  // namespace

TEST_CASE("the response is as long as it should be, header and body") {
    Talk t;
    t.config.response_header = 200;
    t.say({{0ms, get("/object1", "Connection: close\r\n")}});
    CHECK(t.status() == "HTTP/1.1 200 OK");
    CHECK(t.got.size() == 220);
    CHECK(t.got.substr(196, 4) == "\r\n\r\n");
    CHECK(t.got.find("Connection: close") != std::string::npos);
    CHECK(t.got.find("Content-Length: 20\r\n") != std::string::npos);
    CHECK(t.ended == kStart + 200ms);  // right after the last write
    CHECK(t.error == TcpError::none);
    CHECK(t.requests == std::vector<std::uint32_t>{0, 1, 0});
}

TEST_CASE("who is answered with the end of the connection") {
    struct Row {
        std::string request;
        std::string status;
        bool closes;
    };
    const std::vector<Row> rows{
        {get("/object0"), "HTTP/1.1 200 OK", false},
        {get("/object0", "Connection: close\r\n"), "HTTP/1.1 200 OK", true},
        {"GET /object0 HTTP/1.0\r\n\r\n", "HTTP/1.1 200 OK", true},
        {"GET /object0 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "HTTP/1.1 200 OK", false},
        {"GET http://a.b/object0 HTTP/1.1\r\nHost: a.b\r\n\r\n", "HTTP/1.1 200 OK", false},
        {"GET http://a.b HTTP/1.1\r\nHost: a.b\r\n\r\n", "HTTP/1.1 404 Not Found", false},
        {get("/nowhere"), "HTTP/1.1 404 Not Found", false},
        {"GET /object0 HTTP/1.1\r\n\r\n", "HTTP/1.1 400 Bad Request", false},
        {"nonsense\r\n\r\n", "HTTP/1.1 400 Bad Request", true},
        {"GET / HTTP/2.0\r\n\r\n", "HTTP/1.1 505 HTTP Version Not Supported", true},
        {get("/object0", "Transfer-Encoding: gzip\r\n"), "HTTP/1.1 501 Not Implemented", true},
        {get("/object0", "X: " + std::string(kMaxHead, 'a') + "\r\n"), "HTTP/1.1 431 Request Header Fields Too Large",
         true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.request.substr(0, 80));
        Talk t;
        t.tcp.send_buffer_start.reset();  // takes the whole request at once
        t.say({{0ms, row.request}});
        CHECK(t.status() == row.status);
        CHECK((t.ended < kStart + 1s) == row.closes);
        CHECK(t.left_at_server == 0);  // idle ones are closed in the end
    }
}

TEST_CASE("the server reads requests that come in pieces, and answers HEAD without a body") {
    Talk t;
    const std::string request = "HEAD /object2 HTTP/1.1\r\nHost: x\r\n\r\n";
    std::vector<Typist::Line> lines;
    for (std::size_t i = 0; i < request.size(); ++i) {
        lines.push_back({std::chrono::milliseconds(100 + i), request.substr(i, 1)});
    }
    t.say(lines);
    CHECK(t.got.size() == 250);
    CHECK(t.got.find("Content-Length: 30\r\n") != std::string::npos);
}

TEST_CASE("pipelined requests are thought about one by one, or all at once; answers stay in order") {
    Talk t;
    t.config.think_time = 30ms;
    t.page.objects[0].think_time = 70ms;
    const std::string requests = get("/object0") + get("/object1") + get("/object2");
    t.config.pipeline_parallel = false;
    t.say({{100ms, requests}});
    CHECK(t.heads == std::vector<Time>{kStart + 270ms, kStart + 300ms, kStart + 330ms});
    t.config.pipeline_parallel = true;
    t.say({{100ms, requests}});
    CHECK(t.heads == std::vector<Time>{kStart + 270ms, kStart + 270ms, kStart + 270ms});
    CHECK(t.got.find("Content-Length: 10") < t.got.find("Content-Length: 20"));
    CHECK(t.got.find("Content-Length: 20") < t.got.find("Content-Length: 30"));
}

TEST_CASE("keep-alive: so long idle, so many responses") {
    Talk t;
    SUBCASE("timeout, counted from the last response") {
        t.config.keep_alive_timeout = 3s;
        t.config.think_time = 100ms;
        t.say({{100ms, get("/object0")}, {2s, get("/object0")}, {4s, get("/object0")}});
        CHECK(t.heads.size() == 3);
        CHECK(t.ended == kStart + 4s + 50ms + 100ms + 3s + 50ms);
    }
    SUBCASE("none before the first request") {
        t.config.keep_alive_timeout = 3s;
        t.say({{20s, get("/object0")}});
        CHECK(t.ended == kStart + 20s + 50ms + 3s + 50ms);
    }
    SUBCASE("max") {
        t.config.keep_alive_max = 2;
        t.say({{100ms, get("/object0") + get("/object1") + get("/object2")}});
        CHECK(t.heads.size() == 2);
        CHECK(t.ended == kStart + 200ms);
        CHECK(t.requests == std::vector<std::uint32_t>{1, 1, 0});
    }
}

TEST_CASE("when the client ends its stream, what it asked for is still answered") {
    Talk t;
    t.config.think_time = 500ms;
    t.say({{100ms, get("/object0") + get("/object1")}}, kStart + 150ms);
    CHECK(t.heads.size() == 2);
    CHECK(t.ended == kStart + 150ms + 1000ms + 50ms);
    CHECK(t.left_at_server == 0);
}

TEST_CASE("a client that leaves without a word, or in the middle of one") {
    for (const std::string& begun :
         {std::string(), std::string("GET /obj"),
          std::string("POST /object0 HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc")}) {
        Talk t;
        t.say({{100ms, begun}}, kStart + 300ms);
        CHECK(t.got.empty());
        CHECK(t.ended == kStart + 400ms);
        CHECK(t.left_at_server == 0);
    }
}

TEST_CASE("with close = client the server leaves closing to the client, but not for ever") {
    Talk t;
    t.close_first = CloseFirst::client;
    t.config.keep_alive_timeout = 7s;
    t.say({{100ms, "GET /object0 HTTP/1.0\r\n\r\n"}});
    CHECK(t.ended == kStart + 150ms + 7s + 50ms);
}

TEST_CASE("writes: one, two, or chunks, header included") {
    Talk t;
    t.page.objects[0].size = 1000;
    t.config.response_header = 250;
    std::vector<std::uint32_t> sent;
    t.filter = [&sent](const Segment& s, bool to_server) {
        if (!to_server && s.payload.length > 0) sent.push_back(s.payload.length);
        return true;
    };
    SUBCASE("one") {
        t.say({{100ms, get("/object0")}});
        CHECK(sent == std::vector<std::uint32_t>{1250});
    }
    SUBCASE("split") {
        t.config.writes = Writes::split;
        t.say({{100ms, get("/object0")}});
        CHECK(sent == std::vector<std::uint32_t>{250, 1000});
    }
    SUBCASE("chunks") {
        t.config.write_chunk = 400;
        t.say({{100ms, get("/object0")}});
        CHECK(sent == std::vector<std::uint32_t>{400, 400, 400, 50});
    }
    CHECK(t.got.size() == 1250);
}

TEST_CASE("a response larger than the send buffer goes out as there is room") {
    Talk t;
    t.page.objects[0].size = 1'000'000;
    t.tcp.send_buffer = 20'000;
    t.tcp.send_buffer_start.reset();
    for (const std::uint64_t chunk : {0U, 3000U}) {
        t.config.write_chunk = chunk;
        t.say({{100ms, get("/object0", "Connection: close\r\n")}});
        CHECK(t.got.size() == 1'000'250);
        CHECK(t.error == TcpError::none);
    }
}

TEST_CASE("an endless response has no length and ends with the run") {
    Load load(make_page({}, {0}));
    load.page.objects[0].endless = true;
    load.server_tcp.send_buffer = 100'000;
    load.server_tcp.send_buffer_start.reset();
    load.run(kStart + 2s);
    REQUIRE(load.rows.size() == 1);
    CHECK(load.rows.at(0).done == kNever);
    CHECK(load.rows.at(0).first_byte == kStart + 200ms);
    CHECK(load.rows.at(0).response_bytes > 500'000);
    CHECK_FALSE(load.browser->finished());
}

TEST_CASE("a graceful close reads what still comes for drain_timeout, then resets") {
    Talk t;
    t.config.drain_timeout = 700ms;  // since the response at 150 ms
    // The client does not learn of the end, and goes on talking.
    t.filter = [](const Segment& s, bool to_server) { return to_server || !s.has(flag::fin); };
    t.config.writes = Writes::split;
    t.say({{100ms, get("/object0", "Connection: close\r\n")}, {500ms, "more"}, {1200ms, "and more"}});
    CHECK(t.error == TcpError::reset);
    CHECK(t.ended == kStart + 1300ms);
    CHECK(t.requests == std::vector<std::uint32_t>{1, 0, 0});
}
