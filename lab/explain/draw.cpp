#include <fmt/format.h>

#include <algorithm>

#include "explain/causes.hpp"
#include "explain/explanation.hpp"
#include "explain/layout.hpp"
#include "terminal/ascii.hpp"
#include "terminal/table.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab::explain {
namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kWidest = 120;
constexpr std::size_t kLeastText = 36;  // beside the times; where there is less room it stands below them

std::string heading(const Explanation& e, std::size_t width) {
    const std::size_t left = display_width(e.title);
    const std::size_t right = display_width(e.conditions);
    if (right == 0) return paragraph(e.title, width);
    if (left + right + 2 <= width) return e.title + std::string(width - left - right, ' ') + e.conditions + "\n";
    return paragraph(e.title, width) + paragraph(e.conditions, width);
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

}  // namespace

std::string draw(const Explanation& e, const Look& look) {
    const std::size_t width = std::clamp(look.width, kNarrowest, kWidest);
    std::string out = heading(e, width);
    for (const std::string& note : e.notes) out += paragraph(note, width);
    if (e.causes.size() > 0) out += "\n" + render(cause_table(e.causes, look.utf8), width, look.color);
    if (!e.path.empty()) out += "\n" + paragraph(e.path_heading, width) + "\n" + path_lines(e, width);
    out += what_if_text(e, width, look.color);
    return look.utf8 ? out : in_ascii(out);
}

}  // namespace tcplab::explain
