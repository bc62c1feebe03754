#include "report/bar_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "export/palette.hpp"
#include "report/html.hpp"
#include "terminal/units.hpp"

namespace tcplab::report {
namespace {

double percent(Duration part, Duration whole) {
    return 100.0 * static_cast<double>(part.count()) / static_cast<double>(std::max(whole, Duration(1)).count());
}

Duration extent_of(const BarTable& table) {
    Duration most{0};
    for (const BarRow& row : table.rows) {
        for (const BarPart& p : row.parts) most = std::max(most, p.from + p.length);
    }
    return std::max(most, Duration(1));
}

// "150 ms", without the decimals that a whole number of the unit does not need.
std::string mark_text(Duration at, const TimeUnit& unit) {
    if (at == Duration::zero()) return "0";
    return fmt::format("{:.10g} {}", static_cast<double>(at.count()) / static_cast<double>(unit.nanoseconds),
                       unit.symbol);
}

std::string axis_svg(Duration extent, Duration step) {
    const TimeUnit unit = choose_unit({extent});
    std::string out = "<svg class=\"axis\" aria-hidden=\"true\">";
    for (Duration at{0}; at <= extent; at += step) {
        const bool at_zero = at == Duration::zero();  // the others stand on the left of their lines: the last has room
        out += fmt::format("<text{} x=\"{:.3f}%\" dx=\"{}\" y=\"11\">{}</text>", at_zero ? "" : " class=\"end\"",
                           percent(at, extent), at_zero ? 3 : -3, mark_text(at, unit));
    }
    return out + "</svg>";
}

/// How long the stretches are, where that fits in.
void append_numbers(std::string& out, const BarTable& table, const BarRow& row, Duration extent) {
    constexpr unsigned kLeastHeight = 12;  // pixels
    constexpr double kLeastLength = 10;    // percent: 40 pixels and more
    if (table.lane_height < kLeastHeight) return;
    for (const BarPart& p : row.parts) {
        if (p.kind == "unfinished" || percent(p.length, extent) < kLeastLength) continue;
        const TimeUnit unit = choose_unit({p.length});
        const double number = static_cast<double>(p.length.count()) / static_cast<double>(unit.nanoseconds);
        const bool is_dark = lightness(bar_color(p.kind)) < 128;
        fmt::format_to(std::back_inserter(out), "<text class=\"in{}\" x=\"{:.3f}%\" y=\"{}\">{} {}</text>",
                       is_dark ? " pale" : "", percent(p.from + p.length / 2, extent), table.lane_height / 2 + 3,
                       number < 100 ? fmt::format("{:.3g}", number) : fmt::format("{:.0f}", number), unit.symbol);
    }
}

void append_bars(std::string& out, const BarTable& table, const BarRow& row, Duration extent) {
    const unsigned pitch = table.lane_height + (row.lanes > 1 ? 1 : 0);
    fmt::format_to(std::back_inserter(out), "<svg height=\"{}\" role=\"img\"><title>{}</title>", pitch * row.lanes,
                   escaped(row.story));
    for (const BarPart& p : row.parts) {
        if (p.length <= Duration::zero()) continue;
        fmt::format_to(std::back_inserter(out),
                       "<rect class=\"{}\" x=\"{:.3f}%\" y=\"{}\" width=\"{:.3f}%\" height=\"{}\"/>", p.kind,
                       percent(p.from, extent), p.lane * pitch, percent(p.length, extent), table.lane_height);
    }
    append_numbers(out, table, row, extent);
    out += "</svg>";
}

}  // namespace

Duration axis_step(Duration extent) {
    std::int64_t step = 1;
    for (;; step *= 10) {
        for (const int factor : {1, 2, 5}) {
            if (extent.count() / (step * factor) < 7) return Duration(step * factor);
        }
    }
}

std::string bar_table_html(const BarTable& table) {
    const Duration extent = extent_of(table);
    const Duration step = axis_step(extent);
    std::string out = fmt::format(
        "<table class=\"bars {}\" style=\"--step: {:.4f}%\"><thead><tr><th>{}</th><th class=\"number\">{}</th>"
        "<th class=\"bar\">{}</th></tr></thead><tbody>\n",
        table.id, percent(step, extent), escaped(table.names), escaped(table.values), axis_svg(extent, step));
    for (const BarRow& row : table.rows) {
        fmt::format_to(std::back_inserter(out),
                       "<tr{}><th scope=\"row\" title=\"{}\">{}</th><td class=\"number\">{}</td><td class=\"bar\">",
                       row.failed ? " class=\"failed\"" : "", escaped(row.name), escaped(row.name), escaped(row.value));
        append_bars(out, table, row, extent);
        out += "</td></tr>\n";
    }
    return out + "</tbody></table>\n";
}

std::string legend_html(const std::vector<LegendEntry>& entries) {
    std::string out = "<ul class=\"legend\">";
    for (const LegendEntry& e : entries) {
        out += fmt::format("<li><svg><rect class=\"{}\" width=\"12\" height=\"12\"/></svg>{}</li>", e.kind,
                           escaped(e.text));
    }
    return out + "</ul>\n";
}

}  // namespace tcplab::report
