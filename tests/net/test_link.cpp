#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

/// 1 byte is 1 us.
constexpr BitRate kByteIsMicrosecond{8'000'000};

LinkConfig config_of(Duration delay, BitRate rate) {
    LinkConfig config;
    config.delay = delay;
    config.rate = rate;
    return config;
}

}  // namespace

TEST_CASE("a packet takes its transmission time and the delay") {
    Line line(config_of(10ms, {1'500'000}));
    line.send(kStart, 1, 1500);
    CHECK(text(line.run()) == "1@18000000ns");
}

TEST_CASE("packets follow each other at the link's rate") {
    Line line(config_of(5ms, kByteIsMicrosecond));
    for (std::uint32_t i = 1; i <= 3; ++i) line.send(kStart, i, 1000);
    line.send(kStart, 4, 40);
    CHECK(text(line.run()) == "1@6000000ns 2@7000000ns 3@8000000ns 4@8040000ns");
}

TEST_CASE("an idle link starts at once") {
    Line line(config_of(0ms, kByteIsMicrosecond));
    line.send(kStart, 1, 1000);
    line.send(kStart + 999us, 2, 1000);
    line.send(kStart + 5ms, 3, 1000);
    CHECK(text(line.run()) == "1@1000000ns 2@2000000ns 3@6000000ns");
}

TEST_CASE("an infinite rate costs no time, and its queue is never full") {
    LinkConfig config = config_of(3ms, {});
    config.queue = 0;
    Line line(config);
    for (std::uint32_t i = 1; i <= 3; ++i) line.send(kStart, i, 1500);
    CHECK(text(line.run()) == "1@3000000ns 2@3000000ns 3@3000000ns");
}

TEST_CASE("framing takes time and does not count as bytes") {
    LinkConfig config = config_of(0ms, kByteIsMicrosecond);
    config.overhead = 18;
    Line line(config);
    line.send(kStart, 1, 1000);
    CHECK(text(line.run()) == "1@1018000ns");
    CHECK(line.direction.counters().bytes == 1000);
}

