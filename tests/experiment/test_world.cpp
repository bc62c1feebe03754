#include <doctest/doctest.h>

#include <set>

#include "experiment/world.hpp"

using namespace tcplab;

namespace {

PageObject object(const std::string& name, std::uint64_t size, std::vector<std::uint32_t> after = {}) {
    PageObject o;
    o.name = name;
    o.path = "/" + name;
    o.size = size;
    o.after = std::move(after);
    return o;
}

/// A path of `rtt` without a rate, a page of html and `objects` that wait for it.
Scenario page(Duration rtt, std::uint32_t objects, Strategy strategy, std::uint32_t connections = 1) {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = rtt / 2;
    s.page.has_html = true;
    s.page.objects.push_back(object("html", 1000));
    for (std::uint32_t i = 0; i < objects; ++i) s.page.objects.push_back(object("o" + std::to_string(i), 1000, {0}));
    s.client.strategy = strategy;
    s.client.connections = connections;
    return s;
}

Time at(Duration d) { return kStart + d; }

}  // namespace

TEST_CASE("closed forms: a round trip for the handshake and one for the request") {
    const Results one = simulate(page(100ms, 0, Strategy::serial));
    REQUIRE(one.transactions.size() == 1);
    CHECK(one.transactions[0].done == at(200ms));
    CHECK(one.pages.at(0).done == at(200ms));
    CHECK(simulate(page(100ms, 3, Strategy::serial)).pages[0].done == at(800ms));
    CHECK(simulate(page(100ms, 3, Strategy::persistent)).pages[0].done == at(500ms));
    Scenario pipelined = page(100ms, 3, Strategy::pipelined);
    pipelined.client_tcp.nagle = pipelined.server_tcp.nagle = false;
    CHECK(simulate(pipelined).pages[0].done == at(300ms));
    CHECK(simulate(page(100ms, 3, Strategy::parallel, 6)).pages[0].done == at(400ms));
}

TEST_CASE("connections: who, how many, how long") {
    const Results serial = simulate(page(100ms, 3, Strategy::serial));
    REQUIRE(serial.connections.size() == 4);
    CHECK(serial.max_open_connections == 1);
    const ConnectionRow& c = serial.connections[1];
    CHECK(c.id == 2);
    CHECK(c.opened == at(200ms));
    CHECK(c.established == at(300ms));
    CHECK(c.close_reason == CloseReason::server);
    CHECK(c.transactions == 1);
    CHECK(c.bytes_up == 300);
    CHECK(c.bytes_down == 1250);
    CHECK(c.tuple.local.address == Ipv4Address{0x0a000001});
    CHECK(c.tuple.remote == Endpoint{{0x0aff0001}, 80});
    CHECK(c.srtt >= 100ms);
    CHECK(c.time_wait_until > at(60s));
    CHECK(serial.time_wait_peak == 0);  // they are at the server
    CHECK(simulate(page(100ms, 6, Strategy::parallel, 4)).max_open_connections == 4);

    const Results persistent = simulate(page(100ms, 3, Strategy::persistent));
    REQUIRE(persistent.connections.size() == 1);
    CHECK(persistent.connections[0].transactions == 4);
    CHECK(persistent.connections[0].close_reason == CloseReason::client);
    CHECK(persistent.time_wait_peak == 1);
    for (const Transaction& t : persistent.transactions) CHECK(t.connection == 1);
}

TEST_CASE("the phases of every transaction sum to its total") {
    Scenario s = page(40ms, 12, Strategy::parallel, 3);
    s.link.down.rate = BitRate{1'500'000};
    s.link.down.loss = 0.02;
    s.server.think_time = 7ms;
    for (const Strategy strategy : {Strategy::serial, Strategy::parallel, Strategy::persistent, Strategy::pipelined}) {
        s.client.strategy = strategy;
        for (const Transaction& t : simulate(s).transactions) {
            const Phases p = phases(t);
            CHECK(p.blocked + p.dns + p.connect + p.send + p.wait + p.receive == t.done - t.wanted);
        }
    }
}

TEST_CASE("hosts that are nearer or farther than [link] says, each two of its own round trips away") {
    Scenario s = page(100ms, 3, Strategy::persistent);
    s.hosts.resize(3);
    s.hosts[0].rtt = 20ms;
    s.hosts[1].rtt = 300ms;  // the third is as far as the page's own server
    for (std::uint32_t i = 0; i < 3; ++i) {
        s.hosts[i].name = "host" + std::to_string(i);
        s.page.objects[i + 1].host = i + 1;
    }
    const Results r = simulate(s);
    REQUIRE(r.transactions.size() == 4);
    CHECK(r.transactions[0].done == at(200ms));
    CHECK(r.transactions[1].done == at(200ms + 40ms));
    CHECK(r.transactions[2].done == at(200ms + 600ms));
    CHECK(r.transactions[3].done == at(200ms + 200ms));
}

