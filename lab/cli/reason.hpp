#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/points.hpp"

namespace tcplab {

/// The run of which the line speaks, as its row's place in summary.csv: the only one, or the slowest of variants that
/// differ; of repetitions the one in the middle. Nothing with axes, or where none is complete.
std::optional<std::uint64_t> run_to_explain(const std::vector<Point>& points);

/// "Why serial is slowest: 1.31 s handshakes, 1.30 s propagation   (tcplab explain FILE --variant serial)", of at most
/// `width` columns, with a newline. `run` is of `points`. `file` is the scenario's; empty where the command line has
/// changed it.
std::string reason_line(const std::vector<Point>& points, const ExplainedRun& run, const std::string& file,
                        std::size_t width);

}  // namespace tcplab
