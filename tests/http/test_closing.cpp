// How connections end: who is answered with what, what arrives, and what is asked for again.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "world.hpp"

using namespace tcplab;

namespace {

Load loaded(Strategy strategy, Page page) {
    Load load(std::move(page));
    load.client.strategy = strategy;
    load.tcp.nagle = load.server_tcp.nagle = false;
    return load;
}

std::uint64_t destroyed_at_client(const Load& load) {
    std::uint64_t sum = 0;
    for (const Stack::Finished& f : load.world->finished_at_client) sum += f.info.bytes_destroyed;
    return sum;
}

}  // namespace

TEST_CASE("a response that breaks off is found by its length, and is not asked for again") {
    Load load = loaded(Strategy::persistent, make_page({}, {5000}));
    SUBCASE("in its body") {
        load.server.close_after.body = 2000;
        load.run();
        CHECK(errors(load) == Errors{"truncated: 2000 of 5000 bytes"});
        CHECK(load.rows[0].response_bytes == 2250);
    }
    SUBCASE("in its header") {
        load.server.close_after.in_header = true;
        load.run();
        CHECK(errors(load) == Errors{"truncated: in the header"});
        CHECK(load.rows[0].response_bytes == 125);
    }
    SUBCASE("in a chunk") {
        load.server.chunked = true;
        load.server.close_after.body = 2000;
        load.run();
        CHECK(errors(load) == Errors{"truncated after 1994 bytes"});  // "1388" and a line end come first
    }
    SUBCASE("without a length it looks complete") {
        load.server.content_length = LengthField::absent;
        load.server.close_after.body = 2000;
        load.run();
        CHECK(errors(load) == Errors{""});
        CHECK(load.rows[0].response_bytes == 2250);
    }
    CHECK(retries(load) == Retries{0});
}

TEST_CASE("a length that is wrong") {
    Load load = loaded(Strategy::persistent, make_page({}, {5000, 5000}));
    load.server.content_length = LengthField::wrong;
    SUBCASE("too long: the client waits until the server closes") {
        load.server.wrong_length = 6000;
        load.server.keep_alive_timeout = 3s;
        load.run();
        CHECK(errors(load) == Errors{"truncated: 5000 of 6000 bytes", "truncated: 5000 of 6000 bytes"});
        CHECK(load.done(0) == 3200);  // 3 s after the write at 150 ms, and 50 ms on the way
    }
    SUBCASE("too short: the rest is taken for something unasked, and the connection is of no use") {
        load.server.wrong_length = 4000;
        load.run();
        CHECK(errors(load) == Errors{"", ""});
        CHECK(load.rows[0].response_bytes == 4250);
        CHECK_FALSE(bool(load.rows[1].reused));
    }
}

TEST_CASE("a server that closes between responses: what it has not answered is sent again") {
    Load load = loaded(Strategy::pipelined, make_page(1000, {1000, 1000, 1000, 1000}));
    load.server.close_after.responses = 3;
    load.run();
    CHECK(errors(load) == Errors(5));
    CHECK(retries(load) == Retries{0, 0, 0, 1, 1});
    // The others came when it had closed: it never read them.
    CHECK(load.application->requests() == std::vector<std::uint32_t>(5, 1));
}

TEST_CASE("the race: a request meets a connection that is being closed") {
    Page page = make_page({}, {1000, 1000});
    page.objects[1].after = {0};
    page.objects[1].delay = 960ms;  // asked for at 1160 ms; the server closes 1 s after its last write, at 1150 ms
    Load load = loaded(Strategy::persistent, page);
    load.server.keep_alive_timeout = 1s;
    SUBCASE("GET is sent again") {
        load.run();
        CHECK(errors(load) == Errors{"", ""});
        CHECK(retries(load) == Retries{0, 1});
        CHECK(load.done(1) == 1400);  // the FIN comes at 1200; connect and ask
    }
    SUBCASE("POST is not") {
        load.page.objects[1].method = "POST";
        load.page.objects[1].request_body = 10;
        load.run();
        CHECK(errors(load) == Errors{"", "closed before the response"});
        SUBCASE("but for a client that is told to") {
            load.client.retry_post = true;
            load.run();
            CHECK(errors(load) == Errors{"", ""});
            CHECK(retries(load) == Retries{0, 1});
        }
    }
    SUBCASE("nor anything without retry") {
        load.client.retry = false;
        load.run();
        CHECK(errors(load) == Errors{"", "closed before the response"});
    }
}

