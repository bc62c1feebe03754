#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "sweep/sweep.hpp"

using namespace tcplab;

namespace {

// Squares, some of which take longer than others, so that they are made out of order.
std::vector<std::size_t> squares(std::size_t count, SweepOptions options) {
    std::vector<std::size_t> places(options.window);
    std::vector<std::size_t> out;
    SweepTask task;
    task.count = count;
    task.make = [&](std::size_t index, std::size_t place, const std::atomic<bool>&) {
        if (index % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(300));
        places[place] = index * index;
        return true;
    };
    task.consume = [&](std::size_t index, std::size_t place) {
        CHECK(index == out.size());
        out.push_back(places[place]);
    };
    CHECK(sweep(task, options) == count);
    return out;
}

}  // namespace

TEST_CASE("results come in order, whatever the threads and the window") {
    const auto expected = squares(200, {1, 1});
    REQUIRE(expected.size() == 200);
    CHECK(expected[13] == 169);
    CHECK(squares(200, {4, 8}) == expected);
    CHECK(squares(200, {3, 1}) == expected);
    CHECK(squares(200, {2, 1000}) == expected);
    CHECK(squares(0, {2, 4}).empty());
}

TEST_CASE("no more runs are begun than the window holds") {
    std::atomic<std::size_t> made = 0;
    std::size_t consumed = 0;
    SweepTask task;
    task.count = 100;
    task.make = [&](std::size_t, std::size_t, const std::atomic<bool>&) {
        ++made;
        return true;
    };
    task.consume = [&](std::size_t, std::size_t) {
        CHECK(made <= consumed + 5);
        ++consumed;
    };
    CHECK(sweep(task, {4, 5}) == 100);
}

TEST_CASE("an interrupt ends the sweep; what is complete is kept, without gaps") {
    std::vector<std::size_t> kept;
    SweepTask task;
    task.count = 1'000'000;
    task.make = [&](std::size_t index, std::size_t, const std::atomic<bool>& stop) {
        if (index == 50) {
            std::raise(SIGINT);
            while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return false;  // this run gave up, so those after it are not kept either
        }
        return true;
    };
    task.consume = [&](std::size_t index, std::size_t) { kept.push_back(index); };
    const std::size_t complete = sweep(task, {3, 16});
    CHECK(complete <= 50);
    CHECK(complete >= 50 - 16);
    std::vector<std::size_t> expected(complete);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(kept == expected);
}

TEST_CASE("what make() or consume() throws comes out of sweep()") {
    SweepTask task;
    task.count = 100;
    task.make = [](std::size_t index, std::size_t, const std::atomic<bool>&) -> bool {
        if (index == 10) throw std::runtime_error("make");
        return true;
    };
    task.consume = [](std::size_t, std::size_t) {};
    CHECK_THROWS_WITH(sweep(task, {2, 4}), "make");
    task.make = [](std::size_t, std::size_t, const std::atomic<bool>&) { return true; };
    task.consume = [](std::size_t index, std::size_t) {
        if (index == 3) throw std::runtime_error("consume");
    };
    CHECK_THROWS_WITH(sweep(task, {2, 4}), "consume");
}

TEST_CASE("there is at least one core") { CHECK(default_jobs() >= 1); }

TEST_CASE("the calling thread is told of the time that passes, while runs are made and not after") {
    const auto caller = std::this_thread::get_id();
    int ticks = 0;
    SweepTask task;
    task.count = 2;
    task.make = [](std::size_t, std::size_t, const std::atomic<bool>&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(350));
        return true;
    };
    task.consume = [](std::size_t, std::size_t) {};
    task.tick = [&] {
        CHECK(std::this_thread::get_id() == caller);
        ++ticks;
    };
    CHECK(sweep(task, {1, 2}) == 2);
    CHECK(ticks >= 2);
    CHECK(ticks <= 7);
}

