#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdint>
#include <utility>

#include "cli/command_line.hpp"
#include "scenario/text.hpp"
#include "sweep/fields.hpp"

namespace tcplab {
namespace {

namespace po = boost::program_options;
using Strings = std::vector<std::string>;

constexpr std::uint64_t kMostRuns = 1'000'000'000;
constexpr auto kMostSeed = static_cast<std::uint64_t>(INT64_MAX);
const std::vector<std::pair<std::string_view, Format>> kRowFormats{
    {"table", Format::table}, {"csv", Format::csv}, {"json", Format::json}, {"markdown", Format::markdown}};
constexpr const char* kSetExample = "KEY=VALUE such as link.rtt=\"50 ms\"";

// What changes a scenario without touching its file.
void add_changes(po::options_description& d) {
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    const auto texts = [](const char* name) { return po::value<Strings>()->value_name(name)->composing(); };
    auto add = d.add_options();
    add("set", texts("KEY=VALUE"), "change a key, in TOML's syntax; a bare string is fine (repeatable)");
    add("vary", texts("KEY=VALUES"), "an axis: V1,V2,... or A..B:STEP or A..B*COUNT (log-spaced; repeatable)");
    add("variant", texts("NAME"), "only this variant (repeatable)");
    add("run", text("N"), "only run N of those that --dry-run lists");
    add("seed", text("N"), "another seed");
    add("repeat", text("N"), "independent repetitions");
}

po::options_description run_options() {
    po::options_description d("Options");
    add_changes(d);
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("jobs,j", text("N"), "runs at the same time (default: all cores)");
    add("out,o", text("DIR"), "where the files go (default: results/runs/NAME; several FILEs: a folder each in DIR)");
    add("format", text("FORMAT"), "what stdout gets: table (default), csv, json or markdown");
    add("har", "each run as a browser's recording: run-NNN/page.har in DIR");
    add("pcap", "each run's packets for Wireshark: run-NNN/client.pcapng, server.pcapng and proxy-N.pcapng in DIR");
    add("trace", "each run's packets and states: run-NNN/packets.csv, tcp.csv and trace.qlog in DIR");
    add("report", "all of it as one page for a browser: report.html in DIR");
    add("resume", "go on where an interrupted run of the same command stopped; it begins where there is none");
    add("shard", text("I/N"), "only part I of N of the runs; tcplab merge joins the parts");
    add("dry-run", "list the runs, simulate nothing");
    add("quiet,q", "nothing on stdout, only the files; no hints, nothing about what hung at proxies");
    add("color", text("WHEN"), "auto (default), always or never; NO_COLOR is heeded");
    add("progress", text("WHEN"), "on stderr: auto (default: on a terminal), always or never");
    return d;
}

po::options_description merge_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("out,o", text("DIR"), "where the files of the whole go");
    add("format", text("FORMAT"), "what stdout gets: table (default), csv, json or markdown");
    add("quiet,q", "nothing on stdout, only the files; nothing about what hung at proxies");
    add("color", text("WHEN"), "auto (default), always or never; NO_COLOR is heeded");
    return d;
}

po::options_description check_options() {
    po::options_description d("Options");
    add_changes(d);
    d.add_options()("quiet,q", "errors only, no hints about settings that do nothing");
    return d;
}

// What selects one run, and how it is shown.
void add_one_run(po::options_description& d) {
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("set", po::value<Strings>()->value_name("KEY=VALUE")->composing(),
        "change a key, in TOML's syntax; a bare string is fine (repeatable)");
    add("variant", text("NAME"), "the run of this variant (default: the first)");
    add("run", text("N"), "run N of those that `run --dry-run` lists (default: the first)");
    add("seed", text("N"), "another seed");
    add("color", text("WHEN"), "auto (default), always or never; NO_COLOR is heeded");
}

po::options_description explain_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("transaction", text("N"), "explain transaction N of transactions.csv (default: the page)");
    add("user", text("N"), "the page of user N (default: the page that is done last)");
    add("page", text("N"), "page N of the user, where each loads several");
    add("no-what-if", "no further runs to see what would help");
    add("top", text("N"), "some N lines for the path, and at most N changes (default: 12)");
    add("jobs,j", text("N"), "runs at the same time (default: all cores)");
    add_one_run(d);
    return d;
}

