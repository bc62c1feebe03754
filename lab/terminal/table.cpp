#include "terminal/table.hpp"

#include <algorithm>

#include "terminal/width.hpp"

namespace tcplab {
namespace {

constexpr std::size_t kMargin = 2;
constexpr std::size_t kGap = 3;
constexpr std::size_t kLeastFirst = 8;

std::string trimmed(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::vector<std::size_t> column_widths(const TextTable& table) {
    std::vector<std::size_t> widths;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        std::size_t most = display_width(table.columns[c].title);
        for (const auto& row : table.rows) most = std::max(most, display_width(row[c].text));
        widths.push_back(most);
    }
    return widths;
}

std::size_t total_width(const std::vector<std::size_t>& shown, const std::vector<std::size_t>& widths) {
    std::size_t sum = kMargin;
    for (const std::size_t c : shown) sum += widths[c] + kGap;
    return shown.empty() ? sum : sum - kGap;
}

// Which columns fit; the first one's width shrinks when even those that must stay are too wide.
std::vector<std::size_t> fitting(const TextTable& table, std::vector<std::size_t>& widths, std::size_t width) {
    std::vector<std::size_t> shown;
    for (std::size_t c = 0; c < table.columns.size(); ++c) shown.push_back(c);
    while (total_width(shown, widths) > width) {
        const auto least = std::max_element(shown.begin(), shown.end(), [&](std::size_t a, std::size_t b) {
            return table.columns[a].rank < table.columns[b].rank;
        });
        if (least == shown.end() || table.columns[*least].rank == 0) break;
        shown.erase(least);
    }
    const std::size_t total = total_width(shown, widths);
    if (!shown.empty() && total > width) {
        std::size_t& first = widths[shown.front()];
        const std::size_t excess = total - width;
        first = std::max(std::min(first, kLeastFirst), first > excess ? first - excess : 0);
        first = std::min(first, width > kMargin ? width - kMargin : 0);
    }
    return shown;
}

std::string title_lines(const TextTable& table, std::size_t width) {
    if (table.title.empty() && table.conditions.empty()) return "";
    const std::size_t left = display_width(table.title);
    const std::size_t right = display_width(table.conditions);
    if (left + right + kGap <= width) {
        const std::string blanks(right == 0 ? 0 : width - left - right, ' ');
        return table.title + blanks + table.conditions + "\n\n";
    }
    const std::string below = table.conditions.empty() ? "" : cut_to_width(table.conditions, width) + "\n";
    return cut_to_width(table.title, width) + "\n" + below + "\n";
}

}  // namespace

std::string paint(std::string_view text, Accent accent, bool color) {
    if (!color || accent == Accent::none) return std::string(text);
    const auto code = [&] {
        switch (accent) {
            case Accent::best: return "\x1b[32m";
            case Accent::worst: return "\x1b[33m";
            case Accent::failed: return "\x1b[31m";
            case Accent::faint: return "\x1b[2m";
            case Accent::none: break;
        }
        return "";
    };
    return code() + std::string(text) + "\x1b[0m";
}

std::string render(const TextTable& table, std::size_t width, bool color) {
    std::vector<std::size_t> widths = column_widths(table);
    const std::vector<std::size_t> shown = fitting(table, widths, width);
    std::string out = title_lines(table, width);

    const auto line = [&](const auto& text_of, const auto& accent_of) {
        std::string text(kMargin, ' ');
        std::size_t used = kMargin;
        for (const std::size_t c : shown) {
            if (c != shown.front()) {
                text.append(kGap, ' ');
                used += kGap;
            }
            // Beyond the last column that fits, nothing: a cut number would be another number.
            if (used + widths[c] > width && c != shown.front()) break;
            const std::string cell =
                pad_to_width(cut_to_width(text_of(c), widths[c]), widths[c], table.columns[c].left);
            text += paint(cell, accent_of(c), color);
            used += widths[c];
        }
        out += trimmed(text) + "\n";
    };
    line([&](std::size_t c) { return table.columns[c].title; }, [](std::size_t) { return Accent::none; });
    for (const auto& row : table.rows) {
        line([&](std::size_t c) { return row[c].text; }, [&](std::size_t c) { return row[c].accent; });
    }
    return out;
}

}  // namespace tcplab
