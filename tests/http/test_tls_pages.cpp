// Pages over TLS: what a connection costs, what a later one saves, and what fails where.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "world.hpp"

using namespace tcplab;

namespace {

Load secure(Strategy strategy, Page page, TlsConfig tls = {}) {
    Load load(std::move(page));
    load.client.strategy = strategy;
    load.client.port = 443;
    load.tls = tls;
    load.tcp.nagle = load.server_tcp.nagle = false;
    return load;
}

TlsConfig resuming(TlsVersion version, bool early_data = false) {
    TlsConfig tls;
    tls.version = version;
    tls.resumption = true;
    tls.early_data = early_data;
    return tls;
}

Times tls_times(const Load& load) {
    Times out;
    for (const Transaction& t : load.rows) out.push_back(to_ms(kStart + t.tls));
    return out;
}

void check_rows(const Load& load) {
    for (const Transaction& t : load.rows) {
        CAPTURE(t.object);
        REQUIRE(t.done != kNever);
        check_phases(t);
        if (t.reused) CHECK(t.tls == 0ns);
        if (t.failure) continue;
        CHECK(t.response_bytes == 250 + load.page.objects[t.object].size);
    }
}

}  // namespace

TEST_CASE("a handshake is a phase of its own, of the first transaction on a connection") {
    for (const auto& [version, round_trips] : {std::pair(TlsVersion::tls12, 2), std::pair(TlsVersion::tls13, 1)}) {
        TlsConfig tls;
        tls.version = version;
        Load load = secure(Strategy::persistent, make_page(1000, {1000}), tls);
        load.run();
        check_rows(load);
        CHECK(load.rows[0].connect == 100ms);
        CHECK(connected(load.rows[0]) == kStart + 100ms);
        CHECK(tls_times(load) == Times{100.0 * round_trips, 0});
        CHECK(done_times(load) == Times{200 + 100.0 * round_trips, 300 + 100.0 * round_trips});
    }
}

TEST_CASE("each connection has its handshake") {
    Load load = secure(Strategy::parallel, make_page(1000, {1000, 1000, 1000}));
    load.client.connections = 2;
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{300, 600, 600, 900});
    CHECK(tls_times(load) == Times{100, 100, 100, 100});
}

TEST_CASE("multiplexed over TLS") {
    Load load = secure(Strategy::multiplexed, make_page(1000, {1000, 1000, 1000}));
    load.run();
    check_rows(load);
    CHECK(done_times(load) == Times{300, 400, 400, 400});
    CHECK(tls_times(load) == Times{100, 0, 0, 0});
    CHECK(load.world->connects == 1);
    CHECK(load.world->finished_at_server.at(0).info.error == TcpError::none);
}

TEST_CASE("later connections are resumed") {
    Load load = secure(Strategy::serial, make_page(1000, {1000}));
    SUBCASE("TLS 1.2: a round trip less") {
        load.tls = resuming(TlsVersion::tls12);
        load.run();
        CHECK(tls_times(load) == Times{200, 100});
        CHECK(done_times(load) == Times{400, 700});
    }
    SUBCASE("TLS 1.3: no certificate, however large") {
        load.tls = resuming(TlsVersion::tls13);
        load.tls->certificate = 20'000;  // more than the initial window
        load.run();
        CHECK(tls_times(load) == Times{200, 100});
    }
    SUBCASE("those that are opened before any ticket has come are not") {
        load.tls = resuming(TlsVersion::tls12);
        load.page = make_page({}, {1000, 1000, 1000});
        load.client.strategy = Strategy::parallel;
        load.client.connections = 2;
        load.run();
        CHECK(tls_times(load) == Times{200, 200, 100});
    }
    check_rows(load);
}

TEST_CASE("early data: the request goes as soon as TCP is connected") {
    Load load = secure(Strategy::serial, make_page(1000, {1000}), resuming(TlsVersion::tls13, true));
    load.client.close = CloseFirst::client;
    load.run();
    check_rows(load);
    CHECK(tls_times(load) == Times{100, 0});
    CHECK(done_times(load) == Times{300, 500});
    SUBCASE("multiplexed, on a later connection") {
        load.client.strategy = Strategy::multiplexed;
        load.page.objects[1].delay = 2s;
        load.client.idle_timeout = 1s;
        load.run();
        check_rows(load);
        CHECK(done_times(load) == Times{300, 2500});
    }
    SUBCASE("but not one that is not safe: it waits for the handshake (RFC 8470 3)") {
        SUBCASE("POST") { load.page.objects[1].request_body = 1000; }
        SUBCASE("DELETE") { load.page.objects[1].method = "DELETE"; }
        load.run();
        check_rows(load);
        CHECK(tls_times(load) == Times{100, 100});
        CHECK(done_times(load) == Times{300, 600});
    }
    SUBCASE("multiplexed, a POST and what stands behind it wait") {
        load.client.strategy = Strategy::multiplexed;
        load.client.idle_timeout = 1s;
        load.page = make_page(1000, {1000, 1000, 1000});
        for (std::uint32_t i = 1; i <= 3; ++i) load.page.objects[i].delay = 2s;
        load.page.objects[2].request_body = 1000;
        load.run();
        check_rows(load);
        CHECK(load.world->connects == 2);
        CHECK(done_times(load) == Times{300, 2500, 2600, 2600});
    }
    SUBCASE("multiplexed, a POST alone: the server's frames come with its handshake") {
        load.client.strategy = Strategy::multiplexed;
        load.client.idle_timeout = 1s;
        load.page.objects[1].delay = 2s;
        load.page.objects[1].request_body = 1000;
        load.run();
        check_rows(load);
        CHECK(tls_times(load) == Times{100, 100});
        CHECK(done_times(load) == Times{300, 2600});
    }
}

