#include "report/figures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "export/causes.hpp"
#include "report/bar_table.hpp"
#include "report/html.hpp"
#include "report/thinning.hpp"
#include "terminal/units.hpp"

namespace tcplab::report {
namespace {

constexpr std::array<std::string_view, TransactionBar::kPhases> kPhases{"blocked", "dns",  "connect", "tls",
                                                                        "send",    "wait", "receive"};

Duration duration(FieldValue v) { return Duration(v.value_or(0)); }

/// The texts of a column in one unit.
class ValueColumn {
  public:
    void see(FieldValue v) {
        if (v) all_.emplace_back(*v);
    }
    [[nodiscard]] std::string text(FieldValue v) const { return v ? text_in(Duration(*v), choose_unit(all_)) : "—"; }

  private:
    std::vector<Duration> all_;
};

std::string story_of(const TransactionBar& bar) {
    std::string text = fmt::format("{} {}: begins at {}", bar.id, bar.name, exact_ms(bar.start));
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        if (bar.phases[i]) text += fmt::format(", {} {}", kPhases[i], exact_ms(bar.phases[i]));
    }
    text += fmt::format(", total {}", exact_ms(bar.total));
    return bar.error.empty() ? text : text + ", " + bar.error;
}

void add_phases(std::vector<BarPart>& parts, const TransactionBar& bar, Duration run_ended, unsigned lane) {
    Duration at = duration(bar.start);
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        parts.push_back({at, duration(bar.phases[i]), kPhases[i], lane});
        at += duration(bar.phases[i]);
    }
    if (!bar.total) parts.push_back({at, run_ended - at, "unfinished", lane});
}

/// Those phases that some transaction of these runs has.
std::string phase_legend(const std::vector<const RunDetail*>& runs) {
    std::array<bool, TransactionBar::kPhases> seen{};
    bool unfinished = false;
    for (const RunDetail* run : runs) {
        for (const TransactionBar& bar : run->bars) {
            for (std::size_t i = 0; i < kPhases.size(); ++i) seen[i] = seen[i] || bar.phases[i].value_or(0) > 0;
            unfinished = unfinished || !bar.total;
        }
    }
    std::vector<LegendEntry> entries;
    for (std::size_t i = 0; i < kPhases.size(); ++i) {
        if (seen[i]) entries.push_back({kPhases[i], kPhases[i]});
    }
    if (unfinished) entries.push_back({"unfinished", "unfinished when the run ended"});
    return legend_html(entries);
}

std::string thinning_note(const RunDetail& run) {
    if (run.bars.size() == run.transactions) return "";
    return fmt::format(
        "<p class=\"note\">{} of {} transactions are drawn, evenly chosen, the last to finish among them; "
        "transactions.csv has all.</p>\n",
        with_commas(run.bars.size()), with_commas(run.transactions));
}

/// The place of its bar.
std::size_t last_to_finish(const RunDetail& run) {
    const auto end = [](const TransactionBar& b) { return b.total ? b.start.value_or(0) + *b.total : -1; };
    const auto last =
        std::max_element(run.bars.begin(), run.bars.end(),
                         [&](const TransactionBar& a, const TransactionBar& b) { return end(a) < end(b); });
    return static_cast<std::size_t>(last - run.bars.begin());
}

/// Those with the same values of the axes next to each other, as what is compared are variants.
std::vector<const RunDetail*> by_axes(const std::vector<RunDetail>& runs) {
    std::vector<const RunDetail*> ordered;
    for (const RunDetail& first : runs) {
        if (std::find(ordered.begin(), ordered.end(), &first) != ordered.end()) continue;
        for (const RunDetail& run : runs) {
            if (run.label.axes == first.label.axes) ordered.push_back(&run);
        }
    }
    return ordered;
}

std::string causes_story(const std::string& name, const std::vector<CauseTime>& causes) {
    std::string text = name + ":";
    for (const CauseTime& c : causes) {
        if (c.time > Duration::zero()) text += fmt::format(" {} {},", cause_words(c.name), exact_ms(c.time.count()));
    }
    text.pop_back();
    return text;
}

/// A stacked bar. It refers to the names of `causes`.
BarRow causes_row(const std::string& name, const std::string& value, const std::vector<CauseTime>& causes) {
    BarRow row{name, value, causes_story(name, causes), {}, 1, false};
    Duration at{0};
    for (const CauseTime& c : causes) {
        row.parts.push_back({at, c.time, c.name, 0});
        at += c.time;
    }
    return row;
}

/// A page and what it waited for.
struct PageCauses {
    std::string name;
    FieldValue page;
    std::vector<CauseTime> causes;
};

const PagePoint* point_of(const RunDetail& run, const std::vector<PagePoint>& points) {
    const auto it = std::find_if(points.begin(), points.end(), [&](const PagePoint& p) {
        return p.variant == run.label.variant && p.axes == run.label.axes;
    });
    return it == points.end() ? nullptr : &*it;
}

PageCauses mean_of(const RunDetail& run, const PagePoint& point) {
    PageCauses mean{run_name(run.label), std::nullopt, point.causes};
    if (mean.causes.empty()) return mean;
    std::int64_t sum = 0;
    for (const CauseTime& c : mean.causes) sum += c.time.count();
    mean.page = sum;
    return mean;
}

