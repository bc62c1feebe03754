#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "trace/recording.hpp"

namespace tcplab::report {

/// The ladder of one connection, as SVG that needs no script.
struct LadderFigure {
    std::uint32_t connection = 0;  ///< id in connections.csv
    std::string title;             ///< "10.0.0.1:32768 to 10.255.0.1:80, 12 packets"
    std::string svg;
};

/// The ladders that a report shows of a run.
struct LadderFigures {
    std::vector<LadderFigure> figures;
    std::size_t left_out = 0;  ///< connections of the run that have none here
};

/// Connections that are drawn, at most; and rows that they have together.
inline constexpr std::size_t kMostLadders = 8;
inline constexpr std::size_t kMostLadderRows = 400;

/// Of the connections that the first user's first page opened, and proxies meanwhile, the first kMostLadders. Their
/// rows are those that the terminal has; what does not fit is left out in the middle.
LadderFigures ladders_of(const Recording& recording, const Results& results);

}  // namespace tcplab::report
