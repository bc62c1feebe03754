#include "net/red.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <map>

#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

LinkConfig red_of(std::uint64_t min, std::uint64_t max) {
    LinkConfig config;
    config.discipline = Discipline::red;
    config.rate = {8'000'000};  // 1 byte is 1 us
    config.red.min = QueueLength{min, false};
    config.red.max = QueueLength{max, false};
    config.red.weight = 1;  // the average is the present length
    return config;
}

/// A RED queue that is fed by hand.
struct Fed {
    explicit Fed(const LinkConfig& config) : backlog(pool, config), red(config, backlog, RandomStream(7)) {}

    /// True: it was taken in.
    bool put(Time now = kStart, std::uint8_t ecn = 0, std::uint32_t size = 1000) {
        const PacketIndex packet = pool.acquire();
        pool[packet].size = size;
        pool[packet].segment.ecn = ecn;
        pool[packet].marked = false;
        red.enqueue(now, packet, true);
        if (backlog.dropped().empty()) return true;
        pool.release(backlog.dropped().front());
        backlog.dropped().clear();
        return false;
    }
    void take(Time now = kStart) {
        const PacketIndex packet = red.dequeue(now);
        last_ecn = pool[packet].segment.ecn;
        pool.release(packet);
    }
    /// Until so many wait, whatever it drops on the way.
    void fill(std::uint64_t packets) {
        while (backlog.packets() < packets) put();
    }

    PacketPool pool;
    Backlog backlog;
    Red red;
    std::uint8_t last_ecn = 0;
};

/// How far apart the packets are that it drops while `length` wait: by gap, how often.
std::map<int, int> gaps(const LinkConfig& config, std::uint64_t length) {
    Fed fed(config);
    fed.fill(length);
    std::map<int, int> seen;
    int gap = 0;
    bool first = true;
    for (int i = 0; i < 100'000; ++i) {
        ++gap;
        if (fed.put()) {
            fed.take();
            continue;
        }
        if (!first) ++seen[gap];
        first = false;
        gap = 0;
    }
    return seen;
}

}  // namespace

TEST_CASE("red: the average follows (1 - w) avg + w q") {
    LinkConfig config = red_of(1000, 2000);
    config.red.weight = 0.002;
    Fed fed(config);
    fed.red.dequeue(kStart);
    double expected = 0;
    for (int i = 0; i < 500; ++i) {
        // The packet that arrives does not count itself; the first finds an idle link.
        if (i > 0) expected = (1 - 0.002) * expected + 0.002 * i;
        fed.put();
        REQUIRE(fed.red.average() == doctest::Approx(expected));
    }
    for (int i = 0; i < 500; ++i) {
        fed.take();
        expected = (1 - 0.002) * expected + 0.002 * 499;
        fed.put();
        REQUIRE(fed.red.average() == doctest::Approx(expected));
    }
}

TEST_CASE("red: while idle the average falls as if usual packets had met an empty queue") {
    LinkConfig config = red_of(1000, 2000);
    config.red.weight = 0.01;
    config.red.avpkt = 500;  // half a millisecond
    Fed fed(config);
    fed.fill(300);
    const double before = fed.red.average();
    REQUIRE(before > 100);
    while (fed.backlog.packets() > 0) fed.take(kStart + 1s);
    CHECK(fed.red.dequeue(kStart + 2s) == kNoPacket);  // idle from here
    fed.put(kStart + 2s + 50ms);
    CHECK(fed.red.average() == doctest::Approx(before * std::pow(0.99, 100)));
    // A bandwidth of its own changes how many would have passed.
    config.red.bandwidth = {800'000};
    Fed slow(config);
    slow.fill(300);
    while (slow.backlog.packets() > 0) slow.take();
    slow.red.dequeue(kStart);
    slow.put(kStart + 50ms);
    CHECK(slow.red.average() == doctest::Approx(before * std::pow(0.99, 10)));
}

TEST_CASE("red: below min nothing is dropped, whatever the probability") {
    LinkConfig config = red_of(10, 20);
    config.red.probability = 1;
    Fed fed(config);
    fed.fill(9);
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(fed.put());
        fed.take();
    }
}

TEST_CASE("red: between min and max the gaps are uniform on 1 to 1 / p_b - 1") {
    LinkConfig config = red_of(5, 15);
    config.red.probability = 0.1;
    // Half way: p_b is 0.05, so that p_a is 1/19 for the packet after one that was dropped, 1/18 for the next ...
    const std::map<int, int> seen = gaps(config, 10);
    int all = 0;
    for (const auto& [gap, count] : seen) all += count;
    REQUIRE(all > 9000);
    CHECK(seen.begin()->first == 1);
    CHECK(seen.rbegin()->first == 19);
    const double each = all / 19.0;
    for (const auto& seen_gap : seen) {
        CAPTURE(seen_gap.first);
        CHECK(std::abs(seen_gap.second - each) < 5 * std::sqrt(each));
    }
}

