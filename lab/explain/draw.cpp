#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "explain/causes.hpp"
#include "explain/explanation.hpp"
#include "terminal/ascii.hpp"
#include "terminal/shell.hpp"
#include "terminal/table.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab::explain {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 120;
constexpr std::size_t kMargin = 2;
constexpr std::size_t kLeastText = 36;  // beside the times; where there is less room it stands below them

/// Appends `text` behind `head`, broken at blanks, with later lines `indent` columns in.
void append_wrapped(std::string& out, std::string head, std::size_t indent, std::string_view text, std::size_t width) {
    std::string line = std::move(head);
    std::size_t used = display_width(line);
    bool empty = true;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(' '), text.size());
        const std::string_view word = text.substr(0, end);
        const std::size_t columns = display_width(word);
        if (!empty && used + 1 + columns > width) {
            out += line + "\n";
            line.assign(indent, ' ');
            used = indent;
            empty = true;
        }
        line += (empty ? "" : " ");
        line += empty ? cut_to_width(word, width - used) : std::string(word);
        used += columns + (empty ? 0 : 1);
        empty = false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    out += line + "\n";
}

std::string paragraph(std::string_view text, std::size_t width) {
    std::string out;
    append_wrapped(out, "", 0, text, width);
    return out;
}

std::string heading(const Explanation& e, std::size_t width) {
    if (e.conditions.empty()) return cut_to_width(e.title, width) + "\n";
    const std::size_t left = display_width(e.title);
    const std::size_t right = display_width(e.conditions);
    if (left + right + 2 <= width) return e.title + std::string(width - left - right, ' ') + e.conditions + "\n";
    return cut_to_width(e.title, width) + "\n" + cut_to_width(e.conditions, width) + "\n";
}

// --- the path ---

std::string path_lines(const Explanation& e, std::size_t width) {
    std::vector<Duration> all;
    for (const Sentence& s : e.path) all.insert(all.end(), {s.at, s.length});
    const TimeUnit unit = choose_unit(all);
    std::size_t at_width = 0, length_width = 0;
    for (const Sentence& s : e.path) {
        at_width = std::max(at_width, number_in(s.at, unit).size());
        length_width = std::max(length_width, text_in(s.length, unit).size() + 1);
    }
    const std::size_t beside = kMargin + at_width + 2 + length_width + 2;
    std::string out;
    for (const Sentence& s : e.path) {
        const std::string times = fmt::format("{:{}}{:>{}}  {:>{}}", "", kMargin, number_in(s.at, unit), at_width,
                                              "+" + text_in(s.length, unit), length_width);
        if (beside + kLeastText <= width) {
            append_wrapped(out, times + "  ", beside, s.text, width);
        } else {
            out += times + "\n";
            append_wrapped(out, std::string(2 * kMargin, ' '), 2 * kMargin, s.text, width);
        }
    }
    return out;
}

// --- the what-if table ---

/// Less than a thousandth.
bool makes_no_difference(const WhatIf& w, const Explanation& e) {
    constexpr int kLeastShare = 1000;
    return w.took && e.took && std::chrono::abs(*w.took - *e.took) <= *e.took / kLeastShare;
}

bool helps(const WhatIf& w, const Explanation& e) { return w.took && (!e.took || *w.took < *e.took); }

/// What is shown first: the largest saving; at the end what was not complete.
std::vector<WhatIf> sorted(std::vector<WhatIf> all) {
    std::stable_sort(all.begin(), all.end(), [](const WhatIf& a, const WhatIf& b) {
        if (!a.took || !b.took) return a.took.has_value() && !b.took.has_value();
        return *a.took < *b.took;
    });
    return all;
}

std::string signed_text(Duration d, const TimeUnit& unit) {
    return (d < Duration::zero() ? "−" : "+") + text_in(d < Duration::zero() ? -d : d, unit);
}

/// What a row of the what-if table says beside the change.
struct Outcome {
    std::string difference, took, mark;
    Accent accent = Accent::none;
};

