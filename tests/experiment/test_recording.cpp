// What a whole run's recording has: every packet with its hops, states, timers, and the names of links and hosts.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "experiment/connection_numbers.hpp"
#include "experiment/record.hpp"
#include "experiment/world.hpp"

using namespace tcplab;

namespace {

/// Two objects of 20 kB, 100 ms there and back.
Scenario two_objects() {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = 50ms;
    for (const char* name : {"a", "b"}) {
        PageObject& o = s.page.objects.emplace_back();
        o.name = name;
        o.path = std::string("/") + name;
        o.size = 20'000;
    }
    return s;
}

/// The networks that World can build.
std::vector<Scenario> topologies() {
    std::vector<Scenario> all(6, two_objects());
    LinkPair access;
    access.up.delay = access.down.delay = 5ms;
    all[1].access = access;
    all[2].client.users = 3;
    all[3].client.users = 3;
    all[3].access = access;
    all[3].server_access = access;
    all[4].hosts.push_back({"cdn", Duration(20ms), 80, {}});
    all[4].page.objects[1].host = 1;
    ProxySetup proxy;
    proxy.tcp = make_config(Profile::linux_);
    proxy.link.up.delay = proxy.link.down.delay = 10ms;
    all[5].proxies = {proxy, proxy};
    all[5].access = access;
    return all;
}

bool is_host(const Recording& r, Ipv4Address address) {
    return std::any_of(r.hosts.begin(), r.hosts.end(), [&](const RecordedHost& h) { return h.address == address; });
}

bool has_timer(const Recording& r, FiredTimer timer, Duration after) {
    return std::any_of(r.timers.begin(), r.timers.end(),
                       [&](const RecordedTimer& t) { return t.timer == timer && t.time == kStart + after; });
}

}  // namespace

TEST_CASE("a recorded run is the run") {
    Scenario s = two_objects();
    s.link.down.loss = 0.1;
    s.seed = 2;
    s.link.down.duplicate = 0.1;
    s.link.up.reorder = 0.05;
    const Results plain = simulate(s);
    const RecordedRun run = record(s, Recorder::Keep::payload);
    CHECK(run.results.events == plain.events);
    CHECK(run.results.transactions.back().done == plain.transactions.back().done);
    const auto on_link = [&](std::uint32_t link, bool copies) {
        return std::count_if(run.recording.packets.begin(), run.recording.packets.end(), [&](const RecordedPacket& p) {
            return p.hops.at(0).link == link && (p.copy_of != 0) == copies;
        });
    };
    CHECK(on_link(0, false) == static_cast<std::ptrdiff_t>(plain.up.packets));
    CHECK(on_link(1, false) == static_cast<std::ptrdiff_t>(plain.down.packets));
    CHECK(on_link(1, true) > 0);
    const auto lost = std::count_if(run.recording.packets.begin(), run.recording.packets.end(),
                                    [](const RecordedPacket& p) { return p.fate() == PacketFate::lost; });
    CHECK(lost == static_cast<std::ptrdiff_t>(plain.down.dropped_loss));
    CHECK(lost > 0);
}

TEST_CASE("events are in the order of time, in every network, and end where the links say") {
    for (const Scenario& s : topologies()) {
        const Recording r = record(s).recording;
        REQUIRE_FALSE(r.packets.empty());
        Time last = kStart;
        for (const RecordedEvent& e : r.events) {
            CHECK(time_of(r, e) >= last);
            last = time_of(r, e);
        }
        for (const RecordedPacket& p : r.packets) {
            REQUIRE(p.fate() == PacketFate::delivered);
            CHECK(is_host(r, p.segment.source.address));
            CHECK(is_host(r, p.segment.destination.address));
            CHECK(r.links.at(p.hops.back().link).reaches_host);
            const auto first = std::find_if(p.hops.begin(), p.hops.end(),
                                            [&](const RecordedHop& h) { return r.links.at(h.link).reaches_host; });
            CHECK(first->arrived == p.hops.back().arrived);
        }
    }
}

TEST_CASE("links and hosts have names") {
    const std::vector<Scenario> all = topologies();
    const auto names = [](const Scenario& s) {
        std::string text;
        for (const RecordedLink& link : record(s).recording.links) text += link.name + ",";
        return text;
    };
    CHECK(names(all[0]) == "link up,link down,");
    CHECK(names(all[1]) == "link up,link down,access up,access down,");
    CHECK(names(all[2]).find("access 3 down,") != std::string::npos);
    CHECK(names(all[3]).find("link up,link down,server_access up,server_access down,access 1 up,") == 0);
    CHECK(names(all[4]).find("host cdn up,host cdn down,") != std::string::npos);
    CHECK(names(all[5]) ==
          "link up,link down,access up,access down,proxy1 link up,proxy1 link down,proxy1 out,proxy1 in,"
          "proxy2 link up,proxy2 link down,proxy2 out,proxy2 in,");
    const std::vector<RecordedHost> hosts = record(all[5]).recording.hosts;
    REQUIRE(hosts.size() == 4);
    CHECK(hosts[0].name == "client");
    CHECK(hosts[2].name == "proxy2");
    CHECK(to_string(hosts[2].address) == "10.254.0.2");
    CHECK(hosts[3].name == "www.example.com");
}

