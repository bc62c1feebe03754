#include "cli/bench_results.hpp"

#define BOOST_BIND_GLOBAL_PLACEHOLDERS  // the JSON reader of Boost 1.74 uses them, with a warning otherwise

#include <fmt/format.h>

#include <algorithm>
#include <boost/property_tree/json_parser.hpp>
#include <boost/property_tree/ptree.hpp>
#include <cmath>
#include <sstream>
#include <string_view>

#include "export/text.hpp"

namespace tcplab {
namespace {

namespace pt = boost::property_tree;

double as_double(std::uint64_t n) { return static_cast<double>(n); }

std::string per_second(std::uint64_t count, double user_s) {
    if (count == 0 || user_s <= 0) return "null";
    return fmt::format("{:.0f}", as_double(count) / user_s);
}

std::string json_count(std::uint64_t count) { return count == 0 ? "null" : fmt::format("{}", count); }

// What one of `count` took, in nanoseconds; empty where there is none.
std::string each_ns(double user_s, std::uint64_t count) {
    return count == 0 ? "" : fmt::format("{:.1f}", user_s * 1e9 / as_double(count));
}

// 0 where there is no such number.
template <class Number>
Number number_of(const pt::ptree& item, const char* key) {
    return item.get_optional<Number>(key).value_or(Number{});
}

MeasuredWorkload from_json(const pt::ptree& item) {
    MeasuredWorkload w;
    w.workload = {item.get<std::string>("name"), item.get<std::uint32_t>("n")};
    Measurement& m = w.median;
    m.user_s = item.get<double>("user_s");
    m.wall_s = number_of<double>(item, "wall_s");
    m.data_packets = number_of<std::uint64_t>(item, "data_packets");
    m.events = number_of<std::uint64_t>(item, "events");
    m.transactions = number_of<std::uint64_t>(item, "transactions");
    m.peak_rss_bytes = number_of<std::uint64_t>(item, "peak_rss_bytes");
    m.bytes_per_connection = number_of<std::uint64_t>(item, "bytes_per_connection");
    w.least_user_s = item.get_optional<double>("user_s_least").value_or(m.user_s);
    w.most_user_s = item.get_optional<double>("user_s_most").value_or(m.user_s);
    w.repeats = item.get_optional<std::uint64_t>("repeats").value_or(1);
    return w;
}

// Compares one workload with itself, earlier.
class Pair {
  public:
    Pair(const MeasuredWorkload& now, const MeasuredWorkload& before, Comparison& result)
        : now_(now), before_(before), result_(result) {}

    void compare() {
        const Measurement& a = now_.median;
        const Measurement& b = before_.median;
        count(a.data_packets, b.data_packets, "data packets");
        count(a.events, b.events, "events");
        count(a.transactions, b.transactions, "transactions");
        time();
        memory(a.peak_rss_bytes, b.peak_rss_bytes, 1'000'000, "B of memory");
        memory(a.bytes_per_connection, b.bytes_per_connection, 1, "B a connection");
    }

  private:
    void line(const std::string& what) {
        result_.lines.push_back(fmt::format("{} {}: {}", now_.workload.name, now_.workload.n, what));
    }

    void count(std::uint64_t now, std::uint64_t before, std::string_view what) {
        if (before == 0 || now == before) return;  // 0: unknown
        line(fmt::format("{} {} instead of {}: the simulation itself changed", now, what, before));
    }

    void time() {
        constexpr double kTolerance = 0.1;
        constexpr double kLeast = 0.01;  // s: a clock may tick that slowly
        const double user_s = now_.median.user_s;
        const double before_s = before_.median.user_s;
        if (before_s <= 0) return;
        const double ratio = user_s / before_s;
        const bool apart = now_.least_user_s > before_.most_user_s || now_.most_user_s < before_.least_user_s;
        if (std::abs(ratio - 1) <= kTolerance || std::abs(user_s - before_s) < kLeast || !apart) return;
        const bool slower = ratio > 1;
        result_.slower = result_.slower || slower;
        line(fmt::format("{:.3f} s instead of {:.3f} s, {:.0f} % {}", user_s, before_s, std::abs(ratio - 1) * 100,
                         slower ? "slower" : "faster"));
    }

