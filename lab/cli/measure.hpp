#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tcplab {

/// What one workload took, in a process of its own.
struct Measurement {
    double user_s = 0;  ///< processor time in user mode
    double wall_s = 0;
    std::uint64_t data_packets = 0;
    std::uint64_t events = 0;
    std::uint64_t transactions = 0;
    std::uint64_t peak_rss_bytes = 0;        ///< of the whole process
    std::uint64_t bytes_per_connection = 0;  ///< growth of the process's memory, both ends; 0: not measured
};

/// A workload of a size: W1 with N flows, W2 with N transactions, W2T with N entries in TIME_WAIT, W3 with N
/// connections.
struct Workload {
    std::string name;
    std::uint32_t n = 0;
};

/// All that `bench` measures.
const std::vector<Workload>& workloads();

/// Runs it once in a child process. Throws std::runtime_error when that fails.
Measurement measure(const Workload& workload);

struct MeasuredWorkload {
    Workload workload;
    Measurement median;  ///< of user_s
};

/// The contract's JSON.
std::string bench_json(const std::vector<MeasuredWorkload>& measured);

/// The median user_s of a workload in an earlier JSON.
struct BaselineEntry {
    Workload workload;
    double user_s = 0;
};
/// Nothing if the text is not such a JSON.
std::optional<std::vector<BaselineEntry>> read_baseline(const std::string& text);

/// What moved by more than 10 % against the baseline, a line each, and whether any of it is slower.
struct Comparison {
    std::vector<std::string> lines;
    bool slower = false;
};
Comparison compare(const std::vector<MeasuredWorkload>& measured, const std::vector<BaselineEntry>& baseline);

}  // namespace tcplab
