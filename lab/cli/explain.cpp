#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/hangs.hpp"
#include "cli/plan.hpp"
#include "cli/recordings.hpp"
#include "cli/underway.hpp"
#include "experiment/topology.hpp"
#include "experiment/world.hpp"
#include "explain/explanation.hpp"
#include "explain/facts.hpp"
#include "explain/remedies.hpp"
#include "explain/scenes.hpp"
#include "explain/words.hpp"
#include "export/result_files.hpp"
#include "report/first_packets.hpp"
#include "report/report.hpp"
#include "scenario/diagnostics.hpp"
#include "sweep/sweep.hpp"
#include "terminal/progress.hpp"
#include "terminal/terminal.hpp"
#include "terminal/units.hpp"
#include "trace/recorder.hpp"

namespace tcplab {
namespace {

/// What is explained: a transaction by what it fetched, whose number may be another in another run; else the page.
struct Subject {
    std::optional<Transaction> transaction;
};

const PageResult* first_page(const Results& results) {
    const auto it = std::find_if(results.pages.begin(), results.pages.end(),
                                 [](const PageResult& p) { return p.user == 1 && p.load == 1; });
    return it == results.pages.end() ? nullptr : &*it;
}

const Transaction* find(const Results& results, const Transaction& wanted) {
    const auto it = std::find_if(results.transactions.begin(), results.transactions.end(), [&](const Transaction& t) {
        return t.user == wanted.user && t.load == wanted.load && t.object == wanted.object;
    });
    return it == results.transactions.end() ? nullptr : &*it;
}

/// How long it took; nothing when it is not complete.
std::optional<Duration> took(const Results& results, const Subject& subject) {
    if (subject.transaction) {
        const Transaction* t = find(results, *subject.transaction);
        if (t == nullptr || t->failure || t->done == kNever) return std::nullopt;
        return t->done - t->wanted;
    }
    const PageResult* page = first_page(results);
    if (page == nullptr || page->done == kNever) return std::nullopt;
    return page->done - page->started;
}

// --- the run itself ---

constexpr std::uint64_t kEventsBetweenLooks = 200'000;

/// The run with its first packets; those of a long one would not fit into memory.
struct Story {
    Results results;
    Recording recording;
    Time recorded = kNever;  ///< up to then; kNever: all of it
};

Story tell(const Scenario& scenario, Progress& progress) {
    Recorder recorder;
    report::FirstPackets first(recorder, report::kMostRecorded);
    World world(scenario, &first);
    while (!world.advance(kEventsBetweenLooks)) {
        const RunProgress so_far = world.progress();
        progress.update({0, 1, so_far.share, so_far.now - kStart, so_far.events});
    }
    progress.clear();
    Story story{world.take_results(), recorder.take(), first.stopped()};
    name_parts(scenario, story.recording);
    return story;
}

// --- the same with one thing changed ---

/// The run's scenario as `run --set` would make it; nothing where that is not possible.
std::optional<Scenario> changed(const Plan& plan, const ExplainOptions& options, std::uint64_t run,
                                const explain::Change& change) {
    CommandLine line = options.of.changes;
    line.variants.clear();
    line.run = run;
    for (const explain::NewValue& v : change) line.sets.push_back(as_option(v));
    const Loaded loaded = read_scenario(plan.file.text, plan.path, line, read_recorded_page);
    if (!loaded.scenario) return std::nullopt;
    const Runs runs = loaded.scenario->expand();
    Scenario scenario = runs.scenario(runs.run(0));
    if (validate(scenario)) return std::nullopt;
    return scenario;
}

/// Every change that is possible, with what came of it; nothing when that was interrupted.
std::optional<std::vector<explain::WhatIf>> try_all(std::vector<std::pair<explain::Change, Scenario>> changes,
                                                    const ExplainOptions& options, const Subject& subject,
                                                    Progress& progress) {
    std::vector<explain::WhatIf> tried;
    if (changes.empty()) return tried;
    for (auto& [change, scenario] : changes) tried.push_back({change, std::nullopt});
    UnderWay underway(changes.size());
    std::size_t done = 0;
    SweepTask task;
    task.count = changes.size();
    task.make = [&](std::size_t index, std::size_t place, const std::atomic<bool>& stop) {
        World world(changes[index].second);
        while (!world.advance(kEventsBetweenLooks)) {
            if (stop) return false;
            underway.set(place, world.progress());
        }
        tried[index].took = took(world.take_results(), subject);
        underway.finish(place);
        return true;
    };
    task.consume = [&](std::size_t, std::size_t place) {
        underway.forget(place);
        ++done;
    };
    task.tick = [&] { progress.update(underway.work(done, changes.size())); };
    const std::size_t jobs = std::min(options.jobs.value_or(default_jobs()), changes.size());
    const std::size_t complete = sweep(task, {jobs, changes.size()});
    progress.clear();
    if (complete < changes.size()) return std::nullopt;
    return tried;
}

std::optional<std::vector<explain::WhatIf>> what_if(const Plan& plan, const ExplainOptions& options, const Run& run,
                                                    const Scenario& scenario, const Causes& causes,
                                                    const Subject& subject, Progress& progress) {
    std::vector<std::pair<explain::Change, Scenario>> changes;
    for (explain::Change& change : explain::remedies(scenario, causes, options.top)) {
        auto other = changed(plan, options, run.number, change);
        if (other) changes.emplace_back(std::move(change), std::move(*other));
    }
    return try_all(std::move(changes), options, subject, progress);
}

// --- in words ---

void describe_run(const Plan& plan, const Run& run, const ExplainOptions& options, explain::Explanation& e) {
    const RunLabel label = label_of(plan, run);
    const std::string title = plan.file.title.empty() ? plan.file.name : plan.file.title;
    e.title = e.took ? fmt::format("{}: {}", title, short_duration(*e.took)) : title + ": not complete";
    const auto add = [&](const std::string& text) { e.conditions += (e.conditions.empty() ? "" : " · ") + text; };
    if (!label.variant.empty()) add(label.variant);
    for (const auto& [key, value] : label.axes) add(fmt::format("{} = {}", key, value));
    if (plan.file.repeat > 1) add(fmt::format("run {}", run.number));

    e.command = {"tcplab", "run", options.of.file};
    const bool by_number = !label.axes.empty() || plan.file.repeat > 1;
    if (by_number) {
        e.command.insert(e.command.end(), {"--run", std::to_string(run.number)});
    } else if (!label.variant.empty()) {
        e.command.insert(e.command.end(), {"--variant", label.variant});
    }
    if (options.of.changes.seed)
        e.command.insert(e.command.end(), {"--seed", std::to_string(*options.of.changes.seed)});
    for (const std::string& set : options.of.changes.sets) e.command.insert(e.command.end(), {"--set", set});
}

std::vector<explain::Sentence> sentences(const std::vector<explain::Scene>& scenes, const explain::Facts& facts) {
    std::vector<explain::Sentence> out;
    for (const explain::Scene& scene : scenes) out.push_back({scene.at, scene.length(), words(scene, facts)});
    return out;
}

// What a browser's network panel shows.
std::vector<explain::Sentence> phases_of(const Transaction& t, Time begin) {
    const Phases p = phases(t);
    const std::string connection = fmt::format("connection {}", t.connection);
    std::vector<explain::Sentence> out;
    Duration at = t.wanted - begin;
    const auto add = [&](Duration length, const std::string& text) {
        if (length > Duration::zero()) out.push_back({at, length, text});
        at += length;
    };
    add(p.blocked, "waited for a free connection, or for its turn");
    add(p.dns, "the name was looked up");
    const bool was_opened = connected(t) != kNever || p.tls > Duration::zero();
    add(p.connect, connection + (was_opened ? " was opened" : " could not be opened"));
    add(p.tls, "TLS handshake on " + connection);
    add(p.send, "the request was written");
    add(p.wait, "waited for the first byte of the response");
    add(p.receive, fmt::format("the response was received: {} B", t.response_bytes));
    return out;
}

void describe_transaction(const Story& story, const Scenario& scenario, const Transaction& t, std::size_t top,
                          explain::Explanation& e) {
    const auto row = static_cast<std::uint32_t>(&t - story.results.transactions.data());
    e.subject = "transaction";
    e.causes = causes_of(story.results, t);
    const PageResult* page = first_page(story.results);
    const Time begin = page == nullptr || t.user != 1 || t.load != 1 ? t.wanted : page->started;
    const explain::Facts facts(scenario, story.results, story.recording, story.recorded, begin);
    e.title = fmt::format("Transaction {}, {}: {}", t.id, facts.request(row),
                          e.took ? short_duration(*e.took) : "not complete");
    if (t.connection != 0) {
        e.conditions += fmt::format("{}connection {}{}", e.conditions.empty() ? "" : " · ", t.connection,
                                    t.reused ? ", reused" : "");
    }
    if (t.failure) e.notes.push_back("It failed: " + to_string(t.failure));
    std::vector<explain::Scene> scenes = explain::scenes_of(story.results.path, SIZE_MAX);
    scenes.erase(std::remove_if(scenes.begin(), scenes.end(), [&](const explain::Scene& s) { return s.row != row; }),
                 scenes.end());
    if (scenes.empty() || scenes.size() > top || t.user != 1 || t.load != 1) {
        e.path_heading = begin == t.wanted ? "Its phases, since it was wanted:" : "Its phases, since the page began:";
        if (t.done != kNever) e.path = phases_of(t, begin);
        return;
    }
    e.path_heading = "Its part of the page's critical path, since the page began:";
    e.path = sentences(scenes, facts);
}

std::string failures_of(const Scenario& scenario, const Results& results) {
    const auto failed = std::find_if(results.transactions.begin(), results.transactions.end(),
                                     [](const Transaction& t) { return static_cast<bool>(t.failure); });
    if (failed == results.transactions.end()) return "";
    const RequestNames names = names_of(scenario, *failed);
    return fmt::format("{} of {} transactions failed, the first: transaction {}, {} {} ({})", results.failed,
                       results.transactions.size(), failed->id, names.method, names.path, to_string(failed->failure));
}

void describe_page(const Story& story, const Scenario& scenario, std::size_t top, explain::Explanation& e) {
    const Results& results = story.results;
    e.subject = "page";
    if (results.pages.size() > 1) {
        e.notes.push_back(fmt::format("This is the first page of user 1, one of {} pages", results.pages.size()));
    }
    const PageResult* page = first_page(results);
    if (page == nullptr) return;
    const explain::Facts facts(scenario, results, story.recording, story.recorded, page->started);
    e.causes = page->causes;
    e.path_heading = "The critical path, in the order of time:";
    e.path = sentences(explain::scenes_of(results.path, top), facts);
    if (e.took) return;
    const std::string failures = failures_of(scenario, results);
    e.notes.push_back(failures.empty() ? "The run ended before the page was complete" : failures);
    // What is known is how far its first failure came.
    const auto failed = std::find_if(results.transactions.begin(), results.transactions.end(),
                                     [](const Transaction& t) { return t.failure && t.user == 1 && t.load == 1; });
    if (failed == results.transactions.end() || e.causes.size() > 0) return;
    e.causes = causes_of(results, *failed);
    e.path_heading = fmt::format("How far transaction {} came:", failed->id);
    e.path = phases_of(*failed, page->started);
}

}  // namespace

int explain_command(const ExplainOptions& options) {
    int exit_code = kDone;
    const std::optional<Plan> read = read_plan(options.of.file, options.of.changes, exit_code);
    if (!read) return exit_code;
    const Plan& plan = *read;
    const Run run = plan.runs.run(0);
    Scenario scenario = plan.runs.scenario(run);
    scenario.story = true;
    Progress progress(use_progress(When::automatic, STDERR_FILENO));
    const Story story = tell(scenario, progress);
    const std::vector<Transaction>& transactions = story.results.transactions;
    if (options.transaction && *options.transaction > transactions.size()) {
        throw UsageError(fmt::format("--transaction {}: run {} has {} transaction{}", *options.transaction, run.number,
                                     transactions.size(), transactions.size() == 1 ? "" : "s"));
    }

    Subject subject;
    if (options.transaction) subject.transaction = transactions[*options.transaction - 1];
    explain::Explanation e;
    e.took = took(story.results, subject);
    describe_run(plan, run, options, e);
    if (!story.results.diagnosis.empty()) e.notes.push_back(story.results.diagnosis);
    for (const std::string& text : hang_texts(scenario, story.results)) e.notes.push_back(text);
    if (options.transaction) {
        describe_transaction(story, scenario, transactions[*options.transaction - 1], options.top, e);
    } else {
        describe_page(story, scenario, options.top, e);
    }
    if (options.what_if && e.causes.size() > 0) {
        Causes ills = e.causes;
        // A request that found no port failed at once: that took no time.
        if (!e.took && story.results.connect_refused_ports > 0) ills.add(Cause::ports, ills.total());
        auto tried = what_if(plan, options, run, scenario, ills, subject, progress);
        if (!tried) return kInterrupted;
        e.what_if = std::move(*tried);
    }
    const explain::Look look{terminal_width(STDOUT_FILENO), use_utf8(), use_color(options.of.color, STDOUT_FILENO)};
    print_out(draw(e, look));
    return e.took ? kDone : kNotMet;
}

}  // namespace tcplab
