#include "ladder/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "ladder/fold.hpp"
#include "ladder/row.hpp"
#include "ladder/scale.hpp"
#include "terminal/ascii.hpp"
#include "terminal/width.hpp"

namespace tcplab::ladder {
namespace {

constexpr std::size_t kWidest = 120;
constexpr std::size_t kNarrowest = 40;
constexpr std::string_view kRail = "│";

std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

// `left` and `right` as far apart as `width` allows; one below the other where it does not.
std::string apart(const std::string& left, const std::string& right, std::size_t width) {
    const std::size_t used = display_width(left) + display_width(right);
    if (right.empty()) return cut_to_width(left, width) + "\n";
    if (used >= width) return cut_to_width(left, width) + "\n" + cut_to_width(right, width) + "\n";
    return left + std::string(width - used, ' ') + right + "\n";
}

/// Puts rows together: a time, a rail, what lies between, a rail, a time.
class Drawing {
  public:
    Drawing(const Ladder& ladder, const Look& look)
        : ladder_(ladder),
          look_(look),
          scale_(ladder),
          width_(std::clamp(look.width, kNarrowest, kWidest)),
          inner_(width_ - 2 * (scale_.width() + 2)) {}

    std::string draw(const Heading& heading) {
        out_ = apart(heading.title, heading.subtitle, width_) + "\n";
        head();
        if (ladder_.before > 0) aside(rows(ladder_.before, "earlier"));
        for (const Item& item : items_of(ladder_, look_.all)) {
            if (item.text.empty()) {
                step(ladder_.steps[item.step]);
            } else {
                aside(item.text);
            }
        }
        if (ladder_.behind > 0) aside(rows(ladder_.behind, "later"));
        return std::move(out_);
    }

  private:
    using Times = std::array<Time, 2>;
    static constexpr Times kNoTimes{kNever, kNever};

    void head() {
        const std::array<std::string, 2> at{to_string(ladder_.endpoints[0]), to_string(ladder_.endpoints[1])};
        const std::array<std::string, 2> whole{ladder_.names[0] + " " + at[0], ladder_.names[1] + " " + at[1]};
        if (display_width(whole[0]) + display_width(whole[1]) + 2 <= inner_) {
            above(whole);
        } else {
            above(ladder_.names);
            above(at);
        }
        above(ladder_.states, scale_.unit());
    }

    // Words above the rails, or further apart where there is no room for them.
    void above(const std::array<std::string, 2>& words, std::string_view beside = "") {
        const std::size_t used = display_width(words[0]) + display_width(words[1]);
        if (used >= inner_ + 2) {
            const std::size_t half = (width_ - 1) / 2;
            out_ += apart(cut_to_width(words[0], half), cut_to_width(words[1], half), width_);
            return;
        }
        const std::string pad = pad_to_width(beside, scale_.width(), false);
        const std::string blanks(inner_ + 2 - used, ' ');
        out_ += trimmed(fmt::format("{} {}{}{} {}", pad, words[0], blanks, words[1], pad)) + "\n";
    }

    void step(const Step& s) {
        if (s.kind == Step::Kind::remark) return remark(s);
        const Arrow arrow = draw_arrow(s, inner_);
        const bool begins_here = s.kind != Step::Kind::arrival;
        row(s.at, begins_here && s.side == Side::left ? "├" : kRail, arrow.strip,
            begins_here && s.side == Side::right ? "┤" : kRail, begins_here);
        for (const LabelPart& part : arrow.below) at_side(s.side, kNoTimes, {part});
        states(s.states);
    }

    void remark(const Step& s) {
        Label label = s.label;
        const std::string& state = s.states[index(s.side)];
        if (!state.empty()) label.insert(label.begin(), {state});
        at_side(s.side, s.at, label);
    }

    void states(const std::array<std::string, 2>& states) {
        const std::size_t used = display_width(states[0]) + display_width(states[1]);
        if (used + 3 <= inner_) {
            if (used == 0) return;
            Strip s;
            s.add(" ").add(states[0]).fill_to(inner_ - display_width(states[1]) - 1, " ").add(states[1]).add(" ");
            row(kNoTimes, kRail, s, kRail);
            return;
        }
        for (const Side side : {Side::left, Side::right}) {
            if (!states[index(side)].empty()) at_side(side, kNoTimes, {{states[index(side)]}});
        }
    }

    // Words beside a rail.
    void at_side(Side side, const Times& at, const Label& words) {
        Strip text;
        for (const LabelPart& part : words) {
            if (text.width() > 0) text.add("  ");
            const std::size_t room = inner_ - std::min(inner_, text.width() + 2);
            text.add(cut_to_width(part.text, room), part.accent);
        }
        Strip s;
        if (side == Side::right) s.fill_to(inner_ - text.width() - 1, " ").add(text).add(" ");
        if (side == Side::left) s.add(" ").add(text).fill_to(inner_, " ");
        row(at, kRail, s, kRail);
    }

    static std::string rows(std::size_t count, std::string_view which) {
        return fmt::format("{} {} row{}", count, which, count == 1 ? "" : "s");
    }

    void aside(const std::string& text) {
        Strip s;
        s.fill_to(inner_ < kNarrowest ? 2 : 4, " ").add("⋮ " + cut_to_width(text, inner_ - 7), Accent::faint);
        row(kNoTimes, kRail, s.fill_to(inner_, " "), kRail);
    }

    // With `departs`, the later time is that of an arrival, and faint: the others are in order from row to row.
    void row(const Times& at, std::string_view left_rail, const Strip& between, std::string_view right_rail,
             bool departs = false) {
        const auto faint = [&](std::string_view text) { return paint(text, Accent::faint, look_.color); };
        const auto time = [&](Side side) {
            const Time t = at[index(side)];
            const std::string text = pad_to_width(scale_.text(t), scale_.width(), false);
            return departs && t != kNever && t > at[index(other(side))] ? faint(text) : text;
        };
        const std::string line = fmt::format("{} {}{}{} {}", time(Side::left), faint(left_rail),
                                             between.text(look_.color), faint(right_rail), time(Side::right));
        out_ += trimmed(line) + "\n";
    }

    const Ladder& ladder_;
    const Look& look_;
    Scale scale_;
    std::size_t width_;
    std::size_t inner_;  // columns between the rails
    std::string out_;
};

}  // namespace

std::string draw(const Ladder& ladder, const Heading& heading, const Look& look) {
    std::string text = Drawing(ladder, look).draw(heading);
    return look.utf8 ? text : in_ascii(text);
}

}  // namespace tcplab::ladder
