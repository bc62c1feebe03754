#include "plot/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "export/output.hpp"
#include "scenario/document.hpp"
#include "scenario/file_text.hpp"
#include "scenario/text.hpp"

namespace tcplab::plot {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCause = "a_";

std::string read_text(const fs::path& path) {
    FileText file = read_file(path);
    if (file.text) return std::move(*file.text);
    const bool is_folder = file.why == std::errc::is_a_directory;
    throw OutputError(fmt::format("{}: error: {}", path.string(),
                                  is_folder ? "this is a folder, not a file of results" : file.why.message()));
}

// "208.4" is 208400000; false where it is no such number.
bool parse_millionths(std::string_view text, std::int64_t& value) {
    constexpr std::size_t kDecimals = 6;
    const std::size_t point = std::min(text.find('.'), text.size());
    const std::string_view decimals = point < text.size() ? text.substr(point + 1) : std::string_view();
    if (decimals.size() > kDecimals || (point < text.size() && decimals.empty())) return false;
    std::string digits(text.substr(0, point));
    if (digits.empty() || digits == "-") return false;
    digits += decimals;
    digits.append(kDecimals - decimals.size(), '0');
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc() && stop == end;
}

std::string title_of(const fs::path& manifest) {
    std::error_code ignored;
    if (!fs::exists(manifest, ignored)) return "";
    const nlohmann::json json = nlohmann::json::parse(read_text(manifest), nullptr, false);
    if (!json.is_object() || !json.contains("scenario") || !json["scenario"].is_string()) {
        throw ResultsError(manifest.string() + ": error: this is not what tcplab run writes");
    }
    Diagnostics ignore;
    const auto document = parse_document(json["scenario"].get<std::string>(), ignore);
    const Member* title = document ? find(*document, "title") : nullptr;
    return title != nullptr && title->value.kind == Node::Kind::string ? title->value.text : "";
}

// Columns of summary.csv, by where they stand.
struct SummaryPlaces {
    explicit SummaryPlaces(const ResultFile& file)
        : scenario(file.column("scenario")),
          variant(file.column("variant")),
          run(file.column("run")),
          first_axis(file.column("seed") + 1),
          end_of_axes(file.column("page_ms")),
          pages(file.column("pages")),
          mean_page(file.column("mean_page_ms")),
          transactions(file.column("transactions")) {
        for (std::size_t i = 0; i < file.header().size(); ++i) {
            if (file.header()[i].substr(0, kCause.size()) == kCause) causes.push_back(i);
        }
    }

    std::size_t scenario, variant, run, first_axis, end_of_axes, pages, mean_page, transactions;
    std::vector<std::size_t> causes;
};

struct SummaryRun {
    PlottedRun run;
    std::optional<std::int64_t> mean_page;
};

SummaryRun read_run(const ResultFile& file, const SummaryPlaces& at) {
    SummaryRun row;
    row.run.variant = file.text(at.variant);
    row.run.number = file.count(at.run).value_or(0);
    for (std::size_t i = at.first_axis; i < at.end_of_axes; ++i) row.run.axes.push_back(file.text(i));
    row.run.transactions = file.count(at.transactions).value_or(0);
    row.run.page = file.millionths(at.end_of_axes);
    for (const std::size_t i : at.causes) row.run.causes.push_back(file.millionths(i));
    row.mean_page = file.millionths(at.mean_page);
    return row;
}

std::vector<SummaryRun> read_summary(ResultFolder& results) {
    ResultFile file(results.path / "summary.csv");
    const SummaryPlaces at(file);
    const auto& names = file.header();
    const auto name = [&](std::size_t i) { return names.begin() + static_cast<std::ptrdiff_t>(i); };
    if (at.first_axis > at.end_of_axes) {
        throw ResultsError((results.path / "summary.csv").string() + ":1:1: error: page_ms stands before seed");
    }
    results.axes.assign(name(at.first_axis), name(at.end_of_axes));
    for (const std::size_t i : at.causes) results.causes.push_back(names[i].substr(kCause.size()));
    std::vector<SummaryRun> rows;
    while (file.next()) {
        results.scenario = file.text(at.scenario);
        results.several_pages = results.several_pages || file.count(at.pages).value_or(0) > 1;
        rows.push_back(read_run(file, at));
    }
    return rows;
}

void check_selection(const ResultFolder& results, const std::vector<SummaryRun>& rows, const RunSelection& selection) {
    const std::string folder = results.path.string();
    if (rows.empty()) throw ResultsError(folder + ": error: summary.csv has no runs");
    for (const std::string& wanted : selection.variants) {
        std::vector<std::string_view> names;
        for (const SummaryRun& row : rows) {
            const bool seen = std::find(names.begin(), names.end(), row.run.variant) != names.end();
            if (!seen) names.emplace_back(row.run.variant);
        }
        if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
        const std::string hint = did_you_mean(wanted, names);
        throw ResultsError(
            fmt::format("{}: error: there is no variant {}{}", folder, cited(wanted), hint.empty() ? "" : ": " + hint));
    }
    if (selection.run && std::none_of(rows.begin(), rows.end(),
                                      [&](const SummaryRun& row) { return row.run.number == *selection.run; })) {
        const bool one = rows.size() == 1;
        throw ResultsError(fmt::format("{}: error: there is no run {}: it has {}{}", folder, *selection.run,
                                       one ? "run " : "runs ",
                                       one ? fmt::format("{}", rows.front().run.number)
                                           : fmt::format("{} to {}", rows.front().run.number, rows.back().run.number)));
    }
}

}  // namespace

