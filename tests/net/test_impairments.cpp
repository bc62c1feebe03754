#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "core/random.hpp"
#include "line.hpp"
#include "net/impairments.hpp"

using namespace tcplab;
using line::Line;

namespace {

constexpr std::uint32_t kMany = 20000;

LinkConfig microsecond_a_byte() {
    LinkConfig config;
    config.rate = {8'000'000};
    return config;
}

/// Sends packets 0 to n - 1, each 100 bytes, back to back.
void flood(Line& line, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) line.send(kStart, i, 100);
    line.run();
}

/// Whether `count` of `n` is what a probability makes likely: within five standard deviations.
bool plausible(std::uint64_t count, std::uint64_t n, double p) {
    const double mean = p * static_cast<double>(n);
    const double off = static_cast<double>(count) - mean;
    return off * off <= 25 * mean * (1 - p);
}

}  // namespace

TEST_CASE("random loss takes its share, and a lost packet has used its transmission time") {
    LinkConfig config = microsecond_a_byte();
    config.loss = 0.1;
    Line line(config);
    flood(line, kMany);
    const std::uint64_t lost = line.direction.counters().dropped_loss;
    CHECK(plausible(lost, kMany, 0.1));
    CHECK(line.arrived.size() == kMany - lost);
    CHECK(line.packets.in_use() == 0);
    for (const line::Arrived& a : line.arrived) REQUIRE(a.time == Duration(100'000) * (a.seq + 1));
}

TEST_CASE("a lost packet has used its place in the queue") {
    LinkConfig config = microsecond_a_byte();
    config.queue = 1;
    config.drop = {{DropKind::any, 2, 2, 1}};
    Line line(config);
    line.send(kStart, 1, 1000);
    line.send(kStart, 2, 1000);  // lost, and waits until 1 ms
    line.send(kStart, 3, 1000);  // refused
    line.send(kStart + 1ms, 4, 1000);
    CHECK(text(line.run()) == "1@1000000ns 4@3000000ns");
    CHECK(line.direction.counters().dropped_loss == 1);
    CHECK(line.direction.counters().dropped_queue == 1);
}

TEST_CASE("certain loss loses everything") {
    LinkConfig config = microsecond_a_byte();
    config.loss = 1;
    Line line(config);
    flood(line, 1000);
    CHECK(line.arrived.empty());
    CHECK(line.direction.counters().dropped_loss == 1000);
}

TEST_CASE("a duplicate follows its original and uses the link") {
    LinkConfig config = microsecond_a_byte();
    config.duplicate = 1;
    Line line(config);
    line::Log log;
    line.context.observer = &log;
    line.send(kStart, 1, 1000);
    line.send(kStart, 2, 1000);
    CHECK(text(line.run()) == "1@1000000ns 1@2000000ns 2@3000000ns 2@4000000ns");
    CHECK(line.direction.counters().packets == 2);
    CHECK(line.direction.counters().duplicated == 2);
    std::set<std::uint64_t> numbers;
    for (const auto& entry : log.entries) numbers.insert(entry.event.packet);
    CHECK(numbers.size() == 4);
    CHECK(line.packets.in_use() == 0);
}

TEST_CASE("duplicates take their share, and share the content") {
    LinkConfig config = microsecond_a_byte();
    config.duplicate = 0.2;
    Line line(config);
    const Payload payload = Payload::of("text");
    Segment s = line::segment(flag::ack, 1, 0);
    s.payload = payload;
    for (std::uint32_t i = 0; i < kMany; ++i) line.send(kStart, s);
    CHECK(payload.content->owners == 2 + kMany + line.direction.counters().duplicated);
    line.run();
    CHECK(plausible(line.direction.counters().duplicated, kMany, 0.2));
    CHECK(line.arrived.size() == kMany + line.direction.counters().duplicated);
    CHECK(payload.content->owners == 2);
}

TEST_CASE("scripted loss does not see the copies that the link makes") {
    LinkConfig config = microsecond_a_byte();
    config.duplicate = 1;
    config.drop = {{DropKind::any, 2, 2, 1}};
    Line line(config);
    for (std::uint32_t i = 1; i <= 3; ++i) line.send(kStart, i, 1000);
    CHECK(text(line.run()) == "1@1000000ns 1@2000000ns 2@4000000ns 3@5000000ns 3@6000000ns");
}

TEST_CASE("damage is found, counted and discarded, after it used the link") {
    LinkConfig config = microsecond_a_byte();
    config.corrupt = 0.3;
    Line line(config);
    line::Log log;
    line.context.observer = &log;
    flood(line, kMany);
    const std::uint64_t corrupted = line.direction.counters().corrupted;
    CHECK(plausible(corrupted, kMany, 0.3));
    CHECK(line.arrived.size() == kMany - corrupted);
    CHECK(line.packets.in_use() == 0);
    std::uint64_t seen = 0;
    for (const auto& entry : log.entries) {
        if (entry.event.fate != PacketFate::corrupted) continue;
        ++seen;
        REQUIRE(entry.event.arrived == kStart + Duration(100'000) * (entry.seq + 1));
    }
    CHECK(seen == corrupted);
}

TEST_CASE("no single flipped bit escapes the checksums") {
    LinkConfig config;
    config.corrupt = 1;
    Impairments impairments(config, {}, 0, nullptr);
    RandomStream random(5);
    Segment s = line::segment(flag::ack | flag::psh, 77, 0);
    s.has_timestamps = true;
    for (int i = 0; i < 5000; ++i) {
        s.payload = Payload::of(std::string(random() % 200, 'x'));
        REQUIRE(impairments.damage_is_found(s, 1 + random() % 0xfffffffeU));
    }
    CHECK(impairments.damage_is_found(s, 1));
    CHECK(impairments.damage_is_found(s, 0xffffffffU));
}

TEST_CASE("reordered packets arrive later by the delay, the others in time") {
    LinkConfig config = microsecond_a_byte();
    config.delay = 5ms;
    config.reorder = 0.25;
    config.reorder_delay = 1ms;
    Line line(config);
    flood(line, kMany);
    REQUIRE(line.arrived.size() == kMany);
    std::uint64_t late = 0;
    for (const line::Arrived& a : line.arrived) {
        const Duration extra = a.time - (5ms + Duration(100'000) * (a.seq + 1));
        REQUIRE((extra == 0ms || extra == 1ms));
        if (extra == 1ms) ++late;
    }
    CHECK(plausible(late, kMany, 0.25));
    CHECK(std::is_sorted(line.arrived.begin(), line.arrived.end(),
                         [](const auto& a, const auto& b) { return a.time < b.time; }));
    CHECK_FALSE(std::is_sorted(line.arrived.begin(), line.arrived.end(),
                               [](const auto& a, const auto& b) { return a.seq < b.seq; }));
    CHECK(line.packets.in_use() == 0);
}

TEST_CASE("jitter is uniform between none and its most") {
    LinkConfig config;
    config.jitter = 1ms;
    Line line(config);
    flood(line, kMany);
    REQUIRE(line.arrived.size() == kMany);
    CHECK(line.arrived.front().time < 2us);
    CHECK(line.arrived.back().time <= 1ms);
    CHECK(line.arrived.back().time > 998us);
    const auto below_a_quarter =
        std::count_if(line.arrived.begin(), line.arrived.end(), [](const line::Arrived& a) { return a.time <= 250us; });
    CHECK(plausible(static_cast<std::uint64_t>(below_a_quarter), kMany, 0.25));
}

TEST_CASE("packets that are due together arrive in the order in which they entered") {
    LinkConfig config;
    config.reorder = 1e-9;  // possible, and does not happen here
    Line line(config);
    flood(line, 100);
    REQUIRE(line.arrived.size() == 100);
    for (std::uint32_t i = 0; i < 100; ++i) CHECK(line.arrived[i] == line::Arrived{0ns, i});
}

TEST_CASE("a packet that overtakes is delivered at its own time") {
    LinkConfig config;
    config.jitter = 10ms;
    Line line(config);
    // Enters while others are on their way: some arrive before those that were scheduled first.
    Time now = kStart;
    for (std::uint32_t i = 0; i < 1000; ++i, now += 100us) {
        line.events.run_until(now);
        line.send(now, i, 100);
    }
    line.run();
    REQUIRE(line.arrived.size() == 1000);
    for (std::size_t i = 1; i < 1000; ++i) REQUIRE(line.arrived[i - 1].time <= line.arrived[i].time);
    for (const line::Arrived& a : line.arrived) {
        REQUIRE(a.time >= 100us * a.seq);
        REQUIRE(a.time <= 100us * a.seq + 10ms);
    }
}

TEST_CASE("the same seed gives the same run, another seed or repetition another") {
    LinkConfig config = microsecond_a_byte();
    config.loss = 0.1;
    config.duplicate = 0.1;
    config.corrupt = 0.1;
    config.reorder = 0.1;
    config.jitter = 500us;
    const auto run = [&config](RunSeed seed) {
        Line line(config, seed);
        flood(line, 500);
        return line.arrived;
    };
    const auto first = run({1, 1});
    CHECK(run({1, 1}) == first);
    CHECK(run({2, 1}) != first);
    CHECK(run({1, 2}) != first);
}

TEST_CASE("which packets are lost does not depend on the rate, the queue or other impairments") {
    const auto lost = [](const LinkConfig& config) {
        Line line(config);
        line::Log log;
        line.context.observer = &log;
        Time now = kStart;
        for (std::uint32_t i = 0; i < 2000; ++i, now += 1ms) {
            line.events.run_until(now);
            line.send(now, i, 100);
        }
        std::vector<std::uint32_t> list;
        for (const auto& entry : log.entries) {
            if (entry.event.fate == PacketFate::lost) list.push_back(entry.seq);
        }
        return list;
    };
    LinkConfig config;
    config.loss = 0.05;
    const auto plain = lost(config);
    CHECK(plain.size() > 50);
    config.rate = {8'000'000};
    config.queue = 5;
    CHECK(lost(config) == plain);
    config.jitter = 3ms;
    config.corrupt = 0.5;
    config.reorder = 0.5;
    CHECK(lost(config) == plain);
}
