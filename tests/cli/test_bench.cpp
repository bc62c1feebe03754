#include <doctest/doctest.h>

#include <cstdlib>

#include "cli/measure.hpp"
#include "experiment/workloads.hpp"
#include "experiment/world.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;

namespace {

MeasuredWorkload took(const std::string& name, std::uint32_t n, double user_s) {
    Measurement m;
    m.user_s = user_s;
    m.wall_s = user_s;
    m.data_packets = 1000;
    return {{name, n}, m};
}

Scenario from_file(const std::string& name, const std::vector<std::string>& sets) {
    const char* source = std::getenv("TCPLAB_SOURCE");
    const std::string root = source == nullptr ? "." : source;
    CommandLine options;
    options.sets = sets;
    const Loaded loaded = load_scenario(root + "/scenarios/bench/" + name, options);
    REQUIRE_MESSAGE(loaded.scenario.has_value(), loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(0));
}

void check_same(const Results& a, const Results& b) {
    CHECK(a.events == b.events);
    CHECK(a.down.bytes == b.down.bytes);
    CHECK(a.ended == b.ended);
    CHECK(a.transactions.size() == b.transactions.size());
}

}  // namespace

TEST_CASE("the scenario files of the benchmarks are the benchmarks") {
    Scenario w1 = bulk_scenario(20);
    w1.duration = 500ms;
    check_same(simulate(from_file("w1.toml", {"client.users=20", "duration=500 ms"})), simulate(w1));
    check_same(simulate(from_file("w2.toml", {})), simulate(short_scenario(10'000)));
}

TEST_CASE("the JSON is what --baseline reads") {
    const std::string json = bench_json({took("W1", 1, 0.5), took("W1", 100, 2)});
    CHECK(json.find("\"name\": \"W1\", \"n\": 100, \"user_s\": 2.000000") != std::string::npos);
    CHECK(json.find("\"packets_per_s\": 500,") != std::string::npos);
    CHECK(json.find("\"transactions_per_s\": null") != std::string::npos);
    const auto baseline = read_baseline(json);
    REQUIRE(baseline.has_value());
    REQUIRE(baseline->size() == 2);
    CHECK((*baseline)[1].workload.n == 100);
    CHECK((*baseline)[1].user_s == 2);
    CHECK_FALSE(read_baseline("").has_value());
    CHECK_FALSE(read_baseline("{}").has_value());
    CHECK_FALSE(read_baseline("[1, 2").has_value());
    CHECK_FALSE(read_baseline("{\"workloads\": [{\"name\": \"W1\"}]}").has_value());
}

TEST_CASE("what moved by more than a tenth is named, and slower counts") {
    const std::vector<BaselineEntry> before{{{"W1", 1}, 1.0}, {{"W2", 10}, 1.0}, {{"W3", 5}, 1.0}};
    CHECK(compare({took("W1", 1, 1.09)}, before).lines.empty());
    const Comparison faster = compare({took("W1", 1, 0.5)}, before);
    CHECK(faster.lines == std::vector<std::string>{"W1 1: 0.500 s instead of 1.000 s, 50 % faster"});
    CHECK_FALSE(faster.slower);
    const Comparison slower = compare({took("W1", 1, 1.2), took("W2", 10, 1), took("W9", 1, 7)}, before);
    CHECK(slower.lines == std::vector<std::string>{"W1 1: 1.200 s instead of 1.000 s, 20 % slower"});
    CHECK(slower.slower);
}

TEST_CASE("a measurement is of the workload that was asked for") {
    const Measurement m = measure({"W2", 50});
    CHECK(m.transactions == 50);
    CHECK(m.data_packets == 50 * 8);
    CHECK(m.wall_s > 0);
    CHECK(m.peak_rss_bytes > 1'000'000);
    CHECK(measure({"W3", 200}).bytes_per_connection < 50'000);
    CHECK(measure({"W3", 200}).bytes_per_connection > 0);
    CHECK(measure({"W2T", 400}).bytes_per_connection == 0);
    CHECK(workloads().size() == 5);
}
