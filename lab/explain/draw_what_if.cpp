#include <fmt/format.h>

#include <algorithm>

#include "explain/causes.hpp"
#include "explain/layout.hpp"
#include "terminal/shell.hpp"
#include "terminal/table.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab::explain {
namespace {

using Verdict = Comparison::Verdict;

/// A change and what came of it.
struct Tried {
    const Change* change = nullptr;
    Comparison outcome;
};

bool complete(const Explanation& e) {
    return std::all_of(e.trials.begin(), e.trials.end(), [](const auto& t) { return t.has_value(); });
}

bool contains(const Change& whole, const Change& part) {
    return std::all_of(part.begin(), part.end(), [&](const NewValue& p) {
        return std::any_of(whole.begin(), whole.end(), [&](const NewValue& w) { return as_line(w) == as_line(p); });
    });
}

/// What came of all of them, the largest saving first. Those that add something in vain to another are left out.
std::vector<Tried> compared(const Explanation& e) {
    std::vector<Tried> all;
    for (const WhatIf& w : e.what_if) all.push_back({&w.change, compare(e.trials, w.trials)});
    const auto is_vain = [&](const Tried& t) {
        return std::any_of(all.begin(), all.end(), [&](const Tried& other) {
            return other.change->size() < t.change->size() && contains(*t.change, *other.change) &&
                   other.outcome.verdict == t.outcome.verdict && other.outcome.took == t.outcome.took;
        });
    };
    std::vector<Tried> kept;
    std::copy_if(all.begin(), all.end(), std::back_inserter(kept), [&](const Tried& t) { return !is_vain(t); });
    std::stable_sort(kept.begin(), kept.end(),
                     [](const Tried& a, const Tried& b) { return a.outcome.took < b.outcome.took; });
    return kept;
}

std::vector<Tried> only(const std::vector<Tried>& all, Verdict verdict) {
    std::vector<Tried> some;
    std::copy_if(all.begin(), all.end(), std::back_inserter(some),
                 [verdict](const Tried& t) { return t.outcome.verdict == verdict; });
    return some;
}

std::string signed_number(Duration d, const TimeUnit& unit) {
    return (d < Duration::zero() ? "−" : "+") + number_in(d < Duration::zero() ? -d : d, unit);
}

std::string signed_text(Duration d, const TimeUnit& unit) {
    return fmt::format("{} {}", signed_number(d, unit), unit.symbol);
}

/// What a row of the table says beside the change.
struct Cells {
    std::string difference, range, took, slowest, mark;
    Accent accent = Accent::none;
};

class Table {
  public:
    Table(const Explanation& e, const std::vector<Tried>& shown) : e_(e), shown_(shown), has_difference_(complete(e)) {
        std::vector<Duration> all;
        for (const Tried& t : shown) all.insert(all.end(), {t.outcome.took, t.outcome.slowest});
        if (has_difference_) all.push_back(e.trials.front()->took);
        unit_ = choose_unit(all);
        for (const Tried& t : shown) cells_.push_back(cells_of(t.outcome));
    }

    [[nodiscard]] std::string text(std::size_t width, bool color) const {
        const TextTable table = as_table();
        return changes_fit(table, width) ? render(table, width, color) : as_list(width, color);
    }

  private:
    [[nodiscard]] Cells cells_of(const Comparison& c) const {
        Cells cells;
        cells.took = text_in(c.took, unit_);
        if (e_.several_pages) cells.slowest = text_in(c.slowest, unit_);
        if (has_difference_) cells.difference = signed_text(c.difference, unit_);
        if (has_difference_ && e_.trials.size() > 1) {
            cells.range = signed_number(c.least, unit_) + " to " + signed_text(c.most, unit_);
        }
        if (c.instead) cells.mark = fmt::format("then {}", noun(*c.instead));
        if (cells_.empty()) {
            cells.mark = "◂ best" + (cells.mark.empty() ? "" : ", " + cells.mark);
            cells.accent = Accent::best;
        }
        return cells;
    }

    [[nodiscard]] TextTable as_table() const {
        TextTable table;
        const bool has_range = has_difference_ && e_.trials.size() > 1;
        table.columns = {{"change", true, 0}};
        if (has_difference_) table.columns.push_back({"difference", false, 0});
        if (has_range) table.columns.push_back({"from least to most", false, 1});
        table.columns.push_back({e_.subject, false, 0});
        if (e_.several_pages) table.columns.push_back({"slowest", false, 2});
        table.columns.push_back({"", true, 3});
        for (std::size_t i = 0; i < shown_.size(); ++i) {
            const Change& change = *shown_[i].change;
            for (std::size_t k = 0; k < change.size(); ++k) {
                const Cells c = k == 0 ? cells_[i] : Cells{"", "", "", "", "", cells_[i].accent};
                auto& row = table.rows.emplace_back();
                row.push_back({(k == 0 ? "" : "  ") + as_line(change[k]), c.accent});
                if (has_difference_) row.push_back({c.difference, c.accent});
                if (has_range) row.push_back({c.range, c.accent});
                row.push_back({c.took, c.accent});
                if (e_.several_pages) row.push_back({c.slowest, c.accent});
                row.push_back({c.mark, c.accent});
            }
        }
        return table;
    }

