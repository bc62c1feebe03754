#include "export/result_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "export/causes.hpp"
#include "export/text.hpp"

namespace tcplab {

namespace {

constexpr std::string_view kRunFolder = "run-";
const std::string kReport = "report.html";

bool is_run_folder(std::string_view name) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return name.size() > kRunFolder.size() && name.substr(0, kRunFolder.size()) == kRunFolder &&
           std::all_of(name.begin() + kRunFolder.size(), name.end(), is_digit);
}

/// Whether a run's folder has files of that name from us.
bool is_run_file(std::string_view name) {
    constexpr std::string_view proxy = "proxy-";
    constexpr std::string_view capture = ".pcapng";
    const bool of_a_proxy = name.size() > proxy.size() + capture.size() && name.substr(0, proxy.size()) == proxy &&
                            name.substr(name.size() - capture.size()) == capture;
    return name == "page.har" || name == "client.pcapng" || name == "server.pcapng" || of_a_proxy ||
           name == "tcp.csv" || name == "packets.csv" || name == "trace.qlog";
}

}  // namespace

std::string manifest_json(const Manifest& m) {
    std::string out = "{\n  \"version\": ";
    append_json_string(out, m.version);
    out += ",\n  \"command\": [";
    for (std::size_t i = 0; i < m.command_line.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(out, m.command_line[i]);
    }
    out += fmt::format("],\n  \"runs\": {},\n  \"complete\": {},\n  \"file\": ", m.runs, m.complete);
    append_json_string(out, m.scenario_file);
    out += ",\n  \"hash\": ";
    append_json_string(out, m.scenario_hash);
    out += ",\n  \"scenario\": ";
    append_json_string(out, m.scenario_text);
    return out + "\n}\n";
}

OutputFile& ResultFiles::create(const std::string& name) {
    names_.push_back(name);
    return folder_.create(name);
}

ResultFiles::ResultFiles(const std::filesystem::path& folder, const RunLabel& labels, bool with_pages)
    : folder_(folder),
      summary_(&create("summary.csv")),
      transactions_(&create("transactions.csv")),
      connections_(&create("connections.csv")) {
    const RunRows headers = row_headers(labels);
    summary_->write(summary_csv_header(labels));
    transactions_->write(headers.transactions);
    connections_->write(headers.connections);
    if (with_pages) {
        pages_ = &create("pages.csv");
        pages_->write(headers.pages);
    } else {
        folder_.remove_at_commit("pages.csv");
    }
    folder_.remove_at_commit(kReport);  // of an earlier command
    forget_older_runs(folder);
}

/// What an earlier command left in its runs' folders.
void ResultFiles::forget_older_runs(const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        const std::string name = entry.path().filename().string();
        if (!is_run_folder(name)) continue;
        for (const auto& inner : std::filesystem::directory_iterator(entry.path(), error)) {
            const std::string file = inner.path().filename().string();
            if (is_run_file(file)) folder_.remove_at_commit(fmt::format("{}/{}", name, file));
        }
    }
}

void ResultFiles::add(const SummaryRow& row, const RunRows& rows) {
    summary_->write(summary_csv_row(row));
    write(rows);
}

void ResultFiles::add(const SummaryRow& row, const Scenario& scenario, const Results& results) {
    constexpr std::size_t at_once = 10'000;
    summary_->write(summary_csv_row(row));
    const std::size_t most = std::max({results.transactions.size(), results.connections.size(), results.pages.size()});
    for (std::size_t begin = 0; begin < most; begin += at_once) {
        write(format_rows(row.label, scenario, results, pages_ != nullptr, {begin, begin + at_once}));
    }
}

void ResultFiles::write(const RunRows& rows) {
    transactions_->write(rows.transactions);
    connections_->write(rows.connections);
    if (pages_ != nullptr) pages_->write(rows.pages);
}

void ResultFiles::add_file(std::uint32_t run, const RunFile& file, const std::function<void(std::size_t)>& wrote) {
    constexpr std::size_t at_once = 4'000'000;
    const std::string name = fmt::format("{}{:03}/{}", kRunFolder, run, file.name);
    OutputFile& out = folder_.create(name);
    for (std::string_view left = file.bytes; !left.empty();) {
        const std::string_view part = left.substr(0, at_once);
        out.write(part);
        left.remove_prefix(part.size());
        if (wrote) wrote(part.size());
    }
    out.close();  // there may be more runs than a process may have open files
    if (first_run_ == 0) first_run_ = run;
    if (run == first_run_) {
        names_.push_back(name);
    } else if (!std::exchange(more_runs_, true)) {
        names_.back() += " ...";
    }
}

void ResultFiles::add_report(std::string_view html) {
    create(kReport).write(html);
    std::rotate(names_.begin(), names_.end() - 1, names_.end());
}

void ResultFiles::finish(const Manifest& manifest) {
    create("manifest.json").write(manifest_json(manifest));
    folder_.commit();
}

}  // namespace tcplab
