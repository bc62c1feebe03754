#include "http/browser.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "world.hpp"

using namespace tcplab;

namespace {

std::vector<std::uint64_t> connections_used(const Load& load) {
    std::vector<std::uint64_t> out;
    for (const Transaction& t : load.rows) out.push_back(t.stack_connection);
    return out;
}

/// What holds for every row of every run.
void check_rows(const Load& load) {
    for (std::size_t i = 0; i < load.rows.size(); ++i) {
        const Transaction& t = load.rows[i];
        CAPTURE(t.object);
        CHECK(t.id == i + 1);
        if (t.done == kNever) continue;
        check_phases(t);
        if (t.reused) CHECK(t.connect == 0ns);
        if (!t.failure.what.empty()) continue;
        CHECK(t.status == 200);
        const PageObject& o = load.page.objects[t.object];
        CHECK(t.response_bytes == o.size + o.response_header.value_or(load.server.response_header));
        CHECK(t.request_bytes == o.request_header.value_or(load.client.request_header) + load.plan->body(t.object));
    }
}

Load loaded(Strategy strategy, std::uint32_t connections, Page page) {
    Load load(std::move(page));
    load.client.strategy = strategy;
    load.client.connections = connections;
    load.tcp.nagle = load.server_tcp.nagle = false;
    return load;
}

class Nobody : public Application {
  public:
    void start(Time) override {}
    void on_socket(Time, const SocketEvent&) override {}
    void on_deadline(Time) override {}
    [[nodiscard]] Time next_deadline() const override { return kNever; }
};

using Ids = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("serial: a connection each, one after the other, the server closes first") {
    Load load = loaded(Strategy::serial, 4, make_page(1000, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 400, 600, 800});
    CHECK(connections_used(load) == Ids{1, 2, 3, 4});
    CHECK(load.rows.at(0).connect == 100ms);
    CHECK(load.rows.at(2).wanted == kStart + 200ms);
    CHECK(load.rows.at(2).blocked == 200ms);
    CHECK(load.browser->finished());
    CHECK(load.world->client.time_wait_count() == 0);
    REQUIRE(load.world->finished_at_server.size() == 4);
    CHECK(load.world->finished_at_server[0].time_wait_until != kNever);
    CHECK(load.pages.at(0).done == kStart + 800ms);
    CHECK(load.pages.at(0).html_done == kStart + 200ms);
    CHECK(load.pages.at(0).first_object == kStart + 400ms);
    CHECK(load.pages.at(0).mean_object == 600ms);
    CHECK(load.pages.at(0).first_byte == kStart + 200ms);
}

TEST_CASE("close = client: the client has TIME_WAIT, and does not wait for the server's end") {
    for (const HttpVersion version : {HttpVersion::http10, HttpVersion::http11}) {
        Load load = loaded(Strategy::serial, 1, make_page(1000, {1000}));
        load.client.close = CloseFirst::client;
        load.client.http = version;
        load.run();
        check_rows(load);
        CHECK(done_times(load) == Times{200, 400});
        REQUIRE(load.world->finished_at_client.size() == 2);
        for (const auto& f : load.world->finished_at_client) CHECK(f.time_wait_until != kNever);
        for (const auto& f : load.world->finished_at_server) CHECK(f.time_wait_until == kNever);
    }
}

TEST_CASE("a serial slot is free, and dependents start, when the stream has ended") {
    // The server's FIN is lost and comes again after an RTO; the response itself is there at 200 ms.
    Load load = loaded(Strategy::serial, 1, make_page(1000, {1000}));
    load.server.writes = Writes::split;
    bool lost = false;
    load.filter = [&lost](const Segment& s, bool to_server) {
        if (to_server || !s.has(flag::fin) || lost) return true;
        lost = true;
        return s.payload.length > 0;
    };
    load.run();
    check_rows(load);
    CHECK(load.rows.at(0).done == kStart + 200ms);
    CHECK(load.rows.at(1).wanted > kStart + 350ms);
}

TEST_CASE("parallel: so many at once, each on a connection of its own") {
    Load load = loaded(Strategy::parallel, 2, make_page(1000, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 400, 400, 600});
    CHECK(connections_used(load) == Ids{1, 2, 3, 4});
}

TEST_CASE("persistent on one connection") {
    Load load = loaded(Strategy::persistent, 1, make_page(1000, {1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 400});
    CHECK(connections_used(load) == Ids{1, 1, 1});
    CHECK_FALSE(bool(load.rows.at(0).reused));
    CHECK(bool(load.rows.at(2).reused));
    CHECK(connected(load.rows.at(0)) == kStart + 100ms);
    CHECK(connected(load.rows.at(2)) == kNever);
    REQUIRE(load.world->finished_at_client.size() == 1);
    CHECK(load.world->finished_at_client[0].time_wait_until != kNever);  // the client closes when the page is complete
}

TEST_CASE("persistent on several: the idle one first, new ones in the same instant, each bound to its object") {
    Load load = loaded(Strategy::persistent, 3, make_page(1000, {1000, 1000, 1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 400, 400, 400, 500});
    CHECK(connections_used(load) == Ids{1, 1, 2, 3, 1, 1});
    CHECK(load.rows.at(3).blocked == 0ns);
    CHECK(load.rows.at(3).connect == 100ms);
}

TEST_CASE("pipelined: after the html has shown that the connection persists, all at once") {
    Load load = loaded(Strategy::pipelined, 1, make_page(1000, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 300, 300});
    CHECK(connections_used(load) == Ids{1, 1, 1, 1});
}

TEST_CASE("pipelined requests are a write() each: Nagle holds back what is small behind the first") {
    Load load = loaded(Strategy::pipelined, 1, make_page(500, std::vector<std::uint64_t>(11, 500)));
    load.tcp.nagle = true;
    load.client.request_header = 200;
    std::vector<std::uint32_t> sent;
    load.filter = [&sent](const Segment& s, bool to_server) {
        if (to_server && s.payload.length > 0) sent.push_back(s.payload.length);
        return true;
    };
    load.run();
    check_rows(load);
    CHECK(sent == std::vector<std::uint32_t>{200, 200, 1448, 552});
}

TEST_CASE("pipelined without html: the first goes alone, unless pipeline_start says otherwise") {
    Load load = loaded(Strategy::pipelined, 1, make_page({}, {1000, 1000, 1000}));
    SUBCASE("confirmed") {
        load.run();
        CHECK(done_times(load) == Times{200, 300, 300});
        CHECK(load.rows.at(1).blocked == 200ms);
    }
    SUBCASE("at once") {
        load.client.pipeline_start = PipelineStart::at_once;
        load.run();
        CHECK(done_times(load) == Times{200, 200, 200});
        CHECK(bool(load.rows.at(1).reused));
        CHECK(load.rows.at(1).blocked == 100ms);
    }
    check_rows(load);
}

TEST_CASE("pipeline_depth") {
    Load load = loaded(Strategy::pipelined, 1, make_page(1000, {1000, 1000, 1000}));
    load.client.pipeline_depth = 2;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200, 300, 300, 400});
}

TEST_CASE("pipelined on two connections: each new request joins the one with the fewest") {
    Load load = loaded(Strategy::pipelined, 2, make_page({}, {1000, 1000, 1000, 1000, 1000}));
    load.client.pipeline_start = PipelineStart::at_once;
    load.run();
    check_rows(load);
    CHECK(connections_used(load) == Ids{1, 2, 1, 2, 1});
}

TEST_CASE("POST is never pipelined, and nothing is pipelined behind it") {
    Page page = make_page(1000, {1000, 1000, 1000});
    page.objects[2].request_body = 500;
    Load load = loaded(Strategy::pipelined, 1, page);
    load.run();
    check_rows(load);
    CHECK(load.plan->method(load.rows.at(2).object) == "POST");
    CHECK(done_times(load) == Times{200, 300, 400, 500});
}

TEST_CASE("request_body in the client's table makes every request a POST, in one write or two") {
    for (const Writes writes : {Writes::one, Writes::split}) {
        Load load = loaded(Strategy::persistent, 1, make_page({}, {1000, 1000}));
        load.client.request_body = 500;
        load.client.writes = writes;
        std::vector<std::uint32_t> sent;
        load.filter = [&sent](const Segment& s, bool to_server) {
            if (to_server && s.payload.length > 0) sent.push_back(s.payload.length);
            return true;
        };
        load.run();
        check_rows(load);
        CHECK(load.plan->method(load.rows.at(0).object) == "POST");
        CHECK(sent == (writes == Writes::one ? std::vector<std::uint32_t>{800, 800}
                                             : std::vector<std::uint32_t>{300, 500, 300, 500}));
    }
}

TEST_CASE("the name is looked up once, by whoever opens the first connection") {
    Load load = loaded(Strategy::parallel, 2, make_page({}, {1000, 1000, 1000}));
    load.dns = DnsConfig{20ms};
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{220, 220, 420});
    CHECK(load.rows.at(0).dns == 20ms);
    CHECK(load.rows.at(1).dns == 20ms);
    CHECK(load.rows.at(2).dns == 0ns);
    CHECK(load.rows.at(2).blocked == 220ms);
}

