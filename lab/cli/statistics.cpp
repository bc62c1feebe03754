#include "cli/statistics.hpp"

#include <map>
#include <utility>

namespace tcplab {

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
