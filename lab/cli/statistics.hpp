#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "export/quantile.hpp"
#include "export/summary.hpp"

namespace tcplab {

/// The repetitions of one variant at one point of the axes.
struct RunGroup {
    std::vector<const SummaryRow*> rows;
    [[nodiscard]] const RunLabel& label() const { return rows.front()->label; }
};

/// Rows with the same variant and axis values together, in the order in which they first appear.
std::vector<RunGroup> group_runs(const std::vector<SummaryRow>& rows);

/// The column's values in a group's runs; those that do not exist are left out.
std::vector<std::int64_t> values_of(const RunGroup& group, const SummaryColumn& column);

/// Their median; nothing if any of the group's runs has no value.
std::optional<double> median_of(const RunGroup& group, const SummaryColumn& column);

}  // namespace tcplab
