#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "export/csv.hpp"

namespace tcplab::plot {

/// Results that are damaged, or do not have what was asked for. what() is the whole message.
class ResultsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// More of them than a chart can show so that it can be read.
class TooMany : public ResultsError {
  public:
    using ResultsError::ResultsError;
};

/// One of the CSV files that `tcplab run` writes, row by row. Functions throw ResultsError where the file is wrong,
/// with FILE:LINE:COLUMN, and OutputError when it cannot be read.
class ResultFile {
  public:
    explicit ResultFile(const std::filesystem::path& path);

    /// Goes to the next row; false at the end.
    bool next();
    [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
    [[nodiscard]] bool has(std::string_view column) const;
    /// Where a column stands.
    [[nodiscard]] std::size_t column(std::string_view name) const;
    /// A field of this row.
    [[nodiscard]] const std::string& text(std::size_t column) const { return reader_.fields()[column]; }
    /// A number in millionths, so that milliseconds come in nanoseconds; nothing where the field is empty.
    [[nodiscard]] std::optional<std::int64_t> millionths(std::size_t column) const;
    /// A count; nothing where the field is empty.
    [[nodiscard]] std::optional<std::uint64_t> count(std::size_t column) const;

  private:
    [[noreturn]] void fail(const CsvError& error) const;

    std::filesystem::path path_;
    std::string text_;
    CsvReader reader_;
    std::vector<std::string> header_;
};

/// A row of summary.csv, as far as charts need it.
struct PlottedRun {
    std::string variant;
    std::uint64_t number = 1;
    std::vector<std::string> axes;  ///< values, as ResultFolder::axes names them
    std::uint64_t transactions = 0;
    std::optional<std::int64_t> page;                 ///< nanoseconds; its mean where runs have several
    std::vector<std::optional<std::int64_t>> causes;  ///< nanoseconds, as ResultFolder::causes names them
};

/// Which of the runs are meant.
struct RunSelection {
    std::vector<std::string> variants;  ///< none: all
    std::optional<std::uint64_t> run;   ///< only this one
};

/// A folder that `tcplab run` wrote, and the runs of it that are meant.
struct ResultFolder {
    std::filesystem::path path;
    std::string scenario;             ///< its name
    std::string title;                ///< its title, or its name where it has none
    std::vector<std::string> axes;    ///< their keys
    std::vector<std::string> causes;  ///< attribution columns of summary.csv; empty: it has none
    bool several_pages = false;       ///< in some run
    std::vector<PlottedRun> runs;     ///< those that are meant, at least one

    [[nodiscard]] bool means(std::uint64_t run) const;
};

/// Throws ResultsError, also when nothing in it is meant, and OutputError.
ResultFolder open_results(const std::filesystem::path& folder, const RunSelection& selection);

/// "run-007/tcp.csv" in the folder.
std::filesystem::path file_of_run(const ResultFolder& results, std::uint64_t run, std::string_view name);

/// What tells a run from the others: "serial, link.rtt = 20 ms"; of a scenario without variants and axes its name.
std::string label_of(const ResultFolder& results, const PlottedRun& run);

/// "serial (run 7)"; "run 7" where the charts' title says the rest.
std::string run_name(const ResultFolder& results, const PlottedRun& run);

/// The repetitions of one variant at one point of the axes.
struct PlottedGroup {
    std::vector<const PlottedRun*> runs;
    std::string label;  ///< label_of() them
};
/// In the order in which they first appear.
std::vector<PlottedGroup> group_runs(const ResultFolder& results);

}  // namespace tcplab::plot
