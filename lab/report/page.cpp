#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "export/palette.hpp"
#include "report/assets.hpp"
#include "report/charts.hpp"
#include "report/figures.hpp"
#include "report/html.hpp"
#include "report/report.hpp"
#include "terminal/shell.hpp"

namespace tcplab::report {
namespace {

constexpr std::size_t kMostTableRows = 1000;
constexpr std::size_t kMostPoints = 20'000;  // of a sweep

std::string command_text(const std::vector<std::string>& command_line) {
    std::string out;
    for (const std::string& word : command_line) out += (out.empty() ? "" : " ") + shell_word(word);
    return out;
}

std::string_view class_of(Accent accent) {
    switch (accent) {
        case Accent::none:
        case Accent::faint:
        case Accent::worst: return "";
        case Accent::best: return " best";
        case Accent::failed: return " failed";
    }
    return "";
}

std::string latency_html(const TextTable& table) {
    constexpr std::size_t kTall = 25;  // rows from which on it scrolls
    std::string out = fmt::format("<div class=\"wide{}\"><table class=\"latency\"><thead><tr>",
                                  table.rows.size() > kTall ? " tall" : "");
    for (const TextColumn& c : table.columns) {
        out += fmt::format("<th class=\"{}\">{}</th>", c.left ? "text" : "number", escaped(c.title));
    }
    out += "</tr></thead><tbody>\n";
    const std::size_t shown = std::min(table.rows.size(), kMostTableRows);
    for (std::size_t r = 0; r < shown; ++r) {
        out += "<tr>";
        for (std::size_t c = 0; c < table.columns.size(); ++c) {
            const TextCell& cell = table.rows[r][c];
            fmt::format_to(std::back_inserter(out), "<td class=\"{}{}\">{}</td>",
                           table.columns[c].left ? "text" : "number", class_of(cell.accent), escaped(cell.text));
        }
        out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
    if (shown < table.rows.size()) {
        out += fmt::format("<p class=\"note\">The first {} of {} rows; summary.csv has every run.</p>\n",
                           with_commas(shown), with_commas(table.rows.size()));
    }
    return out;
}

/// The scenario in one sentence.
std::string sentence(const Head& head, const std::vector<RunDetail>& details) {
    std::string text;
    const bool same = !details.empty() && std::all_of(details.begin(), details.end(), [&](const RunDetail& d) {
        return d.workload == details.front().workload;
    });
    if (same) text = details.front().workload + " · ";
    text += head.conditions;
    if (head.runs > 1) text += fmt::format(" · {} runs", with_commas(head.runs));
    if (head.complete < head.runs) text += fmt::format(", of which {} are complete", with_commas(head.complete));
    return text;
}

std::string option_text(const RunLabel& label) { return fmt::format("run {}: {}", label.run, run_name(label)); }

std::string chooser(const Head& head, const std::vector<RunDetail>& details) {
    std::string out = "<p class=\"chooser\"><label>Run <select id=\"run\">";
    for (std::size_t i = 0; i < details.size(); ++i) {
        out += fmt::format("<option value=\"{}\">{}</option>", i, escaped(option_text(details[i].label)));
    }
    out += "</select></label></p>\n";
    out += fmt::format("<noscript><p class=\"note\">Without JavaScript this is {}.</p></noscript>\n",
                       escaped(option_text(details.front().label)));
    if (details.size() < head.complete) {
        out += fmt::format(
            "<p class=\"note\">{} of {} runs are here in detail: the first repetition of each variant, at points of "
            "the axes that are evenly chosen. Any other: <code>--run N --report</code>.</p>\n",
            details.size(), with_commas(head.complete));
    }
    return out;
}

std::string run_html(const RunDetail& run, std::size_t place) {
    std::string out =
        fmt::format("<div class=\"run\" data-run=\"{}\"{}>\n<h3>Waterfall</h3>\n", place, place == 0 ? "" : " hidden");
    out += waterfall_html(run);
    out += "<h3>Causes, by object</h3>\n" + transaction_causes_html(run);
    for (const std::string& note : run.notes) out += "<p class=\"note\">" + escaped(note) + "</p>\n";
    return out + "</div>\n";
}

std::string ladders_html(const RunDetail& run, std::size_t place) {
    std::string out = fmt::format("<div class=\"run\" data-run=\"{}\"{}>\n", place, place == 0 ? "" : " hidden");
    const std::vector<LadderFigure>& figures = run.ladders.figures;
    if (figures.empty()) return out + "<p class=\"none\">No ladder: this run sent no packet.</p>\n</div>\n";
    for (const LadderFigure& f : figures) {
        out += fmt::format("<details{}><summary>Connection {}: {}</summary>\n{}</details>\n",
                           &f == &figures.front() ? " open" : "", f.connection, escaped(f.title), f.svg);
    }
    if (run.ladders.left_out > 0) {
        out += fmt::format(
            "<p class=\"note\">{} of the run's {} connections, those of the first page, are here. Any other: "
            "<code>tcplab ladder FILE --run {} --connection N</code>.</p>\n",
            figures.size(), with_commas(figures.size() + run.ladders.left_out), run.label.run);
    }
    return out + "</div>\n";
}

/// What report.js fills in.
constexpr std::string_view kCharts = R"(<div id="charts">
<noscript><p class="none">The charts of packets, windows and queues need JavaScript.</p></noscript>
</div>
)";

/// The colours of bars, as what report.css refers to and as classes.
std::string palette_css() {
    std::string light, dark, classes;
    for (const BarColor& c : kBarColors) {
        light += fmt::format(" --{}: {};", c.name, c.color);
        dark += fmt::format(" --{}: {};", c.name, c.on_dark);
        classes += fmt::format(".{0} {{ fill: var(--{0}); }}\n", c.name);
    }
    return fmt::format(
        ":root {{{}}}\n@media screen and (prefers-color-scheme: dark) {{\n"
        ":root:not([data-theme=\"light\"]) {{{}}}\n}}\n"
        "@media screen {{\n:root[data-theme=\"dark\"] {{{}}}\n}}\n{}",
        light, dark, dark, classes);
}

bool is_sweep(const std::vector<PagePoint>& points) { return !points.empty() && !points.front().axes.empty(); }

std::string sweep_html(const std::vector<PagePoint>& points) {
    const std::string begin = "<section id=\"sweep\"><h2>Over the axes</h2>\n";
    if (points.size() > kMostPoints) {
        return begin + fmt::format(
                           "<p class=\"none\">No chart: {} points are too many for a page like this. summary.csv "
                           "has them all.</p></section>\n",
                           with_commas(points.size()));
    }
    return begin +
           "<div id=\"sweep-place\"><noscript><p class=\"none\">This chart needs JavaScript; the table above has its "
           "numbers.</p></noscript></div></section>\n";
}

std::string data_html(const std::vector<PagePoint>& points, const std::vector<RunDetail>& details) {
    const auto element = [](const std::string& id, std::string_view json) {
        return fmt::format("<script type=\"application/json\" id=\"{}\">{}</script>\n", id, in_script(json));
    };
    std::string out = element("words", words_json());
    if (is_sweep(points) && points.size() <= kMostPoints) out += element("sweep-data", axes_json(points));
    for (std::size_t i = 0; i < details.size(); ++i) {
        if (details[i].charts.empty()) continue;
        out += element(fmt::format("charts-{}", i), details[i].charts);
    }
    return out;
}

std::string head_html(const std::string& title) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    // Nothing is loaded from anywhere.
    out +=
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'\">\n";
    out += fmt::format("<title>{}</title>\n<style>\n{}\n{}{}</style>\n</head>\n<body>\n", escaped(title),
                       uplot_min_css(), palette_css(), report_css());
    return out;
}

}  // namespace

