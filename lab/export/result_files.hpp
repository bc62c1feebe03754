#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "export/summary.hpp"

namespace tcplab {

/// One run's rows of the files beside summary.csv, as text. Made where the run was made, so that many runs format
/// their rows side by side.
struct RunRows {
    std::string transactions, connections, pages;
};
/// The first line of each of these files.
RunRows row_headers(const RunLabel& label);
/// Rows begin to end - 1 of each file, as far as there are any.
struct RowRange {
    std::size_t begin = 0;
    std::size_t end = std::numeric_limits<std::size_t>::max();
};
/// `scenario` is what was run. `with_pages`: there is more than one page.
RunRows format_rows(const RunLabel& label, const Scenario& scenario, const Results& results, bool with_pages,
                    RowRange range = {});

/// What a transaction asked for: columns of transactions.csv.
struct RequestNames {
    std::string host, method, path;
};
RequestNames names_of(const Scenario& scenario, const Transaction& transaction);
/// The same for who asks for many: `index` is of the scenario's page.
RequestNames names_of(const Scenario& scenario, const ObjectIndex& index, const Transaction& transaction);

/// A column after the label's of a file with a row for each Row.
template <class Row>
struct RowColumn {
    std::string_view name;
    FieldKind kind = FieldKind::count;
    FieldValue (*value)(const Row&) = nullptr;
    std::string (*text)(const Row&) = nullptr;  ///< instead of `value`, where it is no number
};
/// The column of that name, or null. Of transactions.csv only those with numbers.
const RowColumn<Transaction>* find_transaction_column(std::string_view name);
const RowColumn<ConnectionRow>* find_connection_column(std::string_view name);
const RowColumn<PageResult>* find_page_column(std::string_view name);

/// A file of one run's own, in its folder.
struct RunFile {
    std::string name;  ///< "page.har"
    std::string bytes;
};

/// What manifest.json says.
struct Manifest {
    std::string version;
    std::string scenario_file;
    std::string scenario_text;
    std::string scenario_hash;
    std::vector<std::string> command_line;
    std::size_t runs = 0;                         ///< of the scenario
    std::size_t complete = 0;                     ///< of them in the files
    std::string shard{};                          ///< "2/7": they are a part, and complete when all of that are there
    std::size_t shard_runs = 0;                   ///< the part's, if it is one
    std::vector<std::vector<std::string>> parts;  ///< command lines of the parts that were joined
};
std::string manifest_json(const Manifest& manifest);

}  // namespace tcplab
