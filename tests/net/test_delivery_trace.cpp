#include "net/delivery_trace.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

LinkConfig over(const std::string& text) {
    LinkConfig config;
    config.trace = read_delivery_trace(text).trace;
    REQUIRE(config.trace != nullptr);
    return config;
}

std::string error_of(const std::string& text) {
    const ReadTrace read = read_delivery_trace(text);
    return read.trace != nullptr ? "none" : std::to_string(read.line) + ": " + read.error;
}

/// mm-link's LinkQueue, told again: at each opportunity 1500 bytes of what came before that instant.
std::vector<Duration> departures(const std::vector<std::uint64_t>& trace, const std::vector<Duration>& entered,
                                 const std::vector<std::uint32_t>& sizes) {
    std::vector<Duration> times;
    std::size_t head = 0;
    std::uint32_t unsent = sizes.front();
    for (std::uint64_t round = 0; head < entered.size(); ++round) {
        for (const std::uint64_t ms : trace) {
            const Duration now = 1ms * static_cast<std::int64_t>(round * trace.back() + ms);
            std::uint32_t left = 1500;
            while (left > 0 && head < entered.size() && entered[head] < now) {
                const std::uint32_t sent = std::min(left, unsent);
                left -= sent;
                unsent -= sent;
                if (unsent > 0) continue;
                times.push_back(now);
                if (++head < entered.size()) unsent = sizes[head];
            }
        }
    }
    return times;
}

}  // namespace

TEST_CASE("a trace file is a number of milliseconds a line") {
    const ReadTrace read = read_delivery_trace("0\n3\n3\r\n10");
    REQUIRE(read.trace != nullptr);
    CHECK(read.trace->milliseconds == std::vector<std::uint64_t>{0, 3, 3, 10});
    CHECK(error_of("1\n2\n") == "none");
    CHECK(error_of("") == "0: the trace is empty");
    CHECK(error_of("0\n0\n") == "2: the trace ends at 0 ms: it must take some time");
    CHECK(error_of("1\n5\n4\n") == "3: 4 comes after 5");
    for (const char* bad : {"1\n\n2\n", "1\n x\n", "1\n-1\n", "1\n2.5\n", "1\n2 ms\n", "1\n99999999999999999999\n"}) {
        CHECK(error_of(bad) == "2: expected a whole number of milliseconds such as 12");
    }
}

TEST_CASE("each opportunity lets one full packet go, and the trace repeats") {
    LinkConfig config = over("2\n5\n5\n9\n");
    config.delay = 1ms;
    Line line(config);
    for (std::uint32_t i = 1; i <= 9; ++i) line.send(kStart, i, 1500);
    CHECK(text(line.run()) ==
          "1@3000000ns 2@6000000ns 3@6000000ns 4@10000000ns 5@12000000ns 6@15000000ns 7@15000000ns 8@19000000ns "
          "9@21000000ns");
}

TEST_CASE("an opportunity is 1500 bytes: several packets, or a part of one") {
    Line small(over("4\n"));
    for (std::uint32_t i = 1; i <= 4; ++i) small.send(kStart, i, 500);
    CHECK(text(small.run()) == "1@4000000ns 2@4000000ns 3@4000000ns 4@8000000ns");
    Line parts(over("4\n"));
    for (std::uint32_t i = 1; i <= 3; ++i) parts.send(kStart, i, 1000);
    CHECK(text(parts.run()) == "1@4000000ns 2@8000000ns 3@8000000ns");
    LinkConfig jumbo = over("4\n");
    jumbo.mtu = 9000;
    Line large(jumbo);
    large.send(kStart, 1, 4501);
    CHECK(text(large.run()) == "1@16000000ns");
    LinkConfig framed = over("4\n");
    framed.overhead = 100;
    Line overhead(framed);
    overhead.send(kStart, 1, 1400);
    overhead.send(kStart, 2, 1401);
    CHECK(text(overhead.run()) == "1@4000000ns 2@12000000ns");
}

