#include "net/fq_codel.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

/// 1 byte is 1 us.
LinkConfig fq_codel() {
    LinkConfig config;
    config.discipline = Discipline::fq_codel;
    config.rate = {8'000'000};
    return config;
}

/// Connection number n.
FourTuple flow(std::uint16_t n) {
    return {{Ipv4Address{1}, static_cast<std::uint16_t>(1000 + n)}, {Ipv4Address{2}, 80}};
}

/// A packet's sequence number is 1000 x its connection's number and its own.
void send(Line& line, Time now, std::uint16_t of, std::uint32_t number, std::uint32_t size, std::uint8_t ecn = 0) {
    Segment s = line::segment(flag::ack, 1000U * of + number, size - line::kHeaders, flow(of));
    s.ecn = ecn;
    line.send(now, s);
}

std::vector<std::uint32_t> order(const Line& line) {
    std::vector<std::uint32_t> all;
    for (const line::Arrived& a : line.arrived) all.push_back(a.seq);
    return all;
}

}  // namespace

TEST_CASE("fq_codel: a sparse flow passes the queue of another") {
    Line line(fq_codel());
    for (std::uint32_t i = 0; i < 30; ++i) send(line, kStart, 1, i, 1500);
    // While 1 is in its second turn, 2 sends a packet now and then.
    for (const auto at : {10ms, 20ms, 30ms}) {
        line.events.run_until(kStart + at);
        send(line, kStart + at, 2, static_cast<std::uint32_t>(at.count()), 100);
    }
    line.run();
    REQUIRE(line.arrived.size() == 33);
    for (const line::Arrived& a : line.arrived) {
        if (a.seq < 2000) continue;
        // It waits for the packet in service at most.
        CHECK(a.time - 1ms * (a.seq - 2000) <= 1600us);
    }
}

TEST_CASE("fq_codel: a turn is a quantum of bytes, with 14 of Ethernet header a packet") {
    Line line(fq_codel());
    send(line, kStart, 9, 0, 1500);  // in service while the others come
    for (std::uint32_t i = 0; i < 4; ++i) send(line, kStart, 1, i, 1500);
    for (std::uint32_t i = 0; i < 8; ++i) send(line, kStart, 2, i, 743);
    line.run();
    // 1514 is one packet of 1500 or two of 743; then the turn is over.
    const std::vector<std::uint32_t> expected{9000, 1000, 2000, 2001, 1001, 2002, 2003,
                                              1002, 2004, 2005, 1003, 2006, 2007};
    CHECK(order(line) == expected);
}

