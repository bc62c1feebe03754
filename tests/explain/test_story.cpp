#include <doctest/doctest.h>

#include <numeric>

#include "experiment/world.hpp"
#include "metrics/page.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;

// Whose story is told: the last page's, a user's page, a transaction's. It has to cover all of that time.

namespace {

Scenario scenario_of(const std::string& toml) {
    const Loaded loaded = read_scenario(toml, "test.toml");
    REQUIRE_MESSAGE(loaded.scenario.has_value(), loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(0));
}

Results story_of(Scenario scenario, const StorySubject& subject) {
    scenario.story = subject;
    return simulate(scenario);
}

Duration length(const Results& r) {
    return std::accumulate(r.path.begin(), r.path.end(), Duration(0),
                           [](Duration sum, const PathStep& step) { return sum + step.length; });
}

Duration time_for(const Results& r, Cause cause) {
    Duration sum{0};
    for (const PathStep& step : r.path) sum += step.cause == cause ? step.length : Duration::zero();
    return sum;
}

const std::string kUsers =
    "link.rtt = '20 ms'\nlink.rate = '2 Mbit/s'\nclient.users = 3\nclient.arrival = 'every 7 ms'\nclient.loads = 2\n"
    "page.html = '5 kB'\npage.objects = [ { count = 4, size = '9 kB' } ]\n";

}  // namespace

TEST_CASE("without a wish there is no story") { CHECK(simulate(scenario_of(kUsers)).path.empty()); }

TEST_CASE("the page that is done last") {
    const Results r = story_of(scenario_of(kUsers), {});
    const PageResult* last = last_page(r.pages);
    REQUIRE(last != nullptr);
    for (const PageResult& p : r.pages) CHECK(p.done <= last->done);
    CHECK(length(r) == last->done - last->started);
    for (const PathStep& step : r.path) {
        if (step.row != PathStep::kNone) CHECK(r.transactions[step.row].user == last->user);
    }
}

TEST_CASE("any page of any user") {
    const Scenario scenario = scenario_of(kUsers);
    const std::vector<PageResult> pages = simulate(scenario).pages;
    REQUIRE(pages.size() == 6);
    for (const PageResult& p : pages) {
        const Results r = story_of(scenario, {p.user, p.load, {}});
        CHECK(length(r) == p.done - p.started);
        for (std::size_t i = 0; i < kCauses; ++i) {
            const auto cause = static_cast<Cause>(i);
            CHECK(time_for(r, cause) == p.causes[cause]);
        }
        for (const PathStep& step : r.path) {
            if (step.row == PathStep::kNone) continue;
            CHECK(r.transactions[step.row].user == p.user);
            CHECK(r.transactions[step.row].load == p.load);
        }
    }
}

TEST_CASE("any transaction, on the page's critical path or not") {
    const std::string page =
        "link.rtt = '20 ms'\nlink.rate = '2 Mbit/s'\npage.html = '5 kB'\n"
        "page.objects = [ { count = 6, size = '9 kB' } ]\n";
    for (const char* how : {"client.strategy = 'serial'\n", "client.strategy = 'parallel'\nclient.connections = 2\n",
                            "client.strategy = 'persistent'\nclient.connections = 2\nclient.gap = '3 ms'\n",
                            "client.strategy = 'pipelined'\nserver.think_time = '4 ms'\n",
                            "client.strategy = 'multiplexed'\n", "server.workers = 1\nserver.think_time = '9 ms'\n"}) {
        const Scenario scenario = scenario_of(how + page);
        for (const Transaction& t : simulate(scenario).transactions) {
            CAPTURE(how);
            CAPTURE(t.id);
            const Results r = story_of(scenario, {t.user, t.load, t.object});
            CHECK(length(r) == t.done - t.wanted);
            REQUIRE(!r.path.empty());
            CHECK(r.path.back().row == t.id - 1);
        }
    }
}

TEST_CASE("what a transaction was blocked by is told with its own causes") {
    // On one connection: the handshake, then two round trips of 100 ms.
    const Scenario scenario = scenario_of(
        "link.rtt = '100 ms'\nclient.strategy = 'persistent'\n"
        "page.objects = [ { count = 2, size = '1 kB' } ]\n");
    const Results r = story_of(scenario, {1, 1, 1});
    CHECK(causes_of(r, r.transactions[1])[Cause::blocked] == 200ms);
    CHECK(time_for(r, Cause::handshake) == 100ms);
    CHECK(time_for(r, Cause::propagation) == 200ms);
    CHECK(time_for(r, Cause::blocked) == 0ms);
}

TEST_CASE("a transaction that failed is told as far as it came") {
    // Three ports, which the client keeps: the fourth connection fails at once, after three pages of 40 ms.
    const Scenario scenario = scenario_of(
        "link.rtt = '20 ms'\nclient.tcp.ports = [40000, 40002]\nclient.close = 'client'\n"
        "page.objects = [ { count = 5, size = '1 kB' } ]\n");
    const Results r = story_of(scenario, {1, 1, 3});
    CHECK(r.transactions[3].failure.what == "EADDRNOTAVAIL");
    CHECK(length(r) == 120ms);
    CHECK(time_for(r, Cause::handshake) == 60ms);
    CHECK(time_for(r, Cause::propagation) == 60ms);
}

TEST_CASE("steps know on which connection of the way they happened") {
    const Scenario scenario = scenario_of(
        "link.rtt = '40 ms'\npage.objects = [ { size = '1 kB' } ]\n"
        "[[proxy]]\nlink = { rtt = '20 ms' }\n");
    std::vector<std::pair<Duration, int>> propagation;
    for (const PathStep& step : story_of(scenario, {}).path) {
        if (step.cause == Cause::propagation) propagation.emplace_back(step.length, step.hop);
    }
    CHECK(propagation == std::vector<std::pair<Duration, int>>{{10ms, 0}, {20ms, 1}, {20ms, 1}, {10ms, 0}});
}