TEST_CASE("no byte of a record before all of it has come") {
    Load load = secure(Strategy::persistent, make_page(50'000, {}));
    SUBCASE("16 KiB are 12 segments, and the window is 10") {
        load.run();
        CHECK(load.rows[0].first_byte == kStart + 400ms);
    }
    SUBCASE("smaller ones") {
        load.tls->record = 4096;
        load.run();
        CHECK(load.rows[0].first_byte == kStart + 300ms);
    }
    CHECK(load.done(0) == 500);
    check_rows(load);
}

TEST_CASE("it fails in the handshake") {
    Load load = secure(Strategy::persistent, make_page(1000, {}));
    load.client.strategy = Strategy::persistent;
    SUBCASE("nobody answers the ClientHello") {
        load.filter = [](const Segment& s, bool to_server) { return !to_server || s.payload.length == 0; };
        load.client.timeout = 5s;
        load.run();
        CHECK(errors(load) == Errors{"timeout"});
        CHECK(load.rows[0].tls == 4900ms);
    }
    SUBCASE("the client gives up") {
        load.client.cancel_after.time = 150ms;
        load.run();
        CHECK(errors(load) == Errors{"cancelled"});
        CHECK(load.rows[0].tls == 50ms);
    }
    SUBCASE("the path is gone: TCP gives up after its retries, and says so") {
        load.filter = [](const Segment& s, bool) { return s.payload.length == 0; };
        load.run();
        CHECK(errors(load) == Errors{"ETIMEDOUT"});
        CHECK(load.rows[0].connect == 100ms);
        CHECK(load.rows[0].tls > 60s);
    }
    check_rows(load);
    CHECK(load.rows[0].send_begin == kNever);
    CHECK(load.browser->finished());
}

TEST_CASE("a lost flight comes again, and the handshake takes as long") {
    Load load = secure(Strategy::persistent, make_page(1000, {}));
    bool lost = false;
    load.filter = [&lost](const Segment& s, bool to_server) {
        if (!to_server || s.payload.length == 0 || lost) return true;
        lost = true;
        return false;
    };
    load.run();
    check_rows(load);
    CHECK(errors(load) == Errors{""});
    // The ClientHello is alone on its way: after the RTO, an RTT and 200 ms (its first sample, RFC 6298), at least.
    CHECK(load.rows[0].tls == 100ms + 300ms);
}

TEST_CASE("a request that meets a closing connection is sent again, on a new one with its own handshake") {
    Page page = make_page({}, {1000, 1000});
    page.objects[1].after = {0};
    page.objects[1].delay = 960ms;  // asked for at 1260 ms; the server closes 1 s after its last write, at 1250 ms
    Load load = secure(Strategy::persistent, page);
    load.server.keep_alive_timeout = 1s;
    SUBCASE("full") {
        load.run();
        CHECK(load.done(1) == 1600);  // the FIN comes at 1300
    }
    SUBCASE("early data") {
        load.tls = resuming(TlsVersion::tls13, true);
        load.run();
        CHECK(load.done(1) == 1500);
    }
    check_rows(load);
    CHECK(errors(load) == Errors{"", ""});
    CHECK(load.rows[1].retries == 1);
}

TEST_CASE("a response that breaks off is found by its length, as without TLS") {
    Load load = secure(Strategy::persistent, make_page({}, {5000}));
    load.server.close_after.body = 2000;
    load.run();
    CHECK(errors(load) == Errors{"truncated: 2000 of 5000 bytes"});
    CHECK(load.rows[0].response_bytes == 2250);
}

TEST_CASE("a slow reader over TLS") {
    Load load = secure(Strategy::persistent, make_page({}, {1'000'000}));
    load.client.read_rate = BitRate{8'000'000};  // a megabyte a second
    load.tcp.initial_window = load.server_tcp.initial_window = 100;
    load.tcp.receive_buffer = load.tcp.receive_buffer_max = 500'000;
    load.run();
    CHECK(load.done(0) >= 1300);
    CHECK(load.done(0) <= 1400);  // it has nothing to read for a part of the first round trips
}