TEST_CASE("an address is no name to look up") {
    Load load = loaded(Strategy::serial, 1, make_page({}, {1000}));
    load.dns = DnsConfig{20ms};
    load.client.url_host = "192.0.2.1";
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{200});
    CHECK(load.rows.at(0).dns == 0ns);
}

TEST_CASE("what is given up while it waits to be sent again was sent once") {
    Load load = loaded(Strategy::pipelined, 1, make_page({}, {50'000, 1000, 1000}));
    load.client.pipeline_start = PipelineStart::at_once;
    load.client.cancel_after.time = 250ms;  // in the middle of the first; the others go with its connection
    load.run();
    for (const Transaction& t : load.rows) {
        CHECK(to_string(t.failure) == "cancelled");
        CHECK(t.retries == 0);
    }
    CHECK(load.world->connects == 1);
}

TEST_CASE("gap: a pause on the connection between two transactions") {
    Load load = loaded(Strategy::persistent, 1, make_page(1000, {1000, 1000}));
    load.client.gap = 30ms;
    SUBCASE("persistent") {
        load.run();
        CHECK(done_times(load) == Times{200, 330, 460});
        CHECK(load.rows.at(1).blocked == 30ms);
    }
    SUBCASE("serial") {
        load.client.strategy = Strategy::serial;
        load.run();
        CHECK(done_times(load) == Times{200, 430, 660});
    }
    check_rows(load);
}

TEST_CASE("dependencies: all of several, a part of one, and a delay after that") {
    Page page = make_page(1000, {1000, 1000, 1000});
    page.objects[0].size = 100'000;  // several round trips
    page.objects[1].after_bytes = 10'000;
    page.objects[2].after = {0, 1};
    page.objects[3].after = {1};
    page.objects[3].delay = 7ms;
    Load load = loaded(Strategy::persistent, 4, page);
    load.run();
    check_rows(load);
    REQUIRE(load.rows.size() == 4);
    CHECK(load.rows.at(1).wanted == load.rows.at(0).first_byte);  // the initial window of 10 segments brings them
    CHECK(load.rows.at(1).wanted < load.rows.at(0).done);
    const auto row_of = [&load](std::uint32_t object) {
        return *std::find_if(load.rows.begin(), load.rows.end(), [=](const auto& t) { return t.object == object; });
    };
    CHECK(row_of(2).wanted == std::max(load.rows.at(0).done, load.rows.at(1).done));
    CHECK(row_of(3).wanted == load.rows.at(1).done + 7ms);
}

TEST_CASE("after_bytes of zero waits for the header; of more than there is, for the end") {
    Page page = make_page(100'000, {1000, 1000});
    page.objects[1].after_bytes = 0;
    page.objects[2].after_bytes = 1'000'000;
    Load load = loaded(Strategy::persistent, 4, page);
    load.run();
    check_rows(load);
    CHECK(load.rows.at(1).wanted == load.rows.at(0).first_byte);
    CHECK(load.rows.at(2).wanted == load.rows.at(0).done);
}

TEST_CASE("pinned objects share their connection one after the other") {
    Page page = make_page({}, {1000, 1000, 1000, 1000});
    page.objects[1].connection = 2;
    page.objects[3].connection = 2;
    for (const Strategy strategy : {Strategy::persistent, Strategy::pipelined}) {
        Load load = loaded(strategy, 1, page);
        load.client.pipeline_start = PipelineStart::at_once;
        load.run();
        check_rows(load);
        const Ids ids = connections_used(load);
        CHECK(ids[1] == ids[3]);
        CHECK(ids[0] == ids[2]);
        CHECK(ids[0] != ids[1]);
        CHECK(load.rows.at(3).done == kStart + 300ms);
    }
}

TEST_CASE("page order decides among those that wait, not the order in which they came to wait") {
    Page page = make_page({}, {1000, 1000, 1000});
    page.objects[1].delay = 50ms;  // wanted after object 2, served before it
    Load load = loaded(Strategy::persistent, 1, page);
    load.run();
    check_rows(load);
    REQUIRE(load.rows.size() == 3);
    CHECK(load.rows.at(1).object == 2);
    CHECK(load.rows.at(2).object == 1);
    CHECK(load.rows.at(2).done == kStart + 300ms);
    CHECK(load.rows.at(1).done == kStart + 400ms);
}

TEST_CASE("a response that closes a persistent connection: the next object opens another") {
    Load load = loaded(Strategy::persistent, 1, make_page(1000, {1000, 1000}));
    SUBCASE("keep_alive_max") {
        load.server.keep_alive_max = 2;
        load.run();
        CHECK(done_times(load) == Times{200, 300, 500});
        CHECK(connections_used(load) == Ids{1, 1, 2});
    }
    SUBCASE("no keep-alive") {
        load.server.keep_alive = false;
        load.run();
        CHECK(done_times(load) == Times{200, 400, 600});
    }
    SUBCASE("the client's own header") {
        load.client.headers = {"Connection: close"};
        load.run();
        CHECK(done_times(load) == Times{200, 400, 600});
    }
    SUBCASE("HTTP/1.0") {
        load.client.strategy = Strategy::parallel;
        load.client.http = HttpVersion::http10;
        load.run();
        CHECK(done_times(load) == Times{200, 400, 600});
    }
    check_rows(load);
}

TEST_CASE("a connection that the server closed while it was idle is not used again") {
    Page page = make_page(1000, {1000});
    page.objects[1].delay = 10s;
    Load load = loaded(Strategy::persistent, 1, page);
    load.server.keep_alive_timeout = 5s;
    load.run();
    check_rows(load);
    CHECK(load.rows.at(1).failure.what.empty());
    CHECK(connections_used(load) == Ids{1, 2});
    CHECK(done_times(load) == Times{200, 10400});
}

TEST_CASE("pipelined requests behind the response that closes are sent again on another connection") {
    Load load = loaded(Strategy::pipelined, 1, make_page(1000, {1000, 1000, 1000}));
    load.server.keep_alive_max = 2;
    SUBCASE("as RFC 9112 9.3.2 lets a client do") {
        load.run();
        CHECK(connections_used(load) == Ids{1, 1, 2, 2});
        CHECK(load.rows.at(1).retries == 0);
        CHECK(load.rows.at(2).retries == 1);
        CHECK(load.rows.at(3).retries == 1);
        CHECK(load.pages.at(0).done != kNever);
        // The server has read them and forgotten them: it was asked once.
        CHECK(load.application->requests() == std::vector<std::uint32_t>{1, 1, 1, 1});
    }
    SUBCASE("or not") {
        load.client.retry = false;
        load.run();
        CHECK(load.rows.at(1).failure.what.empty());
        CHECK_FALSE(load.rows.at(2).failure.what.empty());
        CHECK_FALSE(load.rows.at(3).failure.what.empty());
        CHECK(load.pages.at(0).done == kNever);
    }
    check_rows(load);
    CHECK(load.browser->finished());
}

TEST_CASE("nobody listens") {
    Load load = loaded(Strategy::persistent, 2, make_page(1000, {1000}));
    const PagePlan plan({&load.client, &load.hosts}, load.page);
    World world(load.tcp, load.tcp, 50ms);
    TransactionLog log;
    const FirstHops hops{{{kServerAddress, 80}}, {}, {}};
    Browser browser(world.client, plan, hops, 1, {kStart}, log);
    Nobody nobody;
    world.run(browser, nobody);
    REQUIRE(log.transactions.size() == 2);
    for (const Transaction& t : log.transactions) {
        CHECK(t.failure.what == "ECONNREFUSED");
        CHECK(t.connect == 100ms);
        CHECK(t.status == 0);
    }
    CHECK(log.transactions.at(1).done == kStart + 200ms);  // what depends on a failed object starts nevertheless
}

TEST_CASE("nobody answers: the SYN times out, or the transaction does") {
    Load load = loaded(Strategy::serial, 1, make_page(1000, {}));
    load.filter = [](const Segment&, bool to_server) { return !to_server; };
    SUBCASE("SYN") {
        load.tcp.syn_retries = 2;
        load.run();
        CHECK(load.rows.at(0).failure.what == "ETIMEDOUT");
        CHECK(load.rows.at(0).connect == load.rows.at(0).done - kStart);
    }
    SUBCASE("transaction") {
        load.client.timeout = 1500ms;
        load.run();
        CHECK(load.rows.at(0).failure.what == "timeout");
        CHECK(load.rows.at(0).done == kStart + 1500ms);
    }
    check_rows(load);
}

TEST_CASE("timeout counts from the wish, and takes with it what was sent on the connection") {
    Load load = loaded(Strategy::persistent, 1, make_page({}, {1000, 1000, 1000}));
    load.client.timeout = 350ms;
    load.server.think_time = 100ms;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{300, 350, 350});
    CHECK(load.rows.at(0).failure.what.empty());
    CHECK(load.rows.at(1).failure.what == "timeout");
    CHECK(load.rows.at(1).send_begin == kStart + 300ms);
    CHECK(load.rows.at(2).failure.what == "timeout");
    CHECK(load.rows.at(2).send_begin == kNever);
    CHECK(load.rows.at(2).blocked == 350ms);
    CHECK(load.world->client.open_connections() == 0);
}

TEST_CASE("no free port: the transaction fails, or waits for one") {
    Load load = loaded(Strategy::serial, 1, make_page({}, {1000, 1000, 1000, 1000}));
    load.tcp.port_first = 40000;
    load.tcp.port_last = 40001;
    load.tcp.time_wait = 1s;
    load.tcp.time_wait_reuse = TimeWaitReuse::never;
    load.client.close = CloseFirst::client;
    SUBCASE("fail") {
        load.run();
        CHECK(load.rows.at(1).failure.what.empty());
        CHECK(load.rows.at(2).failure.what == "EADDRNOTAVAIL");
        CHECK(load.rows.at(2).done == load.rows.at(1).done);
        CHECK(load.rows.at(3).failure.what == "EADDRNOTAVAIL");
        CHECK(load.browser->refused_ports() == 2);
    }
    SUBCASE("wait") {
        load.client.on_no_port = OnNoPort::wait;
        load.run();
        for (const Transaction& t : load.rows) CHECK(t.failure.what.empty());
        CHECK(load.rows.at(2).done > kStart + 1200ms);
        CHECK(load.rows.at(2).done < kStart + 1800ms);
        CHECK(load.rows.at(2).connect == 100ms);
        CHECK(load.browser->refused_ports() >= 1);
    }
    check_rows(load);
}

TEST_CASE("several users on a host, one after the other, each with connections of its own") {
    Load load = loaded(Strategy::persistent, 1, make_page(1000, {1000}));
    load.starts = {kStart, kStart + 10ms, kStart + 10ms};
    load.run();
    check_rows(load);
    REQUIRE(load.pages.size() == 3);
    CHECK(load.pages.at(0).done == kStart + 300ms);
    CHECK(load.pages.at(1).started == kStart + 10ms);
    CHECK(load.pages.at(1).done == kStart + 310ms);
    CHECK(load.pages.at(2).user == 3);
    CHECK(load.pages.at(2).done == kStart + 310ms);
    CHECK(load.world->connects == 3);
    CHECK(load.application->requests() == std::vector<std::uint32_t>{3, 3});
}

TEST_CASE("a page without objects is complete at once") {
    Load load = loaded(Strategy::serial, 1, Page());
    load.run();
    CHECK(load.browser->finished());
    CHECK(load.pages.at(0).done == kStart);
}
