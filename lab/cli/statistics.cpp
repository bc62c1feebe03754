#include "cli/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace tcplab {

double quantile(std::vector<std::int64_t> values, double share) {
    std::sort(values.begin(), values.end());
    const double position = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(position);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    const auto low = static_cast<double>(values[below]);
    const auto high = static_cast<double>(values[above]);
    return low + (high - low) * (position - std::floor(position));
}

std::vector<RunGroup> group_runs(const std::vector<SummaryRow>& rows) {
    std::vector<RunGroup> groups;
    using Key = std::pair<std::string, std::vector<std::pair<std::string, std::string>>>;
    std::map<Key, std::size_t> places;
    for (const SummaryRow& row : rows) {
        const auto [it, is_new] = places.try_emplace(Key(row.label.variant, row.label.axes), groups.size());
        if (is_new) groups.emplace_back();
        groups[it->second].rows.push_back(&row);
    }
    return groups;
}

std::vector<std::int64_t> values_of(const RunGroup& group, const SummaryColumn& column) {
    std::vector<std::int64_t> values;
    for (const SummaryRow* row : group.rows) {
        if (const FieldValue value = column.value(row->numbers)) values.push_back(*value);
    }
    return values;
}

std::optional<double> median_of(const RunGroup& group, const SummaryColumn& column) {
    const std::vector<std::int64_t> values = values_of(group, column);
    if (values.size() < group.rows.size()) return std::nullopt;
    return quantile(values, 0.5);
}

}  // namespace tcplab