po::options_description ladder_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("connection", text("N"), "connection N of connections.csv (default: 1)");
    add("from", text("T"), "begin at that time of the run, such as \"1.5 s\"");
    add("to", text("T"), "end there");
    add("all", "every packet, also in long runs of packets that are alike");
    add_one_run(d);
    return d;
}

po::options_description bench_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    auto add = d.add_options();
    add("only", text("NAME,..."), "only these workloads");
    add("n", text("N,..."), "in these sizes, instead of their own");
    add("repeat", text("N"), "the median of N measurements (default: 3)");
    add("format", text("FORMAT"), "table (default), csv or json");
    add("baseline", text("FILE"), "name what moved since an earlier measurement's JSON; exit 1 when slower");
    add("color", text("WHEN"), "auto (default), always or never");
    return d;
}

po::options_description script_options() {
    po::options_description d("Options");
    const auto texts = [](const char* name) { return po::value<Strings>()->value_name(name)->composing(); };
    auto add = d.add_options();
    add("define,D", texts("NAME=VALUE"), "replace a word in the scripts (repeatable)");
    add("set", texts("KEY=VALUE"), "change a key of [tcp], such as tcp.sack=false (repeatable)");
    add("verbose,v", "everything that happened, also when a script passes");
    add("quiet,q", "only the scripts that fail");
    add("color", po::value<std::string>()->value_name("WHEN"), "auto (default), always or never; NO_COLOR is heeded");
    return d;
}

po::options_description plot_options() {
    po::options_description d("Options");
    const auto text = [](const char* name) { return po::value<std::string>()->value_name(name); };
    const auto texts = [](const char* name) { return po::value<Strings>()->value_name(name)->composing(); };
    auto add = d.add_options();
    add("what", texts("CHART,..."), "which charts (default: those that fit the results)");
    add("out,o", text("FILE"), "the picture: .svg, .png or .pdf (default: DIR/plots/CHART.svg)");
    add("variant", texts("NAME"), "only this variant (repeatable)");
    add("run", text("N"), "only this run; charts of one run show the first otherwise");
    add("connection", text("N"), "this connection of it (default: the one that carried most)");
    add("axis", text("KEY"), "the axis along the bottom (default: the first)");
    add("from", text("TIME"), "charts of a connection: from here on, such as \"1.5 s\"");
    add("to", text("TIME"), "and up to here");
    add("quiet,q", "nothing on stdout, only the files");
    return d;
}

CommandLine changes_of(const po::variables_map& values) {
    CommandLine c;
    c.sets = texts_of(values, "set");
    c.varies = texts_of(values, "vary");
    check_assignments("set", c.sets, kSetExample);
    check_assignments("vary", c.varies, "KEY=VALUES such as link.rtt=\"20 ms,100 ms\"");
    c.variants = texts_of(values, "variant");
    c.run = number_of(values, "run", 1, kMostRuns);
    c.seed = number_of(values, "seed", 0, kMostSeed);
    c.repeat = number_of(values, "repeat", 1, kMostRuns);
    return c;
}

// "a, b" as two; one that is empty where there is nothing.
Strings items_of(std::string_view list) {
    Strings items;
    for (const std::string_view item : split(list, ',')) items.emplace_back(trimmed(item));
    if (items.empty()) items.emplace_back();
    return items;
}

// Of a benchmark.
std::uint32_t size_of(std::string_view text) {
    const std::optional<std::uint64_t> n = field_number(text);
    if (!n || *n == 0 || *n > UINT32_MAX) {
        throw UsageError("--n expects whole numbers such as 10,100,1000, found " + cited(text));
    }
    return static_cast<std::uint32_t>(*n);
}