std::string report_html(const Head& head, const TextTable& table, const std::vector<PagePoint>& points,
                        const std::vector<RunDetail>& details) {
    std::string out = head_html(head.title);
    out +=
        "<svg width=\"0\" height=\"0\" class=\"definitions\"><defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"8\" "
        "refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
        "<path d=\"M0 1 L8 4 L0 7 z\"/></marker></defs></svg>\n";
    out += fmt::format(
        "<header><h1>{}</h1><button id=\"theme\" type=\"button\" hidden>dark</button>\n<p>{}</p></header>\n",
        escaped(head.title), escaped(sentence(head, details)));
    out += "<main>\n<section id=\"latency\">\n" + latency_html(table) + "</section>\n";
    if (is_sweep(points)) out += sweep_html(points);
    if (details.size() > 1) {
        out += "<section id=\"together\"><h2>Side by side</h2>\n" + side_by_side_html(details);
        if (std::any_of(points.begin(), points.end(), [](const PagePoint& p) { return p.repetitions > 1; })) {
            out += "<p class=\"note\">The first repetition of each.</p>\n";
        }
        out += "</section>\n";
    }
    out +=
        "<section id=\"why\"><h2>What the page waited for</h2>\n" + page_causes_html(details, points) + "</section>\n";
    if (!details.empty()) {
        out += "<section id=\"one\"><h2>One run</h2>\n" + chooser(head, details);
        for (std::size_t i = 0; i < details.size(); ++i) out += run_html(details[i], i);
        out += kCharts;
        out += "<h3>Packets of the first page</h3>\n";
        for (std::size_t i = 0; i < details.size(); ++i) out += ladders_html(details[i], i);
        out += "</section>\n";
    }
    out += fmt::format(
        "<section id=\"source\"><h2>The scenario</h2>\n<p><code>{}</code> is:</p>\n<pre>\n{}</pre>\n"
        "<p>To make all of this again:</p>\n<pre id=\"command\">\n{}</pre>\n</section>\n</main>\n"
        "<footer>tcplab {}. Charts by uPlot, whose licence stands in this file.</footer>\n",
        escaped(head.file), escaped(head.text), escaped(command_text(head.command_line)), escaped(head.version));
    out += data_html(points, details);
    out += fmt::format("<script>\n/*\n{}*/\n{}</script>\n", license(), uplot_iife_min_js());
    out += "<script>\n";
    for (const auto script : {tools_js, sequence_js, charts_js, sweep_js, report_js}) out += script();
    out += "</script>\n</body>\n</html>\n";
    return out;
}

}  // namespace tcplab::report
