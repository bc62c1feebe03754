#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "experiment/world.hpp"

using namespace tcplab;

namespace {

constexpr Ipv4Address kClient{0x0a000001};
constexpr Ipv4Address kFirstProxy{0x0afe0001};
constexpr Ipv4Address kServer{0x0aff0001};

ProxySetup proxy(ProxyKind kind, Duration rtt) {
    ProxySetup p;
    p.http.kind = kind;
    p.tcp = make_config(Profile::linux_);
    p.link.up.delay = p.link.down.delay = rtt / 2;
    return p;
}

/// Objects of 1000 bytes over [link] of 40 ms, and proxies 20 ms before it.
Scenario page(std::uint32_t objects, Strategy strategy, const std::vector<ProxyKind>& kinds) {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = 20ms;
    for (std::uint32_t i = 0; i < objects; ++i) {
        PageObject& o = s.page.objects.emplace_back();
        o.name = "o" + std::to_string(i);
        o.path = "/" + o.name;
        o.size = 1000;
    }
    s.client.strategy = strategy;
    for (const ProxyKind kind : kinds) s.proxies.push_back(proxy(kind, 20ms));
    return s;
}

Time at(Duration d) { return kStart + d; }

}  // namespace

TEST_CASE("a proxy: a handshake and a round trip more, then only its link") {
    const Results r = simulate(page(3, Strategy::persistent, {ProxyKind::aware}));
    REQUIRE(r.transactions.size() == 3);
    CHECK(r.transactions[0].done == at(120ms));  // 20 to connect, 20 + 40 for the way, and the proxy's own 40
    CHECK(r.transactions[1].done == at(180ms));
    CHECK(r.transactions[2].done == at(240ms));
    REQUIRE(r.connections.size() == 2);
    const ConnectionRow& first = r.connections[0];
    CHECK(first.user == 1);
    CHECK(first.tuple.local.address == kClient);
    CHECK(first.tuple.remote == Endpoint{kFirstProxy, 8080});
    CHECK(first.transactions == 3);
    const ConnectionRow& second = r.connections[1];
    CHECK(second.user == 0);
    CHECK(second.tuple.local.address == kFirstProxy);
    CHECK(second.tuple.remote == Endpoint{kServer, 80});
    CHECK(second.opened == at(30ms));
    CHECK(second.established == at(70ms));
    CHECK(second.transactions == 3);
    CHECK(second.close_reason == CloseReason::client);  // when it has been idle for a minute
    CHECK(second.closed > at(60s));
    CHECK(r.max_open_connections == 2);
    CHECK(r.diagnosis.empty());
}

TEST_CASE("what a proxy says instead of the server is no page") {
    Scenario s = page(2, Strategy::persistent, {ProxyKind::aware});
    s.proxies[0].http.timeout = 2s;
    s.page.objects[1].after = {0};
    SUBCASE("504: the server takes too long") {
        s.server.think_time = 3s;
        const Results r = simulate(s);
        REQUIRE(r.transactions.size() == 2);
        CHECK(r.transactions[0].status == 504);
        CHECK(to_string(r.transactions[0].failure) == "504 Gateway Timeout");
        CHECK(r.failed == 2);
        CHECK(r.pages.at(0).done == kNever);
    }
    SUBCASE("502: it closes instead") {
        s.server.close_after.in_header = true;
        const Results r = simulate(s);
        CHECK(to_string(r.transactions.at(0).failure) == "502 Bad Gateway");
        CHECK(r.failed == 2);
    }
}

TEST_CASE("what [link] counts is the last hop") {
    Scenario s = page(1, Strategy::serial, {ProxyKind::aware});
    s.link.down.drop = {{DropKind::data, 1, 1, 1}};
    s.proxies[0].link.down.drop = {{DropKind::data, 1, 1, 1}};
    const Results r = simulate(s);
    CHECK(r.down.dropped_loss == 1);
    CHECK(r.retransmitted == 2);  // by the server, and by the proxy
    CHECK(r.transactions[0].failure.what.empty());
}

TEST_CASE("proxies in a row, in their order, seen or not") {
    for (const bool visible : {true, false}) {
        Scenario s = page(1, Strategy::persistent, {ProxyKind::aware, ProxyKind::smart, ProxyKind::aware});
        s.proxies[1].http.visible = visible;
        s.client.users = 2;
        s.access = LinkPair{};
        const Results r = simulate(s);
        CHECK(r.connections.size() == 8);
        for (const ConnectionRow& c : r.connections) {
            if (c.user != 0) CHECK(c.tuple.remote.address == kFirstProxy);
        }
        // 3 x 20 + 40 for the handshakes, and as much for the way.
        for (const Transaction& t : r.transactions) CHECK(t.done == at(200ms));
        CHECK(r.server_connections_peak == 2);
    }
}

