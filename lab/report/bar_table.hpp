#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"

namespace tcplab::report {

/// A stretch of a bar. Bars lie on a time axis that begins at 0.
struct BarPart {
    Duration from{0};
    Duration length{0};
    std::string_view kind;  ///< class of its colour in report.css
    unsigned lane = 0;      ///< from the top
};

struct BarRow {
    std::string name;
    std::string value;  ///< beside the name, right-aligned
    std::string story;  ///< everything in words, for who points at the bar
    std::vector<BarPart> parts;
    unsigned lanes = 1;
    bool failed = false;
};

/// Rows of bars under one time axis, an HTML table: names and values can be read, copied and printed, and the bars,
/// which are SVG, take what width is left.
struct BarTable {
    std::string_view id;     ///< class of the table
    std::string_view names;  ///< titles of the columns
    std::string_view values;
    unsigned lane_height = 12;  ///< pixels
    std::vector<BarRow> rows;
};

std::string bar_table_html(const BarTable& table);

/// What a colour means.
struct LegendEntry {
    std::string_view kind;
    std::string_view text;
};
std::string legend_html(const std::vector<LegendEntry>& entries);

/// The step between the marks of a time axis that ends at `extent`: 1, 2 or 5 times a power of ten nanoseconds, so that
/// there are three to seven.
Duration axis_step(Duration extent);

}  // namespace tcplab::report
