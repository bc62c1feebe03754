#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/random.hpp"
#include "net/event_queue.hpp"

using namespace tcplab;

namespace {

/// Does what a test wants when it is woken.
class Script : public EventHandler {
  public:
    explicit Script(EventQueue& queue) : id(queue.add_handler(*this)) {}
    void on_event(Time now) override { action(now); }
    HandlerId id;
    std::function<void(Time)> action = [](Time) {};
};

Time at(std::int64_t ns) { return kStart + Duration(ns); }

}  // namespace

TEST_CASE("an empty queue") {
    EventQueue queue;
    CHECK_FALSE(queue.run_one());
    CHECK(queue.empty());
    CHECK(queue.now() == kStart);
    CHECK(queue.events() == 0);
}

TEST_CASE("events run in order of time, those of one instant in order of insertion") {
    EventQueue queue;
    std::vector<int> ran;
    Script a(queue);
    Script b(queue);
    Script c(queue);
    a.action = [&](Time) { ran.push_back(1); };
    b.action = [&](Time) { ran.push_back(2); };
    c.action = [&](Time) { ran.push_back(3); };
    queue.schedule(at(20), c.id);
    queue.schedule(at(10), b.id);
    queue.schedule(at(10), a.id);
    queue.schedule(at(10), c.id);
    while (queue.run_one()) {
    }
    CHECK(ran == std::vector<int>{2, 1, 3, 3});
    CHECK(queue.now() == at(20));
    CHECK(queue.events() == 4);
}

TEST_CASE("run_until includes its end and leaves the clock there") {
    EventQueue queue;
    int ran = 0;
    Script s(queue);
    s.action = [&](Time) { ++ran; };
    for (const std::int64_t t : {5, 10, 11}) queue.schedule(at(t), s.id);
    queue.run_until(at(10));
    CHECK(ran == 2);
    CHECK(queue.now() == at(10));
    queue.run_until(at(10));
    CHECK(ran == 2);
    queue.run_until(kNever);
    CHECK(ran == 3);
    CHECK(queue.now() == at(11));
}

TEST_CASE("kNever is not scheduled") {
    EventQueue queue;
    Script s(queue);
    queue.schedule(kNever, s.id);
    CHECK_FALSE(queue.run_one());
}

TEST_CASE("an event at the present instant runs after those that were there") {
    EventQueue queue;
    std::vector<int> ran;
    Script first(queue);
    Script second(queue);
    Script added(queue);
    first.action = [&](Time now) {
        ran.push_back(1);
        queue.schedule(now, added.id);
    };
    second.action = [&](Time) { ran.push_back(2); };
    added.action = [&](Time) { ran.push_back(3); };
    queue.schedule(at(1), first.id);
    queue.schedule(at(1), second.id);
    queue.run_until(kNever);
    CHECK(ran == std::vector<int>{1, 2, 3});
}

TEST_CASE("what is due later than asked for stays, and earlier ones may still come") {
    EventQueue queue;
    std::vector<Time> ran;
    Script s(queue);
    s.action = [&](Time now) { ran.push_back(now); };
    for (const std::int64_t t : {4096, 4097, 1'000'000}) queue.schedule(at(t), s.id);
    CHECK_FALSE(queue.run_one(at(4095)));
    CHECK(queue.now() == kStart);
    queue.schedule(at(7), s.id);
    CHECK(queue.run_one(at(4095)));
    CHECK_FALSE(queue.run_one(at(4095)));
    queue.run_until(at(4096));
    CHECK_FALSE(queue.empty());
    queue.schedule(at(4096), s.id);
    queue.run_until(kNever);
    CHECK(queue.empty());
    CHECK(ran == std::vector<Time>{at(7), at(4096), at(4096), at(4097), at(1'000'000)});
}

TEST_CASE("random operations agree with a sorted list") {
    for (const std::uint32_t spread : {2U, 20U, 5'000U, 4'000'000'000U}) {  // from many ties to none
        RandomStream random(spread);
        EventQueue queue;
        std::vector<std::unique_ptr<Script>> handlers;
        std::multimap<std::pair<Time, std::uint64_t>, HandlerId> expected;  // by time and insertion
        std::uint64_t inserted = 0;
        std::uint64_t ran = 0;
        const auto add = [&](Time now) {
            const Time when = now + Duration(random() % spread);
            const HandlerId handler = handlers[random() % handlers.size()]->id;
            queue.schedule(when, handler);
            expected.insert({{when, inserted++}, handler});
        };
        for (int i = 0; i < 10; ++i) {
            handlers.push_back(std::make_unique<Script>(queue));
            Script& self = *handlers.back();
            self.action = [&, id = self.id](Time now) {
                ++ran;
                REQUIRE_FALSE(expected.empty());
                REQUIRE(expected.begin()->first.first == now);
                REQUIRE(expected.begin()->second == id);
                expected.erase(expected.begin());
                if (ran < 20000) {
                    for (std::uint32_t n = random() % 3; n > 0; --n) add(now);
                }
            };
        }
        while (ran < 20000) {
            for (int i = 0; i < 50; ++i) add(queue.now());
            for (int i = 0; i < 40; ++i) queue.run_one();
        }
        queue.run_until(kNever);
        CHECK(expected.empty());
        CHECK(queue.events() == ran);
        CHECK(ran >= 20000);
    }
}