std::string causes_legend(const std::vector<const std::vector<CauseTime>*>& all) {
    struct Seen {
        std::string name, words;
        bool took_time;
    };
    std::vector<Seen> seen;  // in the order of the columns
    for (const auto* causes : all) {
        for (const CauseTime& c : *causes) {
            const auto it = std::find_if(seen.begin(), seen.end(), [&](const Seen& s) { return s.name == c.name; });
            Seen& s = it != seen.end() ? *it : seen.emplace_back(Seen{c.name, cause_words(c.name), false});
            s.took_time = s.took_time || c.time > Duration::zero();
        }
    }
    std::vector<LegendEntry> entries;
    for (const Seen& s : seen) {
        if (s.took_time) entries.push_back({s.name, s.words});
    }
    return legend_html(entries);
}

}  // namespace

std::string run_name(const RunLabel& label) {
    std::string text = label.variant;
    for (const auto& [key, value] : label.axes) text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key, value);
    return text.empty() ? label.scenario : text;
}

std::string waterfall_html(const RunDetail& run) {
    if (run.bars.empty()) return "<p class=\"none\">No waterfall: this run wanted nothing.</p>\n";
    ValueColumn totals;
    for (const TransactionBar& bar : run.bars) totals.see(bar.total);
    BarTable table{"waterfall", "object", "total", 12, {}};
    for (const TransactionBar& bar : run.bars) {
        const bool failed = !bar.error.empty();
        BarRow row{bar.name, totals.text(bar.total), story_of(bar), {}, 1, failed};
        if (failed) row.value = bar.total ? "✗ " + row.value : bar.error;
        add_phases(row.parts, bar, run.ended, 0);
        table.rows.push_back(std::move(row));
    }
    return phase_legend({&run}) + bar_table_html(table) + thinning_note(run);
}

std::string side_by_side_html(const std::vector<RunDetail>& runs) {
    constexpr std::size_t kMostLanes = 50;
    ValueColumn pages;
    for (const RunDetail& run : runs) pages.see(run.page);
    BarTable table{"runs", "run", "page", 3, {}};
    bool thinned = false;
    const std::vector<const RunDetail*> all = by_axes(runs);
    for (const RunDetail* place : all) {
        const RunDetail& run = *place;
        thinned = thinned || run.bars.size() > kMostLanes || run.bars.size() < run.transactions;
        BarRow row{run_name(run.label), pages.text(run.page), "", {}, 0, run.failed > 0};
        if (!run.page && run.failed > 0) row.value = "failed";
        row.story = fmt::format("{}: page {}", row.name, exact_ms(run.page));
        for (const std::size_t i : evenly_with(last_to_finish(run), run.bars.size(), kMostLanes)) {
            add_phases(row.parts, run.bars[i], run.ended, row.lanes++);
        }
        table.rows.push_back(std::move(row));
    }
    std::string out = phase_legend(all) + bar_table_html(table);
    if (thinned) {
        out += fmt::format(
            "<p class=\"note\">Of each run at most {} transactions are drawn, evenly chosen, the last to finish "
            "among them.</p>\n",
            kMostLanes);
    }
    return out;
}

std::string page_causes_html(const std::vector<RunDetail>& runs, const std::vector<PagePoint>& points) {
    std::vector<PageCauses> pages;
    ValueColumn values;
    std::vector<const std::vector<CauseTime>*> all;
    std::size_t repetitions = 1;
    for (const RunDetail* run : by_axes(runs)) {
        const PagePoint* point = point_of(*run, points);
        const bool repeated = point != nullptr && point->repetitions > 1;
        if (repeated) repetitions = std::max(repetitions, point->repetitions);
        pages.push_back(repeated ? mean_of(*run, *point) : PageCauses{run_name(run->label), run->page, run->causes});
    }
    for (const PageCauses& page : pages) {
        values.see(page.page);
        if (!page.causes.empty()) all.push_back(&page.causes);
    }
    if (all.empty()) return "<p class=\"none\">No causes: no page of these runs is complete.</p>\n";
    BarTable table{"runs causes", "run", repetitions > 1 ? "mean page" : "page", 14, {}};
    for (const PageCauses& page : pages) {
        table.rows.push_back(causes_row(page.name, values.text(page.page), page.causes));
    }
    std::string out = causes_legend(all) + bar_table_html(table);
    if (repetitions > 1) {
        out += fmt::format(
            "<p class=\"note\">Means over {} repetitions, of each cause and of the page; the table above "
            "has medians.</p>\n",
            with_commas(repetitions));
    }
    return out;
}

std::string transaction_causes_html(const RunDetail& run) {
    ValueColumn totals;
    std::vector<const std::vector<CauseTime>*> all;
    for (const TransactionBar& bar : run.bars) {
        totals.see(bar.total);
        if (!bar.causes.empty()) all.push_back(&bar.causes);
    }
    if (all.empty()) return "<p class=\"none\">No causes: no transaction of this run is complete.</p>\n";
    BarTable table{"causes", "object", "total", 12, {}};
    for (const TransactionBar& bar : run.bars) {
        table.rows.push_back(causes_row(bar.name, totals.text(bar.total), bar.causes));
    }
    return causes_legend(all) + bar_table_html(table) + thinning_note(run);
}

}  // namespace tcplab::report
