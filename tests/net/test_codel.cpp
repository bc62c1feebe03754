#include "net/codel.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "line.hpp"

using namespace tcplab;
using line::Line;

namespace {

constexpr Duration kNanosecond{1};

/// 1 byte is 1 us, so 1000 bytes leave each millisecond.
LinkConfig codel() {
    LinkConfig config;
    config.discipline = Discipline::codel;
    config.rate = {8'000'000};
    config.queue = 100'000;
    return config;
}

/// When packets were dropped or, as they departed, marked.
class Signals : public Observer {
  public:
    explicit Signals(EventQueue& events) : events_(events) {}
    void on_packet(const PacketEvent& event, const Segment&) override {
        if (event.fate == PacketFate::queue_full) drops.push_back(events_.now() - kStart);
        if (event.marked) marks.push_back(event.departed - event.transmission - kStart);
        if (event.fate == PacketFate::delivered) {
            waits.push_back(event.departed - event.transmission - event.entered);
        }
    }
    std::vector<Duration> drops, marks, waits;

  private:
    EventQueue& events_;
};

void burst(Line& line, Time now, std::uint32_t packets, std::uint8_t ecn = 0, std::uint32_t size = 1000) {
    line.events.run_until(now);
    Segment s = line::segment(flag::ack, 0, size - line::kHeaders);
    s.ecn = ecn;
    for (std::uint32_t i = 0; i < packets; ++i) line.send(now, s);
}

/// The times of RFC 8289's control law from a first drop on, where packets are dequeued at whole milliseconds only.
std::vector<Duration> control_law(Duration first, Duration until, double count = 1, Duration interval = 100ms) {
    std::vector<Duration> times{first};
    double next = static_cast<double>(first.count());
    for (;; ++count) {
        next += static_cast<double>(interval.count()) / std::sqrt(count);
        const auto dequeue = Duration(static_cast<std::int64_t>(std::ceil(next / 1e6)) * 1'000'000);
        if (dequeue >= until) return times;
        times.push_back(dequeue);
    }
}

}  // namespace

TEST_CASE("codel: an overload is dropped at interval / sqrt(n)") {
    Line line(codel());
    Signals signals(line.events);
    line.context.observer = &signals;
    burst(line, kStart, 3000);
    line.run();
    // The packet that is dequeued at 5 ms has waited as long as the target; an interval later the first one goes. The
    // last ones to leave have no queue behind them.
    const Duration until = 1ms * static_cast<std::int64_t>(3000 - signals.drops.size() - 1);
    const std::vector<Duration> expected = control_law(105ms, until);
    REQUIRE(expected.size() > 50);
    REQUIRE(signals.drops.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CAPTURE(i);
        CHECK(signals.drops[i] == expected[i]);
    }
    CHECK(line.direction.counters().dropped_queue == signals.drops.size());
    CHECK(line.arrived.size() + signals.drops.size() == 3000);
}

