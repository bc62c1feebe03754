#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.hpp"
#include "cli/plan.hpp"
#include "cli/single_run.hpp"
#include "experiment/topology.hpp"
#include "ladder/draw.hpp"
#include "scenario/diagnostics.hpp"
#include "terminal/terminal.hpp"
#include "trace/recorder.hpp"

namespace tcplab {
namespace {

ladder::Heading heading_of(const Plan& plan, const Run& run, const ConnectionRow& row, std::size_t connections) {
    const RunLabel label = label_of(plan, run);
    ladder::Heading heading;
    heading.title = plan.file.title.empty() ? plan.file.name : plan.file.title;
    if (!label.variant.empty()) heading.subtitle = label.variant + " · ";
    for (const auto& [key, value] : label.axes) heading.subtitle += fmt::format("{} = {} · ", key, value);
    heading.subtitle += fmt::format("connection {} of {}", row.id, connections);
    return heading;
}

}  // namespace

int ladder_command(const LadderOptions& options) {
    int exit_code = kDone;
    const std::optional<Plan> read = read_plan(options.of.file, options.of.changes, exit_code);
    if (!read) return exit_code;
    const Plan& plan = *read;
    const Run run = plan.runs.run(0);
    const Scenario scenario = plan.runs.scenario(run);
    Recorder recorder(Recorder::Keep::payload);
    const std::optional<Results> results = make_single_run(scenario, recorder);
    if (!results) {
        print_error("interrupted: nothing is drawn\n");
        return kInterrupted;
    }
    Recording recording = recorder.take();
    name_parts(scenario, recording);
    const std::string& diagnosis = results->diagnosis;
    if (!diagnosis.empty()) print_error(fmt::format("{}: run {}: {}\n", plan.file.name, run.number, diagnosis));
    const std::vector<ConnectionRow>& connections = results->connections;
    if (connections.empty()) {
        print_error(fmt::format("{}: run {}: no connection was opened\n", plan.file.name, run.number));
        return kNotMet;
    }
    if (options.connection > connections.size()) {
        throw UsageError(fmt::format("--connection {}: run {} opened {} connection{}", options.connection, run.number,
                                     connections.size(), connections.size() == 1 ? "" : "s"));
    }
    const std::size_t number = options.connection - 1;
    ladder::Ladder chosen = ladder::make_ladder(recording, connections, number);
    chosen = ladder::select(std::move(chosen), options.from, options.to);
    const ladder::Look look{terminal_width(STDOUT_FILENO), use_utf8(), use_color(options.of.color, STDOUT_FILENO),
                            options.all};
    print_out(draw(chosen, heading_of(plan, run, connections[number], connections.size()), look));
    return kDone;
}

}  // namespace tcplab
