#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"
#include "net/network.hpp"

using namespace tcplab;

namespace {

constexpr Ipv4Address kClient{0x0a000001};
constexpr Ipv4Address kServer{0x0a000101};

/// A host that notes what arrives and may answer.
class TestHost : public PacketSink {
  public:
    TestHost(Network& network, Ipv4Address address)
        : network_(network), address_(address), node(network.add_host(*this, address)) {}

    void send(Time now, Ipv4Address to, std::uint32_t size, std::uint32_t seq = 0) {
        Segment& s = network_.begin_send();
        s.source = {address_, 1000};
        s.destination = {to, 80};
        s.seq = SeqNum(seq);
        s.flags = flag::ack;
        s.payload.length = size - line::kHeaders;
        network_.finish_send(now, node);
    }

    void on_packet(Time now, const Segment& s) override {
        arrived.push_back({now - kStart, s.seq.raw()});
        from.push_back(s.source.address);
        if (answer != 0) send(now, s.source.address, answer, s.seq.raw());
    }

  private:
    Network& network_;
    Ipv4Address address_;

  public:
    NodeId node;
    std::uint32_t answer = 0;  ///< size of the answer to every packet; 0: none
    std::vector<line::Arrived> arrived;
    std::vector<Ipv4Address> from;
};

LinkConfig link(Duration delay, std::uint64_t bits_per_second) {
    LinkConfig config;
    config.delay = delay;
    config.rate = {bits_per_second};
    return config;
}

/// Two clients - access - router - bottleneck - router - access - server.
struct Dumbbell {
    Dumbbell()
        : client(network, kClient),
          second(network, Ipv4Address{kClient.value + 1}),
          server(network, kServer),
          near_(network.add_router()),
          far_(network.add_router()),
          bottleneck(network.connect(near_, far_, link(20ms, 1'000'000), link(20ms, 8'000'000))),
          access(network.connect(client.node, near_, link(1ms, 8'000'000), link(1ms, 8'000'000))) {
        network.connect(near_, second.node, link(2ms, 8'000'000), link(3ms, 8'000'000));
        network.connect(far_, server.node, link(1ms, 80'000'000), link(1ms, 80'000'000));
        network.build();
    }
    EventQueue events;
    Network network{events, {}};
    TestHost client;
    TestHost second;
    TestHost server;

  private:
    NodeId near_;
    NodeId far_;

  public:
    LinkId bottleneck;
    LinkId access;
};

}  // namespace

TEST_CASE("a packet crosses access, bottleneck and access, and the answer comes back") {
    Dumbbell d;
    d.server.answer = 100;
    d.client.send(kStart, kServer, 1000, 7);
    d.events.run_until(kNever);
    // There: 1 + 1 ms, 8 + 20 ms, 0.1 + 1 ms. Back: 0.01 + 1, 0.1 + 20, 0.1 + 1 ms.
    CHECK(text(d.server.arrived) == "7@31100000ns");
    CHECK(text(d.client.arrived) == "7@53310000ns");
    CHECK(d.second.arrived.empty());
    CHECK(d.events.events() == 6);
}

TEST_CASE("each host gets its own packets, and directions of a link differ") {
    Dumbbell d;
    d.server.answer = 40;
    d.second.send(kStart, kServer, 40, 1);
    d.client.send(kStart, Ipv4Address{kClient.value + 1}, 40, 2);  // turns around at the first router
    d.events.run_until(kNever);
    CHECK(d.server.from == std::vector<Ipv4Address>{Ipv4Address{kClient.value + 1}});
    REQUIRE(d.second.arrived.size() == 2);
    CHECK(text(d.second.arrived[0]) == "2@3080000ns");
    // There 3.04 + 20.32 + 1.004, back 1.004 + 20.04 + 2.04 ms.
    CHECK(text(d.second.arrived[1]) == "1@47448000ns");
    CHECK(d.client.arrived.empty());
    CHECK(d.network.counters(d.bottleneck, Way::a_to_b).packets == 1);
    CHECK(d.network.counters(d.access, Way::a_to_b).packets == 1);
    CHECK(d.network.counters(d.access, Way::b_to_a).packets == 0);
}

TEST_CASE("packets in transit are counted until their sinks have seen them") {
    Dumbbell d;
    CHECK(d.network.idle());
    d.client.send(kStart, kServer, 1000);
    d.client.send(kStart, kServer, 1000);
    CHECK(d.network.in_transit() == 2);
    d.events.run_until(kStart + 32ms);
    CHECK(d.network.in_transit() == 1);
    d.events.run_until(kNever);
    CHECK(d.network.idle());
}

TEST_CASE("a segment that was begun and not sent is not in transit, and comes again") {
    Dumbbell d;
    Segment& first = d.network.begin_send();
    CHECK(d.network.idle());
    CHECK(&d.network.begin_send() == &first);
}

TEST_CASE("unknown addresses and one's own lead nowhere") {
    Dumbbell d;
    d.client.send(kStart, Ipv4Address{1}, 40);
    d.client.send(kStart, kClient, 40);
    d.events.run_until(kNever);
    CHECK(d.network.unroutable() == 2);
    CHECK(d.network.idle());
    CHECK(d.client.arrived.empty());
}

TEST_CASE("two hosts on one link need no router") {
    EventQueue events;
    Network network(events, {});
    TestHost a(network, kClient);
    TestHost b(network, kServer);
    network.connect(a.node, b.node, link(1ms, 0), link(2ms, 0));
    network.build();
    a.answer = 0;
    b.answer = 40;
    a.send(kStart, kServer, 40, 3);
    events.run_until(kNever);
    CHECK(text(b.arrived) == "3@1000000ns");
    CHECK(text(a.arrived) == "3@3000000ns");
}

