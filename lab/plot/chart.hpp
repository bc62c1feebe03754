#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plot/results.hpp"

namespace tcplab::plot {

/// What a chart is to show beyond its kind.
struct ChartOptions {
    std::optional<std::uint64_t> connection;  ///< of charts of one run; default: the one that carried most
    std::optional<std::string> axis;          ///< whose values stand along the bottom; default: the first
    std::optional<std::int64_t> from, to;     ///< nanoseconds; of charts of a connection
};

/// A chart, ready for gnuplot.
struct Chart {
    std::string csv;                 ///< what it is drawn from
    std::string script;              ///< gnuplot commands; `data` is the name of that file
    double height = 10;              ///< centimetres
    std::vector<std::string> notes;  ///< what it leaves out; a sentence each
};

/// A kind of chart.
struct ChartKind {
    std::string_view name;
    std::string_view what;
    /// Throws ResultsError where the results do not have what it needs, with the way to get it.
    Chart (*make)(const ResultFolder&, const ChartOptions&);
    /// Whether it says something about these results, so that it is drawn when nobody names a kind.
    bool (*fits)(const ResultFolder&);
};

/// All of them.
const std::vector<ChartKind>& chart_kinds();

/// Where an axis of that key stands; throws ResultsError, naming the axes that there are, when there is none.
std::size_t axis_named(const ResultFolder& results, const std::string& key);

Chart page_chart(const ResultFolder& results, const ChartOptions& options);
Chart causes_chart(const ResultFolder& results, const ChartOptions& options);
Chart axis_chart(const ResultFolder& results, const ChartOptions& options);
Chart cdf_chart(const ResultFolder& results, const ChartOptions& options);
Chart waterfall_chart(const ResultFolder& results, const ChartOptions& options);
Chart sequence_chart(const ResultFolder& results, const ChartOptions& options);
Chart cwnd_chart(const ResultFolder& results, const ChartOptions& options);
Chart rtt_chart(const ResultFolder& results, const ChartOptions& options);

}  // namespace tcplab::plot