    /// The same for a terminal in which the changes would be cut, which nobody could copy then.
    [[nodiscard]] std::string as_list(std::size_t width, bool color) const {
        std::string out;
        for (std::size_t i = 0; i < shown_.size(); ++i) {
            const Cells& c = cells_[i];
            std::string line = c.difference.empty() ? c.took : fmt::format("{} to {}", c.difference, c.took);
            if (!c.mark.empty()) line += "   " + c.mark;
            out += std::string(kMargin, ' ') + paint(cut_to_width(line, width - kMargin), c.accent, color) + "\n";
            for (const NewValue& v : *shown_[i].change) {
                append_wrapped(out, std::string(2 * kMargin, ' '), 2 * kMargin, as_line(v), width);
            }
        }
        return out;
    }

    [[nodiscard]] bool changes_fit(const TextTable& table, std::size_t width) const {
        std::size_t change = 0;
        for (const auto& row : table.rows) change = std::max(change, display_width(row.front().text));
        constexpr std::size_t number = 14;  // the widest time and the gap before it
        return kMargin + change + number * (has_difference_ ? 2 : 1) <= width;
    }

    const Explanation& e_;
    const std::vector<Tried>& shown_;
    bool has_difference_;
    TimeUnit unit_{};
    std::vector<Cells> cells_;
};

std::string heading(const Explanation& e) {
    if (e.trials.size() == 1) return "What would help (each run again with that one change):";
    std::string text =
        fmt::format("What would help (medians of {} runs with random numbers of their own", e.trials.size());
    if (!complete(e)) return text + "):";
    std::vector<Duration> times;
    for (const auto& t : e.trials) times.push_back(t->took);
    std::sort(times.begin(), times.end());
    const TimeUnit unit = choose_unit(times);
    return text + fmt::format("; without a change {}, from {} to {}):", text_in(times[times.size() / 2], unit),
                              number_in(times.front(), unit), text_in(times.back(), unit));
}

/// How the best is made: a command, where --set reaches all of it.
std::string best_of(const Explanation& e, const Change& change) {
    if (!can_be_set(change)) return "To see the best, write into the file: " + as_line(change) + "\n";
    const auto sets_anew = [&](const std::string& option) {
        const std::string key = option.substr(0, option.find('='));
        return std::any_of(change.begin(), change.end(), [&](const NewValue& v) { return v.key == key; });
    };
    std::string command;
    for (std::size_t i = 0; i < e.command.size(); ++i) {
        const bool replaced = e.command[i] == "--set" && i + 1 < e.command.size() && sets_anew(e.command[i + 1]);
        if (replaced) {
            ++i;
        } else {
            command += shell_word(e.command[i]) + " ";
        }
    }
    for (const NewValue& v : change) command += "--set " + shell_word(as_option(v)) + " ";
    command.pop_back();
    const bool repeats = std::find(e.command.begin(), e.command.end(), "--repeat") != e.command.end();
    return fmt::format("To see the best{}: {}\n", e.trials.size() > 1 && !repeats ? " in one run" : "", command);
}

/// "Worse: tcp.sack = true (+20 ms); ..."
std::string in_a_line(const std::vector<Tried>& some, const std::string& what, bool with_difference,
                      std::size_t width) {
    if (some.empty()) return "";
    std::string line;
    for (const Tried& t : some) {
        line += (line.empty() ? what + ": " : "; ") + as_line(*t.change);
        const TimeUnit unit = choose_unit({t.outcome.took});
        if (with_difference) line += fmt::format(" ({})", signed_text(t.outcome.difference, unit));
        if (t.outcome.verdict == Verdict::same && t.outcome.instead)
            line += fmt::format(" (then {})", noun(*t.outcome.instead));
    }
    return "\n" + paragraph(line, width);
}

}  // namespace

std::string what_if_text(const Explanation& e, std::size_t width, bool color) {
    const std::vector<Tried> all = compared(e);
    const std::vector<Tried> helpful = only(all, Verdict::helps);
    std::string out;
    if (!helpful.empty()) {
        out += "\n" + paragraph(heading(e), width) + "\n" + Table(e, helpful).text(width, color) + "\n";
        out += best_of(e, *helpful.front().change);
    }
    if (!all.empty() && !e.caution.empty()) out += "\n" + paragraph(e.caution, width);
    out += in_a_line(only(all, Verdict::noise), fmt::format("Faster in some of {} runs only", e.trials.size()), false,
                     width);
    out += in_a_line(only(all, Verdict::same), "No difference", false, width);
    out += in_a_line(only(all, Verdict::worse), "Worse", true, width);
    out += in_a_line(only(all, Verdict::failed), "Not complete then", false, width);
    return out + in_a_line(only(all, Verdict::other_packet), "Not comparable, as the script loses another packet then",
                           false, width);
}

}  // namespace tcplab::explain
