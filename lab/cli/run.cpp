#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/conclusion.hpp"
#include "cli/hand_out.hpp"
#include "cli/make_run.hpp"
#include "cli/plan.hpp"
#include "cli/printer.hpp"
#include "cli/rank_talk.hpp"
#include "cli/report_file.hpp"
#include "cli/run_files.hpp"
#include "cli/sweep_header.hpp"
#include "cli/underway.hpp"
#include "export/output.hpp"
#include "sweep/sweep.hpp"
#include "sweep/sweep_folder.hpp"
#include "terminal/progress.hpp"

namespace tcplab {
namespace {

namespace fs = std::filesystem;

/// A scenario of the command, and the processes that make its runs together, if there are several.
struct Work {
    const Plan& plan;
    std::size_t place = 0;  ///< among the scenarios
    Ranks* ranks = nullptr;
};

/// Simulates the runs of one scenario that its folder does not have yet.
class Carrying {
  public:
    Carrying(const Work& work, const RunOptions& options, SweepFolder& folder)
        : plan_(work.plan),
          place_(work.place),
          ranks_(work.ranks),
          options_(options),
          folder_(folder),
          block_(block_of(options.shard, plan_.runs.size())),
          before_(folder.complete()),
          progress_(use_progress(options.progress, STDERR_FILENO)) {
        if (options.report) detailed_ = report::runs_in_detail(plan_.runs);
    }

    /// Runs shown in detail come in their order: those that are complete from before are made again; so are all of
    /// them where other processes make runs, as details stay where they are made.
    std::vector<report::RunDetail> carry_out() {
        std::vector<std::uint64_t> again;
        for (const std::uint64_t index : detailed_) {
            if (index < before_ || ranks_) again.push_back(index);
        }
        RunOptions only_detail = options_;
        only_detail.har = only_detail.pcap = only_detail.trace = false;
        const auto nothing = [](MadeRun&, std::size_t) {};
        const bool all = sweep_runs(
            again.size(), [&](std::size_t i) { return again[i]; }, only_detail, nothing, nullptr);
        const std::vector<std::uint64_t> made_before = ranks_ ? std::exchange(detailed_, {}) : again;
        if (all) {
            sweep_runs(
                static_cast<std::size_t>(block_.count - before_),
                [&](std::size_t i) { return block_.first + before_ + i; }, options_,
                [&](MadeRun& made, std::size_t place) { write(made, place); }, ranks_);
        }
        progress_.clear();
        // Where that was interrupted, no report shows runs that are not complete.
        const auto end = std::lower_bound(made_before.begin(), made_before.end(), folder_.complete());
        if (ranks_ && all) details_.erase(details_.begin() + (end - made_before.begin()), details_.end());
        return std::move(details_);
    }

  private:
    /// Whether all were made, and not interrupted.
    template <class IndexOf, class Consume>
    bool sweep_runs(std::size_t count, IndexOf index_of, const RunOptions& options, Consume consume, Ranks* ranks) {
        const SweepOptions how = how_to(count, options, ranks);
        places_ = std::vector<MadeRun>(how.window);
        underway_ = std::make_unique<UnderWay>(how.window, share_of_run_files(options));
        SweepTask task;
        task.count = count;
        task.make = [&](std::size_t i, std::size_t place, const std::atomic<bool>& stop) {
            return make(index_of(i), place, options, stop);
        };
        task.consume = [&](std::size_t, std::size_t place) {
            MadeRun& made = places_[place];
            consume(made, place);
            if (made.detail) details_.push_back(*std::exchange(made.detail, std::nullopt));
            underway_->forget(place);
        };
        task.tick = [&] {
            folder_.checkpoint();
            show();
        };
        if (ranks) {
            task.elsewhere = [&](const SweepShare& share) {
                HandOut(*ranks, place_, index_of(0)).serve(share, [&](std::size_t i, RunBytes&& run) {
                    places_[i % how.window] = {std::move(run), nullptr, std::nullopt};
                    underway_->finish(i % how.window);
                });
            };
        }
        return sweep(task, how) == count;
    }

    [[nodiscard]] SweepOptions how_to(std::size_t count, const RunOptions& options, const Ranks* ranks) const {
        const bool large = options.pcap || options.trace;  // what is kept of a run until those before it are written
        if (ranks) {
            return {ranks->count() > HandOut::kMostWithoutDesk ? 0U : 1U,
                    ranks->count() * (large ? 2 : HandOut::kPlaces)};
        }
        const std::size_t jobs = std::clamp<std::size_t>(count, 1, ranks_ ? 1 : options.jobs.value_or(default_jobs()));
        return {jobs, large ? jobs : jobs * 16};
    }

    bool make(std::uint64_t index, std::size_t place, const RunOptions& options, const std::atomic<bool>& stop) {
        const bool in_detail = std::binary_search(detailed_.begin(), detailed_.end(), index);
        const RunOrder order{index, in_detail ? report::kMostPackets / detailed_.size() : 0,
                             [&](const RunProgress& so_far) { underway_->set(place, so_far); },
                             [&](double made) { underway_->set_files(place, kMakingRunFiles * made); }};
        if (!make_run(plan_, order, options, places_[place], stop)) return false;
        underway_->finish(place);
        return true;
    }

    void write(MadeRun& made, std::size_t place) {
        write_run(folder_, made, plan_.several_pages, [&](double written) {
            underway_->set_files(place, kMakingRunFiles + (1 - kMakingRunFiles) * written);
            show();
        });
    }

    void show() {
        progress_.update(underway_->work(static_cast<std::size_t>(folder_.complete()),
                                         static_cast<std::size_t>(block_.count), static_cast<std::size_t>(before_)));
    }