TEST_CASE("any tree of routers and hosts delivers to everybody") {
    for (const std::uint32_t seed : {1U, 2U, 3U, 4U}) {
        RandomStream random(seed);
        EventQueue events;
        Network network(events, {});
        std::vector<NodeId> routers;
        std::deque<TestHost> hosts;
        for (int i = 0; i < 12; ++i) {
            const NodeId router = network.add_router();
            if (!routers.empty()) {
                network.connect(router, routers[random() % routers.size()], link(1us, 0), link(1us, 0));
            }
            routers.push_back(router);
        }
        std::set<std::uint32_t> addresses;
        while (hosts.size() < 60) {
            const std::uint32_t address = random();
            if (!addresses.insert(address).second) continue;
            TestHost& host = hosts.emplace_back(network, Ipv4Address{address});
            network.connect(host.node, routers[random() % routers.size()], link(1us, 0), link(1us, 0));
        }
        network.build();
        for (TestHost& host : hosts) {
            for (const std::uint32_t to : addresses) host.send(kStart, Ipv4Address{to}, 40, to);
        }
        events.run_until(kNever);
        CHECK(network.unroutable() == hosts.size());  // to themselves
        CHECK(network.idle());
        for (const TestHost& host : hosts) {
            REQUIRE(host.arrived.size() == hosts.size() - 1);
            for (const auto& a : host.arrived) REQUIRE(a.seq == host.arrived[0].seq);
        }
    }
}

TEST_CASE("a router with many access links") {
    EventQueue events;
    Network network(events, {});
    constexpr std::uint32_t kHosts = 20000;
    std::deque<TestHost> hosts;
    const NodeId near = network.add_router();
    const NodeId far = network.add_router();
    network.connect(near, far, link(1ms, 0), link(1ms, 0));
    TestHost server(network, kServer);
    server.answer = 40;
    network.connect(far, server.node, link(0ms, 0), link(0ms, 0));
    for (std::uint32_t i = 0; i < kHosts; ++i) {
        TestHost& host = hosts.emplace_back(network, Ipv4Address{0x0b000000 + i});
        network.connect(host.node, near, link(0ms, 0), link(0ms, 0));
    }
    network.build();
    for (std::uint32_t i = 0; i < kHosts; ++i) hosts[i].send(kStart, kServer, 40, i);
    events.run_until(kNever);
    CHECK(server.arrived.size() == kHosts);
    for (std::uint32_t i = 0; i < kHosts; ++i) REQUIRE(hosts[i].arrived == std::vector{line::Arrived{2ms, i}});
}

TEST_CASE("an observer sees every passage with the packet's one number") {
    Dumbbell d;
    line::Log log;
    d.network.set_observer(&log);
    d.client.send(kStart, kServer, 1000, 5);
    d.events.run_until(kNever);
    REQUIRE(log.entries.size() == 3);
    CHECK(log.entries[0].event.link == 2 * d.access);
    CHECK(log.entries[1].event.link == 2 * d.bottleneck);
    for (const auto& entry : log.entries) {
        CHECK(entry.event.packet == 1);
        CHECK(entry.event.fate == PacketFate::delivered);
    }
    CHECK(log.entries[1].event.entered == log.entries[0].event.arrived);
    CHECK(log.entries[1].event.transmission == 8ms);

    d.client.send(d.events.now(), kServer, 1000, 6);
    log.entries.clear();
    d.network.report_moving();
    REQUIRE(log.entries.size() == 1);
    CHECK(log.entries[0].event.packet == 2);
    CHECK(log.entries[0].event.fate == PacketFate::still_moving);
}

TEST_CASE("a link's directions know each other's FINs") {
    EventQueue events;
    Network network(events, {});
    TestHost a(network, kClient);
    TestHost b(network, kServer);
    LinkConfig drops = link(1ms, 0);
    drops.drop = {{DropKind::fin_ack, 1, 1, 1}};
    const LinkId id = network.connect(a.node, b.node, drops, link(1ms, 0));
    network.build();
    Segment& fin = network.begin_send();
    fin = line::segment(flag::ack | flag::fin, 50, 0, {{kServer, 80}, {kClient, 1000}});
    network.finish_send(kStart, b.node);
    for (int i = 0; i < 2; ++i) {
        network.begin_send() = line::ack(51, {{kClient, 1000}, {kServer, 80}});
        network.finish_send(kStart + 1ms, a.node);
    }
    events.run_until(kNever);
    CHECK(a.arrived.size() == 1);
    CHECK(b.arrived.size() == 1);
    CHECK(network.counters(id, Way::a_to_b).dropped_loss == 1);
}

TEST_CASE("links draw from streams of their own") {
    EventQueue events;
    Network network(events, {});
    TestHost a(network, kClient);
    TestHost b(network, kServer);
    TestHost c(network, Ipv4Address{3});
    const NodeId router = network.add_router();
    LinkConfig lossy = link(0ms, 0);
    lossy.loss = 0.5;
    network.connect(a.node, router, lossy, lossy);
    network.connect(b.node, router, lossy, lossy);
    network.connect(c.node, router, link(0ms, 0), link(0ms, 0));
    network.build();
    for (std::uint32_t i = 0; i < 100; ++i) {
        a.send(kStart, Ipv4Address{3}, 40, i);
        b.send(kStart, Ipv4Address{3}, 40, i);
    }
    events.run_until(kNever);
    std::vector<std::uint32_t> from_a;
    std::vector<std::uint32_t> from_b;
    for (std::size_t i = 0; i < c.arrived.size(); ++i) {
        (c.from[i] == kClient ? from_a : from_b).push_back(c.arrived[i].seq);
    }
    CHECK(from_a.size() > 20);
    CHECK(from_a != from_b);
}
