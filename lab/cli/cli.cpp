#include "cli/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/join_processes.hpp"
#include "cli/plan.hpp"
#include "cli/rank_talk.hpp"
#include "export/output.hpp"
#include "scenario/keys.hpp"
#include "scenario/text.hpp"
#include "terminal/shell.hpp"

namespace tcplab {
namespace {

using Strings = std::vector<std::string>;

struct Command {
    std::string_view name;
    std::string_view usage;
    std::string_view what;
};

constexpr std::array<Command, 13> kCommands{{
    {"run", "FILE...", "simulate every run of each scenario, print the latency tables, write the CSV files"},
    {"merge", "DIR... -o DIR", "join the parts of a sweep that run --shard made"},
    {"explain", "FILE", "where each millisecond went, the critical path in words, and what would help"},
    {"ladder", "FILE", "the packet exchange of a connection as a time-sequence diagram"},
    {"check", "FILE...", "validate scenarios; silent when they are right"},
    {"keys", "[KEY]", "every scenario key: type, unit, default in each profile, meaning, source"},
    {"new", "[FILE]", "a commented starter scenario"},
    {"import-har", "FILE.har", "a scenario from a page recorded by a browser, on stdout"},
    {"script", "FILE.pkt...", "socket calls and segments in packetdrill's notation against the simulated stack"},
    {"plot", "DIR", "charts of a finished run, through gnuplot"},
    {"lab", "ACTION ...", "the course: exercises with numbers of your own, and their grader"},
    {"bench", "", "how fast the simulator is here"},
    {"help", "[COMMAND]", "this, or the options of a command"},
}};

// Commands that the contract names and a later version brings.
constexpr std::array<std::string_view, 4> kLaterCommands{"live", "host", "fetch", "link-from"};

std::string general_help() {
    std::string out = "tcplab: what a page costs over TCP, simulated packet by packet\n\nUsage: tcplab COMMAND ...\n\n";
    constexpr std::size_t blanks = 2;
    std::size_t width = 0;
    for (const Command& c : kCommands) width = std::max(width, c.name.size() + 1 + c.usage.size() + blanks);
    for (const Command& c : kCommands) {
        out += fmt::format("  {:{}}{}\n", fmt::format("{} {}", c.name, c.usage), width, c.what);
    }
    return out +
           "\n`tcplab help COMMAND` has a command's options; `tcplab --version` the version.\n"
           "Begin with: tcplab new first.toml && tcplab run first.toml\n"
           "\nExit codes: 0 done, 1 something was not met, 2 bad usage or input, 3 input or output failed, "
           "130 interrupted\n";
}

[[noreturn]] void unknown_command(std::string_view name) {
    if (std::find(kLaterCommands.begin(), kLaterCommands.end(), name) != kLaterCommands.end()) {
        throw UsageError(fmt::format("{} is not yet supported", name));
    }
    std::vector<std::string_view> names;
    names.reserve(kCommands.size());
    for (const Command& c : kCommands) names.push_back(c.name);
    const std::string hint = did_you_mean(name, names);
    throw UsageError(fmt::format("unknown command {}{}", cited(name), hint.empty() ? "" : ": " + hint));
}

std::string command_help(std::string_view name) {
    const auto* it = std::find_if(kCommands.begin(), kCommands.end(), [&](const Command& c) { return c.name == name; });
    if (it == kCommands.end()) unknown_command(name);
    const std::string options = option_help(name);
    std::string out = fmt::format("Usage: tcplab {}", it->name);
    if (!options.empty()) out += " [OPTION...]";
    if (!it->usage.empty()) out += fmt::format(" {}", it->usage);
    out += fmt::format("\n\n{}\n", it->what);
    if (!options.empty()) out += "\n" + options;
    if (name == "plot") out += plot_kinds_help();
    if (name == "bench") out += bench_workloads_help();
    return out;
}

// Open MPI gives its processes a terminal for stdout, wherever that leads to in the end.
RunOptions without_terminal(RunOptions options) {
    if (options.color == When::automatic) options.color = When::never;
    if (options.progress == When::automatic) options.progress = When::never;
    return options;
}

int dispatch(const std::string& program, const Strings& arguments, Ranks* ranks) {
    if (arguments.empty()) {
        print_error(general_help());
        return kBadInput;
    }
    const std::string& name = arguments.front();
    const Strings rest(arguments.begin() + 1, arguments.end());
    if (name == "run" && !ranks) join_processes(program, arguments);
    if (name == "--version") {
        print_out("tcplab " TCPLAB_VERSION "\n");
        return kDone;
    }
    const auto end_of_options = std::find(rest.begin(), rest.end(), "--");
    const bool wants_help =
        std::any_of(rest.begin(), end_of_options, [](const std::string& a) { return a == "--help" || a == "-h"; });
    if (name == "--help" || name == "-h" || name == "help") {
        const Strings words = name == "help" ? parse_words("help", rest, 0, 1) : Strings{};
        print_out(words.empty() ? general_help() : command_help(words.front()));
        return kDone;
    }
    if (wants_help) {
        print_out(command_help(name));
        return kDone;
    }
    if (name == "run" || name == "merge") {
        Strings line{"tcplab"};
        line.insert(line.end(), arguments.begin(), arguments.end());
        return name == "run" ? run_command(ranks ? without_terminal(parse_run_options(rest)) : parse_run_options(rest),
                                           line, ranks)
                             : merge_command(parse_merge_options(rest), line);
    }
    if (name == "explain") return explain_command(parse_explain_options(rest));
    if (name == "ladder") return ladder_command(parse_ladder_options(rest));
    if (name == "check") return check_command(parse_check_options(rest));
    if (name == "keys") return keys_command(parse_words("keys", rest, 0, 1));
    if (name == "new") return new_command(parse_words("new", rest, 0, 1));
    if (name == "import-har") return import_har_command(parse_words("import-har", rest, 1, 1).front());
    if (name == "script") return script_command(parse_script_options(rest));
    if (name == "plot") return plot_command(parse_plot_options(rest));
    if (name == "lab") {
        LabOptions options = parse_lab_options(rest);
        options.program = shell_word(program);
        return lab_command(options);
    }
    if (name == "bench") return bench_command(parse_bench_options(rest));
    if (name.rfind('-', 0) == 0) throw UsageError("unknown option " + cited(name) + ": a command comes first");
    unknown_command(name);
}

}  // namespace

void print_out(const std::string& text) {
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
    if (!written) throw OutputError(fmt::format("stdout: error: {}", std::strerror(errno)));
}

void print_error(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

int check_command(const CheckOptions& options) {
    const Plans plans = read_plans(options.files, options.changes);
    if (!options.quiet) print_hints(plans.plans);
    if (plans.exit_code == kDone) return kDone;
    print_error(fmt::format("{}{} {}\n", plans.errors, plans.error_count, plans.error_count == 1 ? "error" : "errors"));
    return plans.exit_code;
}

int keys_command(const Strings& names) {
    if (names.empty()) {
        print_out(keys_text());
        return kDone;
    }
    const KeyText key = key_text(names.front());
    if (key.text.empty()) throw UsageError(key.error);
    print_out(key.text);
    return kDone;
}

int new_command(const Strings& files) {
    const std::string text(starter_scenario());
    if (files.empty()) {
        print_out(text);
        return kDone;
    }
    const std::filesystem::path path = files.front();
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) {
        throw OutputError(path.string() + ": error: there is such a file already");
    }
    OutputFolder folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
    folder.create(path.filename().string()).write(text);
    folder.commit();
    return kDone;
}

namespace {

int speak(const std::string& name, const Strings& arguments, Ranks* ranks) {
    try {
        return dispatch(name, arguments, ranks);
    } catch (const UsageError& e) {
        print_error(fmt::format("tcplab: error: {}\n", e.what()));
        return kBadInput;
    } catch (const OutputError& e) {
        print_error(fmt::format("{}\n", e.what()));
        return kSystem;
    } catch (const std::bad_alloc&) {
        print_error("tcplab: error: out of memory\n");
        return kSystem;
    } catch (const std::exception& e) {
        print_error(fmt::format("tcplab: error: {}\n", e.what()));
        return kSystem;
    }
}

}  // namespace

int run_program(const std::string& name, const Strings& arguments) { return speak(name, arguments, nullptr); }

int run_program(const std::string& name, const Strings& arguments, Ranks& ranks) {
    if (ranks.rank() > 0) return work_for_first(ranks, arguments);
    const int exit_code = speak(name, arguments, &ranks);
    dismiss_others(ranks, exit_code);
    return exit_code;
}

}  // namespace tcplab