TEST_CASE("codel: target and interval are what they are set to") {
    LinkConfig config = codel();
    config.codel.target = 20ms;
    config.codel.interval = 30ms;
    Line line(config);
    Signals signals(line.events);
    line.context.observer = &signals;
    burst(line, kStart, 500);
    line.run();
    const std::vector<Duration> expected = control_law(50ms, 200ms, 1, 30ms);
    REQUIRE(signals.drops.size() > expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(signals.drops[i] == expected[i]);
}

TEST_CASE("codel: a burst that drains within the interval loses nothing") {
    Line line(codel());
    burst(line, kStart, 100);
    burst(line, kStart + 200ms, 100);
    line.run();
    CHECK(line.direction.counters().dropped_queue == 0);
}

TEST_CASE("codel: a standing queue below the target loses nothing") {
    LinkConfig config = codel();
    config.codel.target = 5ms + kNanosecond;
    Line line(config);
    burst(line, kStart, 5);  // what arrives behind them waits 5 ms
    for (Time now = kStart; now < kStart + 3s; now += 1ms) {
        line.events.run_until(now);
        line.send(now, 0, 1000);
    }
    line.run();
    CHECK(line.direction.counters().dropped_queue == 0);
    config.codel.target = 5ms - kNanosecond;
    Line above(config);
    burst(above, kStart, 5);
    for (Time now = kStart; now < kStart + 3s; now += 1ms) {
        above.events.run_until(now);
        above.send(now, 0, 1000);
    }
    above.run();
    CHECK(above.direction.counters().dropped_queue > 0);
}

TEST_CASE("codel: one packet in the queue is no queue, however slow the link") {
    LinkConfig config = codel();
    config.rate = {8000};  // 1000 bytes a second
    for (const std::uint32_t waiting : {1U, 3U}) {
        Line line(config);
        burst(line, kStart, waiting);
        for (Time now = kStart; now < kStart + 60s; now += 1s) {
            line.events.run_until(now);
            line.send(now, 0, 1000);
        }
        line.run();
        // With 1, what is left behind a packet that leaves is 1000 bytes, less than the MTU.
        CHECK((line.direction.counters().dropped_queue == 0) == (waiting == 1));
    }
}

TEST_CASE("codel: an overload soon after another begins with the last one's rate") {
    Line line(codel());
    Signals signals(line.events);
    line.context.observer = &signals;
    burst(line, kStart, 1000);
    line.events.run_until(kStart + 1s);
    REQUIRE(line.packets.in_use() == 0);
    const std::size_t before = signals.drops.size();
    REQUIRE(before > 5);
    burst(line, kStart + 1s, 1000);
    line.run();
    // It had counted from 1 to `before`: the difference is where it goes on.
    const std::vector<Duration> expected = control_law(1105ms, 1700ms, static_cast<double>(before - 1));
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(signals.drops.at(before + i) == expected[i]);

    Line later(codel());
    Signals fresh(later.events);
    later.context.observer = &fresh;
    burst(later, kStart, 1000);
    later.events.run_until(kStart + 1s);
    // 16 intervals after the time of the next drop it has forgotten.
    burst(later, kStart + 3s, 1000);
    later.run();
    const std::vector<Duration> from_one = control_law(3105ms, 3700ms);
    for (std::size_t i = 0; i < from_one.size(); ++i) CHECK(fresh.drops.at(before + i) == from_one[i]);
}

TEST_CASE("codel: with ecn it marks when it would drop") {
    LinkConfig config = codel();
    config.ecn = true;
    constexpr std::uint8_t ect0 = 2;
    Line line(config);
    Signals signals(line.events);
    line.context.observer = &signals;
    burst(line, kStart, 1000, ect0);
    line.run();
    CHECK(signals.drops.empty());
    CHECK(line.arrived.size() == 1000);
    const std::vector<Duration> expected = control_law(105ms, 998ms);
    REQUIRE(signals.marks.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) CHECK(signals.marks[i] == expected[i]);
    CHECK(line.direction.counters().marked_ce == expected.size());

    Line deaf(config);
    burst(deaf, kStart, 1000);
    deaf.run();
    CHECK(deaf.direction.counters().marked_ce == 0);
    CHECK(deaf.direction.counters().dropped_queue > 5);
}

TEST_CASE("codel: ce_threshold marks all that waited longer, also without ecn") {
    LinkConfig config = codel();
    config.codel.ce_threshold = 20ms;
    constexpr std::uint8_t ect1 = 1;
    Line line(config);
    Signals signals(line.events);
    line.context.observer = &signals;
    burst(line, kStart, 60, ect1);
    line.run();
    REQUIRE(signals.waits.size() == 60);
    CHECK(signals.marks.size() == 39);  // 21 to 59 ms
    CHECK(signals.marks.front() == 21ms);
    CHECK(signals.drops.empty());
}

TEST_CASE("codel: its limit is 1000 packets unless it is set, and the one in service does not count") {
    LinkConfig config = codel();
    config.queue.reset();
    Line line(config);
    burst(line, kStart, 2000);
    CHECK(line.direction.counters().dropped_queue == 999);
    config.queue_bytes = 10'000;
    Line bytes(config);
    burst(bytes, kStart, 2000);
    CHECK(bytes.direction.counters().dropped_queue == 1989);
    line.run();
    bytes.run();
    CHECK(bytes.arrived.size() == 11);
}
