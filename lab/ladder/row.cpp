#include "ladder/row.hpp"

#include <algorithm>

#include "terminal/width.hpp"

namespace tcplab::ladder {
namespace {

constexpr std::string_view kLine = "─";
constexpr std::string_view kDots = "╌";

void add_label(Strip& strip, const Label& label) {
    for (const LabelPart& part : label) {
        strip.add(&part == &label.front() ? " " : kBetweenParts).add(part.text, part.accent);
    }
    if (!label.empty()) strip.add(" ");
}

// The dashes before a label.
std::size_t lead(std::size_t width) { return width < 40 ? 2 : 4; }

bool goes_right(const Step& step) { return (step.side == Side::left) == (step.kind != Step::Kind::arrival); }

// "──── SYN 0 ─────────▸"; half of it dotted where the packet's other end is told elsewhere.
Strip draw_rightward(const Step& step, const Label& label, std::size_t width) {
    const bool begins = step.kind != Step::Kind::arrival;
    const bool ends = step.kind != Step::Kind::departure;
    Strip s;
    s.fill_to(lead(width), begins ? kLine : kDots, Accent::faint);
    add_label(s, label);
    if (!ends) s.fill_to((s.width() + width) / 2, kLine, Accent::faint);
    s.fill_to(width - 1, ends ? kLine : kDots, Accent::faint).add(ends ? "▸" : kDots, Accent::faint);
    return s;
}

// "◂─── SYN 0  ACK 1 ──────"
Strip draw_leftward(const Step& step, const Label& label, std::size_t width) {
    const bool begins = step.kind != Step::Kind::arrival;
    const bool ends = step.kind != Step::Kind::departure;
    Strip s;
    s.add(ends ? "◂" : kDots, Accent::faint).fill_to(lead(width), ends ? kLine : kDots, Accent::faint);
    add_label(s, label);
    if (!begins) s.fill_to((s.width() + width) / 2, kLine, Accent::faint);
    s.fill_to(width, begins ? kLine : kDots, Accent::faint);
    return s;
}

// "──── 1:301 (300) ─────✗ lost on link up      " or "      lost on link down ✗──── 1:1449 (1448) ─────"
Strip draw_lost(bool rightward, const Label& label, const std::string& why, std::size_t width) {
    Strip cross;
    if (!rightward && !why.empty()) cross.add(why + " ", Accent::failed);
    cross.add("✗", Accent::failed);
    if (rightward && !why.empty()) cross.add(" " + why, Accent::failed);
    const std::size_t least = lead(width) + width_of(label) + 3;
    const std::size_t length = std::max(least, std::min(width * 2 / 3, width - cross.width() - 1));
    Strip line;
    line.fill_to(lead(width), kLine, Accent::faint);
    add_label(line, label);
    line.fill_to(length, kLine, Accent::faint);
    Strip s;
    if (!rightward) s.fill_to(width - length - cross.width(), " ").add(cross).add(line);
    if (rightward) s.add(line).add(cross).fill_to(width, " ");
    return s;
}

Arrow draw_lost_arrow(const Step& step, std::size_t width) {
    const std::size_t room = width - lead(width) - 4;
    const std::size_t note = 2 + display_width(step.lost);  // and a blank on either side
    Label promised;
    for (const LabelPart& part : step.label) {
        if (part.rank <= LabelPart::kPromised) promised.push_back(part);
    }
    const bool beside = width_of(promised) + note <= room;
    Arrow arrow;
    Label label = step.label;
    arrow.below = fit(label, beside ? room - note : room);
    if (!beside) arrow.below.push_back({step.lost, LabelPart::kPromised, Accent::failed});
    arrow.strip = draw_lost(goes_right(step), label, beside ? step.lost : "", width);
    return arrow;
}

}  // namespace

Strip& Strip::add(std::string_view text, Accent accent) {
    pieces_.push_back({std::string(text), accent});
    width_ += display_width(text);
    return *this;
}

Strip& Strip::add(const Strip& other) {
    pieces_.insert(pieces_.end(), other.pieces_.begin(), other.pieces_.end());
    width_ += other.width_;
    return *this;
}

Strip& Strip::fill_to(std::size_t width, std::string_view text, Accent accent) {
    std::string filling;
    for (std::size_t i = width_; i < width; ++i) filling += text;
    return filling.empty() ? *this : add(filling, accent);
}

std::string Strip::text(bool color) const {
    std::string all;
    for (const Piece& piece : pieces_) all += paint(piece.text, piece.accent, color);
    return all;
}

Arrow draw_arrow(const Step& step, std::size_t width) {
    if (!step.lost.empty()) return draw_lost_arrow(step, width);
    Arrow arrow;
    Label label = step.label;
    arrow.below = fit(label, width - lead(width) - 4);
    arrow.strip = goes_right(step) ? draw_rightward(step, label, width) : draw_leftward(step, label, width);
    return arrow;
}

}  // namespace tcplab::ladder
