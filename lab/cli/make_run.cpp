#include "cli/make_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "cli/hangs.hpp"
#include "cli/note.hpp"
#include "cli/run_files.hpp"
#include "experiment/topology.hpp"
#include "report/both_observers.hpp"
#include "report/first_packets.hpp"
#include "trace/recorder.hpp"

namespace tcplab {
namespace {

std::string failure_text(const Scenario& scenario, const Results& results) {
    const auto first = std::find_if(results.transactions.begin(), results.transactions.end(),
                                    [](const Transaction& t) { return t.failure && t.failure.what != "unfinished"; });
    if (first == results.transactions.end()) return "";
    const RequestNames names = names_of(scenario, *first);
    return fmt::format("{} of {} transactions failed, the first: {} {} ({})", results.failed,
                       results.transactions.size(), names.method, names.path, to_string(first->failure));
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

RunNote note_of(const Plan& plan, const SummaryRow& row, const Scenario& scenario, const Results& results) {
    const std::vector<Expect>& expects = plan.file.expects;
    RunNote note{take_samples(expects, row.numbers, scenario, results), results.diagnosis,
                 hang_texts(scenario, results)};
    if (note.trouble.empty() && unforeseen_failure(expects, row.label.variant, results.failed)) {
        note.trouble = failure_text(scenario, results);
    }
    return note;
}

}  // namespace

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
    const SummaryRow row{label_of(plan, run), summarise(results)};
    const std::optional<Recording> recording = watch.take();
    made.bytes.number = row.label.run;
    made.bytes.summary = summary_csv_row(row);
    made.bytes.note = note_line(note_of(plan, row, scenario, results));
    made.bytes.files =
        run_files(options, row.label, scenario, results, recording ? &*recording : nullptr, order.tell_files);
    made.detail.reset();
    if (order.detail_packets > 0) {
        made.detail =
            report::detail_of(row.label, scenario, results, watch.for_report(*recording, order.detail_packets));
    }
    if (results.transactions.size() + results.connections.size() > kManyRows) {
        made.bytes.rows = {};
        made.large = std::make_unique<LargeRun>(LargeRun{row.label, std::move(scenario), std::move(results)});
    } else {
        made.bytes.rows = format_rows(row.label, scenario, results, plan.several_pages);
    }
    return true;
}

void for_rows_of(const LargeRun& run, bool several_pages, const std::function<void(const RunRows&)>& take) {
    constexpr std::size_t at_once = 10'000;
    const Results& r = run.results;
    const std::size_t most = std::max({r.transactions.size(), r.connections.size(), r.pages.size()});
    for (std::size_t begin = 0; begin < most; begin += at_once) {
        take(format_rows(run.label, run.scenario, r, several_pages, {begin, begin + at_once}));
    }
}

void write_run(SweepFolder& to, MadeRun& made, bool several_pages, const capture::Tell& tell) {
    if (made.large) {
        for_rows_of(*made.large, several_pages, [&](const RunRows& rows) { to.add_rows(rows); });
        made.large.reset();
    }
    double total = 0;
    double written = 0;
    for (const RunFile& file : made.bytes.files) total += static_cast<double>(file.bytes.size());
    to.add(made.bytes, [&](std::size_t bytes) {
        written += static_cast<double>(bytes);
        tell(written / total);
    });
    made.bytes.files.clear();
}

}  // namespace tcplab