TEST_CASE("payload is the real HTTP") {
    const Recording r = record(two_objects(), Recorder::Keep::payload).recording;
    std::string up;
    std::string down;
    for (const RecordedPacket& p : r.packets) {
        if (p.segment.payload.length == 0) continue;
        (r.links[p.hops[0].link].towards_server ? up : down) += p.segment.payload.bytes();
    }
    CHECK(up.find("GET /a HTTP/1.1\r\nHost: www.example.com\r\n") == 0);
    CHECK(up.find("GET /b HTTP/1.1\r\n") == 300);
    CHECK(down.find("HTTP/1.1 200 OK\r\n") == 0);
    CHECK(down.find("Content-Length: 20000\r\n") != std::string::npos);
    CHECK(down.size() == 2 * 20'250);
}

TEST_CASE("a lost SYN: the timer, the state, the reason") {
    Scenario s = two_objects();
    s.page.objects.pop_back();
    s.link.up.drop = {{DropKind::syn, 1, 1}};
    const Recording r = record(s).recording;
    CHECK(has_timer(r, FiredTimer::handshake, 1s));
    REQUIRE(r.packets.size() > 2);
    CHECK(r.packets[0].fate() == PacketFate::lost);
    CHECK(r.packets[1].segment.reason == SendReason::handshake_again);
    CHECK(r.states.at(0).snapshot.state == State::syn_sent);
    const auto& last = r.states.back().snapshot;
    CHECK((last.state == State::closed || last.state == State::time_wait));
    for (std::size_t i = 1; i < r.states.size(); ++i) {
        const RecordedState& a = r.states[i - 1];
        const RecordedState& b = r.states[i];
        CHECK_FALSE((a.snapshot == b.snapshot));  // only what changed
    }
}

TEST_CASE("data that was held back says by what and how long; what is sent again does not") {
    Scenario s = two_objects();
    s.page.objects.pop_back();
    s.page.objects[0].size = 1000;
    s.client.strategy = Strategy::persistent;
    s.server.writes = Writes::split;  // the body waits for the head's acknowledgement, a round trip
    s.link.down.drop = {{DropKind::data, 2, 2}};
    const Recording r = record(s).recording;
    std::vector<Duration> held;
    for (const RecordedPacket& p : r.packets) {
        CHECK((p.hold == Hold::nothing) == (p.held == Duration::zero()));
        if (p.held > Duration::zero()) {
            CHECK(p.hold == Hold::nagle);
            held.push_back(p.held);
        }
    }
    CHECK(held == std::vector<Duration>{100ms});
}

TEST_CASE("the end of TIME-WAIT is told where the run goes on so long") {
    Scenario s = two_objects();
    s.client.loads = 2;
    s.client.page_gap = 70s;
    s.client.close = CloseFirst::client;
    const Recording r = record(s).recording;
    const auto ends = std::count_if(r.timers.begin(), r.timers.end(),
                                    [](const RecordedTimer& t) { return t.timer == FiredTimer::time_wait; });
    CHECK(ends == 2);  // of the first load's two connections
}

TEST_CASE("which connection a packet belongs to") {
    const FourTuple a{{{1}, 10}, {{2}, 80}};
    const FourTuple b{{{1}, 11}, {{2}, 80}};
    std::vector<ConnectionRow> rows(3);
    rows[0].id = 1;
    rows[0].tuple = a;
    rows[0].opened = kStart + 1s;
    rows[1].id = 2;
    rows[1].tuple = b;
    rows[1].opened = kStart + 2s;
    rows[2].id = 3;
    rows[2].tuple = a;  // its port again
    rows[2].opened = kStart + 3s;
    const ConnectionNumbers numbers(rows);
    CHECK(numbers.find(a, kStart).id == 0);
    CHECK(numbers.find(a, kStart + 1s).id == 1);
    CHECK(numbers.find(a, kStart + 2s).id == 1);
    CHECK(numbers.find(a, kStart + 4s).id == 3);
    CHECK(numbers.find(a, kStart + 4s).client);
    const ConnectionNumbers::End server = numbers.find({b.remote, b.local}, kStart + 2s);
    CHECK(server.id == 2);
    CHECK_FALSE(server.client);
    CHECK(numbers.find({{{1}, 12}, {{2}, 80}}, kStart + 9s).id == 0);
}
