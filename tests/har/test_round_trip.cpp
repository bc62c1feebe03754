// A run's recording, taken for a browser's: it reads back, and what it becomes takes about as long.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

#include "experiment/world.hpp"
#include "har/write.hpp"
#include "recordings.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::har;

namespace {

Duration page_time(const Results& r) { return r.pages.at(0).done - r.pages.at(0).started; }

/// Phases add up to the time and none is negative; where a connection was opened ssl is a part of connect.
void check_phases(const Recording& recording, bool tls) {
    std::size_t opened = 0;
    for (const Exchange& e : recording.exchanges) {
        Duration sum{0};
        for (const auto& phase :
             {e.timings.blocked, e.timings.dns, e.timings.connect, e.timings.send, e.timings.wait, e.timings.receive}) {
            CHECK(phase.value_or(Duration{0}) >= Duration{0});
            sum += phase.value_or(Duration{0});
        }
        CHECK(sum == e.time);
        CHECK(e.timings.ssl.has_value() == (tls && e.timings.connect.has_value()));
        if (e.timings.ssl) CHECK(*e.timings.ssl < *e.timings.connect);
        if (e.timings.connect) ++opened;
    }
    CHECK(opened > 0);
}

/// The page time of the scenario that import_page() makes of the run's recording, as part of the run's own.
double again(const Scenario& s, const Results& r) {
    const Recording recording = recordings::read(har_json(s, r, "a run"));
    CHECK(recording.exchanges.size() == r.transactions.size());
    check_phases(recording, s.tls.has_value());
    const Loaded loaded = read_scenario(to_toml(recordings::import(har_json(s, r, "a run"))), "again.toml");
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    const Results second = simulate(runs.scenario(runs.run(0)));
    CHECK(second.failed == 0);
    return static_cast<double>(page_time(second).count()) / static_cast<double>(page_time(r).count());
}

Scenario run_of(std::string_view text, std::uint64_t i = 0) {
    const Loaded loaded = read_scenario(text, "x.toml");
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(i));
}

std::string page(const std::string& client) {
    return "[link]\nrtt = \"60 ms\"\nrate = \"10 Mbit/s\"\n[client]\n" + client + R"(
[server]
think_time = "20 ms"
[[host]]
name = "cdn"
rtt = "30 ms"
[page]
html = "30 kB"
objects = [
    { name = "app.js", size = "200 kB" },
    { name = "style.css", size = "20 kB" },
    { name = "photo.jpg", size = "300 kB", after = "style.css", host = "cdn", delay = "30 ms" },
    { count = 12, size = "15 kB", after = "app.js" },
]
)";
}

}  // namespace

// The tolerance is what a recording cannot tell. The link's rate is the highest that was seen while a body arrived:
// lower than the link's by its headers (4 %), and by what slow start leaves unused. The round trip has the
// transmission of the SYNs in it. The time that an answer waits behind others on the link looks like work of the
// server.

TEST_CASE("six connections") {
    const Scenario s = run_of(page("strategy = \"persistent\"\nconnections = 6\n"));
    const double ratio = again(s, simulate(s));
    CHECK(ratio > 0.95);
    CHECK(ratio < 1.2);
}

TEST_CASE("six connections with TLS") {
    const Scenario s = run_of(page("strategy = \"persistent\"\nconnections = 6\nurl = \"https://www.example.com/\"\n"));
    const double ratio = again(s, simulate(s));
    CHECK(ratio > 0.95);
    CHECK(ratio < 1.2);
}

TEST_CASE("HTTP/2 with TLS") {
    const Scenario s = run_of(page("strategy = \"multiplexed\"\nurl = \"https://www.example.com/\"\n"));
    const double ratio = again(s, simulate(s));
    CHECK(ratio > 0.95);
    CHECK(ratio < 1.3);  // all answers share a congestion window, and what waits for it looks like work, too
}

TEST_CASE("every variant of page-strategies reads back") {
    const char* root = std::getenv("TCPLAB_SOURCE");
    const std::string path = std::string(root == nullptr ? "." : root) + "/scenarios/page-strategies.toml";
    const Loaded loaded = load_scenario(path);
    REQUIRE(loaded.scenario);
    const Runs runs = loaded.scenario->expand();
    for (std::uint64_t i = 0; i < runs.size(); ++i) {
        CAPTURE(loaded.scenario->variants[runs.run(i).variant]);
        const Scenario s = runs.scenario(runs.run(i));
        const Results r = simulate(s);
        const Recording recording = recordings::read(har_json(s, r, ""));
        check_phases(recording, false);
        REQUIRE(recording.exchanges.size() == r.transactions.size());
        Duration last{0};
        for (const Exchange& e : recording.exchanges) last = std::max(last, e.end());
        CHECK(last == page_time(r));
    }
}
