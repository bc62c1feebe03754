#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
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
    std::uint64_t peak_growth_bytes = 0;     ///< of it, what came on top of the program itself
    std::uint64_t bytes_per_connection = 0;  ///< growth of the process's memory, both ends; 0: not measured
};

/// A workload of a size.
struct Workload {
    std::string name;
    std::uint32_t n = 0;  ///< of what, WorkloadKind says
};

/// A workload of any size.
struct WorkloadKind {
    std::string_view name;
    std::string_view what;             ///< it does, for the help
    std::string_view unit;             ///< what n counts: "flows"
    std::vector<std::uint32_t> sizes;  ///< those that are measured when nobody says which
    std::uint32_t most = 0;            ///< the largest
    std::string_view why_most;         ///< why there is none that is larger
    void (*run)(std::uint32_t n, Measurement& m) = nullptr;
};

/// All that can be measured.
const std::vector<WorkloadKind>& workload_kinds();
/// The one of that name, or null.
const WorkloadKind* find_workload_kind(std::string_view name);

/// Runs it once in a child process. Throws std::runtime_error when that fails.
Measurement measure(const Workload& workload);

/// The scenario of PAGE, as TOML.
std::string_view page_scenario();

}  // namespace tcplab