std::optional<Shard> shard_of(const po::variables_map& values) {
    constexpr std::uint64_t most = 1'000'000;
    const std::optional<std::string> text = text_of(values, "shard");
    if (!text) return std::nullopt;
    const std::size_t slash = text->find('/');
    const auto number = field_number(text->substr(0, slash));
    const auto of = slash == std::string::npos ? std::nullopt : field_number(text->substr(slash + 1));
    if (!number || !of || *number < 1 || *number > *of || *of > most) {
        throw UsageError(fmt::format("--shard expects I/N with I from 1 to N and N up to {}, such as 2/10, found {}",
                                     most, cited(*text)));
    }
    return Shard{*number, *of};
}

OneRun one_run_of(const po::variables_map& values, std::string_view command) {
    OneRun o;
    const Strings files = texts_of(values, "word");
    if (files.empty()) throw UsageError(fmt::format("{} needs a scenario file", command));
    if (files.size() > 1) throw UsageError(fmt::format("{} takes one file, found also {}", command, cited(files[1])));
    o.file = files.front();
    o.changes.sets = texts_of(values, "set");
    check_assignments("set", o.changes.sets, kSetExample);
    if (const auto variant = text_of(values, "variant")) o.changes.variants = {*variant};
    o.changes.run = number_of(values, "run", 1, kMostRuns);
    o.changes.seed = number_of(values, "seed", 0, kMostSeed);
    o.color = when_of(values, "color");
    return o;
}

}  // namespace

RunOptions parse_run_options(const Strings& arguments) {
    const auto values = parse(arguments, run_options());
    RunOptions o;
    o.files = texts_of(values, "word");
    if (o.files.empty()) throw UsageError("run needs a scenario file");
    o.changes = changes_of(values);
    o.jobs = number_of(values, "jobs", 1, 1024);
    o.out = text_of(values, "out");
    if (o.out && o.out->empty()) throw UsageError("--out expects a folder, found nothing");
    o.format = format_of(values, kRowFormats);
    o.quiet = values.count("quiet") > 0;
    o.har = values.count("har") > 0;
    o.pcap = values.count("pcap") > 0;
    o.trace = values.count("trace") > 0;
    o.report = values.count("report") > 0;
    o.dry_run = values.count("dry-run") > 0;
    o.resume = values.count("resume") > 0;
    o.shard = shard_of(values);
    if (o.shard && o.report) throw UsageError("--report shows a whole sweep: it does not go with --shard");
    o.color = when_of(values, "color");
    o.progress = when_of(values, "progress");
    return o;
}

MergeOptions parse_merge_options(const Strings& arguments) {
    const auto values = parse(arguments, merge_options());
    MergeOptions o;
    o.parts = texts_of(values, "word");
    if (o.parts.empty()) throw UsageError("merge needs the folders of all parts of a sweep");
    o.out = text_of(values, "out").value_or("");
    if (o.out.empty()) throw UsageError("merge needs --out DIR, a folder for the whole");
    o.format = format_of(values, kRowFormats);
    o.quiet = values.count("quiet") > 0;
    o.color = when_of(values, "color");
    return o;
}

CheckOptions parse_check_options(const Strings& arguments) {
    const auto values = parse(arguments, check_options());
    CheckOptions o;
    o.files = texts_of(values, "word");
    if (o.files.empty()) throw UsageError("check needs a file");
    o.changes = changes_of(values);
    o.quiet = values.count("quiet") > 0;
    return o;
}

ExplainOptions parse_explain_options(const Strings& arguments) {
    const auto values = parse(arguments, explain_options());
    ExplainOptions o;
    o.of = one_run_of(values, "explain");
    o.transaction = number_of(values, "transaction", 1, UINT32_MAX);
    o.user = number_of(values, "user", 1, UINT32_MAX);
    o.page = number_of(values, "page", 1, UINT32_MAX);
    if (o.transaction && (o.user || o.page)) throw UsageError("--transaction says which user and page already");
    o.what_if = values.count("no-what-if") == 0;
    o.top = number_of(values, "top", 1, 1000).value_or(o.top);
    o.jobs = number_of(values, "jobs", 1, 1024);
    return o;
}