TEST_CASE("what a tick throws ends the sweep") {
    SweepTask task;
    task.count = 1;
    task.make = [](std::size_t, std::size_t, const std::atomic<bool>& stop) {
        while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return false;
    };
    task.consume = [](std::size_t, std::size_t) {};
    task.tick = [] { throw std::runtime_error("no terminal"); };
    CHECK_THROWS_WITH(sweep(task, {1, 1}), "no terminal");
}

namespace {

// Makes runs by hand, the last of those under way first, a few at a time.
struct Elsewhere {
    std::vector<std::size_t>& places;
    std::size_t begun = 0;

    void operator()(const SweepShare& share) {
        while (!share.stopped()) {
            std::vector<RunsBegun> hands;
            while (hands.size() < 3) {
                const RunsBegun runs = share.begin(4);
                if (runs.count == 0) break;
                CHECK(runs.count <= 4);
                begun += runs.count;
                hands.push_back(runs);
            }
            if (hands.empty() && share.all_begun()) return;
            if (hands.empty()) std::this_thread::sleep_for(std::chrono::microseconds(20));
            std::reverse(hands.begin(), hands.end());
            for (const RunsBegun& hand : hands) {
                for (std::size_t i = hand.first; i < hand.first + hand.count; ++i) {
                    places[i % places.size()] = i * i;
                    share.made(i);
                }
            }
        }
    }
};

}  // namespace

TEST_CASE("runs that are made elsewhere come in order among the others") {
    for (const std::size_t jobs : {0U, 1U, 3U}) {
        std::vector<std::size_t> places(20);
        std::size_t consumed = 0;
        Elsewhere elsewhere{places};
        SweepTask task;
        task.count = 1000;
        task.make = [&](std::size_t index, std::size_t place, const std::atomic<bool>&) {
            places[place] = index * index;
            return true;
        };
        task.consume = [&](std::size_t index, std::size_t place) {
            CHECK(index == consumed);
            CHECK(places[place] == index * index);
            ++consumed;
        };
        task.elsewhere = [&](const SweepShare& share) { elsewhere(share); };
        CHECK(sweep(task, {jobs, places.size()}) == 1000);
        CHECK(consumed == 1000);
        if (jobs == 0) CHECK(elsewhere.begun == 1000);
    }
}

TEST_CASE("fewer runs than the window holds may be begun") {
    std::vector<std::size_t> places(50);
    std::size_t consumed = 0;
    std::size_t most = 0;
    SweepTask task;
    task.count = 200;
    task.consume = [&](std::size_t, std::size_t) { ++consumed; };
    task.elsewhere = [&](const SweepShare& share) {
        while (!share.all_begun()) {
            const RunsBegun runs = share.begin(100);
            most = std::max(most, runs.count);
            share.limit(7);
            CHECK((runs.first == 0 || runs.count <= 7));
            for (std::size_t i = runs.count; i > 0; --i) share.made(runs.first + i - 1);
        }
    };
    CHECK(sweep(task, {0, places.size()}) == 200);
    CHECK(consumed == 200);
    CHECK(most == 50);
}

TEST_CASE("who makes runs elsewhere can stop the sweep, and its failure ends it") {
    std::size_t consumed = 0;
    SweepTask task;
    task.count = 1'000'000;
    task.make = [](std::size_t, std::size_t, const std::atomic<bool>&) { return true; };
    task.consume = [&](std::size_t, std::size_t) { ++consumed; };
    task.elsewhere = [](const SweepShare& share) {
        const RunsBegun lost = share.begin(1);  // never made
        CHECK(lost.count == 1);
        share.stop();
        CHECK(share.stopped());
        CHECK(share.begin(5).count == 0);
    };
    CHECK(sweep(task, {0, 16}) == 0);
    CHECK(consumed == 0);
    task.elsewhere = [](const SweepShare&) { throw std::runtime_error("gone"); };
    CHECK_THROWS_WITH(sweep(task, {2, 16}), "gone");
}
