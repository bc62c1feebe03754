#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/commands.hpp"
#include "scenario/file_text.hpp"
#include "script/runner.hpp"
#include "script/shell.hpp"
#include "terminal/table.hpp"

namespace tcplab {
namespace {

// What became of a file: an exit code, and its line.
struct Verdict {
    int code = kDone;
    std::string line;
};

Verdict run_file(const std::string& path, const script::Extras& extras, bool verbose) {
    const FileText file = read_file(path);
    if (!file.text) {
        print_error(fmt::format("{}: error: {}\n", path, file.why.message()));
        return {kSystem, "cannot be read"};
    }
    const auto read_beside = [&](const std::string& name) {
        return read_file(std::filesystem::path(path).parent_path() / name).text;
    };
    const std::string script = script::with_helpers(*file.text, read_beside);
    const script::ParsedScript parsed = script::parse_script(script, path, extras);
    if (!parsed.script) {
        print_error(parsed.errors);
        return {kBadInput,
                fmt::format("{} error{} in the script", parsed.error_count, parsed.error_count == 1 ? "" : "s")};
    }
    const script::RunResult result = script::run_script(*parsed.script);
    if (!result.printed.empty()) print_out(result.printed);
    if (verbose && result.passed) print_out(result.story);
    if (!result.passed) print_error(result.failure);
    const std::string what =
        result.passed ? fmt::format("{} steps", result.steps)
                      : fmt::format("failed at step {} of {}", result.steps + 1, parsed.script->steps.size());
    return {result.passed ? kDone : kNotMet,
            fmt::format("{}, {:.3f} s of virtual time", what, to_ms(result.elapsed) / 1e3)};
}

// By the words before the first "=".
script::Extras extras_of(const ScriptOptions& options) {
    script::Extras extras;
    extras.settings = options.set;
    for (const std::string& d : options.define) {
        const std::size_t equals = d.find('=');
        extras.defines[d.substr(0, equals)] = d.substr(equals + 1);
    }
    return extras;
}

}  // namespace

int script_command(const ScriptOptions& options) {
    const script::Extras extras = extras_of(options);
    const bool color = use_color(options.color, STDOUT_FILENO);
    std::size_t failed = 0;
    int worst = kDone;
    for (const std::string& path : options.files) {
        const Verdict v = run_file(path, extras, options.verbose);
        const bool passed = v.code == kDone;
        if (!passed) ++failed;
        worst = std::max(worst, v.code);
        if (passed && options.quiet) continue;
        print_out(fmt::format("{} {}  {}\n", paint(passed ? "✓" : "✗", passed ? Accent::best : Accent::failed, color),
                              path, v.line));
    }
    if (options.files.size() > 1 && !(options.quiet && failed == 0)) {
        print_out(fmt::format("{} scripts: {} passed, {} failed\n", options.files.size(), options.files.size() - failed,
                              failed));
    }
    return worst;
}

}  // namespace tcplab