TEST_CASE("the same inputs give the same results; a repetition draws differently") {
    Scenario s = page(100ms, 10, Strategy::parallel, 4);
    s.link.down.loss = 0.1;
    const auto times = [](const Scenario& scenario) {
        std::vector<Time> out;
        for (const Transaction& t : simulate(scenario).transactions) out.push_back(t.done);
        return out;
    };
    CHECK(times(s) == times(s));
    Scenario other = s;
    other.repetition = 2;
    CHECK(times(s) != times(other));
    other.repetition = 1;
    other.seed = 2;
    CHECK(times(s) != times(other));
}

TEST_CASE("running in steps changes nothing") {
    const Scenario s = page(100ms, 10, Strategy::persistent, 2);
    World world(s);
    std::size_t steps = 0;
    while (!world.advance(10)) ++steps;
    CHECK(steps > 5);
    const Results stepped = world.take_results();
    const Results whole = simulate(s);
    CHECK(stepped.pages[0].done == whole.pages[0].done);
    CHECK(stepped.events == whole.events);
}

TEST_CASE("the run ends with its duration, and what is unfinished says so") {
    Scenario s = page(100ms, 3, Strategy::serial);
    s.duration = 450ms;
    const Results r = simulate(s);
    CHECK(r.ended == at(450ms));
    REQUIRE(r.transactions.size() == 4);
    CHECK(r.transactions[0].failure.what.empty());
    CHECK(r.transactions[2].failure.what == "unfinished");
    CHECK(r.failed == 0);
    CHECK(r.diagnosis.empty());
    CHECK(r.pages[0].done == kNever);
    CHECK(r.connections.back().close_reason == CloseReason::open);
}

TEST_CASE("an endless object runs to the duration") {
    Scenario s = page(20ms, 0, Strategy::serial);
    s.page.has_html = false;
    s.page.objects[0].endless = true;
    s.link.down.rate = BitRate{10'000'000};
    s.duration = 2s;
    const Results r = simulate(s);
    CHECK(r.transactions[0].failure.what == "unfinished");
    CHECK(r.down.bytes > 1'000'000);
    CHECK(r.data_packets > 700);
}

TEST_CASE("a run that cannot go on says where it stands") {
    // Nothing of the response arrives; the server gives up in silence and the client has no timer.
    Scenario s = page(100ms, 0, Strategy::serial);
    s.link.down.drop = {{DropKind::data, 1, 1'000'000, 1}};
    s.server_tcp.retries = 3;
    // Nor does anything of how the server ends the connection.
    s.link.down.drop.push_back({DropKind::any, 3, 1'000'000, 1});
    const Results r = simulate(s);
    CHECK(r.diagnosis.find("stalled at ") == 0);
    CHECK(r.diagnosis.find(" s: transaction 1 waits for the first byte of its response") != std::string::npos);
    CHECK(r.transactions[0].failure.what == "stalled");
    CHECK(r.failed == 1);
}

TEST_CASE("a dead path ends in ETIMEDOUT, not in a stall") {
    Scenario s = page(100ms, 0, Strategy::serial);
    s.link.up.loss = 1;
    const Results r = simulate(s);
    CHECK(r.diagnosis.empty());
    CHECK(r.transactions[0].failure.what == "ETIMEDOUT");
    CHECK(r.failed == 1);
    REQUIRE(r.connections.size() == 1);
    CHECK(r.connections[0].close_reason == CloseReason::timeout);
}

TEST_CASE("users: hosts of their own or shared, with or without access links") {
    Scenario s = page(100ms, 1, Strategy::serial);
    s.client.users = 4;
    const auto addresses = [](const Results& r) {
        std::set<Ipv4Address> out;
        for (const ConnectionRow& c : r.connections) out.insert(c.tuple.local.address);
        return out.size();
    };
    const Results apart = simulate(s);
    CHECK(addresses(apart) == 4);
    CHECK(apart.pages.size() == 4);
    CHECK(apart.pages[3].done == at(400ms));  // the links to the router take no time
    CHECK(apart.transactions.size() == 8);
    for (std::size_t i = 0; i < 8; ++i) CHECK(apart.transactions[i].id == i + 1);

    s.client.users_per_host = 3;
    const Results shared = simulate(s);
    CHECK(addresses(shared) == 2);
    CHECK(shared.pages.size() == 4);
    CHECK(shared.connections.size() == 8);
    std::set<std::uint32_t> users;
    for (const ConnectionRow& c : shared.connections) users.insert(c.user);
    CHECK(users == std::set<std::uint32_t>{1, 2, 3, 4});

    s.access.emplace();
    s.access->up.delay = s.access->down.delay = 10ms;
    s.server_access = s.access;
    CHECK(simulate(s).pages[0].done == at(4 * 140ms));
}

TEST_CASE("arrivals") {
    Scenario s = page(100ms, 0, Strategy::serial);
    s.client.users = 5;
    s.client.arrival = {ArrivalKind::every, 30ms, 0};
    CHECK(simulate(s).pages[4].started == at(120ms));
    s.client.arrival = {ArrivalKind::poisson, 0ms, 100};
    const Results r = simulate(s);
    for (std::size_t i = 1; i < 5; ++i) CHECK(r.pages[i].started >= r.pages[i - 1].started);
    CHECK(r.pages[4].started > kStart);
    CHECK(r.pages[4].started < at(1s));
    CHECK(simulate(s).pages[4].started == r.pages[4].started);
}