ResultFile::ResultFile(const fs::path& path) : path_(path), text_(read_text(path)), reader_(text_) {
    if (!next()) throw ResultsError(path_.string() + ": error: it is empty");
    header_ = reader_.fields();
}

bool ResultFile::next() {
    const bool is_there = reader_.next();
    if (reader_.error()) fail(*reader_.error());
    return is_there;
}

bool ResultFile::has(std::string_view column) const {
    return std::find(header_.begin(), header_.end(), column) != header_.end();
}

std::size_t ResultFile::column(std::string_view name) const {
    const auto it = std::find(header_.begin(), header_.end(), name);
    if (it == header_.end()) fail({1, 1, fmt::format("there is no column {}", name)});
    return static_cast<std::size_t>(it - header_.begin());
}

std::optional<std::int64_t> ResultFile::millionths(std::size_t column) const {
    const std::string& field = text(column);
    if (field.empty()) return std::nullopt;
    std::int64_t value = 0;
    if (parse_millionths(field, value)) return value;
    fail(reader_.complaint(column, fmt::format("{}: expected a number with at most six decimals, found {}",
                                               header_[column], cited(field))));
}

std::optional<std::uint64_t> ResultFile::count(std::size_t column) const {
    const std::string& field = text(column);
    if (field.empty()) return std::nullopt;
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error == std::errc() && stop == field.data() + field.size()) return value;
    fail(reader_.complaint(column, fmt::format("{}: expected a count, found {}", header_[column], cited(field))));
}

void ResultFile::fail(const CsvError& e) const {
    throw ResultsError(fmt::format("{}:{}:{}: error: {}", path_.string(), e.line, e.column, e.what));
}

bool ResultFolder::means(std::uint64_t run) const {
    return std::any_of(runs.begin(), runs.end(), [run](const PlottedRun& r) { return r.number == run; });
}

ResultFolder open_results(const fs::path& folder, const RunSelection& selection) {
    std::error_code error;
    const fs::file_status status = fs::status(folder, error);
    if (!fs::exists(status)) throw OutputError(folder.string() + ": error: there is no such folder");
    if (!fs::is_directory(status)) {
        throw ResultsError(folder.string() + ": error: this is a file; a folder that tcplab run wrote is expected");
    }
    if (!fs::exists(folder / "summary.csv", error)) {
        throw ResultsError(folder.string() +
                           ": error: no results are in this folder: there is no summary.csv, as tcplab run writes it");
    }
    ResultFolder results;
    results.path = folder;
    std::vector<SummaryRun> rows = read_summary(results);
    check_selection(results, rows, selection);
    for (SummaryRun& row : rows) {
        const auto& names = selection.variants;
        if (!names.empty() && std::find(names.begin(), names.end(), row.run.variant) == names.end()) continue;
        if (selection.run && row.run.number != *selection.run) continue;
        if (results.several_pages) row.run.page = row.mean_page;
        results.runs.push_back(std::move(row.run));
    }
    if (results.runs.empty()) {
        throw ResultsError(fmt::format("{}: error: run {} is of another variant", folder.string(), *selection.run));
    }
    results.title = title_of(folder / "manifest.json");
    if (results.title.empty()) results.title = results.scenario;
    return results;
}

fs::path file_of_run(const ResultFolder& results, std::uint64_t run, std::string_view name) {
    return results.path / fmt::format("run-{:03}", run) / name;
}

std::string label_of(const ResultFolder& results, const PlottedRun& run) {
    std::string label = run.variant;
    for (std::size_t i = 0; i < results.axes.size(); ++i) {
        label += fmt::format("{}{} = {}", label.empty() ? "" : ", ", results.axes[i], run.axes[i]);
    }
    return label.empty() ? results.scenario : label;
}

std::string run_name(const ResultFolder& results, const PlottedRun& run) {
    const std::string label = label_of(results, run);
    return label == results.title ? fmt::format("run {}", run.number) : fmt::format("{} (run {})", label, run.number);
}

std::vector<PlottedGroup> group_runs(const ResultFolder& results) {
    std::vector<PlottedGroup> groups;
    std::map<std::string, std::size_t> places;
    for (const PlottedRun& run : results.runs) {
        std::string label = label_of(results, run);
        const auto [it, is_new] = places.try_emplace(label, groups.size());
        if (is_new) groups.push_back({{}, std::move(label)});
        groups[it->second].runs.push_back(&run);
    }
    return groups;
}

}  // namespace tcplab::plot
