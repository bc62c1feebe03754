#include "cli/reason.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/statistics.hpp"
#include "explain/causes.hpp"
#include "terminal/shell.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab {
namespace {

bool can_be_explained(const SummaryRow& row) {
    return row.numbers.mean_page && row.numbers.causes && row.label.axes.empty();
}

/// What the table judges by.
std::int64_t page(const SummaryRow& row) { return *row.numbers.mean_page; }

/// The repetition whose page is in the middle; null when one of them was not complete.
const SummaryRow* middle(RunGroup group) {
    if (!std::all_of(group.rows.begin(), group.rows.end(), [](const SummaryRow* r) { return can_be_explained(*r); })) {
        return nullptr;
    }
    const auto at = group.rows.begin() + static_cast<std::ptrdiff_t>((group.rows.size() - 1) / 2);
    std::nth_element(group.rows.begin(), at, group.rows.end(), [](const SummaryRow* a, const SummaryRow* b) {
        return page(*a) != page(*b) ? page(*a) < page(*b) : a->label.run < b->label.run;
    });
    return *at;
}

/// Of several variants the slowest, if they differ.
const SummaryRow* slowest(const std::vector<RunGroup>& groups) {
    const SummaryRow* worst = nullptr;
    bool differ = false;
    for (const RunGroup& g : groups) {
        const SummaryRow* row = middle(g);
        if (row == nullptr) continue;
        differ = differ || (worst != nullptr && page(*row) != page(*worst));
        if (worst == nullptr || page(*row) > page(*worst)) worst = row;
    }
    return differ ? worst : nullptr;
}

/// Of several pages the causes are those of the way to the last one's end.
std::string takes(const SummaryRow& row) {
    const std::string time = short_duration(Duration(*row.numbers.page));
    if (row.numbers.pages == 1) return "Why it takes " + time;
    return fmt::format("Why the last of {} pages is there after {}", row.numbers.pages, time);
}

/// The largest that are worth a word.
std::string largest(const Causes& causes, std::size_t most) {
    constexpr int least_share = 100;
    const std::vector<Causes::Entry> entries = explain::by_size(causes);
    const auto worth = std::count_if(entries.begin(), entries.end(),
                                     [&](const Causes::Entry& e) { return e.time >= causes.total() / least_share; });
    return explain::listed(causes, std::min(most, static_cast<std::size_t>(worth)));
}

/// A name of several words in quotes.
std::string in_a_sentence(const std::string& name) {
    return name.find(' ') == std::string::npos ? name : "\"" + name + "\"";
}

}  // namespace

std::string reason_line(const std::vector<SummaryRow>& rows, const std::string& file, std::size_t width) {
    constexpr std::size_t kMostCauses = 3;
    const std::vector<RunGroup> groups = group_runs(rows);
    const SummaryRow* row = nullptr;
    std::string what;
    if (rows.size() == 1) {
        row = middle(groups.front());
        if (row != nullptr) what = takes(*row);
    } else if (groups.size() > 1) {
        row = slowest(groups);
        if (row != nullptr) {
            what = fmt::format("Why {} is slowest{}", in_a_sentence(row->label.variant),
                               row->numbers.pages > 1 ? ", by its last page" : "");
        }
    }
    if (row == nullptr) return "";
    std::string which;
    if (groups.front().rows.size() > 1) {
        which = fmt::format(" --run {}", row->label.run);
    } else if (!row->label.variant.empty()) {
        which = " --variant " + shell_word(row->label.variant);
    }
    const auto line = [&](std::size_t causes) { return what + ": " + largest(*row->numbers.causes, causes); };
    const auto fits = [&](const std::string& text) { return display_width(text) <= width; };
    const auto with_command = [&](std::size_t causes, const std::string& name) {
        return fmt::format("{}   (tcplab explain {}{})", line(causes), name, which);
    };
    if (!file.empty() && fits(with_command(kMostCauses, shell_word(file)))) {
        return with_command(kMostCauses, shell_word(file)) + "\n";
    }
    for (std::size_t causes = kMostCauses; causes > 1; --causes) {
        if (fits(with_command(causes, "…"))) return with_command(causes, "…") + "\n";
    }
    std::size_t causes = kMostCauses;
    while (causes > 1 && !fits(line(causes))) --causes;
    return cut_to_width(line(causes), width) + "\n";
}

}  // namespace tcplab
