#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/bench_results.hpp"
#include "cli/measure.hpp"
#include "experiment/workloads.hpp"
#include "experiment/world.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;

namespace {

MeasuredWorkload took(const std::string& name, std::uint32_t n, double user_s, double least = 0, double most = 0) {
    Measurement m;
    m.user_s = user_s;
    m.wall_s = user_s;
    m.data_packets = 1000;
    m.events = 4000;
    m.peak_rss_bytes = 10'000'000;
    m.peak_growth_bytes = 6'000'000;
    return {{name, n}, m, least > 0 ? least : user_s, most > 0 ? most : user_s, 3};
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
    check_same(simulate(from_file("hosts.toml", {"client.users=50"})), simulate(host_scenario(50)));
    check_same(
        simulate(from_file("portx.toml", {"tcp.ports=[65486, 65535]", "page.objects=[{count=100,size=\"9750 B\"}]"})),
        simulate(port_scenario(50)));
    const Loaded page = read_scenario(page_scenario(), "page.toml");
    REQUIRE_MESSAGE(page.scenario.has_value(), page.errors);
    const Runs runs = page.scenario->expand();
    check_same(simulate(from_file("page.toml", {})), simulate(runs.scenario(runs.run(0))));
}

TEST_CASE("the largest size of a workload is one that can be run") {
    const auto most = [](std::string_view name) { return find_workload_kind(name)->most; };
    CHECK_FALSE(validate(bulk_scenario(most("W1"))).has_value());
    CHECK(validate(bulk_scenario(most("W1") + 1)).has_value());
    CHECK_FALSE(validate(short_scenario(most("W2"))).has_value());
    CHECK(validate(short_scenario(most("W2") + 1)).has_value());
    CHECK_FALSE(validate(host_scenario(most("HOSTS"))).has_value());
    CHECK(validate(host_scenario(most("HOSTS") + 1)).has_value());
    CHECK(port_scenario(most("PORTX")).client_tcp.port_first == 1024);
    CHECK(measure({"W2T", most("W2T")}).transactions == 10'000);
}

TEST_CASE("the JSON is what --baseline reads") {
    const std::string json = bench_json({took("W1", 1, 0.5), took("W1", 100, 2, 1.5, 2.5)});
    CHECK(json.find("\"name\": \"W1\", \"n\": 100, \"user_s\": 2.000000") != std::string::npos);
    CHECK(json.find("\"packets_per_s\": 500,") != std::string::npos);
    CHECK(json.find("\"transactions_per_s\": null") != std::string::npos);
    CHECK(json.find("\"events_per_s\": 2000, \"repeats\": 3,") != std::string::npos);
    const auto baseline = read_baseline(json);
    REQUIRE(baseline.has_value());
    REQUIRE(baseline->size() == 2);
    const MeasuredWorkload& read = (*baseline)[1];
    CHECK(read.workload.n == 100);
    CHECK(read.median.user_s == 2);
    CHECK(read.median.data_packets == 1000);
    CHECK(read.median.events == 4000);
    CHECK(read.median.transactions == 0);
    CHECK(read.median.peak_rss_bytes == 10'000'000);
    CHECK(read.median.bytes_per_connection == 0);
    CHECK(read.least_user_s == 1.5);
    CHECK(read.most_user_s == 2.5);
    CHECK_FALSE(read_baseline("").has_value());
    CHECK_FALSE(read_baseline("{}").has_value());
    CHECK_FALSE(read_baseline("[1, 2").has_value());
    CHECK_FALSE(read_baseline("{\"workloads\": [{\"name\": \"W1\"}]}").has_value());
    const auto least = read_baseline("{\"workloads\": [{\"name\": \"W1\", \"n\": 1, \"user_s\": 3}]}");
    REQUIRE(least.has_value());
    CHECK(least->front().least_user_s == 3);
    CHECK(compare({took("W1", 1, 3)}, *least).lines.empty());
}

TEST_CASE("the CSV has a field for each column") {
    const std::string header = bench_csv_header();
    CHECK(header.rfind("workload,n,repeats,user_s,", 0) == 0);
    CHECK(bench_csv_row(took("W1", 100, 2, 1.5, 2.5)) ==
          "W1,100,3,2.000000,1.500000,2.500000,2.000000,4000,1000,0,500000.0,2000000.0,20000000.0,10000000,60000,\n");
    const std::string row = bench_csv_row(took("W3", 7, 1));
    CHECK(std::count(row.begin(), row.end(), ',') == std::count(header.begin(), header.end(), ','));
}

TEST_CASE("a time has moved when it is a tenth off and out of the other's spread") {
    const std::vector<MeasuredWorkload> before{took("W1", 1, 1.0), took("W2", 10, 1.0, 0.9, 1.3), took("W3", 5, 1.0)};
    CHECK(compare({took("W1", 1, 1.09)}, before).lines.empty());
    const Comparison faster = compare({took("W1", 1, 0.5)}, before);
    CHECK(faster.lines == std::vector<std::string>{"W1 1: 0.500 s instead of 1.000 s, 50 % faster"});
    CHECK_FALSE(faster.slower);
    const Comparison slower = compare({took("W1", 1, 1.2), took("W3", 5, 1)}, before);
    CHECK(slower.lines == std::vector<std::string>{"W1 1: 1.200 s instead of 1.000 s, 20 % slower"});
    CHECK(slower.slower);
    CHECK(compare({took("W1", 1, 1.2, 0.99, 1.4)}, before).lines.empty());
    CHECK(compare({took("W2", 10, 1.25)}, before).lines.empty());
    CHECK(compare({took("W2", 10, 1.35)}, before).slower);
    CHECK(compare({took("W2", 10, 0.85, 0.8, 0.95)}, before).lines.empty());
    CHECK(compare({took("W5", 1, 0.001)}, {took("W5", 1, 0.01)}).lines.empty());
    CHECK(compare({took("W9", 1, 7)}, before).lines == std::vector<std::string>{"W9 1: not in the baseline"});
}

TEST_CASE("counts that differ at all, and memory, are named") {
    const std::vector<MeasuredWorkload> before{took("W1", 1, 1.0)};
    MeasuredWorkload now = took("W1", 1, 1.0);
    now.median.data_packets = 1001;
    now.median.events = 3999;
    const Comparison changed = compare({now}, before);
    CHECK(changed.lines ==
          std::vector<std::string>{"W1 1: 1001 data packets instead of 1000: the simulation itself changed",
                                   "W1 1: 3999 events instead of 4000: the simulation itself changed"});
    CHECK_FALSE(changed.slower);

    now = took("W1", 1, 1.0);
    now.median.peak_rss_bytes = 10'900'000;  // less than 1 MB more
    CHECK(compare({now}, before).lines.empty());
    now.median.peak_rss_bytes = 12'000'000;
    CHECK(compare({now}, before).lines ==
          std::vector<std::string>{"W1 1: 12000000 B of memory instead of 10000000, 20 % more"});
    std::vector<MeasuredWorkload> connections{took("W3", 5, 1.0)};
    connections.front().median.bytes_per_connection = 2000;
    now = took("W3", 5, 1.0);
    now.median.bytes_per_connection = 1950;
    CHECK(compare({now}, connections).lines.empty());
    now.median.bytes_per_connection = 1800;
    CHECK(compare({now}, connections).lines ==
          std::vector<std::string>{"W3 5: 1800 B a connection instead of 2000, 10 % less"});
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
    const Measurement page = measure({"PAGE", 3});
    CHECK(page.transactions == 3 * 13);
    CHECK(page.data_packets == 3 * (13 + 8 + 12 * 6));
    CHECK(measure({"PORTX", 20}).transactions == 40);
    CHECK(measure({"HOSTS", 30}).transactions == 30);
    CHECK(measure({"W2-bare", 50}).events == m.events);
    CHECK_THROWS_AS(measure({"W9", 1}), std::runtime_error);
}

TEST_CASE("several measurements are one, the median") {
    const MeasuredWorkload w = measure_repeatedly({"W2", 500}, 3);
    CHECK(w.repeats == 3);
    CHECK(w.least_user_s <= w.median.user_s);
    CHECK(w.median.user_s <= w.most_user_s);
    CHECK(w.median.transactions == 500);
}

TEST_CASE("each workload has sizes of its own that it takes") {
    for (const WorkloadKind& kind : workload_kinds()) {
        CHECK_FALSE(kind.sizes.empty());
        for (const std::uint32_t n : kind.sizes) CHECK(n <= kind.most);
        CHECK(find_workload_kind(kind.name) == &kind);
    }
    CHECK(find_workload_kind("W") == nullptr);
}
