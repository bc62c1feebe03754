#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "cli/measure.hpp"
#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "experiment/workloads.hpp"
#include "experiment/world.hpp"
#include "export/result_files.hpp"
#include "export/summary.hpp"
#include "scenario/scenario_file.hpp"

namespace tcplab {
namespace {

constexpr std::uint32_t kShortTransactions = 10'000;  // of W2T; W2 says its own

std::uint64_t resident_bytes() {
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void add(const Results& results, Measurement& m) {
    if (!results.diagnosis.empty()) throw std::runtime_error(results.diagnosis);
    m.data_packets += results.data_packets;
    m.events += results.events;
    for (const Transaction& t : results.transactions) m.transactions += t.failure ? 0U : 1U;
}

template <Scenario (*make)(std::uint32_t)>
void run_scenario(std::uint32_t n, Measurement& m) {
    add(simulate(make(n)), m);
}

template <Scenario (*make)(std::uint32_t)>
void run_without_attribution(std::uint32_t n, Measurement& m) {
    Scenario scenario = make(n);
    scenario.attribution = false;
    add(simulate(scenario), m);
}

void run_world(WorkloadWorld world, std::uint64_t resident_before, std::uint32_t expected, Measurement& m) {
    world.prepare();
    // W2T has its connections one after another, so there is no such number.
    if (world.counts().connections == expected)
        m.bytes_per_connection = (resident_bytes() - resident_before) / expected;
    world.finish();
    const WorkloadCounts counts = world.counts();
    if (counts.transactions != expected) {
        throw std::runtime_error(fmt::format("only {} of {} transactions are complete", counts.transactions, expected));
    }
    m.data_packets = counts.data_packets;
    m.events = counts.events;
    m.transactions = counts.transactions;
}

void run_full_time_wait(std::uint32_t n, Measurement& m) {
    const std::uint64_t resident = resident_bytes();
    run_world(WorkloadWorld::full_time_wait(n, kShortTransactions), resident, kShortTransactions, m);
}

void run_many_connections(std::uint32_t n, Measurement& m) {
    const std::uint64_t resident = resident_bytes();
    run_world(WorkloadWorld::many_connections(n), resident, n, m);
}

// What a sweep does for each of its runs, up to the text of their rows.
void run_pages(std::uint32_t n, Measurement& m) {
    CommandLine options;
    options.repeat = n;
    Loaded loaded = read_scenario(page_scenario(), "page.toml", options);
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    Runs runs = loaded.scenario->expand();
    const Plan plan{"page.toml", std::move(*loaded.scenario), std::move(runs), false, ""};
    std::string text;
    for (std::uint64_t i = 0; i < plan.runs.size(); ++i) {
        const Run run = plan.runs.run(i);
        const Scenario scenario = plan.runs.scenario(run);
        const Results results = simulate(scenario);
        const SummaryRow row{label_of(plan, run), summarise(results)};
        const RunRows rows = format_rows(row.label, scenario, results, plan.several_pages);
        text = summary_csv_row(row) + rows.transactions + rows.connections;
        add(results, m);
    }
    if (text.empty()) throw std::runtime_error("the runs have no rows");
}

}  // namespace

std::string_view page_scenario() {
    return R"([link]
rtt  = "50 ms"
rate = "10 Mbit/s"

[client]
strategy = "serial"

[page]
html    = "10 kB"
objects = [ { count = 12, size = "8 kB" } ]
)";
}

const std::vector<WorkloadKind>& workload_kinds() {
    constexpr std::uint32_t million = 1'000'000;
    constexpr std::string_view hosts = "each has a host of its own, and a run has no more";
    constexpr std::string_view transactions = "a run has no more";
    static const std::vector<WorkloadKind> all{
        {"W1",
         "endless downloads that share a bottleneck, for a minute",
         "flows",
         {1, 100, 10'000},
         million,
         hosts,
         run_scenario<bulk_scenario>},
        {"W1-bare",
         "the same without attribution",
         "flows",
         {1},
         million,
         hosts,
         run_without_attribution<bulk_scenario>},
        {"W2",
         "short transactions, each on a new connection",
         "transactions",
         {10'000},
         10 * million,
         transactions,
         run_scenario<short_scenario>},
        {"W2-bare",
         "the same without attribution",
         "transactions",
         {10'000},
         10 * million,
         transactions,
         run_without_attribution<short_scenario>},
        {"W2T",
         "10,000 short transactions from hosts with full tables",
         "entries in TIME_WAIT",
         {million},
         1'119'280,
         "its 40 clients have no more ports",
         run_full_time_wait},
        {"W3",
         "connections that are opened, stand idle, and are used once",
         "connections",
         {100'000},
         100 * million,
         "more would need over 300 GB of memory",
         run_many_connections},
        {"HOSTS",
         "a short transaction from each of many hosts",
         "hosts",
         {10'000},
         million,
         "a run has no more",
         run_scenario<host_scenario>},
        {"PORTX",
         "all ports of a client used up, twice",
         "ports",
         {60'000},
         64'512,
         "there are no more from 1024 on",
         run_scenario<port_scenario>},
        {"PAGE",
         "a page of 13 objects in a sweep, result rows included",
         "runs",
         {2000},
         1000 * million,
         "a sweep has no more",
         run_pages},
    };
    return all;
}

const WorkloadKind* find_workload_kind(std::string_view name) {
    const auto& all = workload_kinds();
    const auto it = std::find_if(all.begin(), all.end(), [&](const WorkloadKind& k) { return k.name == name; });
    return it == all.end() ? nullptr : &*it;
}

}  // namespace tcplab