LadderOptions parse_ladder_options(const Strings& arguments) {
    const auto values = parse(arguments, ladder_options());
    LadderOptions o;
    o.of = one_run_of(values, "ladder");
    o.connection = number_of(values, "connection", 1, UINT32_MAX).value_or(o.connection);
    o.from = time_of(values, "from").value_or(o.from);
    o.to = time_of(values, "to").value_or(o.to);
    if (o.from > o.to) throw UsageError("--from is later than --to");
    o.all = values.count("all") > 0;
    return o;
}

BenchOptions parse_bench_options(const Strings& arguments) {
    const auto values = parse(arguments, bench_options());
    BenchOptions o;
    const Strings words = texts_of(values, "word");
    if (!words.empty()) throw UsageError("bench takes no file, found " + cited(words.front()));
    if (const auto names = text_of(values, "only")) o.only = items_of(*names);
    if (const auto sizes = text_of(values, "n")) {
        if (o.only.empty()) throw UsageError("--n needs --only: a size is of a workload");
        for (const std::string& size : items_of(*sizes)) o.sizes.push_back(size_of(size));
    }
    o.baseline = text_of(values, "baseline");
    o.repeat = number_of(values, "repeat", 1, 1000).value_or(o.repeat);
    o.format = format_of(values, {{"table", Format::table}, {"csv", Format::csv}, {"json", Format::json}});
    o.color = when_of(values, "color");
    return o;
}

ScriptOptions parse_script_options(const Strings& arguments) {
    const auto values = parse(arguments, script_options());
    ScriptOptions o;
    o.files = texts_of(values, "word");
    if (o.files.empty()) throw UsageError("script needs a file");
    o.define = texts_of(values, "define");
    o.set = texts_of(values, "set");
    check_assignments("define", o.define, "NAME=VALUE");
    check_assignments("set", o.set, "KEY=VALUE such as tcp.sack=false");
    o.verbose = values.count("verbose") > 0;
    o.quiet = values.count("quiet") > 0;
    o.color = when_of(values, "color");
    return o;
}

PlotOptions parse_plot_options(const Strings& arguments) {
    constexpr std::uint64_t kMost = 1'000'000'000;
    const auto values = parse(arguments, plot_options());
    PlotOptions o;
    const Strings words = texts_of(values, "word");
    if (words.empty()) throw UsageError("plot needs a folder that tcplab run wrote, such as results/runs/NAME");
    if (words.size() > 1) throw UsageError("plot takes one folder, found also " + cited(words[1]));
    o.folder = words.front();
    for (const std::string& list : texts_of(values, "what")) {
        for (const std::string_view name : split(list, ',')) o.what.emplace_back(trimmed(name));
    }
    o.out = text_of(values, "out");
    o.variants = texts_of(values, "variant");
    o.run = number_of(values, "run", 1, kMost);
    o.connection = number_of(values, "connection", 1, kMost);
    o.axis = text_of(values, "axis");
    o.from = time_of(values, "from");
    o.to = time_of(values, "to");
    o.quiet = values.count("quiet") > 0;
    return o;
}

Strings parse_words(std::string_view command, const Strings& arguments, std::size_t least, std::size_t most) {
    Strings words = texts_of(parse(arguments, po::options_description()), "word");
    if (words.size() < least) throw UsageError(fmt::format("{} needs a file", command));
    if (words.size() > most) throw UsageError(fmt::format("{} does not expect {}", command, cited(words[most])));
    return words;
}

std::string option_help(std::string_view command) {
    if (command == "run") return listing(run_options());
    if (command == "merge") return listing(merge_options());
    if (command == "check") return listing(check_options());
    if (command == "explain") return listing(explain_options());
    if (command == "ladder") return listing(ladder_options());
    if (command == "bench") return listing(bench_options());
    if (command == "script") return listing(script_options());
    if (command == "plot") return listing(plot_options());
    if (command == "lab") return lab_option_help();
    return "";
}

}  // namespace tcplab
