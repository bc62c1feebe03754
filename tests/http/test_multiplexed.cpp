// HTTP/2 between browser and server: streams side by side on one connection, and what becomes of them when one is given
// up, or the connection ends.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "world.hpp"

using namespace tcplab;

namespace {

Load multiplexed(Page page) {
    Load load(std::move(page));
    load.client.strategy = Strategy::multiplexed;
    return load;
}

/// What holds for every row of every run. Objects come in the order in which they were wanted.
void check_rows(const Load& load) {
    for (const Transaction& t : load.rows) {
        CAPTURE(t.object);
        REQUIRE(t.done != kNever);
        check_phases(t);
        if (!t.failure.what.empty()) continue;
        const bool head_only = load.plan->method(t.object) == "HEAD";
        CHECK(t.status == 200);
        CHECK(t.response_bytes == 250 + (head_only ? 0 : load.page.objects[t.object].size));
        CHECK(t.request_bytes == 300 + load.plan->body(t.object));
    }
}

}  // namespace

TEST_CASE("all objects in one round trip, on one connection") {
    Load load = multiplexed(make_page(1000, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 300, 300});
    CHECK(load.world->connects == 1);
    CHECK_FALSE(bool(load.rows[0].reused));
    CHECK(bool(load.rows[3].reused));
    CHECK(load.rows[3].blocked == 0ns);
    // It ends without a reset: the client closes when its page is complete, and has TIME_WAIT.
    REQUIRE(load.world->finished_at_client.size() == 1);
    CHECK(load.world->finished_at_client[0].time_wait_until != kNever);
    CHECK(load.world->finished_at_server.at(0).info.error == TcpError::none);
}

TEST_CASE("nothing has to be confirmed: what is known goes with the first") {
    Load load = multiplexed(make_page({}, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 200, 200});
    CHECK(bool(load.rows[1].reused));
    CHECK(load.rows[1].blocked == 100ms);
}

TEST_CASE("what is asked for in one instant fills segments, and so do the answers") {
    // With a segment for each request and each answer, of 11 the last would wait for the window of 10.
    Load load = multiplexed(make_page(500, std::vector<std::uint64_t>(11, 500)));
    std::vector<std::uint32_t> down;
    std::uint32_t up = 0;
    load.filter = [&](const Segment& s, bool to_server) {
        if (s.payload.length == 0) return true;
        if (to_server) ++up;
        if (!to_server) down.push_back(s.payload.length);
        return true;
    };
    load.run();
    check_rows(load);
    CHECK(load.pages.at(0).done == kStart + 300ms);
    CHECK(up == 3);  // the preface and the first request, the acknowledgement of SETTINGS, all other requests
    REQUIRE(down.size() == 6);  // the first is the HTML, the last what is left
    for (std::size_t i = 1; i < 5; ++i) CHECK(down[i] == 1448);
}

TEST_CASE("no more streams at once than either end wants") {
    Load load = multiplexed(make_page(1000, {1000, 1000, 1000, 1000}));
    load.client.multiplexed.streams = 2;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 300, 400, 400});
}

