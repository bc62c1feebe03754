#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "cli/commands.hpp"
#include "cli/hangs.hpp"
#include "cli/plan.hpp"
#include "cli/single_run.hpp"
#include "cli/what_if.hpp"
#include "experiment/topology.hpp"
#include "explain/explanation.hpp"
#include "explain/facts.hpp"
#include "explain/remedies.hpp"
#include "explain/scenes.hpp"
#include "explain/words.hpp"
#include "export/result_files.hpp"
#include "metrics/page.hpp"
#include "report/first_packets.hpp"
#include "terminal/terminal.hpp"
#include "terminal/units.hpp"
#include "trace/recorder.hpp"

namespace tcplab {
namespace {

// --- the run itself ---

/// The run with its first packets; those of a long one would not fit into memory.
struct Story {
    Results results;
    Recording recording;
    Time recorded = kNever;  ///< up to then; kNever: all of it
};

// 600 bytes each, in memory.
constexpr std::uint64_t kMostPackets = 250'000;

/// Nothing when that was interrupted.
std::optional<Story> tell(const Scenario& scenario) {
    Recorder recorder;
    report::FirstPackets first(recorder, kMostPackets);
    std::optional<Results> results = make_single_run(scenario, first);
    if (!results) return std::nullopt;
    Story story{std::move(*results), recorder.take(), first.stopped()};
    name_parts(scenario, story.recording);
    return story;
}

std::optional<Story> tell_of(Scenario scenario, const StorySubject& subject) {
    scenario.story = subject;
    return tell(scenario);
}

// --- in words ---

std::string title_of(const Plan& plan) { return plan.file.title.empty() ? plan.file.name : plan.file.title; }

std::string with_time(const std::string& what, const std::optional<Duration>& took) {
    return what + ": " + (took ? short_duration(*took) : "not complete");
}

void describe_run(const Plan& plan, const Run& run, const ExplainOptions& options, std::size_t repeat,
                  explain::Explanation& e) {
    const RunLabel label = label_of(plan, run);
    const auto add = [&](const std::string& text) { e.conditions += (e.conditions.empty() ? "" : " · ") + text; };
    if (!label.variant.empty()) add(label.variant);
    for (const auto& [key, value] : label.axes) add(fmt::format("{} = {}", key, value));
    if (plan.file.repeat > 1) add(fmt::format("run {}", run.number));

    e.command = {"tcplab", "run", options.of.file};
    const auto say = [&](std::initializer_list<std::string> words) {
        e.command.insert(e.command.end(), words.begin(), words.end());
    };
    const bool several = repeat > 1 && label.axes.empty();  // of axes --run alone chooses a point
    if (!several && (!label.axes.empty() || plan.file.repeat > 1)) {
        say({"--run", std::to_string(run.number)});
    } else if (!label.variant.empty()) {
        say({"--variant", label.variant});
    }
    if (several) say({"--repeat", std::to_string(repeat)});
    if (options.of.changes.seed) say({"--seed", std::to_string(*options.of.changes.seed)});
    for (const std::string& set : options.of.changes.sets) say({"--set", set});
}

/// The path of what the story was told of, in words, and what it tells of remedies.
void describe_path(const Story& story, const Scenario& scenario, Time begin, std::size_t top, explain::Explanation& e,
                   explain::Evidence& evidence) {
    const explain::Facts facts(scenario, story.results, story.recording, story.recorded, begin);
    for (const explain::Scene& scene : explain::scenes_of(story.results.path, top)) {
        e.path.push_back({scene.at, scene.length(), words(scene, facts)});
    }
    evidence = explain::evidence_of(explain::scenes_of(story.results.path, SIZE_MAX), facts);
}

std::string name_of(const Scenario& scenario, const Transaction& t) {
    const RequestNames names = names_of(scenario, t);
    return names.method + " " + names.path;
}

void describe_transaction(const Story& story, const Scenario& scenario, const Transaction& t, std::size_t top,
                          explain::Explanation& e, explain::Evidence& evidence) {
    const bool complete = !t.failure && t.done != kNever;
    e.subject = "transaction";
    e.causes = causes_of(story.results, t);
    e.title = with_time(fmt::format("Transaction {}, {}", t.id, name_of(scenario, t)),
                        complete ? std::optional(t.done - t.wanted) : std::nullopt);
    if (t.connection != 0) {
        e.conditions += fmt::format("{}connection {}{}", e.conditions.empty() ? "" : " · ", t.connection,
                                    t.reused ? ", reused" : "");
    }
    if (t.failure) e.notes.push_back("It failed: " + to_string(t.failure));
    e.path_heading = "What it waited for, since it was wanted, and what happened meanwhile on its connection:";
    describe_path(story, scenario, t.wanted, top, e, evidence);
}

const Transaction* first_failure(const Results& results, const PageResult& page) {
    const auto it = std::find_if(results.transactions.begin(), results.transactions.end(), [&](const Transaction& t) {
        return t.failure && t.user == page.user && t.load == page.load;
    });
    return it == results.transactions.end() ? nullptr : &*it;
}

std::string no_port(const Scenario& scenario) {
    const Config& c = scenario.client_tcp;
    return fmt::format(
        "Each connection needs a port of its own, and keeps it in TIME-WAIT if the client closes it first: all {} from "
        "{} to {} were taken",
        c.port_last - c.port_first + 1, c.port_first, c.port_last);
}

std::string failures_of(const Scenario& scenario, const Results& results, const Transaction& first) {
    return fmt::format("{} of {} transactions failed, the first: transaction {}, {} ({})", results.failed,
                       results.transactions.size(), first.id, name_of(scenario, first), to_string(first.failure));
}

/// Which of several pages it is.
std::string which_page(const Scenario& scenario, const PageResult& page, const Results& results) {
    std::string text = fmt::format("This is user {}'s page", page.user);
    if (scenario.client.loads > 1) text += fmt::format(" {}", page.load);
    const PageMetrics all = summarise_pages(results.pages);
    text += &page == last_page(results.pages) && page.done != kNever
                ? fmt::format(", the last of {} to be complete", results.pages.size())
                : fmt::format(", one of {}", results.pages.size());
    if (!all.mean_page || !all.slowest_page) return text;
    return text + fmt::format(": they took {} in the mean, the slowest {}", short_duration(*all.mean_page),
                              short_duration(*all.slowest_page));
}

void describe_page(const Plan& plan, const Story& story, const Scenario& scenario, const PageResult& page,
                   std::size_t top, explain::Explanation& e, explain::Evidence& evidence) {
    const Results& results = story.results;
    const bool complete = page.done != kNever;
    e.several_pages = results.pages.size() > 1;
    e.subject = e.several_pages ? "mean page" : "page";
    e.title = with_time(title_of(plan), complete ? std::optional(page.done - page.started) : std::nullopt);
    if (e.several_pages) e.notes.push_back(which_page(scenario, page, results));
    e.causes = page.causes;
    e.path_heading = "The critical path, in the order of time:";
    describe_path(story, scenario, page.started, top, e, evidence);
    if (complete && page.done == page.started)
        e.notes.emplace_back("Nothing had to be fetched: the cache had all of it");
    if (complete) return;
    const Transaction* failed = first_failure(results, page);
    if (failed == nullptr || failed->done == kNever) {
        e.notes.emplace_back("The run ended before the page was complete");
        return;
    }
    e.notes.push_back(failures_of(scenario, results, *failed));
    if (results.connect_refused_ports > 0) e.notes.push_back(no_port(scenario));
}

/// Of a page that failed: how far its first failure came.
void describe_failure(const Story& story, const Scenario& scenario, const Transaction& failed, std::size_t top,
                      explain::Explanation& e, explain::Evidence& evidence) {
    e.causes = causes_of(story.results, failed);
    e.path.clear();
    e.path_heading = fmt::format("How far transaction {} came, since it was wanted:", failed.id);
    describe_path(story, scenario, failed.wanted, top, e, evidence);
}

// --- the command ---

void check_page(const ExplainOptions& options, const Scenario& scenario, std::uint64_t run) {
    const auto check = [run](const char* option, const std::optional<std::uint64_t>& n, std::uint32_t most,
                             const char* has, const char* of) {
        if (!n || *n <= most) return;
        throw UsageError(
            fmt::format("--{} {}: run {} has {} {}{}{}", option, *n, run, most, has, most == 1 ? "" : "s", of));
    };
    check("user", options.user, scenario.client.users, "user", "");
    check("page", options.page, scenario.client.loads, "page", " of each user");
}

/// Whose story it is: of a transaction that is known by its number it takes a run to find out.
std::optional<StorySubject> subject_of(const ExplainOptions& options, const Scenario& scenario, std::uint64_t run) {
    StorySubject subject;
    if (options.user || options.page) {
        check_page(options, scenario, run);
        subject.user = static_cast<std::uint32_t>(options.user.value_or(1));
        subject.load = static_cast<std::uint32_t>(options.page.value_or(1));
    }
    if (!options.transaction) return subject;
    const std::optional<Story> plain = tell(scenario);
    if (!plain) return std::nullopt;
    const std::vector<Transaction>& all = plain->results.transactions;
    if (*options.transaction > all.size()) {
        throw UsageError(fmt::format("--transaction {}: run {} has {} transaction{}", *options.transaction, run,
                                     all.size(), all.size() == 1 ? "" : "s"));
    }
    const Transaction& t = all[*options.transaction - 1];
    return StorySubject{t.user, t.load, t.object};
}

/// A transaction that waits for others waits for what they wait for.
void add_what_blocked(const Story& story, explain::Case& of) {
    if (of.causes[Cause::blocked] == Duration::zero()) return;
    of.evidence.connections = of.evidence.connections || !of.evidence.gap;
    for (const PathStep& step : story.results.path) of.causes.add(step.cause, step.length);
}

/// Whether a change of `key` would leave alone what `--set` says with `set`, of the same for one end or direction.
bool is_overruled(const std::string& key, const std::string& set) {
    std::vector<std::string> specific = {"client." + key, "server." + key};
    if (const std::size_t dot = key.find('.'); dot != std::string::npos) {
        for (const char* direction : {".up", ".down"}) specific.push_back(std::string(key).insert(dot, direction));
    }
    return std::find(specific.begin(), specific.end(), set.substr(0, set.find('='))) != specific.end();
}

/// Changes what the command line has set for one end or direction, too.
std::vector<explain::Change> over_sets(std::vector<explain::Change> changes, const std::vector<std::string>& sets) {
    for (explain::Change& change : changes) {
        const explain::Change general = change;
        for (const explain::NewValue& v : general) {
            for (const std::string& set : sets) {
                if (v.entry.empty() && is_overruled(v.key, set)) {
                    change.push_back({set.substr(0, set.find('=')), v.value, "", {}});
                }
            }
        }
    }
    return changes;
}

int interrupted() {
    print_error("interrupted: nothing is explained\n");
    return kInterrupted;
}

/// What is dropped at a queue, each change decides anew.
std::string caution_of(const Results& results, std::size_t runs) {
    const bool by_chance = runs == 1 && results.up.dropped_queue + results.down.dropped_queue > 0;
    return by_chance ? "A queue was full: which packets it drops is another matter after any change, so small "
                       "differences may be chance."
                     : "";
}

}  // namespace

int explain_command(const ExplainOptions& options) {
    int exit_code = kDone;
    const std::optional<Plan> read = read_plan(options.of.file, options.of.changes, exit_code);
    if (!read) return exit_code;
    const Plan& plan = *read;
    const Run run = plan.runs.run(0);
    const Scenario scenario = plan.runs.scenario(run);
    const std::optional<StorySubject> subject = subject_of(options, scenario, run.number);
    if (!subject) return interrupted();
    std::optional<Story> story = tell_of(scenario, *subject);
    if (!story) return interrupted();

    explain::Explanation e;
    explain::Evidence evidence;
    const std::size_t repeat = runs_of_each_change(scenario);
    describe_run(plan, run, options, repeat, e);
    if (!story->results.diagnosis.empty()) e.notes.push_back(story->results.diagnosis);
    for (const std::string& text : hang_texts(scenario, story->results)) e.notes.push_back(text);
    const PageResult* page = page_of(story->results, *subject);
    if (subject->object) {
        describe_transaction(*story, scenario, *transaction_of(story->results, *subject), options.top, e, evidence);
    } else if (page != nullptr) {
        describe_page(plan, *story, scenario, *page, options.top, e, evidence);
        const Transaction* failed = first_failure(story->results, *page);
        if (page->done == kNever && failed != nullptr && e.causes.size() == 0) {
            story = tell_of(scenario, {failed->user, failed->load, failed->object});
            if (!story) return interrupted();
            page = page_of(story->results, *subject);
            describe_failure(*story, scenario, *first_failure(story->results, *page), options.top, e, evidence);
        }
    }
    e.caution = caution_of(story->results, repeat);
    if (options.what_if && e.causes.size() > 0) {
        explain::Case of{scenario, e.causes, evidence};
        if (subject->object) add_what_blocked(*story, of);
        // A request that found no port failed at once: that took no time.
        if (evidence.no_port && !trial_of(story->results, *subject)) of.causes.add(Cause::ports, of.causes.total());
        const Attempt attempt{plan, options, run.number, scenario, *subject};
        if (!try_changes(attempt, over_sets(explain::remedies(of, options.top), options.of.changes.sets), e))
            return interrupted();
    }
    const explain::Look look{terminal_width(STDOUT_FILENO), use_utf8(), use_color(options.of.color, STDOUT_FILENO)};
    print_out(draw(e, look));
    return trial_of(story->results, *subject) ? kDone : kNotMet;
}

}  // namespace tcplab