TEST_CASE("fq_codel: flows with packets of different sizes get the same bytes") {
    for (const std::uint32_t quantum : {300U, 1514U, 6000U}) {
        LinkConfig config = fq_codel();
        config.fq_codel.quantum = quantum;
        config.codel.target = 1000s;  // no drops: this is about turns
        Line line(config);
        const std::map<std::uint16_t, std::uint32_t> sizes{{1, 1500}, {2, 300}, {3, 40}, {4, 777}};
        for (std::uint32_t i = 0; i < 2000; ++i) {
            for (const auto& [of, size] : sizes) {
                if (i < 600 * 1500 / size || size < 777) send(line, kStart, of, i % 1000, size);
            }
        }
        std::map<std::uint32_t, std::uint64_t> bytes;
        // For so long all four have something to send: the smallest ones' 2000 packets.
        line.events.run_until(kStart + 300ms);
        for (const line::Arrived& a : line.arrived) {
            const auto of = static_cast<std::uint16_t>(a.seq / 1000);
            bytes[of] += sizes.at(of) + 14;
        }
        REQUIRE(bytes.size() == 4);
        const auto [least, most] =
            std::minmax_element(bytes.begin(), bytes.end(), [](auto& a, auto& b) { return a.second < b.second; });
        // Deficit round robin (Shreedhar and Varghese 1995): never more than a turn and a packet apart.
        CHECK(most->second - least->second <= quantum + 1514);
        CHECK(least->second > 60'000);
    }
}

TEST_CASE("fq_codel: a flow that comes back with each packet does not starve the others") {
    Line line(fq_codel());
    for (std::uint32_t i = 0; i < 300; ++i) send(line, kStart, 1, i, 1500);
    // 2 sends a full packet whenever its last one has left: it is new each time, and yet gets no more than its half.
    std::uint32_t number = 0;
    std::size_t seen = 0;
    send(line, kStart, 2, number, 1500);
    while (line.events.now() < kStart + 300ms) {
        line.events.run_one();
        for (; seen < line.arrived.size(); ++seen) {
            if (line.arrived[seen].seq >= 2000) send(line, line.events.now(), 2, ++number, 1500);
        }
    }
    const auto others = static_cast<std::uint32_t>(
        std::count_if(line.arrived.begin(), line.arrived.end(), [](const line::Arrived& a) { return a.seq < 2000; }));
    CHECK(others >= 95);
    CHECK(number >= 90);
}

TEST_CASE("fq_codel: over the limit half of the fattest flow goes, from its head, a batch at most") {
    LinkConfig config = fq_codel();
    config.queue = 50;
    Line line(config);
    for (std::uint32_t i = 0; i < 11; ++i) send(line, kStart, 1, i, 1000);  // the first is in service
    for (std::uint32_t i = 0; i < 40; ++i) send(line, kStart, 2, i, 1000);
    CHECK(line.direction.counters().dropped_queue == 0);
    send(line, kStart, 1, 11, 1000);
    CHECK(line.direction.counters().dropped_queue == 20);
    line.run();
    std::vector<std::uint32_t> of_two;
    for (const std::uint32_t seq : order(line)) {
        if (seq >= 2000) of_two.push_back(seq - 2000);
    }
    REQUIRE(of_two.size() == 20);
    CHECK(of_two.front() == 20);

    config.fq_codel.drop_batch = 5;
    Line batch(config);
    for (std::uint32_t i = 0; i < 52; ++i) send(batch, kStart, 1, i, 1000);
    CHECK(batch.direction.counters().dropped_queue == 5);
    config.queue.reset();
    config.queue_bytes = 3000;
    Line bytes(config);
    for (std::uint32_t i = 0; i < 5; ++i) send(bytes, kStart, 1, i, 1000);
    CHECK(bytes.direction.counters().dropped_queue == 2);
    bytes.run();
    CHECK(order(bytes) == std::vector<std::uint32_t>{1000, 1003, 1004});
}

TEST_CASE("fq_codel: each flow has a CoDel of its own, and marks unless it is told not to") {
    const auto run = [](std::optional<bool> ecn, std::uint8_t of_one) {
        LinkConfig config = fq_codel();
        config.ecn = ecn;
        auto line = std::make_unique<Line>(config);
        std::uint32_t sent = 0;
        for (Time now = kStart; now < kStart + 3s; now += 1ms) {
            line->events.run_until(now);
            send(*line, now, 1, sent++ % 1000, 1000, of_one);  // 1 byte is 1 us: alone all that the link can carry
            if (sent % 10 == 0) send(*line, now, 2, 0, 200);
        }
        line->run();
        return line;
    };
    constexpr std::uint8_t not_ect = 0, ect0 = 2;
    const auto arrived_of_two = [](const Line& line) {
        return std::count_if(line.arrived.begin(), line.arrived.end(), [](const auto& a) { return a.seq >= 2000; });
    };
    const auto marked = run({}, ect0);
    CHECK(marked->direction.counters().marked_ce > 10);
    CHECK(marked->direction.counters().dropped_queue == 0);
    const auto dropped = run(false, ect0);
    CHECK(dropped->direction.counters().marked_ce == 0);
    CHECK(dropped->direction.counters().dropped_queue > 10);
    CHECK(arrived_of_two(*dropped) == 300);
    CHECK(run({}, not_ect)->direction.counters().dropped_queue == dropped->direction.counters().dropped_queue);
}

TEST_CASE("fq_codel: one queue is CoDel, and keeps the order") {
    LinkConfig config = fq_codel();
    config.fq_codel.flows = 1;
    LinkConfig codel = config;
    codel.discipline = Discipline::codel;
    codel.queue = 10'240;
    Line a(config);
    Line b(codel);
    RandomStream random(3);
    Time now = kStart;
    for (std::uint32_t i = 0; i < 5000; ++i) {
        now += 1us * (random() % 1500);
        const std::uint32_t size = 40 + random() % 1460;
        for (Line* line : {&a, &b}) {
            line->events.run_until(now);
            line->send(now,
                       line::segment(flag::ack, i, size - line::kHeaders, flow(static_cast<std::uint16_t>(i % 50))));
        }
    }
    CHECK(a.run() == b.run());
    CHECK(a.direction.counters().dropped_queue > 10);
}

TEST_CASE("fq_codel: connections are spread over the queues, another seed spreads them otherwise") {
    // Connections that share a queue with number 0 leave behind its packets.
    const auto companions = [](std::uint64_t seed) {
        LinkConfig config = fq_codel();
        config.fq_codel.flows = 8;
        config.fq_codel.quantum = 1'000'000;
        Line line(config, RunSeed{seed, 1});
        send(line, kStart, 0, 0, 1000);
        for (std::uint32_t i = 1; i < 3; ++i) send(line, kStart, 0, i, 1000);
        for (std::uint16_t of = 1; of < 60; ++of) send(line, kStart, of, 0, 40);
        line.run();
        std::vector<std::uint32_t> list;
        for (std::size_t i = 3; i < line.arrived.size() && list.size() < 20; ++i) {
            list.push_back(line.arrived[i].seq / 1000);
        }
        return list;
    };
    CHECK(companions(1) == companions(1));
    CHECK(companions(1) != companions(2));
}