    void memory(std::uint64_t now, std::uint64_t before, std::uint64_t least, std::string_view what) {
        constexpr double kTolerance = 0.05;
        if (before == 0 || now == 0) return;
        const double moved = as_double(now) - as_double(before);
        if (std::abs(moved) < as_double(least) || std::abs(moved) <= kTolerance * as_double(before)) return;
        line(fmt::format("{} {} instead of {}, {:.0f} % {}", now, what, before,
                         std::abs(moved) / as_double(before) * 100, moved > 0 ? "more" : "less"));
    }

    const MeasuredWorkload& now_;
    const MeasuredWorkload& before_;
    Comparison& result_;
};

}  // namespace

MeasuredWorkload measure_repeatedly(const Workload& workload, std::uint64_t repeats) {
    std::vector<Measurement> all;
    for (std::uint64_t i = 0; i < repeats; ++i) all.push_back(measure(workload));
    std::sort(all.begin(), all.end(), [](const Measurement& a, const Measurement& b) { return a.user_s < b.user_s; });
    return {workload, all[(all.size() - 1) / 2], all.front().user_s, all.back().user_s, repeats};
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
            "\"peak_rss_bytes\": {}, \"bytes_per_connection\": {}",
            w.workload.n, m.user_s, m.wall_s, m.data_packets, per_second(m.data_packets, m.user_s), m.events,
            m.transactions, per_second(m.transactions, m.user_s), m.peak_rss_bytes, json_count(m.bytes_per_connection));
        out +=
            fmt::format(", \"events_per_s\": {}, \"repeats\": {}, \"user_s_least\": {:.6f}, \"user_s_most\": {:.6f}}}",
                        per_second(m.events, m.user_s), w.repeats, w.least_user_s, w.most_user_s);
    }
    return out + "\n]}\n";
}

std::string bench_csv_header() {
    return "workload,n,repeats,user_s,user_s_least,user_s_most,wall_s,events,data_packets,transactions,ns_per_event,"
           "ns_per_packet,ns_per_n,peak_rss_bytes,bytes_per_n,bytes_per_connection\n";
}

std::string bench_csv_row(const MeasuredWorkload& w) {
    const Measurement& m = w.median;
    const std::string connection = m.bytes_per_connection == 0 ? "" : fmt::format("{}", m.bytes_per_connection);
    return fmt::format("{},{},{},{:.6f},{:.6f},{:.6f},{:.6f},{},{},{},{},{},{},{},{},{}\n", w.workload.name,
                       w.workload.n, w.repeats, m.user_s, w.least_user_s, w.most_user_s, m.wall_s, m.events,
                       m.data_packets, m.transactions, each_ns(m.user_s, m.events), each_ns(m.user_s, m.data_packets),
                       each_ns(m.user_s, w.workload.n), m.peak_rss_bytes, m.peak_growth_bytes / w.workload.n,
                       connection);
}

std::optional<std::vector<MeasuredWorkload>> read_baseline(const std::string& text) {
    try {
        std::istringstream in(text);
        pt::ptree root;
        pt::read_json(in, root);
        std::vector<MeasuredWorkload> all;
        for (const auto& item : root.get_child("workloads")) all.push_back(from_json(item.second));
        return all;
    } catch (const pt::ptree_error&) {
        return std::nullopt;
    }
}

Comparison compare(const std::vector<MeasuredWorkload>& measured, const std::vector<MeasuredWorkload>& baseline) {
    Comparison result;
    for (const MeasuredWorkload& w : measured) {
        const auto it = std::find_if(baseline.begin(), baseline.end(), [&](const MeasuredWorkload& b) {
            return b.workload.name == w.workload.name && b.workload.n == w.workload.n;
        });
        if (it == baseline.end()) {
            result.lines.push_back(fmt::format("{} {}: not in the baseline", w.workload.name, w.workload.n));
        } else {
            Pair(w, *it, result).compare();
        }
    }
    return result;
}

}  // namespace tcplab