TEST_CASE("a small MTU makes small segments, not lost ones") {
    Scenario s = page(100ms, 0, Strategy::serial);
    s.page.objects[0].size = 5000;
    s.link.up.mtu = s.link.down.mtu = 576;
    const Results r = simulate(s);
    CHECK(r.transactions[0].failure.what.empty());
    CHECK(r.retransmitted == 0);
    CHECK(r.data_packets >= 11);
}

TEST_CASE("losses are counted and repaired") {
    Scenario s = page(100ms, 0, Strategy::serial);
    s.page.objects[0].size = 50'000;
    s.link.down.drop = {{DropKind::data, 5, 5, 1}};
    const Results r = simulate(s);
    CHECK(r.down.dropped_loss == 1);
    CHECK(r.retransmitted == 1);
    CHECK(r.connections[0].retransmitted == 1);
    CHECK(r.transactions[0].response_bytes == 50'250);
}

TEST_CASE("without a free port a transaction fails") {
    Scenario s = page(100ms, 4, Strategy::parallel, 4);
    s.client.close = CloseFirst::client;
    s.client_tcp.port_first = 40'000;
    s.client_tcp.port_last = 40'002;
    const Results r = simulate(s);
    CHECK(r.connect_refused_ports == 2);
    CHECK(r.failed == 2);
    CHECK(r.time_wait_peak == 3);
    CHECK(r.transactions[4].failure.what == "EADDRNOTAVAIL");
    CHECK(r.transactions[4].connection == 0);
}

TEST_CASE("what cannot be run is found before it is run") {
    const Scenario good = page(100ms, 1, Strategy::serial);
    CHECK_FALSE(validate(good).has_value());
    Scenario s = good;
    s.client.request_header = 20;
    CHECK(validate(s).value().find("the request for \"/html\" has a header of ") == 0);
    s = good;
    s.page.objects[1].response_header = 10;
    CHECK(validate(s).value().find("the response to \"/o0\"") == 0);
    s = good;
    s.page.objects[0].endless = true;
    CHECK(validate(s).value() == "\"html\" is endless, so the run needs a duration");
    s = good;
    s.page.objects.clear();
    CHECK(validate(s).has_value());
    s = good;
    s.client.users = 1'000'000'000;
    CHECK(validate(s).value().find("2000000000 transactions") == 0);
    s = good;
    s.link.down.mtu = 100;
    CHECK(validate(s).has_value());
}

TEST_CASE("an observer sees every packet") {
    struct Counter final : Observer {
        void on_packet(const PacketEvent&, const Segment&) override { ++packets; }
        std::uint64_t packets = 0;
    } counter;
    const Results r = simulate(page(100ms, 2, Strategy::serial), &counter);
    CHECK(counter.packets == r.up.packets + r.down.packets);
}

TEST_CASE("a path that several objects have is no duplicate at the server") {
    Scenario s = page(100ms, 3, Strategy::persistent);
    s.page.objects[2].path = "/o0";
    PageObject numbered = object("n", 1000, {0});
    numbered.path = "/o";
    numbered.number = 0;
    numbered.count = 3;  // "/o1" is its own: the second object has "/o0", too
    s.page.objects.push_back(numbered);
    const Results r = simulate(s);
    CHECK(r.transactions.size() == 7);
    CHECK(r.failed == 0);
    CHECK(r.duplicates_at_server == 0);
}

TEST_CASE("objects of one entry are fetched as those of an entry each") {
    for (const Strategy strategy :
         {Strategy::serial, Strategy::parallel, Strategy::persistent, Strategy::pipelined, Strategy::multiplexed}) {
        CAPTURE(static_cast<int>(strategy));
        Scenario in_one = page(100ms, 0, strategy, 2);
        in_one.client.loads = 2;
        Scenario apart = in_one;
        PageObject alike = object("n/", 1000, {0});
        alike.number = 9;
        alike.count = 5;
        in_one.page.objects.push_back(alike);
        for (std::uint32_t k = 0; k < alike.count; ++k) {
            apart.page.objects.push_back(object("n/" + std::to_string(9 + k), 1000, {0}));
        }
        std::vector<Results> results;
        for (Scenario* s : {&in_one, &apart}) {
            s->page.objects.push_back(object("last", 1000, {2, 5}));
            results.push_back(simulate(*s));
        }
        REQUIRE(results[0].transactions.size() == 14);
        REQUIRE(results[1].transactions.size() == 14);
        for (std::size_t i = 0; i < 14; ++i) {
            CHECK(results[0].transactions[i].object == results[1].transactions[i].object);
            CHECK(results[0].transactions[i].done == results[1].transactions[i].done);
        }
        CHECK(results[0].up.bytes == results[1].up.bytes);
        CHECK(results[0].duplicates_at_server == 0);
    }
}
