#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "experiment/results.hpp"

namespace tcplab {

/// What a number in a result file is.
enum class FieldKind : std::uint8_t {
    milliseconds,  ///< held in nanoseconds
    percent,       ///< held in millionths of a percent
    count,
};

/// A field of a result file; nothing: it does not exist and the field is empty.
using FieldValue = std::optional<std::int64_t>;

/// Appends the value as every result file has it: "208.4" (exact), "12", "".
void append_value(std::string& out, FieldKind kind, FieldValue value);

/// What names a run: the first columns of every row of every file.
struct RunLabel {
    std::string scenario;
    std::string variant;    ///< empty: the scenario has no variants
    std::uint32_t run = 1;  ///< from 1
    std::uint64_t seed = 1;
    std::vector<std::pair<std::string, std::string>> axes;  ///< dotted key and its value here
};

/// The numbers of one run: a row of summary.csv without its label.
struct Summary {
    FieldValue page, first_byte, html, first_object, layout, mean_object, speed_index;
    std::uint64_t transactions = 0, failed = 0, retried = 0, duplicates_at_server = 0;
    std::uint64_t connections = 0, max_open_connections = 0;
    std::uint64_t packets_up = 0, packets_down = 0, bytes_up = 0, bytes_down = 0, header_bytes = 0;
    std::uint64_t retransmitted = 0, dropped_queue = 0, marked_ce = 0, dropped_loss = 0, corrupted = 0,
                  bytes_destroyed = 0;
    std::uint64_t time_wait_peak = 0, connect_refused_ports = 0;
    std::uint64_t server_connections_peak = 0, server_memory_peak = 0;
    std::uint64_t pages = 0;
    FieldValue mean_page, slowest_page;
    std::optional<Causes> causes;  ///< of the critical path to page_ms
};

Summary summarise(const Results& results);

/// A column of summary.csv after the label's.
struct SummaryColumn {
    std::string_view name;
    FieldKind kind;
    FieldValue (*value)(const Summary&);
};

/// All of them, in the file's order.
const std::vector<SummaryColumn>& summary_columns();
/// The column of that name, or null.
const SummaryColumn* find_summary_column(std::string_view name);

struct SummaryRow {
    RunLabel label;
    Summary numbers;
};

/// "scenario,variant,run,seed" and the axes' keys.
std::string label_header(const RunLabel& label);
/// The label's fields, in the same order.
std::string label_fields(const RunLabel& label);

/// summary.csv's header line and one row of it, with their newlines.
std::string summary_csv_header(const RunLabel& label);
std::string summary_csv_row(const SummaryRow& row);

/// A row of summary.csv in other forms: `header` and `row` are records of it, as fields. JSON: an object, null where a
/// field is empty. Markdown: a row of a table, and its first two lines.
std::string summary_json(const std::vector<std::string>& header, const std::vector<std::string>& row);
std::string summary_markdown_head(const std::vector<std::string>& header);
std::string summary_markdown(const std::vector<std::string>& row);

}  // namespace tcplab
