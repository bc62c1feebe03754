#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/commands.hpp"
#include "cli/expectations.hpp"
#include "cli/hangs.hpp"
#include "cli/latency_table.hpp"
#include "cli/plan.hpp"
#include "cli/reason.hpp"
#include "cli/report_file.hpp"
#include "cli/run_files.hpp"
#include "cli/underway.hpp"
#include "experiment/topology.hpp"
#include "experiment/world.hpp"
#include "export/result_files.hpp"
#include "report/both_observers.hpp"
#include "report/first_packets.hpp"
#include "scenario/text.hpp"
#include "sweep/sweep.hpp"
#include "terminal/progress.hpp"
#include "terminal/width.hpp"
#include "trace/recorder.hpp"

namespace tcplab {
namespace {

namespace fs = std::filesystem;

/// A run with more rows than should be text all at once: they are formatted as they are written.
struct LargeRun {
    Scenario scenario;
    Results results;
};

/// A run's results on their way from the thread that made them to the files.
struct MadeRun {
    SummaryRow row;
    RunRows rows;
    std::unique_ptr<LargeRun> large;          // instead of `rows`
    std::vector<RunFile> files;               // its own
    std::optional<report::RunDetail> detail;  // with --report, of some
    CheckedRun checked;
    std::string trouble;  // why it could not go on, or what failed and nobody expected; empty: nothing
    std::vector<std::string> hangs;
};

/// What is kept of a scenario's runs.
struct Outcome {
    std::vector<SummaryRow> rows;
    std::vector<report::RunDetail> details;  // with --report
    std::vector<CheckedRun> checked;
    std::vector<std::string> troubles;
    std::vector<std::string> hangs;
    std::vector<std::string> files;
    bool interrupted = false;
};

std::string failure_text(const Scenario& scenario, const Results& results) {
    const auto first = std::find_if(results.transactions.begin(), results.transactions.end(),
                                    [](const Transaction& t) { return t.failure && t.failure.what != "unfinished"; });
    if (first == results.transactions.end()) return "";
    const RequestNames names = names_of(scenario, *first);
    return fmt::format("{} of {} transactions failed, the first: {} {} ({})", results.failed,
                       results.transactions.size(), names.method, names.path, to_string(first->failure));
}

std::string trouble_of(const Plan& plan, const CheckedRun& checked, const Scenario& scenario, const Results& results) {
    std::string what = results.diagnosis;
    if (what.empty() && unforeseen_failure(plan.file.expects, {checked})) what = failure_text(scenario, results);
    return what.empty() ? "" : run_name(checked.label) + ": " + what;
}

/// What watches a run: nothing, or a recorder; where it records for the report only, of the run's first packets, with a
/// sample of all of it.
class Watch {
  public:
    Watch(const RunOptions& options, bool in_detail, const Scenario& scenario) {
        if (!options.pcap && !options.trace && !in_detail) return;
        // The report's ladders name the messages.
        recorder_.emplace(options.pcap || in_detail ? Recorder::Keep::payload : Recorder::Keep::headers);
        name_parts(scenario, named_);
        if (options.pcap || options.trace) return;
        first_.emplace(*recorder_, report::kMostRecorded);
        sample_.emplace(named_.links, report::kMostSampled);
        both_.emplace(*first_, *sample_);
    }
    Observer* observer() {
        if (both_) return &*both_;
        return recorder_ ? &*recorder_ : nullptr;
    }
    /// What was recorded, once.
    std::optional<Recording> take() {
        if (!recorder_) return std::nullopt;
        Recording recording = recorder_->take();
        recording.links = std::move(named_.links);
        recording.hosts = std::move(named_.hosts);
        return recording;
    }
    /// For the report, once.
    report::RecordedForReport for_report(const Recording& recording, std::size_t packets) {
        if (!sample_) return {recording, kNever, report::sample_of(recording, report::kMostSampled), packets};
        return {recording, first_->stopped(), sample_->take(), packets};
    }

