#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenario/columns.hpp"
#include "scenario/document.hpp"

namespace tcplab {

/// An [[expect]]: what must come out of a run.
struct Expect {
    enum class Relation : std::uint8_t {
        below,
        above,
        equals,
        within,  ///< from low to high, both included
        times,   ///< metric / (the metric of variant `than`) lies from low to high, both included
    };

    std::string metric;                     ///< a column's name
    std::optional<std::string> variant;     ///< absent: of every variant
    ResultFile file = ResultFile::summary;  ///< whose column it is
    std::uint32_t row = 0;                  ///< of the run in that file, from 1; 0: of summary.csv, which has one
    Relation relation = Relation::equals;
    /// In the column's unit (times in milliseconds, sizes in bytes, percentages as 0 to 100). below: high;
    /// above: low; equals: both.
    double low = 0, high = 0;
    std::optional<std::string> text;  ///< equals, of a column of text
    std::string than;                 ///< times
    std::string description;          ///< "pipelined: page_ms below 600 ms"
    std::uint32_t line = 0;           ///< in the file
};

/// Reads the [[expect]] list. `variants` are the names that it may speak of.
std::vector<Expect> read_expects(const Node& list, const std::vector<std::string>& variants, Diagnostics& out);

}  // namespace tcplab
