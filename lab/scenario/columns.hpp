#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "scenario/quantity.hpp"

namespace tcplab {

/// The result files whose columns an [[expect]] can name.
enum class ResultFile : std::uint8_t { summary, transactions, connections, pages };

/// "transactions.csv"
std::string_view file_name(ResultFile file);
/// "transaction": what a row is, and the key of [[expect]] that names one; empty for summary.csv, which has one a run.
std::string_view row_name(ResultFile file);
/// The names of its columns after the label's and the axes'.
const std::vector<std::string_view>& columns_of(ResultFile file);
/// What a column's values measure; nothing for text.
std::optional<Measure> measure_of_column(std::string_view name);

}  // namespace tcplab
