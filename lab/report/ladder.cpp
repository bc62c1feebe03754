#include "report/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "ladder/fold.hpp"
#include "ladder/ladder.hpp"
#include "ladder/scale.hpp"
#include "report/flows.hpp"
#include "report/html.hpp"
#include "terminal/width.hpp"

namespace tcplab::report {
namespace {

using ladder::Label;
using ladder::LabelPart;
using ladder::Side;
using ladder::Step;

// The ends' lifelines, in percent of the width; what is in the middle between them.
constexpr unsigned kLeft = 12;
constexpr unsigned kRight = 88;
constexpr unsigned kMiddle = 50;
constexpr unsigned x_of(Side side) { return side == Side::left ? kLeft : kRight; }

// Where what that side sent is lost: the words behind the cross need more room than half of the way.
constexpr unsigned cross_of(Side side) { return side == Side::left ? 40 : 60; }

// Columns of text that have room between the lifelines, also on a telephone.
constexpr std::size_t kRoom = 58;

// Pixels: a line of text, and what an arrow takes below its label.
constexpr unsigned kLine = 13;
constexpr unsigned kArrow = 9;
constexpr unsigned kSlope = 4;
constexpr unsigned kHead = 46;

std::string_view class_of(Accent accent) {
    switch (accent) {
        case Accent::none:
        case Accent::best: return "";
        case Accent::faint: return "faint";
        case Accent::worst: return "worst";
        case Accent::failed: return "failed";
    }
    return "";
}

/// An arrow for each packet, one below the other: the distances are not those of time, which stands at the sides.
class Drawing {
  public:
    explicit Drawing(const ladder::Ladder& ladder) : ladder_(ladder), scale_(ladder) {}

    std::string draw(const std::vector<ladder::Item>& items) {
        head();
        for (const ladder::Item& item : items) {
            if (item.text.empty()) {
                step(ladder_.steps[item.step]);
            } else {
                aside(item.text);
            }
        }
        const unsigned height = y_ + kLine;
        std::string svg = fmt::format("<svg class=\"ladder\" height=\"{}\">", height);
        for (const unsigned x : {kLeft, kRight}) {
            svg += fmt::format("<line class=\"life\" x1=\"{0}%\" x2=\"{0}%\" y1=\"34\" y2=\"{1}\"/>", x, height);
        }
        return svg + arrows_ + texts_ + "</svg>";
    }

  private:
    void head() {
        for (const Side side : {Side::left, Side::right}) {
            const std::size_t i = index(side);
            const bool left = side == Side::left;
            const auto outside = [&](unsigned y, std::string_view kind, const std::string& text) {
                fmt::format_to(std::back_inserter(texts_), "<text class=\"{}{}\" x=\"{}%\" y=\"{}\">{}</text>", kind,
                               left ? "" : " end", left ? 0 : 100, y, escaped(cut_to_width(text, kRoom / 2)));
            };
            outside(12, "name", ladder_.names[i]);
            outside(26, "faint", to_string(ladder_.endpoints[i]));
            y_ = kHead;
            time(side, std::string(scale_.unit()));
            beside(side, {{ladder_.states[i]}}, "state");
        }
    }

    void step(const Step& s) {
        if (s.kind == Step::Kind::remark) return remark(s);
        const Side sender = s.kind == Step::Kind::arrival ? other(s.side) : s.side;
        Label label = s.label;
        const std::vector<LabelPart> below = fit(label, kRoom);
        y_ += kLine + 1;
        beside(sender, label, "packet");
        arrow(sender, s);
        y_ += kArrow;
        for (const Side side : {Side::left, Side::right}) time(side, scale_.text(s.at[index(side)]));
        if (!s.lost.empty()) y_ += 4;  // its reason stands lower than a label would
        for (const LabelPart& part : below) {
            y_ += kLine;
            beside(sender, {{cut_to_width(part.text, kRoom), part.rank, part.accent}}, "packet");
        }
        states(s.states);
    }

    void remark(const Step& s) {
        Label label = s.label;
        if (const std::string& state = s.states[index(s.side)]; !state.empty()) label.insert(label.begin(), {state});
        y_ += kLine;
        time(s.side, scale_.text(s.at[index(s.side)]));
        beside(s.side, label, "state");
    }

    void states(const std::array<std::string, 2>& states) {
        const bool share = display_width(states[0]) + display_width(states[1]) <= kRoom;
        if (share && !(states[0].empty() && states[1].empty())) y_ += kLine;
        for (const Side side : {Side::left, Side::right}) {
            const std::string& state = states[index(side)];
            if (state.empty()) continue;
            if (!share) y_ += kLine;
            beside(side, {{state}}, "state");
        }
    }

    void aside(const std::string& text) {
        y_ += kLine + 2;
        fmt::format_to(std::back_inserter(texts_), "<text class=\"aside\" x=\"{}%\" y=\"{}\">⋮ {}</text>", kMiddle, y_,
                       escaped(text));
    }

    /// Outside of a lifeline.
    void time(Side side, const std::string& text) {
        if (text.empty()) return;
        const bool left = side == Side::left;
        fmt::format_to(std::back_inserter(texts_), "<text class=\"time{}\" x=\"{}%\" dx=\"{}\" y=\"{}\">{}</text>",
                       left ? " end" : "", x_of(side), left ? -5 : 5, y_, text);
    }

