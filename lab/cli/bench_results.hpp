#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/measure.hpp"

namespace tcplab {

/// A workload that was measured several times.
struct MeasuredWorkload {
    Workload workload;
    Measurement median;         ///< of user_s
    double least_user_s = 0;    ///< of all measurements
    double most_user_s = 0;     ///< of them too
    std::uint64_t repeats = 1;  ///< how many there were
};

/// Measures it so often.
MeasuredWorkload measure_repeatedly(const Workload& workload, std::uint64_t repeats);

/// The contract's JSON.
std::string bench_json(const std::vector<MeasuredWorkload>& measured);

/// The same as CSV, with what an event, a packet and one of n cost.
std::string bench_csv_header();
std::string bench_csv_row(const MeasuredWorkload& w);

/// What an earlier JSON says. Counts that it does not have are 0. Nothing if the text is not such a JSON.
std::optional<std::vector<MeasuredWorkload>> read_baseline(const std::string& text);

/// What moved against the baseline, a line each, and whether any of it is slower.
///
/// The simulation is deterministic: packets, events or transactions that differ at all mean that it is another one. A
/// time has moved if the medians are more than 10 % and 10 ms apart and all measurements of one side are above all of
/// the other; memory, by more than 5 % and 1 MB, or 5 % of the bytes of a connection.
struct Comparison {
    std::vector<std::string> lines;
    bool slower = false;
};
Comparison compare(const std::vector<MeasuredWorkload>& measured, const std::vector<MeasuredWorkload>& baseline);

}  // namespace tcplab
