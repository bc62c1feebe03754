#include <doctest/doctest.h>

#include "experiment/workloads.hpp"
#include "experiment/world.hpp"

using namespace tcplab;

TEST_CASE("W1: flows share the bottleneck") {
    Scenario s = bulk_scenario(4);
    CHECK_FALSE(validate(s).has_value());
    CHECK(s.duration == 60s);
    s.duration = 2s;
    const Results r = simulate(s);
    CHECK(r.connections.size() == 4);
    CHECK(r.connections[3].opened == kStart + 30ms);
    CHECK(r.down.bytes > 5'000'000);
}

TEST_CASE("W2: short transactions, each on a connection of its own") {
    const Results r = simulate(short_scenario(20));
    CHECK(r.connections.size() == 20);
    for (const ConnectionRow& c : r.connections) {
        CHECK(c.close_reason == CloseReason::server);
        CHECK(c.bytes_down == 10'000);
    }
    // Two round trips, a SYN of 48 B and an ACK of 40, 340 B out, 6 x 1500 + 1280 B back at 10 Mbit/s.
    CHECK(r.transactions[0].done > kStart + 108ms);
    CHECK(r.transactions[0].done < kStart + 109ms);
}

TEST_CASE("PORTX: all ports are used up, and once more when they come back") {
    CHECK_FALSE(validate(port_scenario(64'512)).has_value());
    const Results r = simulate(port_scenario(100));
    CHECK(r.failed == 0);
    CHECK(r.transactions.size() == 200);
    CHECK(r.time_wait_peak == 100);
    CHECK(r.connect_refused_ports > 0);
    REQUIRE(r.connections.size() == 200);
    CHECK(r.connections[0].close_reason == CloseReason::client);
    CHECK(r.connections[99].opened < kStart + 1s);
    CHECK(r.connections[100].opened >= r.connections[0].time_wait_until);
    CHECK(r.connections[0].time_wait_until >= kStart + 300s);
    for (const ConnectionRow& c : r.connections) CHECK(c.tuple.local.port >= 65'436);
}

TEST_CASE("HOSTS: a transaction from each") {
    const Results r = simulate(host_scenario(30));
    CHECK(r.failed == 0);
    REQUIRE(r.connections.size() == 30);
    CHECK(r.connections[29].opened == kStart + 29ms);
    CHECK(r.connections[29].tuple.local.address != r.connections[28].tuple.local.address);
    CHECK(r.data_packets == 30 * 8);
}

TEST_CASE("W3: many connections, open and idle, then used") {
    WorkloadWorld world = WorkloadWorld::many_connections(60);
    world.prepare();
    CHECK(world.counts().connections == 60);
    CHECK(world.counts().data_packets == 0);
    world.finish();
    CHECK(world.counts().transactions == 60);
    CHECK(world.counts().connections == 60);
    CHECK(world.counts().data_packets == 60 * 8);
}

TEST_CASE("W2T: the tables stay full while the transactions go on") {
    WorkloadWorld world = WorkloadWorld::full_time_wait(400, 80);
    CHECK(world.counts().time_wait == 400);
    world.prepare();
    world.finish();
    CHECK(world.counts().transactions == 80);
    CHECK(world.counts().connections == 0);
    CHECK(world.counts().time_wait == 400);
}
