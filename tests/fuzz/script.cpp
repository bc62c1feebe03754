// Any text as a script, with a definition behind a line "--" (it is also what a shell script in backquotes holds): no
// line moves when helpers are replaced, the parser neither throws nor crashes, an error lies within the file, and what
// is accepted can be run, to its end or to a step that fails.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "script/runner.hpp"
#include "script/shell.hpp"

using namespace tcplab;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view divider = "\n--\n";
    const std::size_t end = input.find(divider);
    const std::string_view written = input.substr(0, end);
    const std::string text = script::with_helpers(
        written, [&](const std::string&) { return std::optional<std::string>(input.substr(std::min(end, size))); });
    if (std::count(text.begin(), text.end(), '\n') != std::count(written.begin(), written.end(), '\n')) std::abort();
    script::Extras extras;
    if (end != std::string_view::npos) {
        extras.defines["X"] = input.substr(end + divider.size());
        extras.settings.emplace_back(input.substr(end + divider.size()));
    }
    const script::ParsedScript parsed = script::parse_script(text, "x.pkt", extras);
    if (parsed.script.has_value() != (parsed.error_count == 0) || parsed.errors.empty() != (parsed.error_count == 0)) {
        std::abort();
    }
    if (!parsed.script) return 0;
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const script::Step& step : parsed.script->steps) {
        if (step.mark.line < 1 || step.mark.line > lines || step.text.empty()) std::abort();
    }
    const script::RunResult result = script::run_script(*parsed.script);
    if (result.passed != result.failure.empty()) std::abort();
    return 0;
}
