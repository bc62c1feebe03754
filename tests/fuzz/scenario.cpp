// A scenario file, with options of the command line behind a line "--": the reader neither throws nor crashes, and
// what it accepts can be expanded.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "scenario/scenario_file.hpp"

using namespace tcplab;

namespace {

/// Each line behind "--" is an option: "s KEY=VALUE", "v KEY=VALUES" or "n VARIANT".
CommandLine options_of(std::string_view lines) {
    CommandLine options;
    while (!lines.empty()) {
        const std::size_t end = lines.find('\n');
        const std::string_view line = lines.substr(0, end);
        if (line.size() > 2 && line[1] == ' ') {
            const std::string value(line.substr(2));
            if (line[0] == 's') options.sets.push_back(value);
            if (line[0] == 'v') options.varies.push_back(value);
            if (line[0] == 'n') options.variants.push_back(value);
        }
        lines = end == std::string_view::npos ? std::string_view() : lines.substr(end + 1);
    }
    return options;
}

void expand(const ScenarioFile& file) {
    const Runs runs = file.expand();
    if (runs.size() == 0) std::abort();
    for (const std::uint64_t i : {std::uint64_t{0}, runs.size() / 2, runs.size() - 1}) {
        const Run run = runs.run(i);
        if (run.variant >= file.variants.size() || run.positions.size() != file.axes.size()) std::abort();
        const Scenario scenario = runs.scenario(run);
        const std::uint32_t objects = ObjectIndex(scenario.page).size();
        if (objects == 0) std::abort();
        for (const PageObject& o : scenario.page.objects) {
            if (o.host > scenario.hosts.size()) std::abort();
            for (const std::uint32_t before : o.after) {
                if (before >= objects) std::abort();
            }
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    constexpr std::string_view divider = "\n--\n";
    const std::size_t end = input.find(divider);
    const CommandLine options =
        end == std::string_view::npos ? CommandLine() : options_of(input.substr(end + divider.size()));
    const Loaded loaded = read_scenario(input.substr(0, end), "x.toml", options);
    if (loaded.scenario.has_value() != (loaded.error_count == 0)) std::abort();
    if (loaded.scenario) expand(*loaded.scenario);
    return 0;
}