TEST_CASE("red: gentle rises to certainty at twice max, else it begins at max") {
    LinkConfig config = red_of(5, 15);
    config.red.probability = 0.1;
    // p_b = 0.1 + 0.9 x 5 / 15 = 0.4: p_a is 2/3, then certain.
    std::map<int, int> seen = gaps(config, 20);
    REQUIRE(seen.size() == 2);
    const double all = seen[1] + seen[2];
    CHECK(std::abs(seen[1] - all * 2 / 3) < 5 * std::sqrt(all * 2 / 9));
    const auto passes_at = [&](std::uint64_t length, bool gentle) {
        LinkConfig c = config;
        c.red.gentle = gentle;
        c.red.probability = 0;  // or there would be no way to that length
        Fed fed(c);
        for (std::uint64_t i = 0; i < length; ++i) {
            if (!fed.put()) return false;
        }
        return true;
    };
    CHECK(passes_at(15, false));
    CHECK_FALSE(passes_at(16, false));  // this one finds 15 before it
    CHECK_FALSE(passes_at(200, true));
    Fed fed(config);
    std::uint64_t longest = 0;
    for (int i = 0; i < 100'000; ++i) {
        fed.put();
        longest = std::max(longest, fed.backlog.packets());
    }
    CHECK(longest == 22);  // from 21.7 on p_b is above 1/2: every packet after one that was dropped is dropped too
}

TEST_CASE("red: with ecn what would be dropped early is marked; the limit drops all the same") {
    LinkConfig config = red_of(5, 15);
    config.ecn = true;
    config.red.gentle = false;
    config.queue = 25;
    constexpr std::uint8_t not_ect = 0, ect1 = 1, ect0 = 2, ce = 3;
    Fed fed(config);
    std::uint64_t marks = 0;
    for (int i = 0; i < 25; ++i) {
        REQUIRE(fed.put(kStart, i % 2 == 0 ? ect0 : ect1));
    }
    CHECK(fed.backlog.marked() >= 10);  // those that found 15 or more
    CHECK_FALSE(fed.put(kStart, ect0));
    while (fed.backlog.packets() > 0) {
        fed.take();
        CHECK(fed.last_ecn != not_ect);
        if (fed.last_ecn == ce) ++marks;
    }
    CHECK(marks == fed.backlog.marked() - (marks < fed.backlog.marked() ? 1 : 0));
    fed.fill(15);
    CHECK_FALSE(fed.put(kStart, not_ect));
    config.ecn = false;
    Fed without(config);
    without.fill(15);
    CHECK_FALSE(without.put(kStart, ect0));
    CHECK(without.backlog.marked() == 0);
}

TEST_CASE("red: the weight lets a burst pass, as the table in include/net/red.h has it") {
    // th_min/S = 32: W = 2^-4 for L = 46, 2^-5 for 57, 2^-6 for 75, 2^-7 for 101, 2^-8 for 135.
    const std::map<std::uint32_t, int> table{{46, 4}, {57, 5}, {75, 6}, {101, 7}, {135, 8}};
    for (const auto& [burst, log] : table) {
        for (const bool bytes : {false, true}) {
            LinkConfig config = red_of(32, 96);
            config.red.weight.reset();
            config.red.burst = burst;
            if (bytes) {
                config.red.min = QueueLength{32'000, true};
                config.red.max = QueueLength{96'000, true};
            }
            Fed fed(config);
            fed.put();
            fed.put();  // sees one
            CHECK(fed.red.average() == doctest::Approx((bytes ? 1000 : 1) * std::pow(2, -log)));
        }
    }
}

TEST_CASE("red: what is not given follows from the limit") {
    LinkConfig config;
    config.discipline = Discipline::red;
    CHECK(red_problem(config));
    config.queue = 120;  // max 30, min 10, burst 16
    CHECK_FALSE(red_problem(config));
    config.red.weight = 1;
    Fed fed(config);
    int passed = 0;
    while (fed.put()) ++passed;
    CHECK(passed >= 10);
    config.red.probability = 0;
    config.red.gentle = false;
    Fed exact(config);
    passed = 0;
    while (exact.put()) ++passed;
    CHECK(passed == 30);
}

TEST_CASE("red: numbers that cannot work") {
    CHECK_FALSE(red_problem(red_of(5, 15)));
    CHECK(red_problem(red_of(15, 15)));
    CHECK(red_problem(red_of(0, 15)));
    LinkConfig mixed = red_of(5, 15);
    mixed.red.min = QueueLength{5000, true};
    CHECK(red_problem(mixed));
    LinkConfig tiny = red_of(5, 15);
    tiny.red.weight.reset();
    tiny.red.min = QueueLength{500, true};
    tiny.red.max = QueueLength{1500, true};
    CHECK(red_problem(tiny));  // no burst of one packet is short enough
    tiny.red.weight = 0.002;
    CHECK_FALSE(red_problem(tiny));
}

TEST_CASE("red: on a link, half the load of an overload is lost and the queue stays between the thresholds") {
    LinkConfig config = red_of(20, 60);
    config.red.probability = 0.6;
    config.red.weight = 0.02;
    Line line(config);
    std::uint32_t sent = 0;
    for (Time now = kStart; now < kStart + 20s; now += 500us) {
        line.events.run_until(now);
        line.send(now, sent++, 1000);
    }
    const LinkCounters& counters = line.direction.counters();
    const std::uint64_t waiting = line.packets.in_use() - 1;
    CHECK(counters.dropped_queue + line.arrived.size() + waiting + 1 == sent);
    CHECK(line.arrived.size() >= 19'990);  // it never ran empty
    CHECK(waiting > 20);
    CHECK(waiting < 90);
}
