#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/commands.hpp"
#include "export/output.hpp"
#include "plot/chart.hpp"
#include "plot/draw.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

namespace fs = std::filesystem;
using plot::ChartKind;

const ChartKind& kind_named(std::string_view name) {
    const auto& kinds = plot::chart_kinds();
    const auto it = std::find_if(kinds.begin(), kinds.end(), [&](const ChartKind& k) { return k.name == name; });
    if (it != kinds.end()) return *it;
    std::vector<std::string_view> names;
    for (const ChartKind& kind : kinds) names.push_back(kind.name);
    const std::string hint = did_you_mean(name, names);
    throw UsageError(
        fmt::format("--what: unknown chart {}: {}", cited(name), hint.empty() ? "there are " + listed(names) : hint));
}

// Those that were named, or those that fit the results.
std::vector<const ChartKind*> chosen_kinds(const std::vector<std::string>& names, const plot::ResultFolder& results) {
    std::vector<const ChartKind*> kinds;
    for (const std::string& name : names) {
        const ChartKind* kind = &kind_named(name);
        if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) kinds.push_back(kind);
    }
    if (!names.empty()) return kinds;
    for (const ChartKind& kind : plot::chart_kinds()) {
        if (kind.fits(results)) kinds.push_back(&kind);
    }
    if (kinds.empty()) {
        throw plot::ResultsError(fmt::format(
            "{}: error: no chart fits all of its runs; choose some with --variant or --run", results.path.string()));
    }
    return kinds;
}

// The file of each chart: DIR/plots/page.svg; of one chart FILE, of several FILE-page.svg.
fs::path picture_of(const PlotOptions& options, std::string_view kind, bool several) {
    if (!options.out) return fs::path(options.folder) / "plots" / fmt::format("{}.svg", kind);
    fs::path picture(*options.out);
    if (several) {
        picture.replace_filename(fmt::format("{}-{}{}", picture.stem().string(), kind, picture.extension().string()));
    }
    return picture;
}

void check_format(const std::string& out) {
    const auto& formats = plot::picture_formats();
    const std::string extension = fs::path(out).extension().string();
    const bool known = !extension.empty() && std::find(formats.begin(), formats.end(),
                                                       std::string_view(extension).substr(1)) != formats.end();
    if (known) return;
    throw UsageError(fmt::format("--out expects a name that ends in .svg, .png or .pdf, found {}", cited(out)));
}

// Results, and whatever else is not of an earlier plot, must not be overwritten by the CSV beside a picture.
void check_neighbours(const fs::path& picture) {
    std::error_code ignored;
    const fs::path csv = fs::path(picture).replace_extension(".csv");
    if (!fs::exists(csv, ignored) || fs::exists(fs::path(picture).replace_extension(".gp"), ignored)) return;
    throw OutputError(
        fmt::format("{}: error: there is such a file already, and it is not of a plot; the chart's data would go there",
                    csv.string()));
}

int plot_results(const PlotOptions& options) {
    for (const std::string& name : options.what) kind_named(name);
    if (options.out) check_format(*options.out);
    const plot::ResultFolder results = plot::open_results(options.folder, {options.variants, options.run});
    if (options.axis) plot::axis_named(results, *options.axis);  // also where no chart would ask for it
    const auto kinds = chosen_kinds(options.what, results);
    const auto since_start = [](std::optional<Time> t) {
        return t ? std::optional<std::int64_t>(t->time_since_epoch().count()) : std::nullopt;
    };
    const plot::ChartOptions chart_options{options.connection, options.axis, since_start(options.from),
                                           since_start(options.to)};
    for (const ChartKind* kind : kinds) check_neighbours(picture_of(options, kind->name, kinds.size() > 1));
    // Of charts that nobody named, one that would hold too much is no reason to draw none.
    std::size_t left = kinds.size();
    for (const ChartKind* kind : kinds) {
        plot::Chart chart;
        try {
            chart = kind->make(results, chart_options);
        } catch (const plot::TooMany& e) {
            if (!options.what.empty() || --left == 0) throw;
            print_error(fmt::format("{}: left out: {}\n", kind->name, e.what()));
            continue;
        }
        const fs::path picture = picture_of(options, kind->name, kinds.size() > 1);
        if (!plot::draw(chart, picture)) {
            const std::string script = fs::path(picture).replace_extension(".gp").string();
            print_error(fmt::format("{}: gnuplot has warnings; running it on {} shows them\n", kind->name, script));
        }
        for (const std::string& note : chart.notes) print_error(fmt::format("{}: {}\n", kind->name, note));
        if (!options.quiet) print_out(picture.string() + "\n");
    }
    return kDone;
}

}  // namespace

int plot_command(const PlotOptions& options) {
    try {
        return plot_results(options);
    } catch (const plot::ResultsError& e) {
        print_error(fmt::format("{}\n", e.what()));
        return kBadInput;
    }
}

std::string plot_kinds_help() {
    std::string out = "\nCharts:\n";
    for (const ChartKind& kind : plot::chart_kinds()) out += fmt::format("  {:11}{}\n", kind.name, kind.what);
    return out;
}

}  // namespace tcplab