TEST_CASE("a packet in service does not count against the queue's limit") {
    LinkConfig config = config_of(1ms, kByteIsMicrosecond);
    config.queue = 2;
    Line line(config);
    for (std::uint32_t i = 1; i <= 5; ++i) line.send(kStart, i, 1000);  // 1 in service, 2 waiting, 2 too many
    line.send(kStart + 999'999ns, 6, 1000);                             // 1 is still in service
    line.send(kStart + 1ms, 7, 1000);                                   // and at this instant, too
    line.send(kStart + 1ms + 1ns, 8, 1000);                             // 1 is gone
    line.send(kStart + 1ms + 1ns, 9, 1000);
    CHECK(text(line.run()) == "1@2000000ns 2@3000000ns 3@4000000ns 8@5000000ns");
    CHECK(line.direction.counters().dropped_queue == 5);
    CHECK(line.packets.in_use() == 0);
}

TEST_CASE("a queue of none passes one packet at a time") {
    LinkConfig config = config_of(50ms, kByteIsMicrosecond);
    config.queue = 0;
    Line line(config);
    line.send(kStart, 1, 1000);
    line.send(kStart, 2, 1000);
    line.send(kStart + 1ms, 3, 1000);
    CHECK(text(line.run()) == "1@51000000ns 3@52000000ns");
}

TEST_CASE("a limit in bytes counts IP bytes that wait") {
    LinkConfig config = config_of(0ms, kByteIsMicrosecond);
    config.queue_bytes = 1500;
    Line line(config);
    line.send(kStart, 1, 1500);  // in service
    line.send(kStart, 2, 1000);  // 1000 wait
    line.send(kStart, 3, 501);   // one too many
    line.send(kStart, 4, 500);   // 1500 wait
    line.send(kStart, 5, 40);
    line.send(kStart + 1500us, 6, 1000);  // 500 wait
    CHECK(text(line.run()) == "1@1500000ns 2@2500000ns 4@3000000ns 6@4000000ns");
    CHECK(line.direction.counters().dropped_queue == 2);
}

TEST_CASE("both limits hold where both are given") {
    LinkConfig config = config_of(0ms, kByteIsMicrosecond);
    config.queue = 1;
    config.queue_bytes = 100;
    Line line(config);
    line.send(kStart, 1, 1000);
    line.send(kStart, 2, 101);  // bytes
    line.send(kStart, 3, 40);
    line.send(kStart, 4, 40);  // packets
    CHECK(text(line.run()) == "1@1000000ns 3@1040000ns");
}

TEST_CASE("the limit by packets is the same on a plain link and on one with impairments") {
    RandomStream random(7);
    for (const std::uint64_t limit : {0ULL, 1ULL, 3ULL, 10ULL}) {
        for (const Duration delay : {0us, 300us, 20'000us}) {
            LinkConfig plain = config_of(delay, kByteIsMicrosecond);
            plain.queue = limit;
            LinkConfig impaired = plain;
            impaired.drop = {{DropKind::any, 1'000'000, 1'000'000, 1}};
            Line a(plain);
            Line b(impaired);
            Time now = kStart;
            for (std::uint32_t i = 0; i < 2000; ++i) {
                now += Duration(1000) * (random() % 1000);
                const std::uint32_t size = 40 + random() % 1000;
                a.events.run_until(now);
                b.events.run_until(now);
                a.send(now, i, size);
                b.send(now, i, size);
            }
            CHECK(a.run() == b.run());
            CHECK(a.direction.counters().dropped_queue == b.direction.counters().dropped_queue);
            CHECK(a.arrived.size() + a.direction.counters().dropped_queue == 2000);
            CHECK(a.direction.counters().dropped_queue > 0);
        }
    }
}

TEST_CASE("packets larger than the MTU are discarded") {
    LinkConfig config = config_of(0ms, kByteIsMicrosecond);
    config.mtu = 576;
    Line line(config);
    line.send(kStart, 1, 577);
    line.send(kStart, 2, 576);
    CHECK(text(line.run()) == "2@576000ns");
    CHECK(line.direction.counters().too_big == 1);
    CHECK(line.direction.counters().dropped_queue == 0);
    CHECK(line.direction.counters().packets == 2);
}

TEST_CASE("counters hold everything that was handed to the link") {
    LinkConfig config = config_of(0ms, kByteIsMicrosecond);
    config.queue = 1;
    config.drop = {{DropKind::any, 1, 1, 1}};
    Line line(config);
    line.send(kStart, 1, 1040);  // lost
    line.send(kStart, 2, 40);
    line.send(kStart, 3, 540);  // the queue is full
    line.run();
    const LinkCounters& counters = line.direction.counters();
    CHECK(counters.packets == 3);
    CHECK(counters.bytes == 1620);
    CHECK(counters.header_bytes == 120);
    CHECK(counters.data_packets == 1);
    CHECK(counters.dropped_loss == 1);
    CHECK(counters.dropped_queue == 1);
}

TEST_CASE("an observer learns each packet's times and fate") {
    LinkConfig config = config_of(5ms, kByteIsMicrosecond);
    config.queue = 1;
    config.drop = {{DropKind::any, 2, 2, 1}};
    Line line(config);
    line::Log log;
    line.context.observer = &log;
    for (std::uint32_t i = 1; i <= 3; ++i) line.send(kStart + 100us, i, 1000);
    line.run();
    REQUIRE(log.entries.size() == 3);

    const auto& lost = log.entries[0];
    CHECK(lost.seq == 2);
    CHECK(lost.event.packet == 2);
    CHECK(lost.event.fate == PacketFate::lost);
    CHECK(lost.event.departed == kStart + 2100us);
    CHECK(lost.event.transmission == 1ms);
    CHECK(lost.event.arrived == kNever);

    const auto& refused = log.entries[1];
    CHECK(refused.seq == 3);
    CHECK(refused.event.fate == PacketFate::queue_full);
    CHECK(refused.event.entered == kStart + 100us);
    CHECK(refused.event.departed == kNever);

    const auto& delivered = log.entries[2];
    CHECK(delivered.seq == 1);
    CHECK(delivered.event.fate == PacketFate::delivered);
    CHECK(delivered.event.entered == kStart + 100us);
    CHECK(delivered.event.departed == kStart + 1100us);
    CHECK(delivered.event.arrived == kStart + 6100us);
}

TEST_CASE("what still moves at the end is reported in order of arrival") {
    for (const Duration jitter : {0ms, 20ms}) {
        LinkConfig config = config_of(5ms, kByteIsMicrosecond);
        config.jitter = jitter;
        Line line(config);
        line::Log log;
        for (std::uint32_t i = 1; i <= 10; ++i) line.send(kStart, i, 1000);
        line.events.run_until(kStart + 12500us);
        const std::size_t arrived = line.arrived.size();
        line.context.observer = &log;
        line.direction.report_moving();
        line.context.observer = nullptr;
        line.run();
        REQUIRE(arrived > 0);
        REQUIRE(arrived < 10);
        REQUIRE(log.entries.size() == 10 - arrived);
        for (std::size_t i = 0; i < log.entries.size(); ++i) {
            CHECK(log.entries[i].seq == line.arrived[arrived + i].seq);
            CHECK(log.entries[i].event.fate == PacketFate::still_moving);
            CHECK(log.entries[i].event.arrived == kNever);
        }
    }
}

TEST_CASE("a packet costs one event") {
    LinkConfig config = config_of(1ms, kByteIsMicrosecond);
    config.queue = 100;
    Line line(config);
    for (std::uint32_t i = 0; i < 100; ++i) line.send(kStart, i, 1000);
    line.run();
    CHECK(line.events.events() == 100);
}