TEST_CASE("a retry has its limit") {
    Load load = loaded(Strategy::persistent, make_page({}, {1000}));
    load.server.think_time = 10s;
    load.server.how = HowToClose::abort;
    // Resets every connection 100 ms after its request.
    load.server.close_after.in_header = true;
    load.filter = [](const Segment& s, bool to_server) { return to_server || s.payload.length == 0; };
    load.client.retry_limit = 2;
    load.run();
    CHECK(errors(load) == Errors{"ECONNRESET"});
    CHECK(retries(load) == Retries{2});
    CHECK(load.application->requests() == std::vector<std::uint32_t>{3});
}

TEST_CASE("full close with requests on their way resets; half close loses nothing") {
    // At 260 ms the server writes a large response and closes. A request that it has not read comes at 290 ms and is
    // answered with a reset, which is in the window and not at its edge: one that the client accepts (RFC 5961 3) comes
    // at 410 ms, when it has read less than half of the 14,480 bytes that have arrived.
    Page page = make_page(1000, {30'000, 1000});
    page.objects[2].after = {0};
    page.objects[2].delay = 30ms;
    Load load = loaded(Strategy::pipelined, page);
    load.server.keep_alive_max = 2;
    load.client.read_rate = BitRate{500'000};
    SUBCASE("graceful") {
        load.server.how = HowToClose::graceful;
        load.run();
        CHECK(errors(load) == Errors(3));
        CHECK(destroyed_at_client(load) == 0);
    }
    SUBCASE("full, on Linux: what has arrived stays readable") {
        load.server.how = HowToClose::full;
        load.run();
        CHECK(to_string(load.rows[1].failure) == "ECONNRESET");
        CHECK(load.rows[1].response_bytes == 14'480);
        CHECK(destroyed_at_client(load) == 0);
    }
    SUBCASE("full, as RFC 9293 has it: what has arrived is gone") {
        load.tcp = make_config(Profile::rfc);
        load.tcp.nagle = false;
        load.server.how = HowToClose::full;
        load.run();
        CHECK(to_string(load.rows[1].failure) == "ECONNRESET");
        CHECK(load.rows[1].response_bytes < 7000);
        CHECK(load.rows[1].response_bytes + destroyed_at_client(load) == 14'480);
    }
}

TEST_CASE("abort: a reset, even if nothing is unread") {
    Load load = loaded(Strategy::serial, make_page({}, {1000}));
    load.server.how = HowToClose::abort;
    load.run();
    CHECK(load.world->finished_at_server.at(0).info.error == TcpError::none);
    CHECK(load.world->finished_at_server.at(0).time_wait_until == kNever);
    CHECK(load.world->finished_at_client.at(0).info.error == TcpError::reset);
}

TEST_CASE("HTTP/1.0+: the client asks, the server agrees, says for how long, and counts down") {
    Load load = loaded(Strategy::persistent, make_page(1000, {1000, 1000, 1000}));
    load.client.http = HttpVersion::http10;
    load.client.keep_alive = true;
    SUBCASE("it agrees") {
        load.run();
        CHECK(load.world->connects == 1);
    }
    SUBCASE("it does not") {
        load.server.keep_alive = false;
        load.run();
        CHECK(load.world->connects == 4);
    }
    SUBCASE("for two requests") {
        load.server.keep_alive_max = 2;
        load.run();
        CHECK(load.world->connects == 2);
    }
    SUBCASE("for a second: the client does not use it after that") {
        load.page.objects[3].after = {2};
        load.page.objects[3].delay = 2s;
        load.server.keep_alive_timeout = 1900ms;  // announced in whole seconds
        load.run();
        CHECK(load.world->connects == 2);
        CHECK(retries(load) == Retries(4));
        // Who waits for less closes first: the client has TIME_WAIT of the first connection.
        CHECK(load.world->finished_at_client.at(0).time_wait_until != kNever);
    }
    CHECK(errors(load) == Errors(4));
}

TEST_CASE("a client's idle timeout") {
    Page page = make_page(1000, {1000});
    page.objects[1].delay = 2s;
    Load load = loaded(Strategy::persistent, page);
    load.client.idle_timeout = 500ms;
    load.run();
    CHECK(errors(load) == Errors{"", ""});
    CHECK(load.world->finished_at_client.at(0).closed == kStart + 800ms);  // its FIN was answered
    CHECK(load.world->connects == 2);
}

TEST_CASE("a client that gives up") {
    Load load = loaded(Strategy::persistent, make_page({}, {200'000, 1000}));
    SUBCASE("after so many bytes") {
        load.client.cancel_after.bytes = 20'000;
        load.run();
        CHECK(errors(load) == Errors{"cancelled", ""});
        CHECK(load.rows[0].response_bytes >= 20'250);
        CHECK(load.rows[0].response_bytes < 200'000);
    }
    SUBCASE("after a time: also what waits for a connection") {
        load.client.cancel_after.time = 150ms;
        load.run();
        CHECK(errors(load) == Errors{"cancelled", "cancelled"});
        CHECK(load.done(0) == 150);
    }
    CHECK(load.world->finished_at_client.size() == load.world->connects);
}

TEST_CASE("a slow reader takes as long as it needs, and the sender waits for its window") {
    for (const Strategy strategy : {Strategy::persistent, Strategy::multiplexed}) {
        Load load = loaded(strategy, make_page({}, {1'000'000}));
        load.client.multiplexed.window = 1'000'000;
        load.client.read_rate = BitRate{8'000'000};                      // a megabyte a second
        load.tcp.initial_window = load.server_tcp.initial_window = 100;  // more than it reads in a round trip
        load.tcp.receive_buffer = load.tcp.receive_buffer_max = 500'000;
        load.run();
        CHECK(load.done(0) == doctest::Approx(1200).epsilon(0.03));
        // so does a server that reads slowly
        load.client.read_rate = BitRate{0};
        load.page.objects[0].size = 1000;
        load.page.objects[0].request_body = 1'000'000;
        load.server.read_rate = BitRate{8'000'000};
        load.server_tcp.receive_buffer = load.server_tcp.receive_buffer_max = 500'000;
        load.run();
        CHECK(load.done(0) == doctest::Approx(1200).epsilon(0.03));
    }
}

TEST_CASE("requests wait for a worker") {
    Load load = loaded(Strategy::parallel, make_page({}, {1000, 1000, 1000, 1000}));
    load.client.connections = 4;
    load.server.think_time = 300ms;
    load.server.workers = 2;
    load.run();
    CHECK(load.done(0) == 500);
    CHECK(load.done(1) == 500);
    CHECK(load.done(2) == 800);
    CHECK(load.done(3) == 800);
    SUBCASE("a client that has given up leaves its place") {
        load.client.cancel_after.time = 450ms;
        load.run();
        CHECK(load.browser->finished());
        CHECK(load.world->server.open_connections() == 0);
    }
}

TEST_CASE("a server whose memory is full accepts nobody until somebody has left") {
    Load load = loaded(Strategy::parallel, make_page({}, {1000, 1000, 1000}));
    load.client.connections = 3;
    load.server.connection_memory = 1000;
    load.server.memory = 2000;
    load.run();
    CHECK(errors(load) == Errors(3));
    CHECK(load.application->most_connections() == 2);
    CHECK(load.done(1) == 200);
    CHECK(load.done(2) == 300);  // answered when the first client's FIN has come, at 250 ms
}

TEST_CASE("a second visit: connections are used again, and what is cached is not asked for") {
    Load load = loaded(Strategy::persistent, make_page(1000, {1000, 1000}));
    load.client.loads = 2;
    load.client.page_gap = 1s;
    SUBCASE("without a cache") {
        load.run();
        CHECK(load.rows.size() == 6);
        CHECK(load.rows[3].load == 2);
        CHECK(bool(load.rows[3].reused));
        CHECK(load.pages.at(1).started == kStart + 1400ms);
        CHECK(load.pages.at(1).done == kStart + 1700ms);
    }
    SUBCASE("with one") {
        load.client.cache = true;
        load.run();
        CHECK(load.rows.size() == 3);
        CHECK(load.pages.at(1).done == load.pages.at(1).started);
    }
    SUBCASE("after the server has closed") {
        load.server.keep_alive_timeout = 500ms;
        load.run();
        CHECK(load.pages.at(1).done == kStart + 1800ms);
    }
    CHECK(load.world->finished_at_client.size() == load.world->connects);
    CHECK(load.pages.size() == 2);
}

TEST_CASE("a name is known for as long as its answer may be kept") {
    Page page = make_page(1000, {1000});
    page.objects[1].delay = 3s;
    Load load = loaded(Strategy::serial, page);
    load.dns = DnsConfig{20ms, 1s};
    load.run();
    CHECK(load.rows[1].dns == 20ms);
    load.dns->ttl = 10s;
    load.run();
    CHECK(load.rows[1].dns == 0ms);
}

TEST_CASE("layout and speed index") {
    // One connection: the html is there at 200 ms, 2900 bytes in two segments at 300 and 400 ms each.
    Load load = loaded(Strategy::persistent, make_page(1000, {2900, 2900}));
    load.run();
    const PageResult& p = load.pages.at(0);
    CHECK(p.layout == kStart + 400ms);
    CHECK(p.done == kStart + 400ms);
    // (1000 x 200 + 2900 x 300 + 2900 x 400) / 6800, in nanoseconds
    CHECK(p.speed_index == Duration(2'230'000'000'000 / 6800));
}

TEST_CASE("behind an announced end requests go again as often as it takes") {
    Load load = loaded(Strategy::pipelined, make_page({}, std::vector<std::uint64_t>(50, 1000)));
    load.server.keep_alive_max = 5;
    load.client.retry_limit = 0;
    load.run();
    CHECK(errors(load) == Errors(50));
    CHECK(load.world->connects == 10);
}

TEST_CASE("a retry does not pipeline at once: RFC 9112 9.3.2") {
    Load load = loaded(Strategy::pipelined, make_page({}, {1000, 1000, 1000, 1000}));
    load.client.pipeline_start = PipelineStart::at_once;
    load.server.close_after.responses = 2;
    load.run();
    CHECK(retries(load) == Retries{0, 0, 1, 1});
    CHECK(load.rows[2].send_begin == kStart + 300ms);
    CHECK(load.rows[3].send_begin == kStart + 400ms);  // when the answer before it is there
}

TEST_CASE("a client that wants one answer does not wait for a server that would give more") {
    Load load = loaded(Strategy::serial, make_page({}, {1000, 1000}));
    load.client.http = HttpVersion::http10;
    load.client.headers = {"Connection: Keep-Alive"};
    load.run();
    CHECK(load.done(1) == 400);
    CHECK(load.world->finished_at_client.at(0).time_wait_until != kNever);
}

TEST_CASE("the gap is between transactions, not before a retry") {
    Page page = make_page({}, {1000, 1000});
    Load load = loaded(Strategy::persistent, page);
    load.client.gap = 960ms;
    load.server.keep_alive_timeout = 1s;  // the FIN, sent at 1150 ms, crosses the request of 1160 ms
    load.run();
    CHECK(retries(load) == Retries{0, 1});
    CHECK(load.done(1) == 1400);
}

TEST_CASE("all that give up in one instant do so before anything else is begun") {
    Load load = loaded(Strategy::serial, make_page({}, {1000, 1000, 1000}));
    load.client.timeout = 50ms;
    load.run();
    CHECK(errors(load) == Errors(3, "timeout"));
    CHECK(load.world->connects == 1);
}
