#include "cli/what_if.hpp"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <utility>

#include "cli/recordings.hpp"
#include "cli/underway.hpp"
#include "experiment/world.hpp"
#include "explain/lost_packets.hpp"
#include "metrics/page.hpp"
#include "sweep/sweep.hpp"
#include "terminal/progress.hpp"

namespace tcplab {
namespace {

constexpr std::uint64_t kEventsBetweenLooks = 200'000;
constexpr std::size_t kRandomRuns = 5;

std::vector<const LinkConfig*> directions(const Scenario& s) {
    std::vector<const LinkConfig*> all{&s.link.up, &s.link.down};
    const auto add = [&](const LinkPair& pair) { all.insert(all.end(), {&pair.up, &pair.down}); };
    if (s.access) add(*s.access);
    if (s.server_access) add(*s.server_access);
    for (const ProxySetup& p : s.proxies) add(p.link);
    return all;
}

bool any_link(const Scenario& s, bool (*is)(const LinkConfig&)) {
    const std::vector<const LinkConfig*> all = directions(s);
    return std::any_of(all.begin(), all.end(), [is](const LinkConfig* l) { return is(*l); });
}

bool has_luck(const LinkConfig& l) {
    return l.loss > 0 || l.bursts || l.reorder > 0 || l.duplicate > 0 || l.corrupt > 0 || l.jitter > Duration::zero() ||
           l.discipline == Discipline::red || l.discipline == Discipline::fq_codel;
}

bool is_scripted(const LinkConfig& l) { return !l.drop.empty(); }

/// The run's scenario as `run --set` would make it; nothing where that is not possible.
std::optional<Scenario> changed(const Attempt& attempt, const explain::Change& change) {
    CommandLine line = attempt.options.of.changes;
    line.variants.clear();
    line.run = attempt.run;
    for (const explain::NewValue& v : change) {
        if (v.entry.empty()) line.sets.push_back(as_option(v));
    }
    const Loaded loaded = read_scenario(attempt.plan.file.text, attempt.plan.path, line, read_recorded_page);
    if (!loaded.scenario) return std::nullopt;
    const Runs runs = loaded.scenario->expand();
    Scenario scenario = runs.scenario(runs.run(0));
    for (const explain::NewValue& v : change) {
        if (v.apply) v.apply(scenario);
    }
    if (validate(scenario)) return std::nullopt;
    return scenario;
}

/// Which packets are lost matters where a script says so, and the change leaves it as it is.
bool compares_losses(const Scenario& without, const Scenario& with) {
    return any_link(without, is_scripted) && any_link(with, is_scripted) && !any_link(without, has_luck);
}

/// A scenario, and where the trials of its runs go.
struct Series {
    Scenario scenario;
    explain::Trials* trials = nullptr;
    bool note_losses = false;
};

std::optional<explain::Trial> make_trial(const Scenario& scenario, bool note_losses, const StorySubject& subject,
                                         const std::atomic<bool>& stop,
                                         const std::function<void(const RunProgress&)>& tell) {
    explain::LostPackets lost;
    World world(scenario, note_losses ? &lost : nullptr);
    while (!world.advance(kEventsBetweenLooks)) {
        if (stop) return std::nullopt;
        tell(world.progress());
    }
    auto trial = trial_of(world.take_results(), subject);
    if (trial && note_losses) trial->lost = lost.text();
    return trial;
}

/// False: that was interrupted.
bool make_all(const std::vector<Series>& all, std::size_t each, const Attempt& attempt) {
    Progress progress(use_progress(When::automatic, STDERR_FILENO));
    SweepTask task;
    task.count = all.size() * each;
    UnderWay underway(task.count);
    std::size_t done = 0;
    task.make = [&](std::size_t index, std::size_t place, const std::atomic<bool>& stop) {
        const Series& series = all[index / each];
        Scenario scenario = series.scenario;
        if (each > 1) scenario.repetition = static_cast<std::uint32_t>(index % each + 1);
        const auto tell = [&](const RunProgress& so_far) { underway.set(place, so_far); };
        auto trial = make_trial(scenario, series.note_losses, attempt.subject, stop, tell);
        if (stop) return false;
        (*series.trials)[index % each] = std::move(trial);
        underway.finish(place);
        return true;
    };
    task.consume = [&](std::size_t, std::size_t place) {
        underway.forget(place);
        ++done;
    };
    task.tick = [&] { progress.update(underway.work(done, task.count)); };
    const std::size_t jobs = std::min(attempt.options.jobs.value_or(default_jobs()), task.count);
    const std::size_t complete = sweep(task, {jobs, task.count});
    progress.clear();
    return complete == task.count;
}

}  // namespace

const PageResult* page_of(const Results& results, const StorySubject& subject) {
    if (subject.user == 0) return last_page(results.pages);
    const auto it = std::find_if(results.pages.begin(), results.pages.end(),
                                 [&](const PageResult& p) { return p.user == subject.user && p.load == subject.load; });
    return it == results.pages.end() ? nullptr : &*it;
}

const Transaction* transaction_of(const Results& results, const StorySubject& subject) {
    const auto it = std::find_if(results.transactions.begin(), results.transactions.end(), [&](const Transaction& t) {
        return t.user == subject.user && t.load == subject.load && t.object == subject.object;
    });
    return it == results.transactions.end() ? nullptr : &*it;
}

std::optional<explain::Trial> trial_of(const Results& results, const StorySubject& subject) {
    explain::Trial trial;
    if (subject.object) {
        const Transaction* t = transaction_of(results, subject);
        if (t == nullptr || t->failure || t->done == kNever) return std::nullopt;
        trial.took = trial.slowest = t->done - t->wanted;
        trial.causes = causes_of(results, *t);
        return trial;
    }
    const PageMetrics pages = summarise_pages(results.pages);
    if (!pages.mean_page || !pages.slowest_page) return std::nullopt;
    trial.took = *pages.mean_page;
    trial.slowest = *pages.slowest_page;
    if (results.pages.size() == 1) trial.causes = results.pages.front().causes;
    return trial;
}

std::size_t runs_of_each_change(const Scenario& scenario) {
    const bool random_arrival = scenario.client.arrival.kind == ArrivalKind::poisson && scenario.client.users > 1;
    return random_arrival || any_link(scenario, has_luck) ? kRandomRuns : 1;
}

bool try_changes(const Attempt& attempt, const std::vector<explain::Change>& changes, explain::Explanation& e) {
    const std::size_t each = runs_of_each_change(attempt.scenario);
    std::vector<Series> all;
    e.trials.assign(each, std::nullopt);
    all.push_back({attempt.scenario, &e.trials, any_link(attempt.scenario, is_scripted)});
    e.what_if.reserve(changes.size());
    for (const explain::Change& change : changes) {
        auto scenario = changed(attempt, change);
        if (!scenario) continue;
        explain::WhatIf& w = e.what_if.emplace_back(explain::WhatIf{change, explain::Trials(each)});
        all.push_back({std::move(*scenario), &w.trials, false});
        all.back().note_losses = compares_losses(attempt.scenario, all.back().scenario);
    }
    return make_all(all, each, attempt);
}

}  // namespace tcplab