TEST_CASE("several servers behind a proxy: the client has one pool of connections, or as many as servers") {
    Scenario s = page(2, Strategy::persistent, {ProxyKind::aware});
    HostConfig& host = s.hosts.emplace_back();
    host.name = "cdn";
    host.port = 8000;
    s.page.objects[1].host = 1;
    const auto servers = [](const Results& r) {
        std::vector<Endpoint> out;
        for (const ConnectionRow& c : r.connections) {
            if (c.user == 0) out.push_back(c.tuple.remote);
        }
        return out;
    };
    const std::vector<Endpoint> both{{kServer, 80}, {Ipv4Address{kServer.value + 1}, 8000}};
    const Results visible = simulate(s);
    CHECK(visible.connections.size() == 3);
    CHECK(servers(visible) == both);
    s.proxies[0].http.visible = false;
    const Results hidden = simulate(s);
    CHECK(hidden.connections.size() == 4);
    CHECK(servers(hidden) == both);
    for (const Transaction& t : hidden.transactions) CHECK(t.status == 200);
}

TEST_CASE("names are looked up by whoever connects to a server") {
    Scenario s = page(1, Strategy::serial, {ProxyKind::aware});
    s.dns = DnsConfig{100ms, 300s};
    const Results visible = simulate(s);
    CHECK(visible.transactions[0].dns == Duration::zero());
    CHECK(visible.transactions[0].done == at(220ms));
    s.proxies[0].http.visible = false;
    const Results hidden = simulate(s);
    CHECK(hidden.transactions[0].dns == 100ms);
    CHECK(hidden.transactions[0].done == at(320ms));
}

TEST_CASE("a blind relay hangs until its timeout; the client asks again") {
    Scenario s = page(2, Strategy::persistent, {ProxyKind::blind});
    s.proxies[0].http.timeout = 10s;
    const Results r = simulate(s);
    CHECK(r.transactions[0].done == at(120ms));
    CHECK(r.transactions[1].retries == 1);
    CHECK(r.transactions[1].done > at(10s));
    CHECK(r.transactions[1].status == 200);
    CHECK(r.duplicates_at_server == 0);  // the server has not seen the request that was lost
    CHECK(r.retried == 1);
    REQUIRE(r.hangs.size() == 1);
    CHECK(r.hangs[0].connections == 1);
    CHECK(r.hangs[0].end == ProxyHangs::End::timeout);
    // The response passed the relay at 110 ms, the request came at 130.
    CHECK(r.hangs[0].longest == 9980ms);

    s.duration = 5s;
    CHECK(simulate(s).hangs[0].longest == 4870ms);
    CHECK(simulate(s).hangs[0].end == ProxyHangs::End::run);
    s.proxies[0].http.kind = ProxyKind::aware;
    CHECK(simulate(s).hangs[0].connections == 0);
}

TEST_CASE("a limit of connections: users wait for those that there are") {
    Scenario s = page(2, Strategy::parallel, {ProxyKind::aware});
    s.client.connections = 2;
    s.client.users = 5;
    const Results free = simulate(s);
    CHECK(free.connections.size() == 20);
    CHECK(free.server_connections_peak == 10);
    s.proxies[0].http.connections = 2;
    const Results limited = simulate(s);
    CHECK(limited.connections.size() == 12);
    CHECK(limited.server_connections_peak == 2);
    for (const Transaction& t : limited.transactions) CHECK(t.status == 200);
    // Ten requests over two connections: five in a row, a round trip each.
    CHECK(limited.transactions.back().done >= at(120ms + 4 * 40ms));
    CHECK(limited.transactions.back().done <= at(130ms + 4 * 40ms));
}

TEST_CASE("the path's smallest MTU is announced on every hop") {
    Scenario s = page(1, Strategy::serial, {ProxyKind::aware});
    s.proxies[0].link.up.mtu = s.proxies[0].link.down.mtu = 576;
    s.page.objects[0].size = 5240;
    const Results r = simulate(s);
    CHECK(r.transactions[0].failure.what.empty());
    CHECK(r.data_packets == 12);  // the request; 250 and 5240 bytes in pieces of 524 on [link], too
}

TEST_CASE("a proxy's link is checked as the others are") {
    Scenario s = page(1, Strategy::serial, {ProxyKind::aware});
    CHECK(!validate(s));
    s.proxies[0].link.down.mtu = 100;
    CHECK(validate(s).value_or("").find("mtu") != std::string::npos);
}
