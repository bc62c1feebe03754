#include "course/measuring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <numeric>
#include <optional>
#include <utility>

#include "capture/traces.hpp"
#include "experiment/topology.hpp"
#include "experiment/world.hpp"
#include "export/csv.hpp"
#include "export/result_files.hpp"
#include "scenario/scenario_file.hpp"
#include "scenario/text.hpp"
#include "trace/recorder.hpp"

namespace tcplab::course {
namespace {

/// A run and all that its result files are made of.
struct MadeRun {
    RunLabel label;
    Scenario scenario;
    Results results;
    Recording recording;  // empty where it was not asked for
};

/// A result file's text, as `tcplab run` writes it.
std::string csv_of(std::string_view file, const MadeRun& run) {
    if (file == "summary") {
        return summary_csv_header(run.label) + summary_csv_row({run.label, summarise(run.results)});
    }
    if (file == "packets") return capture::packets_csv(run.label, run.recording, run.results);
    if (file == "tcp") return capture::tcp_csv(run.label, run.recording, run.results);
    const RunRows headers = row_headers(run.label);
    const RunRows rows = format_rows(run.label, run.scenario, run.results, true);
    if (file == "transactions") return headers.transactions + rows.transactions;
    if (file == "connections") return headers.connections + rows.connections;
    return headers.pages + rows.pages;
}

struct Rows {
    std::vector<std::string> columns;
    std::vector<std::vector<std::string>> rows;

    [[nodiscard]] std::size_t column(std::string_view name) const {
        return static_cast<std::size_t>(std::find(columns.begin(), columns.end(), name) - columns.begin());
    }
};

Rows rows_of(const std::string& text) {
    Rows all;
    CsvReader reader(text);
    if (reader.next()) all.columns = reader.fields();
    while (reader.next()) all.rows.push_back(reader.fields());
    return all;
}

std::optional<double> number_of(const std::string& field) {
    double n = 0;
    const char* end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, n);
    if (error != std::errc() || stop != end) return std::nullopt;
    return n;
}

bool holds(const Condition& c, const std::string& field) {
    using Relation = Condition::Relation;
    const std::optional<double> n = number_of(field);
    if (!c.number) return (field == c.text) == (c.relation == Relation::equal);
    if (!n) return c.relation == Relation::unequal;
    switch (c.relation) {
        case Relation::equal: return *n == *c.number;
        case Relation::unequal: return *n != *c.number;
        case Relation::below: return *n < *c.number;
        case Relation::above: return *n > *c.number;
        case Relation::at_most: return *n <= *c.number;
        case Relation::at_least: return *n >= *c.number;
    }
    return false;
}

[[noreturn]] void fail(const Measurement& m, const std::string& why) {
    throw CourseError(at_line(m.mark) + m.name + ": " + why);
}

double number_in(const Measurement& m, const std::string& field) {
    if (const std::optional<double> n = number_of(field)) return *n;
    fail(m, fmt::format("{} is {} there, no number", m.column, cited(field)));
}

double value_of(const Measurement& m, const Rows& rows) {
    using Take = Measurement::Take;
    std::vector<const std::vector<std::string>*> meant;
    for (const std::vector<std::string>& row : rows.rows) {
        const bool is_meant = std::all_of(m.where.begin(), m.where.end(),
                                          [&](const Condition& c) { return holds(c, row[rows.column(c.column)]); });
        if (is_meant) meant.push_back(&row);
    }
    if (m.take == Take::count) return static_cast<double>(meant.size());
    if (meant.empty() && m.take != Take::sum) fail(m, fmt::format("no row of {}.csv is meant", m.file));
    if (meant.size() > 1 && m.take == Take::only) {
        fail(m, fmt::format("{} rows of {}.csv are meant, not one", meant.size(), m.file));
    }
    const std::size_t column = rows.column(m.column);
    if (m.take == Take::only || m.take == Take::first) return number_in(m, (*meant.front())[column]);
    if (m.take == Take::last) return number_in(m, (*meant.back())[column]);
    std::vector<double> values;
    values.reserve(meant.size());
    for (const auto* row : meant) values.push_back(number_in(m, (*row)[column]));
    if (m.take == Take::least) return *std::min_element(values.begin(), values.end());
    if (m.take == Take::most) return *std::max_element(values.begin(), values.end());
    const double sum = std::accumulate(values.begin(), values.end(), 0.0);
    return m.take == Take::sum ? sum : sum / static_cast<double>(values.size());
}

/// Why none of the scenario's variants is this one.
std::string problem_of_variant(const std::string& variant, const std::vector<std::string>& all) {
    if (all.size() == 1 && all.front().empty()) return "the scenario has no variants";
    const std::string there = fmt::format("the scenario has {}", fmt::join(all, ", "));
    if (variant.empty()) return "variant is missing: " + there;
    const std::string hint = did_you_mean(variant, {all.begin(), all.end()});
    return fmt::format("there is no variant {}: {}", cited(variant), hint.empty() ? there : hint);
}

/// The runs of the scenario that is `text`, one for each variant, made when somebody asks.
class VariantRuns {
  public:
    VariantRuns(const Exercise& exercise, const std::string& text) : exercise_(exercise), file_(read(text)) {
        if (!file_.axes.empty() || file_.repeat > 1) {
            throw CourseError("scenario.toml: an exercise has variants; [vary] and repeat are not for it");
        }
    }

