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
    return row.numbers.page && row.numbers.pages == 1 && row.numbers.causes && row.label.axes.empty();
}

/// The repetition whose page is in the middle; null when one of them was not complete.
const SummaryRow* middle(RunGroup group) {
    if (!std::all_of(group.rows.begin(), group.rows.end(), [](const SummaryRow* r) { return can_be_explained(*r); })) {
        return nullptr;
    }
    const auto at = group.rows.begin() + static_cast<std::ptrdiff_t>((group.rows.size() - 1) / 2);
    std::nth_element(group.rows.begin(), at, group.rows.end(), [](const SummaryRow* a, const SummaryRow* b) {
        return a->numbers.page != b->numbers.page ? a->numbers.page < b->numbers.page : a->label.run < b->label.run;
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
        differ = differ || (worst != nullptr && row->numbers.page != worst->numbers.page);
        if (worst == nullptr || row->numbers.page > worst->numbers.page) worst = row;
    }
    return differ ? worst : nullptr;
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
        if (row != nullptr) what = fmt::format("Why it takes {}", short_duration(Duration(*row->numbers.page)));
    } else if (groups.size() > 1) {
        row = slowest(groups);
        if (row != nullptr) what = fmt::format("Why {} is slowest", in_a_sentence(row->label.variant));
    }
    if (row == nullptr) return "";
    std::string which;
    if (groups.front().rows.size() > 1) {
        which = fmt::format(" --run {}", row->label.run);
    } else if (!row->label.variant.empty()) {
        which = " --variant " + shell_word(row->label.variant);
    }
    const auto line = [&](std::size_t causes) { return what + ": " + explain::listed(*row->numbers.causes, causes); };
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
    return cut_to_width(line(kMostCauses), width) + "\n";
}

}  // namespace tcplab
