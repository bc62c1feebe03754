// Links whose queue has a discipline or that a trace drives, whatever the discipline: nothing gets lost in the
// counting, equal seeds give equal runs, and a discipline that does nothing is a plain link.
#include "net/link_service.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

constexpr std::array kDisciplines{Discipline::droptail, Discipline::red, Discipline::codel, Discipline::fq_codel};

LinkConfig random_config(RandomStream& random) {
    const auto chance = [&](std::uint32_t percent) { return random() % 100 < percent; };
    LinkConfig c;
    c.discipline = kDisciplines.at(random() % 4);
    c.rate = {chance(10) ? 0 : 100'000 + random() % 10'000'000};
    if (chance(30)) c.trace = read_delivery_trace("0\n1\n1\n7\n20\n").trace;
    c.delay = chance(30) ? Duration(0) : 1us * (random() % 50'000);
    c.mtu = chance(20) ? 700 : 1500;
    if (chance(50)) c.queue = 2 + random() % 100;
    if (!c.queue && chance(50)) c.queue_bytes = 4000 + random() % 100'000;
    if (chance(50)) c.ecn = chance(50);
    c.red.max = QueueLength{20 + random() % 20, false};
    c.red.weight = 0.1;
    c.red.probability = 0.3;
    c.red.gentle = chance(50);
    c.codel.target = 1us * (random() % 20'000);
    c.codel.interval = 1ms * (1 + random() % 200);
    if (chance(30)) c.codel.ce_threshold = 1us * (random() % 20'000);
    c.fq_codel.flows = 1 + random() % 20;
    c.fq_codel.quantum = 256 + random() % 3000;
    c.fq_codel.drop_batch = 1 + random() % 64;
    if (chance(20)) c.loss = 0.1;
    if (chance(20)) c.bursts = GilbertElliott{0.1, 0.3, 0, 0.8};
    if (chance(20)) c.duplicate = 0.1;
    if (chance(20)) c.corrupt = 0.1;
    if (chance(20)) c.jitter = 5ms;
    if (chance(20)) c.hold = {{{DropKind::any, 50, 60, 1}, 100ms}};
    if (chance(20)) c.duplicate_data = {{DropKind::any, 30, 40, 1}};
    return c;
}

/// What became of packets.
class Fates : public Observer {
  public:
    void on_packet(const PacketEvent& event, const Segment& s) override {
        ++of.at(static_cast<std::size_t>(event.fate));
        if (event.marked) ++marked;
        if (event.marked) CHECK(s.ecn == 3);
        const bool departed = event.fate != PacketFate::queue_full && event.departed != kNever;
        if (departed) CHECK(event.departed - event.transmission >= event.entered);
        if (event.fate == PacketFate::delivered) CHECK(event.arrived >= event.departed);
    }
    [[nodiscard]] std::uint64_t count(PacketFate fate) const { return of.at(static_cast<std::size_t>(fate)); }
    std::array<std::uint64_t, 5> of{};
    std::uint64_t marked = 0;
};

/// Bursts and pauses from a few connections.
void load(Line& line, RandomStream& random, std::uint32_t packets) {
    Time now = kStart;
    for (std::uint32_t i = 0; i < packets; ++i) {
        if (random() % 4 == 0) now += 1us * (random() % 8000);
        if (random() % 200 == 0) now += 1s;
        line.events.run_until(now);
        const auto port = static_cast<std::uint16_t>(1000 + random() % 10);
        Segment s = line::segment(flag::ack, i, random() % 1461, {{Ipv4Address{1}, port}, {Ipv4Address{2}, 80}});
        s.ecn = static_cast<std::uint8_t>(random() % 4);
        line.send(now, s);
    }
}

void check_counters(const Line& line, const Fates& fates) {
    const LinkCounters& c = line.direction.counters();
    CHECK(c.packets + c.duplicated == fates.count(PacketFate::delivered) + c.dropped_loss + c.dropped_queue +
                                          c.too_big + c.corrupted + fates.count(PacketFate::still_moving));
    CHECK(fates.count(PacketFate::delivered) == line.arrived.size());
    CHECK(fates.count(PacketFate::lost) == c.dropped_loss);
    CHECK(fates.count(PacketFate::queue_full) == c.dropped_queue + c.too_big);
    CHECK(fates.count(PacketFate::corrupted) == c.corrupted);
}

}  // namespace

TEST_CASE("in = out + dropped + lost + still there, for any configuration, at any time") {
    RandomStream random(1);
    for (int round = 0; round < 300; ++round) {
        CAPTURE(round);
        const LinkConfig config = random_config(random);
        REQUIRE_FALSE(queue_problem(config));
        Line line(config, RunSeed{static_cast<std::uint64_t>(round), 1});
        Fates fates;
        line.context.observer = &fates;
        load(line, random, 1000);
        Fates now;
        now.of = fates.of;
        line.context.observer = &now;
        line.direction.report_moving();
        CHECK(now.count(PacketFate::still_moving) == line.packets.in_use());
        check_counters(line, now);
        line.context.observer = &fates;
        line.run();
        CHECK(line.packets.in_use() == 0);
        CHECK(fates.count(PacketFate::still_moving) == 0);
        check_counters(line, fates);
        CHECK(fates.marked == line.direction.counters().marked_ce);
    }
}

TEST_CASE("the same seed gives the same run, another seed another") {
    RandomStream random(2);
    int different = 0;
    for (int round = 0; round < 40; ++round) {
        const LinkConfig config = random_config(random);
        const std::uint32_t traffic = random();
        const auto run = [&](std::uint64_t seed) {
            Line line(config, RunSeed{seed, 1});
            RandomStream same(traffic);
            load(line, same, 500);
            return line.run();
        };
        const auto first = run(1);
        CHECK(run(1) == first);
        different += run(2) != first ? 1 : 0;
    }
    CHECK(different > 10);
}

TEST_CASE("a discipline that has no reason to act is a plain link") {
    for (const Discipline discipline : {Discipline::red, Discipline::codel, Discipline::fq_codel}) {
        for (const std::uint64_t limit : {1ULL, 7ULL, 1000ULL}) {
            LinkConfig plain;
            plain.rate = {8'000'000};
            plain.delay = 3ms;
            plain.overhead = 18;
            plain.queue = limit;
            LinkConfig idle = plain;
            idle.discipline = discipline;
            idle.red.min = QueueLength{100'000, false};
            idle.red.max = QueueLength{200'000, false};
            idle.codel.target = 10'000s;
            idle.fq_codel.flows = 1;
            // Over its limit fq_codel drops others than the last.
            if (discipline == Discipline::fq_codel && limit < 1000) continue;
            Line a(plain);
            Line b(idle);
            RandomStream first(5);
            RandomStream second(5);
            load(a, first, 3000);
            load(b, second, 3000);
            CHECK(a.run() == b.run());
            CHECK(a.direction.counters().dropped_queue == b.direction.counters().dropped_queue);
            CHECK(a.direction.counters().data_packets == b.direction.counters().data_packets);
            CHECK((a.direction.counters().dropped_queue > 0) == (limit < 1000));
        }
    }
}

TEST_CASE("whose packets are lost at random does not depend on the discipline") {
    std::vector<std::vector<std::uint32_t>> lost;
    for (const Discipline discipline : kDisciplines) {
        LinkConfig config;
        config.rate = {80'000'000};
        config.discipline = discipline;
        config.queue = 500;
        config.loss = 0.05;
        config.red.weight = 0.002;
        Line line(config);
        line::Log log;
        line.context.observer = &log;
        for (std::uint32_t i = 0; i < 2000; ++i) {
            line.events.run_until(kStart + 1ms * i);
            line.send(kStart + 1ms * i, i, 1000);
        }
        line.run();
        lost.emplace_back();
        for (const auto& entry : log.entries) {
            if (entry.event.fate == PacketFate::lost) lost.back().push_back(entry.seq);
        }
        CHECK(lost.back() == lost.front());
    }
    CHECK(lost.front().size() > 50);
}

TEST_CASE("a departure costs an event beside the arrival, and an idle link none") {
    LinkConfig config;
    config.rate = {8'000'000};
    config.delay = 10ms;
    config.discipline = Discipline::codel;
    Line line(config);
    for (std::uint32_t i = 0; i < 50; ++i) line.send(kStart, i, 1000);
    line.run();
    CHECK(line.events.events() == 100);
}

TEST_CASE("an infinite rate has no queue, whatever the discipline") {
    for (const Discipline discipline : kDisciplines) {
        LinkConfig config;
        config.delay = 2ms;
        config.discipline = discipline;
        config.queue = 1;
        config.red.weight = 1;
        config.red.max = QueueLength{3, false};
        Line line(config);
        for (std::uint32_t i = 0; i < 100; ++i) line.send(kStart, i, 1500);
        line.run();
        REQUIRE(line.arrived.size() == 100);
        for (std::uint32_t i = 0; i < 100; ++i) CHECK(line.arrived[i] == line::Arrived{2ms, i});
    }
}

TEST_CASE("a packet that enters as another departs finds its place free") {
    LinkConfig config;
    config.rate = {8'000'000};
    config.discipline = Discipline::codel;
    config.queue = 1;
    Line line(config);
    line.send(kStart, 1, 1000);
    line.send(kStart, 2, 1000);
    line.send(kStart + 1ms, 3, 1000);  // before the link's own event of that instant
    CHECK(text(line.run()) == "1@1000000ns 2@2000000ns 3@3000000ns");
}