    const Rows& rows(const Measurement& m) {
        const auto [it, is_new] = rows_.try_emplace({m.variant, m.file});
        if (is_new) it->second = rows_of(csv_of(m.file, run(m)));
        return it->second;
    }

  private:
    static ScenarioFile read(const std::string& text) {
        Loaded loaded = read_scenario(text, "scenario.toml");
        if (!loaded.scenario) throw CourseError(loaded.errors);
        return std::move(*loaded.scenario);
    }

    const MadeRun& run(const Measurement& m) {
        const auto [it, is_new] = runs_.try_emplace(m.variant);
        if (is_new) it->second = make(m);
        return it->second;
    }

    [[nodiscard]] MadeRun make(const Measurement& m) const {
        const auto variant = std::find(file_.variants.begin(), file_.variants.end(), m.variant);
        if (variant == file_.variants.end()) fail(m, problem_of_variant(m.variant, file_.variants));
        const Runs runs = file_.expand();
        const Run run = runs.run(static_cast<std::uint64_t>(variant - file_.variants.begin()));
        MadeRun made;
        made.scenario = runs.scenario(run);
        if (const auto why = validate(made.scenario)) throw CourseError("scenario.toml: " + *why);
        const auto& all = exercise_.measurements;
        const bool recorded = std::any_of(all.begin(), all.end(), [&](const Measurement& other) {
            return other.variant == m.variant && is_recorded(other.file);
        });
        Recorder recorder;
        made.results = simulate(made.scenario, recorded ? &recorder : nullptr);
        made.recording = recorder.take();
        if (recorded) name_parts(made.scenario, made.recording);
        return made;
    }

    const Exercise& exercise_;
    ScenarioFile file_;
    std::map<std::string, MadeRun> runs_;                       // by variant
    std::map<std::pair<std::string, std::string>, Rows> rows_;  // by variant and file
};

}  // namespace

const std::vector<std::string_view>& result_files() {
    static const std::vector<std::string_view> files{"summary", "transactions", "connections",
                                                     "pages",   "packets",      "tcp"};
    return files;
}

bool is_recorded(std::string_view file) { return file == "packets" || file == "tcp"; }

std::vector<std::string> columns_of_file(std::string_view file) {
    const auto& files = result_files();
    if (std::find(files.begin(), files.end(), file) == files.end()) return {};
    return rows_of(csv_of(file, MadeRun())).columns;
}

Names measure(const Exercise& exercise, const std::string& scenario) {
    VariantRuns runs(exercise, scenario);
    Names names;
    for (const Measurement& m : exercise.measurements) names[m.name] = value_of(m, runs.rows(m));
    return names;
}

}  // namespace tcplab::course