TEST_CASE("what finds nothing to send is lost, also the rest of an opportunity") {
    Line line(over("10\n"));
    line.send(kStart, 1, 40);
    line.events.run_until(kStart + 35ms);
    line.send(kStart + 35ms, 2, 1500);
    CHECK(text(line.run()) == "1@10000000ns 2@40000000ns");
    CHECK(line.events.events() == 4);  // nothing happens while there is nothing to send
}

TEST_CASE("a packet that enters at the instant of an opportunity is too late for it") {
    Line line(over("0\n10\n"));
    line.send(kStart, 1, 40);
    line.send(kStart + 10ms, 2, 40);                         // before the link's own event of that instant
    CHECK(text(line.run()) == "1@10000000ns 2@20000000ns");  // 10 and, again from 0, 10 ms
}

TEST_CASE("a trace is skipped over at once") {
    Line line(over("1\n"));
    const Time late = kStart + std::chrono::hours(2000) + 300us;
    line.events.run_until(late);
    line.send(late, 1, 1500);
    line.run();
    CHECK(line.arrived.front().time == std::chrono::hours(2000) + 1ms);
    CHECK(line.events.events() == 2);
}

TEST_CASE("departures are those of mm-link, for any trace and any packets") {
    RandomStream random(11);
    for (int round = 0; round < 200; ++round) {
        std::string text;
        std::vector<std::uint64_t> trace;
        std::uint64_t ms = random() % 3;
        for (std::uint32_t i = 0; i < 1 + random() % 20; ++i) {
            ms += random() % 2 == 0 ? 0 : random() % 10;
            trace.push_back(ms);
        }
        if (trace.back() == 0) trace.push_back(++ms);
        for (const std::uint64_t t : trace) text += std::to_string(t) + "\n";
        Line line(over(text));
        std::vector<Duration> entered;
        std::vector<std::uint32_t> sizes;
        Duration now{0};
        for (std::uint32_t i = 0; i < 300; ++i) {
            // Often at whole milliseconds, where the order of events matters.
            if (random() % 3 == 0) now += random() % 2 == 0 ? 1ms * (random() % 20) : 1us * (random() % 5000);
            entered.push_back(now);
            sizes.push_back(40 + random() % 1461);
            if (random() % 2 == 0) line.events.run_until(kStart + now);
            while (line.events.run_one(kStart + now - 1ns)) {
            }
            line.send(kStart + now, i, sizes.back());
        }
        line.run();
        const std::vector<Duration> expected = departures(trace, entered, sizes);
        REQUIRE(line.arrived.size() == expected.size());
        for (std::uint32_t i = 0; i < expected.size(); ++i) REQUIRE(line.arrived[i] == line::Arrived{expected[i], i});
    }
}

TEST_CASE("a queue before a trace has its limit, and any discipline") {
    LinkConfig config = over("1\n");
    config.queue = 3;
    Line tail(config);
    for (std::uint32_t i = 1; i <= 5; ++i) tail.send(kStart, i, 1500);
    CHECK(text(tail.run()) == "1@1000000ns 2@2000000ns 3@3000000ns");
    CHECK(tail.direction.counters().dropped_queue == 2);
    config.queue = 0;
    CHECK(queue_problem(config));
    config.queue = 1000;
    config.discipline = Discipline::codel;
    Line codel(config);
    for (std::uint32_t i = 0; i < 500; ++i) codel.send(kStart, i, 1500);
    codel.run();
    // Dequeued each millisecond: at 5 ms above the target, at 105 ms the first drop, the second 100 ms later.
    std::vector<std::uint32_t> missing;
    std::uint32_t next = 0;
    for (const line::Arrived& a : codel.arrived) {
        for (; next < a.seq; ++next) missing.push_back(next);
        ++next;
    }
    REQUIRE(missing.size() > 3);
    CHECK(missing[0] == 104);
    CHECK(missing[1] == 205);
    CHECK(codel.arrived.size() + missing.size() == 500);
}