TEST_CASE("the most urgent goes first, whatever the page's order") {
    Page page = make_page({}, {13'000, 13'000});  // the initial window has room for one
    SUBCASE("equal") {
        Load load = multiplexed(page);
        load.run();
        CHECK(load.rows[0].done == kStart + 200ms);
        CHECK(load.rows[1].done == kStart + 300ms);
    }
    SUBCASE("asked for in the same instant") {
        page.objects[0].priority = 5;
        Load load = multiplexed(page);
        load.run();
        check_rows(load);
        for (const Transaction& t : load.rows) CHECK(t.done == kStart + (t.object == 1 ? 200ms : 300ms));
    }
    SUBCASE("asked for later: it overtakes what is not in the socket yet") {
        page = make_page({}, {1'000'000, 13'000});
        page.objects[1].delay = 250ms;
        for (const int urgency : {3, 0}) {
            page.objects[1].priority = static_cast<std::uint8_t>(urgency);
            Load load = multiplexed(page);
            load.server_tcp.send_buffer = 32'768;
            load.client.multiplexed.window = 1'000'000;
            load.run();
            check_rows(load);
            CHECK(load.rows[1].done < load.rows[0].done);
            if (urgency == 0) CHECK(load.rows[1].done <= kStart + 550ms);
        }
    }
}

TEST_CASE("equal streams take turns, frame by frame") {
    Load load = multiplexed(make_page({}, {100'000, 5000}));
    load.client.multiplexed.frame = 1000;
    load.run();
    check_rows(load);
    CHECK(load.rows[0].done > kStart + 200ms);
    CHECK(load.rows[1].done == kStart + 200ms);  // 5 frames of each: 10 kB, in the initial window
}

TEST_CASE("a slow answer holds up nobody") {
    Page page = make_page(1000, {1000, 1000, 1000});
    page.objects[1].think_time = 500ms;
    Load load = multiplexed(page);
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 800, 300, 300});
}

TEST_CASE("one stream is given up, the others go on") {
    Load load = multiplexed(make_page({}, {200'000, 10'000}));
    SUBCASE("after so many bytes") {
        load.client.cancel_after.bytes = 20'000;
        load.run();
        CHECK(errors(load) == Errors{"cancelled", ""});
        CHECK(load.rows[0].response_bytes >= 20'250);
        CHECK(load.rows[0].response_bytes < 100'000);
    }
    SUBCASE("one that never ends") {
        load.page.objects[0].endless = true;
        load.client.cancel_after.bytes = 50'000;
        load.run();
        CHECK(errors(load) == Errors{"cancelled", ""});
    }
    SUBCASE("after a time") {
        load.page.objects[0].think_time = 10s;
        load.client.timeout = 1s;
        load.run();
        CHECK(errors(load) == Errors{"timeout", ""});
        CHECK(load.done(0) == 1000);
        CHECK(load.done(1) == 200);
    }
    check_rows(load);
    CHECK(load.world->connects == 1);
    CHECK(load.world->server.open_connections() == 0);
}

TEST_CASE("all is given up before the connection is there") {
    Load load = multiplexed(make_page({}, {1000, 1000}));
    load.client.cancel_after.time = 50ms;
    load.run();
    check_rows(load);
    CHECK(errors(load) == Errors{"cancelled", "cancelled"});
    CHECK(done_times(load) == Times{50, 50});
    CHECK(load.browser->finished());
}

TEST_CASE("who has opened the connection gives up: the others wait on, and the next one has opened it") {
    struct Case {
        Duration dns;
        Duration joins;   // the second, which is wanted then
        Duration cancel;  // after so long each is given up
        Duration in_dns;  // the first
        Duration in_connect;
        Duration in_tls;
        Duration dns_of_second;
        Duration connect_of_second;
        Duration tls_of_second;
    };
    // After the look-up, connect and TLS take 100 ms each, and so does the answer.
    const std::vector<Case> cases{
        {1000ms, 800ms, 900ms, 900ms, 0ms, 0ms, 200ms, 100ms, 100ms},    // given up in the look-up
        {300ms, 290ms, 350ms, 300ms, 50ms, 0ms, 10ms, 100ms, 100ms},     // in the handshake
        {300ms, 320ms, 350ms, 300ms, 50ms, 0ms, 0ms, 80ms, 100ms},       // joined in the handshake
        {300ms, 200ms, 450ms, 300ms, 100ms, 50ms, 100ms, 100ms, 100ms},  // in TLS's
        {300ms, 420ms, 450ms, 300ms, 100ms, 50ms, 0ms, 0ms, 80ms},       // joined in TLS's
    };
    for (const Case& c : cases) {
        for (const Strategy strategy : {Strategy::multiplexed, Strategy::pipelined}) {
            CAPTURE(c.joins);
            Load load = multiplexed(make_page({}, {1000, 1000}));
            load.client.strategy = strategy;
            load.client.pipeline_start = PipelineStart::at_once;
            load.dns = DnsConfig{c.dns, 300s};
            load.tls = TlsConfig{};
            load.page.objects[1].delay = c.joins;
            load.client.cancel_after.time = c.cancel;
            load.run();
            check_rows(load);
            CHECK(errors(load) == Errors{"cancelled", ""});
            CHECK(load.world->connects == 1);
            const Phases first = phases(load.rows[0]);
            CHECK(first.dns == c.in_dns);
            CHECK(first.connect == c.in_connect);
            CHECK(first.tls == c.in_tls);
            const Transaction& second = load.rows[1];
            CHECK_FALSE(bool(second.reused));
            CHECK(second.done == kStart + c.dns + 300ms);
            CHECK(second.blocked == 0ms);
            CHECK(second.dns == c.dns_of_second);
            CHECK(second.connect == c.connect_of_second);
            CHECK(second.tls == c.tls_of_second);
        }
    }
}

TEST_CASE("one that waits for a connection of another gives up: it was blocked, and the other goes on") {
    // The server ends the first connection instead of answering. On the second the urgent one goes first, and the one
    // that gives up first waits behind it.
    Load load = multiplexed(make_page({}, {1000, 1000}));
    load.server.close_after.in_header = true;
    load.page.objects[0].priority = 7;
    load.page.objects[1].delay = 50ms;
    load.page.objects[1].priority = 0;
    load.client.cancel_after.time = 240ms;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{240, 290});
    CHECK(load.world->connects == 2);
    CHECK(bool(load.rows[0].reused));
    CHECK(load.rows[0].blocked == 240ms);
    CHECK_FALSE(bool(load.rows[1].reused));
    CHECK(load.rows[1].blocked == 150ms);
    CHECK(load.rows[1].connect == 90ms);
}

TEST_CASE("a stream that is given up does not take the connection's window with it") {
    Load load = multiplexed(make_page({}, std::vector<std::uint64_t>(20, 100'000)));
    load.client.multiplexed.streams = 2;  // a window of 128 KiB for all
    load.client.cancel_after.bytes = 40'000;
    load.run();
    CHECK(errors(load) == Errors(20, "cancelled"));
    CHECK(load.world->connects == 1);
}

TEST_CASE("the connection ends between responses: what was not answered is asked for again") {
    Load load = multiplexed(make_page(1000, {1000, 1000, 1000, 1000}));
    load.server.close_after.responses = 3;
    for (const std::size_t i : {3U, 4U}) load.page.objects[i].think_time = 1ms;  // no head of theirs is sent
    SUBCASE("GET") {
        load.run();
        CHECK(errors(load) == Errors(5));
        CHECK(retries(load) == Retries{0, 0, 0, 1, 1});
        CHECK(load.world->connects == 2);
        check_rows(load);
    }
    SUBCASE("not POST") {
        load.page.objects[3].request_body = 10;
        load.run();
        CHECK(errors(load) == Errors{"", "", "", "closed before the response", ""});
        CHECK(retries(load) == Retries{0, 0, 0, 0, 1});
    }
    SUBCASE("nothing without retry") {
        load.client.retry = false;
        load.run();
        CHECK(errors(load) == Errors{"", "", "", "closed before the response", "closed before the response"});
    }
}

TEST_CASE("the connection ends before any response") {
    Load load = multiplexed(make_page({}, {1000}));
    load.server.close_after.in_header = true;
    load.run();
    CHECK(errors(load) == Errors{"closed before the response"});
    CHECK(retries(load) == Retries{3});
    CHECK(load.world->connects == 4);
}

TEST_CASE("the connection ends in a body") {
    Load load = multiplexed(make_page({}, {5000}));
    load.server.close_after.body = 2000;
    load.run();
    CHECK(load.rows[0].failure);
    CHECK(load.rows[0].response_bytes == 2250);
    CHECK(retries(load) == Retries{0});
}

TEST_CASE("the race with a server that ends an idle connection: it says which requests it has not read") {
    Page page = make_page({}, {1000, 1000});
    page.objects[1].after = {0};
    page.objects[1].delay = 960ms;  // asked for at 1160 ms; the server says GOAWAY at 1150, 1 s after its last write
    Load load = multiplexed(page);
    load.server.keep_alive_timeout = 1s;
    SUBCASE("GET") { load.run(); }
    SUBCASE("POST, which is as safe") {
        load.page.objects[1].request_body = 10;
        load.run();
    }
    SUBCASE("and no retry is counted, nor needs leave") {
        load.client.retry = false;
        load.run();
    }
    check_rows(load);
    CHECK(errors(load) == Errors{"", ""});
    CHECK(retries(load) == Retries{0, 0});
    CHECK(load.done(1) == 1400);  // GOAWAY comes at 1200; connect and ask
}

TEST_CASE("a server that ends an idle connection has closed first, and nothing is destroyed") {
    Page page = make_page({}, {1000, 1000});
    page.objects[1].delay = 5s;
    Load load = multiplexed(page);
    load.server.keep_alive_timeout = 1s;
    SUBCASE("plain") {}
    SUBCASE("TLS, whose close_notify follows the GOAWAY") {
        load.client.port = 443;
        load.tls = TlsConfig();
    }
    load.run();
    check_rows(load);
    CHECK(load.world->connects == 2);
    const Stack::Finished& client = load.world->finished_at_client.at(0);
    const Stack::Finished& server = load.world->finished_at_server.at(0);
    CHECK(client.info.error == TcpError::none);
    CHECK(client.info.bytes_destroyed == 0);
    CHECK(client.time_wait_until == kNever);
    CHECK(server.info.error == TcpError::none);
    CHECK(server.time_wait_until != kNever);
}

TEST_CASE("HEAD") {
    Page page = make_page(1000, {100'000, 1000});
    page.objects[1].method = "HEAD";
    Load load = multiplexed(page);
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 300});
}

TEST_CASE("POST, and its window") {
    Page page = make_page({}, {1000, 1000});
    page.objects[0].request_body = 90'000;
    Load load = multiplexed(page);
    load.tcp.initial_window = 100;
    load.run();
    check_rows(load);
    CHECK(load.application->requests() == std::vector<std::uint32_t>{1, 1});
    // 65,535 bytes go at once; the rest when the server has said that it has read half of them, at 200 ms.
    CHECK(load.rows[0].request_sent == kStart + 200ms);
    CHECK(done_times(load) == Times{300, 200});
}

TEST_CASE("a window of a stream is a rate") {
    Load load = multiplexed(make_page({}, {400'000}));
    load.tcp.initial_window = load.server_tcp.initial_window = 1000;
    load.tcp.receive_buffer = load.tcp.receive_buffer_max = 2'000'000;
    load.run();
    CHECK(load.done(0) == 800);  // 65,536 bytes at 200 ms, and as many every 100 ms after that: 7 times
    load.client.multiplexed.window = 500'000;
    load.run();
    CHECK(load.done(0) <= 500);  // TCP's own window, which begins with 64 KiB and is doubled
}

TEST_CASE("a length that is wrong is the end of the stream, and not of the connection") {
    Load load = multiplexed(make_page({}, {5000, 5000}));
    load.server.content_length = LengthField::wrong;
    for (const bool less : {false, true}) {
        load.server.wrong_length = less ? 6000 : 4000;
        load.run();
        const std::string got = less ? "stream reset: 5000 of 6000 bytes" : "stream reset: 0 of 4000 bytes";
        CHECK(errors(load) == Errors{got, got});  // the frame that is too long is not read
        CHECK(load.done(0) == 200);
        CHECK(load.world->connects == 1);
    }
    load.server.content_length = LengthField::absent;  // frames say where it ends
    load.run();
    CHECK(errors(load) == Errors{"", ""});
    CHECK(load.rows[0].response_bytes > 5000);
}

TEST_CASE("streams wait for a worker") {
    Load load = multiplexed(make_page({}, {1000, 1000, 1000, 1000}));
    load.server.think_time = 300ms;
    load.server.workers = 2;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{500, 500, 800, 800});
    SUBCASE("a client that has given up leaves its place") {
        load.client.cancel_after.time = 450ms;
        load.run();
        CHECK(load.browser->finished());
        CHECK(load.world->server.open_connections() == 0);
    }
}

TEST_CASE("a second visit uses the connection again") {
    Load load = multiplexed(make_page(1000, {1000, 1000}));
    load.client.loads = 2;
    load.client.page_gap = 1s;
    load.run();
    check_rows(load);
    CHECK(bool(load.rows[3].reused));
    CHECK(load.pages.at(1).done == kStart + 1500ms);
    CHECK(load.world->connects == 1);
}

TEST_CASE("two connections share the streams") {
    Load load = multiplexed(make_page({}, {1000, 1000, 1000, 1000}));
    load.client.connections = 2;
    load.run();
    check_rows(load);
    CHECK(load.world->connects == 2);
    CHECK(done_times(load) == Times(4, 200));
    CHECK(load.rows[0].stack_connection == load.rows[2].stack_connection);
    CHECK(load.rows[1].stack_connection == load.rows[3].stack_connection);
}
