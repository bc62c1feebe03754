#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "export/output.hpp"
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
    std::size_t runs = 0;      ///< of the scenario
    std::size_t complete = 0;  ///< of them in the files
};
std::string manifest_json(const Manifest& manifest);

/// The files of one scenario: summary.csv, transactions.csv, connections.csv, pages.csv (with more than one page),
/// manifest.json, report.html, and those of each run in a folder of its own. Rows come in run order; nothing is visible
/// before finish(). Throws OutputError.
class ResultFiles {
  public:
    ResultFiles(const std::filesystem::path& folder, const RunLabel& labels, bool with_pages);
    void add(const SummaryRow& row, const RunRows& rows);
    /// The same of a run whose rows are too many to have them all as text at once.
    void add(const SummaryRow& row, const Scenario& scenario, const Results& results);
    /// Writes it to `run-NNN/` of the run of that number, and tells of parts that are written, in bytes.
    void add_file(std::uint32_t run, const RunFile& file, const std::function<void(std::size_t)>& wrote = {});
    /// Writes `report.html`.
    void add_report(std::string_view html);
    void finish(const Manifest& manifest);
    /// The names of the files, for the line that says where they are, the report's first; of the runs' own those of the
    /// first, and dots.
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  private:
    OutputFile& create(const std::string& name);
    void write(const RunRows& rows);
    void forget_older_runs(const std::filesystem::path& folder);

    OutputFolder folder_;
    std::vector<std::string> names_;
    OutputFile* summary_;
    OutputFile* transactions_;
    OutputFile* connections_;
    OutputFile* pages_ = nullptr;
    std::uint32_t first_run_ = 0;  // that has files of its own; 0: none yet
    bool more_runs_ = false;       // have, too
};

}  // namespace tcplab