  private:
    Recording named_;  // nothing but the names of links and hosts
    std::optional<Recorder> recorder_;
    std::optional<report::FirstPackets> first_;
    std::optional<report::RunSample> sample_;
    std::optional<report::BothObservers> both_;
};

/// How to make a run.
struct RunOrder {
    std::uint64_t index = 0;
    std::size_t detail_packets = 0;  ///< the report shows so many of its packets; 0: it is not among those in detail
    std::function<void(const RunProgress&)> tell;  ///< how far it is, now and then
    capture::Tell tell_files;                      ///< the same of its files, when it is simulated
};

bool make_run(const Plan& plan, const RunOrder& order, const RunOptions& options, MadeRun& made,
              const std::atomic<bool>& stop) {
    constexpr std::uint64_t kEventsBetweenLooks = 200'000;
    constexpr std::size_t kManyRows = 20'000;
    const Run run = plan.runs.run(order.index);
    Scenario scenario = plan.runs.scenario(run);
    Watch watch(options, order.detail_packets > 0, scenario);
    std::optional<World> world(std::in_place, scenario, watch.observer());
    while (!world->advance(kEventsBetweenLooks)) {
        if (stop) return false;
        order.tell(world->progress());
    }
    Results results = world->take_results();
    world.reset();
    const RunLabel label = label_of(plan, run);
    made.row = {label, summarise(results)};
    const std::optional<Recording> recording = watch.take();
    made.files = run_files(options, label, scenario, results, recording ? &*recording : nullptr, order.tell_files);
    if (order.detail_packets > 0) {
        made.detail = report::detail_of(label, scenario, results, watch.for_report(*recording, order.detail_packets));
    }
    made.checked = {label, results.failed, take_samples(plan.file.expects, made.row.numbers, scenario, results)};
    made.trouble = trouble_of(plan, made.checked, scenario, results);
    made.hangs.clear();
    for (const std::string& text : hang_texts(scenario, results)) made.hangs.push_back(run_name(label) + ": " + text);
    if (results.transactions.size() + results.connections.size() > kManyRows) {
        made.large = std::make_unique<LargeRun>(LargeRun{std::move(scenario), std::move(results)});
    } else {
        made.rows = format_rows(label, scenario, results, plan.several_pages);
    }
    return true;
}

Manifest manifest_of(const Plan& plan, const std::vector<std::string>& command_line, std::size_t complete) {
    return {TCPLAB_VERSION, plan.path,
            plan.file.text, "fnv1a64:" + plan.file.hash,
            command_line,   static_cast<std::size_t>(plan.runs.size()),
            complete};
}

// Simulates every run of one scenario and writes its files. When that is interrupted before the first run is
// complete, no file is touched.
Outcome carry_out(const Plan& plan, const fs::path& folder, const RunOptions& options,
                  const std::vector<std::string>& command_line) {
    Outcome outcome;
    const auto count = static_cast<std::size_t>(plan.runs.size());
    ResultFiles files(folder, label_of(plan, plan.runs.run(0)), plan.several_pages);
    SweepOptions how;
    how.jobs = std::min(options.jobs.value_or(default_jobs()), count);
    const bool large = options.pcap || options.trace;  // what is kept of a run until those before it are written
    how.window = large ? how.jobs : how.jobs * 16;
    std::vector<MadeRun> places(how.window);
    Progress progress(use_progress(options.progress, STDERR_FILENO));
    UnderWay underway(how.window, share_of_run_files(options));

    const auto show = [&] { progress.update(underway.work(outcome.rows.size(), count)); };

    const std::vector<std::uint64_t> detailed =
        options.report ? report::runs_in_detail(plan.runs) : std::vector<std::uint64_t>();
    SweepTask task;
    task.count = count;
    task.make = [&](std::size_t index, std::size_t place, const std::atomic<bool>& stop) {
        const bool in_detail = std::binary_search(detailed.begin(), detailed.end(), index);
        const RunOrder order{index, in_detail ? report::kMostPackets / detailed.size() : 0,
                             [&](const RunProgress& so_far) { underway.set(place, so_far); },
                             [&](double made) { underway.set_files(place, kMakingRunFiles * made); }};
        const bool is_made = make_run(plan, order, options, places[place], stop);
        if (is_made) underway.finish(place);
        return is_made;
    };
    task.consume = [&](std::size_t, std::size_t place) {
        MadeRun& made = places[place];
        if (made.large) {
            files.add(made.row, made.large->scenario, made.large->results);
            made.large.reset();
        } else {
            files.add(made.row, std::exchange(made.rows, {}));
        }
        write_run_files(files, made.row.label.run, std::exchange(made.files, {}), [&](double written) {
            underway.set_files(place, kMakingRunFiles + (1 - kMakingRunFiles) * written);
            show();
        });
        if (made.detail) outcome.details.push_back(*std::exchange(made.detail, std::nullopt));
        outcome.rows.push_back(std::move(made.row));
        outcome.checked.push_back(std::move(made.checked));
        if (!made.trouble.empty()) outcome.troubles.push_back(std::move(made.trouble));
        for (std::string& text : made.hangs) outcome.hangs.push_back(std::move(text));
        underway.forget(place);
    };
    task.tick = show;
    const std::size_t complete = sweep(task, how);
    progress.clear();
    outcome.interrupted = complete < count;
    if (options.report && complete > 0) {
        files.add_report(report_file(plan, command_line, outcome.rows, outcome.details));
    }
    if (complete > 0) files.finish(manifest_of(plan, command_line, complete));
    outcome.files = files.names();
    return outcome;
}

fs::path folder_of(const Plan& plan, const RunOptions& options) {
    if (!options.out) return fs::path("results") / "runs" / plan.file.name;
    return options.files.size() > 1 ? fs::path(*options.out) / plan.file.name : fs::path(*options.out);
}

// Two scenarios must not write to one folder.
void check_folders(const std::vector<Plan>& plans, const RunOptions& options) {
    std::map<fs::path, std::string> seen;
    for (const Plan& plan : plans) {
        const auto [it, is_new] = seen.try_emplace(folder_of(plan, options), plan.path);
        if (!is_new) {
            throw UsageError(fmt::format("{} and {} would both write to {}: give one of them another name", it->second,
                                         plan.path, it->first.string()));
        }
    }
}

void list_runs(const std::vector<Plan>& plans) {
    for (const Plan& plan : plans) {
        std::string out;
        for (std::uint64_t i = 0; i < plan.runs.size(); ++i) {
            const Run run = plan.runs.run(i);
            out += run_name(label_of(plan, run));
            out += plan.file.repeat > 1 ? fmt::format(", repetition {}\n", run.repetition) : "\n";
            if (out.size() > 60'000) print_out(std::exchange(out, ""));
        }
        print_out(out);
    }
}

std::string verdict_line(const Verdict& v, bool color) {
    const char* sign = v.met ? "✓" : "✗";
    return paint(sign, v.met ? Accent::best : Accent::failed, color) + " " + v.line + "\n";
}

// The folder and its files, on as many lines as that takes.
std::string place_text(const fs::path& folder, const std::vector<std::string>& files, std::size_t width) {
    std::string text = (folder / "").string();
    std::size_t column = display_width(text);
    for (const std::string& name : files) {
        const bool fits = column + 2 + name.size() <= width;
        text += (fits ? "  " : "\n  ") + name;
        column = (fits ? column : 0) + 2 + name.size();
    }
    return text + "\n";
}

std::string table_text(const Plan& plan, const Outcome& outcome, const std::vector<Verdict>& verdicts,
                       const fs::path& folder, const RunOptions& options) {
    const bool color = use_color(options.color, STDOUT_FILENO);
    std::string out;
    for (const Verdict& v : verdicts) out += verdict_line(v, color);
    if (!verdicts.empty()) out += "\n";
    const std::string title = plan.file.title.empty() ? plan.file.name : plan.file.title;
    const std::size_t width = terminal_width(STDOUT_FILENO);
    out += render(latency_table(title, plan.conditions, outcome.rows), width, color);
    const bool as_it_is = options.changes.sets.empty() && !options.changes.seed;
    out += "\n" + reason_line(outcome.rows, as_it_is ? plan.path : "", width);
    return out + place_text(folder, outcome.files, width);
}

// The first few of `lines`, and how many more there are of `what`.
void warn(const std::vector<std::string>& lines, std::string_view what) {
    constexpr std::size_t kMost = 10;
    for (std::size_t i = 0; i < std::min(lines.size(), kMost); ++i) print_error(lines[i] + "\n");
    if (lines.size() > kMost) print_error(fmt::format("... and {} more {} like these\n", lines.size() - kMost, what));
}

// Gathers what stdout gets, scenario by scenario.
class Printer {
  public:
    explicit Printer(const RunOptions& options) : options_(options) {}

    void scenario(const Plan& plan, const Outcome& outcome, const fs::path& folder) {
        const auto verdicts = check_expectations(plan.file.expects, outcome.checked);
        for (const Verdict& v : verdicts) as_expected_ = as_expected_ && v.met;
        all_met_ = all_met_ && as_expected_;
        all_met_ = all_met_ && !unforeseen_failure(plan.file.expects, outcome.checked);
        if (options_.format != Format::table || options_.quiet) {
            for (const Verdict& v : verdicts) {
                if (!v.met) print_error(verdict_line(v, use_color(options_.color, STDERR_FILENO)));
            }
        }
        if (options_.quiet) return;
        switch (options_.format) {
            case Format::table:
                print_out((first_ ? "" : "\n") + table_text(plan, outcome, verdicts, folder, options_));
                break;
            case Format::csv: print_csv(outcome.rows); break;
            case Format::json: rows_.insert(rows_.end(), outcome.rows.begin(), outcome.rows.end()); break;
            case Format::markdown: print_out((first_ ? "" : "\n") + summary_markdown(outcome.rows)); break;
        }
        first_ = false;
    }

    /// After the last scenario; whether everything was met.
    bool finish() {
        if (options_.format == Format::json && !options_.quiet) print_out(summary_json(rows_));
        if (!as_expected_ && !(options_.changes.sets.empty() && options_.changes.varies.empty())) {
            print_error("hint: [[expect]] speaks of the file as it is; --set and --vary changed it\n");
        }
        return all_met_;
    }

  private:
    void print_csv(const std::vector<SummaryRow>& rows) {
        if (rows.empty()) return;
        std::string header = summary_csv_header(rows.front().label);
        std::string out = header == header_ ? "" : header;
        header_ = std::move(header);
        for (const SummaryRow& row : rows) out += summary_csv_row(row);
        print_out(out);
    }

    const RunOptions& options_;
    bool first_ = true;
    bool as_expected_ = true;       // by every [[expect]]
    bool all_met_ = true;           // and nothing else failed
    std::string header_;            // of the CSV printed last
    std::vector<SummaryRow> rows_;  // for JSON, which is one array
};

}  // namespace

int run_command(const RunOptions& options, const std::vector<std::string>& command_line) {
    const Plans read = read_plans(options.files, options.changes);
    if (read.exit_code != kDone) {
        print_error(read.errors + error_count_line(read.error_count));
        return read.exit_code;
    }
    check_folders(read.plans, options);
    if (!options.quiet) print_hints(read.plans);
    if (options.dry_run) {
        list_runs(read.plans);
        return kDone;
    }
    Printer printer(options);
    for (const Plan& plan : read.plans) {
        const fs::path folder = folder_of(plan, options);
        const Outcome outcome = carry_out(plan, folder, options, command_line);
        warn(outcome.troubles, "runs");
        if (!options.quiet) warn(outcome.hangs, "lines");
        if (outcome.interrupted) {
            const std::size_t complete = outcome.rows.size();
            print_error(fmt::format("interrupted: {} of {} runs are complete{}\n", complete, plan.runs.size(),
                                    complete == 0 ? "" : " and kept in " + (folder / "").string()));
            return kInterrupted;
        }
        printer.scenario(plan, outcome, folder);
    }
    return printer.finish() ? kDone : kNotMet;
}

}  // namespace tcplab
