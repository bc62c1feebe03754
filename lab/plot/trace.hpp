#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "plot/chart.hpp"
#include "plot/script.hpp"

namespace tcplab::plot {

// What the charts of a traced run share.

/// The connection that a chart shows: a row of connections.csv.
struct ShownConnection {
    std::uint64_t run = 1;
    std::uint64_t id = 1;
    bool down = true;  ///< most of its bytes went to the client
    std::string name;  ///< "serial (run 1), connection 3"
};

/// The one that was asked for, or of the first run the one that carried most. Throws ResultsError.
ShownConnection shown_connection(const ResultFolder& results, const ChartOptions& options);

/// A file of the first run that `tcplab run --trace` writes. Throws ResultsError when it is not there.
std::filesystem::path trace_file(const ResultFolder& results, std::string_view name);

/// As many points as one can tell apart on a page; of more, every k-th is drawn and a note says so.
inline constexpr std::size_t kMostPoints = 20'000;

/// `set xrange` for times in `unit`: to the edges that were asked for.
std::string time_range(const ChartOptions& options, const AxisUnit& unit);

}  // namespace tcplab::plot