    /// Inside.
    void beside(Side side, const Label& label, std::string_view kind) {
        constexpr std::string_view kGap = "\u2002 ";  // blanks beside each other would become one
        const bool left = side == Side::left;
        fmt::format_to(std::back_inserter(texts_), "<text class=\"{}{}\" x=\"{}%\" dx=\"{}\" y=\"{}\">", kind,
                       left ? "" : " end", x_of(side), left ? 8 : -8, y_);
        for (const LabelPart& part : label) {
            if (&part != &label.front()) texts_ += kGap;
            const std::string_view accent = class_of(part.accent);
            texts_ += accent.empty() ? escaped(part.text)
                                     : fmt::format("<tspan class=\"{}\">{}</tspan>", accent, escaped(part.text));
        }
        texts_ += "</text>";
    }

    void arrow(Side sender, const Step& s) {
        const unsigned from = x_of(sender), to = x_of(other(sender));
        const unsigned top = y_ + 4;
        const char* kind = s.payload > 0 ? "data" : "bare";
        if (!s.lost.empty()) {
            line("lost", from, top, cross_of(sender), top + kSlope / 2);
            return cross(sender, s.lost);
        }
        switch (s.kind) {
            case Step::Kind::departure:
                line(kind, from, top, kMiddle, top + kSlope / 2);
                line("elsewhere", kMiddle, top + kSlope / 2, to, top + kSlope);
                break;
            case Step::Kind::arrival:
                line("elsewhere", from, top, kMiddle, top + kSlope / 2);
                line(kind, kMiddle, top + kSlope / 2, to, top + kSlope, true);
                break;
            default: line(kind, from, top, to, top + kSlope, true);
        }
    }

    void line(std::string_view kind, unsigned x1, unsigned y1, unsigned x2, unsigned y2, bool arrives = false) {
        fmt::format_to(std::back_inserter(arrows_), "<line class=\"{}{}\" x1=\"{}%\" y1=\"{}\" x2=\"{}%\" y2=\"{}\"/>",
                       kind, arrives ? " arrives" : "", x1, y1, x2, y2);
    }

    void cross(Side sender, const std::string& why) {
        const bool rightward = sender == Side::left;
        fmt::format_to(std::back_inserter(texts_), "<text class=\"failed{}\" x=\"{}%\" dx=\"{}\" y=\"{}\">{}</text>",
                       rightward ? "" : " end", cross_of(sender), rightward ? -2 : 2, y_ + kArrow + 3,
                       rightward ? "✗ " + escaped(why) : escaped(why) + " ✗");
    }

    const ladder::Ladder& ladder_;
    ladder::Scale scale_;
    unsigned y_ = 0;  // the baseline of the text that was written last
    std::string arrows_, texts_;
};

bool is_of_first_page(const Transaction& t) { return t.user == 1 && t.load == 1; }

/// By id: connections that only other pages used. One may be opened in the very instant in which the first page ends.
std::vector<bool> connections_of_others(const Results& results) {
    std::vector<bool> others(results.connections.size() + 1);
    for (const Transaction& t : results.transactions) {
        if (!is_of_first_page(t)) others[t.connection] = true;
    }
    for (const Transaction& t : results.transactions) {
        if (is_of_first_page(t)) others[t.connection] = false;
    }
    return others;
}

/// Indices of connections, in the order in which they were opened.
std::vector<std::size_t> first_page_connections(const Results& results) {
    const auto page = std::find_if(results.pages.begin(), results.pages.end(),
                                   [](const PageResult& p) { return p.user == 1 && p.load == 1; });
    const Time end = page == results.pages.end() ? kNever : page->done;  // kNever: it was not complete
    const std::vector<bool> others = connections_of_others(results);
    std::vector<std::size_t> numbers;
    for (std::size_t i = 0; i < results.connections.size() && numbers.size() < kMostLadders; ++i) {
        const ConnectionRow& row = results.connections[i];
        if (row.user <= 1 && row.opened <= end && !others[row.id]) numbers.push_back(i);
    }
    return numbers;
}

std::string title_of(const ladder::Ladder& l) {
    const auto packets = static_cast<std::size_t>(std::count_if(l.steps.begin(), l.steps.end(), [](const Step& s) {
        return s.kind == Step::Kind::packet || s.kind == Step::Kind::departure;
    }));
    return fmt::format("{} to {}, {} packet{}", to_string(l.endpoints[0]), to_string(l.endpoints[1]),
                       with_commas(packets), packets == 1 ? "" : "s");
}

}  // namespace

LadderFigures ladders_of(const Recording& recording, const Results& results) {
    const std::vector<std::size_t> numbers = first_page_connections(results);
    const std::vector<ladder::Ladder> ladders = ladder::make_ladders(recording, results.connections, numbers);
    std::vector<std::vector<ladder::Item>> items;
    std::vector<std::size_t> rows;
    for (const ladder::Ladder& l : ladders) rows.push_back(items.emplace_back(items_of(l, false)).size());
    const std::size_t most = fair_share(rows, kMostLadderRows);
    LadderFigures all;
    for (std::size_t i = 0; i < ladders.size(); ++i) {
        if (ladders[i].steps.empty()) continue;
        all.figures.push_back({results.connections[numbers[i]].id, title_of(ladders[i]),
                               Drawing(ladders[i]).draw(shortened(std::move(items[i]), most))});
    }
    all.left_out = results.connections.size() - all.figures.size();
    return all;
}

}  // namespace tcplab::report
