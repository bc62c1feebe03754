#include "cli/measure.hpp"

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // the JSON reader of Boost 1.74 uses them, with a warning otherwise

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "experiment/workloads.hpp"
#include "experiment/world.hpp"
#include "export/text.hpp"

namespace tcplab {
namespace {

constexpr std::uint32_t kShortTransactions = 10'000;  // of W2T; W2 says its own

double seconds(const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; }

std::uint64_t resident_bytes() {
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> pages >> resident;
    return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void run_scenario(const Scenario& scenario, Measurement& m) {
    const Results results = simulate(scenario);
    if (!results.diagnosis.empty()) throw std::runtime_error(results.diagnosis);
    m.data_packets = results.data_packets;
    m.events = results.events;
    for (const Transaction& t : results.transactions) m.transactions += t.failure ? 0U : 1U;
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

void run_workload(const Workload& w, Measurement& m) {
    const std::uint64_t resident = resident_bytes();
    if (w.name == "W1") run_scenario(bulk_scenario(w.n), m);
    if (w.name == "W2") run_scenario(short_scenario(w.n), m);
    if (w.name == "W2T") {
        run_world(WorkloadWorld::full_time_wait(w.n, kShortTransactions), resident, kShortTransactions, m);
    }
    if (w.name == "W3") run_world(WorkloadWorld::many_connections(w.n), resident, w.n, m);
}

Measurement measure_here(const Workload& workload) {
    Measurement m;
    rusage before{};
    rusage after{};
    getrusage(RUSAGE_SELF, &before);
    const auto start = std::chrono::steady_clock::now();
    run_workload(workload, m);
    m.wall_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    getrusage(RUSAGE_SELF, &after);
    m.user_s = seconds(after.ru_utime) - seconds(before.ru_utime);
    m.peak_rss_bytes = static_cast<std::uint64_t>(after.ru_maxrss) * 1024;
    return m;
}

// The child: its measurement goes through the pipe, what went wrong to stderr.
[[noreturn]] void measure_and_exit(const Workload& workload, int out) {
    try {
        const Measurement m = measure_here(workload);
        const bool sent = write(out, &m, sizeof m) == static_cast<ssize_t>(sizeof m);
        _exit(sent ? 0 : 1);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{} with {}: {}\n", workload.name, workload.n, e.what());
        std::fflush(stderr);
        _exit(1);
    }
}

std::string per_second(std::uint64_t count, double user_s) {
    if (count == 0 || user_s <= 0) return "null";
    return fmt::format("{:.0f}", static_cast<double>(count) / user_s);
}

std::string json_count(std::uint64_t count) { return count == 0 ? "null" : fmt::format("{}", count); }

}  // namespace

const std::vector<Workload>& workloads() {
    static const std::vector<Workload> all{{"W1", 1}, {"W1", 100}, {"W2", 10'000}, {"W2T", 100'000}, {"W3", 10'000}};
    return all;
}

Measurement measure(const Workload& workload) {
    const std::string name = fmt::format("{} with {}", workload.name, workload.n);
    int ends[2];
    if (pipe(ends) != 0) throw std::runtime_error("no pipe for " + name);
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process for " + name);
    if (child == 0) {
        close(ends[0]);
        measure_and_exit(workload, ends[1]);
    }
    close(ends[1]);
    Measurement m;
    const bool complete = read(ends[0], &m, sizeof m) == static_cast<ssize_t>(sizeof m);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);
    if (!complete || !WIFEXITED(status) || WEXITSTATUS(status) != 0) throw std::runtime_error(name + " did not finish");
    return m;
}

std::string bench_json(const std::vector<MeasuredWorkload>& measured) {
    std::string out = "{\"version\": ";
    append_json_string(out, TCPLAB_VERSION);
    out += ", \"workloads\": [";
    for (const MeasuredWorkload& w : measured) {
        const Measurement& m = w.median;
        out += &w == &measured.front() ? "\n  {\"name\": " : ",\n  {\"name\": ";
        append_json_string(out, w.workload.name);
        out += fmt::format(
            ", \"n\": {}, \"user_s\": {:.6f}, \"wall_s\": {:.6f}, \"data_packets\": {}, "
            "\"packets_per_s\": {}, \"events\": {}, \"transactions\": {}, \"transactions_per_s\": {}, "
            "\"peak_rss_bytes\": {}, \"bytes_per_connection\": {}}}",
            w.workload.n, m.user_s, m.wall_s, m.data_packets, per_second(m.data_packets, m.user_s), m.events,
            m.transactions, per_second(m.transactions, m.user_s), m.peak_rss_bytes, json_count(m.bytes_per_connection));
    }
    return out + "\n]}\n";
}

std::optional<std::vector<BaselineEntry>> read_baseline(const std::string& text) {
    try {
        std::istringstream in(text);
        boost::property_tree::ptree root;
        boost::property_tree::read_json(in, root);
        std::vector<BaselineEntry> entries;
        for (const auto& item : root.get_child("workloads")) {
            entries.push_back({{item.second.get<std::string>("name"), item.second.get<std::uint32_t>("n")},
                               item.second.get<double>("user_s")});
        }
        return entries;
    } catch (const boost::property_tree::ptree_error&) {
        return std::nullopt;
    }
}

Comparison compare(const std::vector<MeasuredWorkload>& measured, const std::vector<BaselineEntry>& baseline) {
    constexpr double kTolerance = 0.1;
    Comparison result;
    for (const MeasuredWorkload& w : measured) {
        const auto it = std::find_if(baseline.begin(), baseline.end(), [&](const BaselineEntry& b) {
            return b.workload.name == w.workload.name && b.workload.n == w.workload.n;
        });
        if (it == baseline.end() || it->user_s <= 0) continue;
        const double ratio = w.median.user_s / it->user_s;
        if (std::abs(ratio - 1) <= kTolerance) continue;
        const bool slower = ratio > 1;
        result.slower = result.slower || slower;
        result.lines.push_back(fmt::format("{} {}: {:.3f} s instead of {:.3f} s, {:.0f} % {}", w.workload.name,
                                           w.workload.n, w.median.user_s, it->user_s, std::abs(ratio - 1) * 100,
                                           slower ? "slower" : "faster"));
    }
    return result;
}

}  // namespace tcplab