    const Plan& plan_;
    std::size_t place_;
    Ranks* ranks_;
    const RunOptions& options_;
    SweepFolder& folder_;
    RunBlock block_;
    std::uint64_t before_;                 // runs that were complete
    std::vector<std::uint64_t> detailed_;  // runs that the report shows in detail
    std::vector<report::RunDetail> details_;
    std::vector<MadeRun> places_;
    std::unique_ptr<UnderWay> underway_;
    Progress progress_;
};

/// A scenario's sweep, as far as it came.
struct Outcome {
    std::unique_ptr<SweepFolder> folder;
    Conclusion end;
    std::uint64_t runs = 0;  ///< that it should have
    [[nodiscard]] bool interrupted() const { return folder->complete() < runs; }
};

std::unique_ptr<SweepFolder> open_folder(const Plan& plan, const fs::path& path, const RunOptions& options,
                                         const std::vector<std::string>& command_line) {
    const auto begin = options.resume ? SweepFolder::Begin::resume : SweepFolder::Begin::anew;
    try {
        return std::make_unique<SweepFolder>(path, header_of(plan, options, command_line),
                                             label_of(plan, plan.runs.run(0)), begin);
    } catch (const SweepMismatch& e) {
        throw UsageError(e.what());
    }
}

Manifest manifest_of(const SweepHeader& header, std::uint64_t complete) {
    Manifest m{header.version, header.file, header.text, "fnv1a64:" + header.hash, header.command_line};
    m.runs = static_cast<std::size_t>(header.runs);
    m.complete = static_cast<std::size_t>(complete);
    if (header.shard) {
        m.shard = fmt::format("{}/{}", header.shard->number, header.shard->of);
        m.shard_runs = static_cast<std::size_t>(block_of(header.shard, header.runs).count);
    }
    return m;
}

// Simulates every run of one scenario and writes its files. When that is interrupted before the first run is
// complete, no file is touched.
Outcome carry_out(const Work& work, const fs::path& path, const RunOptions& options,
                  const std::vector<std::string>& command_line) {
    const Plan& plan = work.plan;
    Outcome outcome{open_folder(plan, path, options, command_line), {}, 0};
    SweepFolder& folder = *outcome.folder;
    outcome.runs = block_of(options.shard, plan.runs.size()).count;
    if (folder.finished()) {
        outcome.end = conclude(plan.file.expects, folder);
        return outcome;
    }
    try {
        const std::vector<report::RunDetail> details = Carrying(work, options, folder).carry_out();
        folder.checkpoint();
        outcome.end = conclude(plan.file.expects, folder);
        if (folder.complete() == 0 && outcome.interrupted()) return outcome;
        std::string report;
        if (options.report) {
            report =
                report_file(folder.header(), folder.complete(), outcome.end.points, outcome.end.all_points, details);
        }
        folder.finish(manifest_json(manifest_of(folder.header(), folder.complete())), report);
    } catch (const OutputError& e) {
        if (folder.saved() == 0) throw;
        throw OutputError(
            fmt::format("{}\n{} of {} runs are complete; the same command with --resume goes on from there", e.what(),
                        folder.saved(), outcome.runs));
    }
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

void list_runs(const std::vector<Plan>& plans, const std::optional<Shard>& shard) {
    for (const Plan& plan : plans) {
        const RunBlock block = block_of(shard, plan.runs.size());
        std::string out;
        for (std::uint64_t i = block.first; i < block.first + block.count; ++i) {
            const Run run = plan.runs.run(i);
            out += run_name(label_of(plan, run));
            out += plan.file.repeat > 1 ? fmt::format(", repetition {}\n", run.repetition) : "\n";
            if (out.size() > 60'000) print_out(std::exchange(out, ""));
        }
        print_out(out);
    }
}

}  // namespace

int run_command(const RunOptions& options, const std::vector<std::string>& command_line, Ranks* ranks) {
    if (ranks && options.jobs.value_or(1) > 1) {
        throw UsageError("under mpirun each process makes one run at a time: more processes instead of --jobs");
    }
    const Plans read = read_plans(options.files, options.changes);
    if (read.exit_code != kDone) {
        print_error(read.errors + error_count_line(read.error_count));
        return read.exit_code;
    }
    check_folders(read.plans, options);
    if (!options.quiet) print_hints(read.plans);
    if (options.dry_run) {
        list_runs(read.plans, options.shard);
        return kDone;
    }
    if (ranks) meet_others(*ranks, read.plans, options);
    Printer printer({options.format, options.quiet, options.color});
    // All stay resumable until the last of them is shown: --resume does not make again what another scenario's
    // interrupt left complete.
    std::vector<std::unique_ptr<SweepFolder>> folders;
    for (const Plan& plan : read.plans) {
        const fs::path path = folder_of(plan, options);
        Outcome outcome = carry_out({plan, folders.size(), ranks}, path, options, command_line);
        print_warnings(outcome.end, options.quiet);
        if (outcome.interrupted()) {
            const std::uint64_t complete = outcome.folder->complete();
            print_error(
                fmt::format("interrupted: {} of {} runs are complete{}\n", complete, outcome.runs,
                            complete == 0 ? "" : " and kept in " + (path / "").string() + "; --resume goes on"));
            return kInterrupted;
        }
        printer.sweep(*outcome.folder, outcome.end, path);
        folders.push_back(std::move(outcome.folder));
    }
    const bool met = printer.finish();
    for (const auto& folder : folders) {
        if (!options.shard) folder->forget();
    }
    return met ? kDone : kNotMet;
}

}  // namespace tcplab