/// Of changes in the order in which they are shown.
std::vector<Outcome> outcomes(const Explanation& e, const std::vector<WhatIf>& shown) {
    std::vector<Duration> all;
    for (const WhatIf& w : shown) all.push_back(w.took.value_or(Duration::zero()));
    if (e.took) all.push_back(*e.took);
    const TimeUnit unit = choose_unit(all);
    std::vector<Outcome> out;
    for (const WhatIf& w : shown) {
        Outcome& o = out.emplace_back();
        o.took = w.took ? text_in(*w.took, unit) : "failed";
        if (w.took && e.took) o.difference = signed_text(*w.took - *e.took, unit);
        if (out.size() == 1 && helps(w, e)) {
            o.mark = "◂ best";
            o.accent = Accent::best;
        } else if (e.took && !helps(w, e)) {
            o.mark = "worse";
            o.accent = Accent::worst;
        }
    }
    return out;
}

TextTable what_if_table(const Explanation& e, const std::vector<WhatIf>& shown) {
    TextTable table;
    table.columns = {{"change", true, 0}};
    if (e.took) table.columns.push_back({"difference", false, 0});
    table.columns.push_back({e.subject, false, e.took ? 1U : 0U});
    table.columns.push_back({"", true, 2});
    const std::vector<Outcome> all = outcomes(e, shown);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        for (std::size_t k = 0; k < shown[i].change.size(); ++k) {
            const Outcome o = k == 0 ? all[i] : Outcome{"", "", "", all[i].accent};
            auto& row = table.rows.emplace_back();
            row.push_back({(k == 0 ? "" : "  ") + as_line(shown[i].change[k]), o.accent});
            if (e.took) row.push_back({o.difference, o.accent});
            row.push_back({o.took, o.accent});
            row.push_back({o.mark, o.accent});
        }
    }
    return table;
}

/// The same for a terminal in which the changes would be cut, which nobody could copy then.
std::string what_if_list(const Explanation& e, const std::vector<WhatIf>& shown, std::size_t width, bool color) {
    std::string out;
    const std::vector<Outcome> all = outcomes(e, shown);
    for (std::size_t i = 0; i < shown.size(); ++i) {
        const Outcome& o = all[i];
        std::string line = o.difference.empty() ? o.took : o.difference;
        if (!o.mark.empty()) line += "   " + o.mark;
        out += std::string(kMargin, ' ') + paint(line, o.accent, color) + "\n";
        for (const NewValue& v : shown[i].change) {
            append_wrapped(out, std::string(2 * kMargin, ' '), 2 * kMargin, as_line(v), width);
        }
    }
    return out;
}

bool changes_fit(const TextTable& table, std::size_t width) {
    std::size_t change = 0;
    for (const auto& row : table.rows) change = std::max(change, display_width(row.front().text));
    constexpr std::size_t kBeside = 16;  // the widest difference and the gap before it
    return kMargin + change + kBeside <= width;
}

std::string command_with(const Explanation& e, const Change& change) {
    std::string command;
    for (const std::string& word : e.command) command += shell_word(word) + " ";
    for (const NewValue& v : change) command += "--set " + shell_word(as_option(v)) + " ";
    command.pop_back();
    return command;
}

std::string what_if_text(const Explanation& e, const Look& look, std::size_t width) {
    std::vector<WhatIf> shown;
    std::string same;
    for (const WhatIf& w : sorted(e.what_if)) {
        if (makes_no_difference(w, e)) {
            for (const NewValue& v : w.change) same += (same.empty() ? "" : ", ") + as_line(v);
        } else {
            shown.push_back(w);
        }
    }
    std::string out;
    if (!shown.empty()) {
        const TextTable table = what_if_table(e, shown);
        out += "\n" + paragraph("What would help (each run again with that one change):", width) + "\n";
        out += changes_fit(table, width) ? render(table, width, look.color) : what_if_list(e, shown, width, look.color);
        if (helps(shown.front(), e)) out += "\nTo see the best: " + command_with(e, shown.front().change) + "\n";
    }
    if (!same.empty()) out += "\n" + paragraph("No difference: " + same, width);
    return out;
}

}  // namespace

std::string draw(const Explanation& e, const Look& look) {
    const std::size_t width = std::clamp(look.width, kNarrowest, kWidest);
    std::string out = heading(e, width);
    for (const std::string& note : e.notes) out += paragraph(note, width);
    if (e.causes.size() > 0) out += "\n" + render(cause_table(e.causes, look.utf8), width, look.color);
    if (!e.path.empty()) out += "\n" + paragraph(e.path_heading, width) + "\n" + path_lines(e, width);
    out += what_if_text(e, look, width);
    return look.utf8 ? out : in_ascii(out);
}

}  // namespace tcplab::explain
