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
