#include "cli/reason.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "explain/causes.hpp"
#include "terminal/shell.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab {
namespace {

/// Of several pages the causes are those of the way to the last one's end.
std::string takes(const ExplainedRun& run) {
    const std::string time = short_duration(run.page);
    if (run.pages == 1) return "Why it takes " + time;
    return fmt::format("Why the last of {} pages is there after {}", run.pages, time);
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

std::optional<std::uint64_t> run_to_explain(const std::vector<Point>& points) {
    if (points.size() == 1 && points.front().runs == 1 && points.front().middle) return points.front().middle->offset;
    const MiddleRun* worst = nullptr;
    bool differ = false;
    for (const Point& p : points) {
        if (!p.middle) continue;
        differ = differ || (worst != nullptr && p.middle->page != worst->page);
        if (worst == nullptr || p.middle->page > worst->page) worst = &*p.middle;
    }
    if (!differ) return std::nullopt;
    return worst->offset;
}

std::string reason_line(const std::vector<Point>& points, const ExplainedRun& run, const std::string& file,
                        std::size_t width) {
    constexpr std::size_t kMostCauses = 3;
    const std::string what = points.size() == 1 ? takes(run)
                                                : fmt::format("Why {} is slowest{}", in_a_sentence(run.variant),
                                                              run.pages > 1 ? ", by its last page" : "");
    std::string which;
    if (points.front().runs > 1) {
        which = fmt::format(" --run {}", run.run);
    } else if (!run.variant.empty()) {
        which = " --variant " + shell_word(run.variant);
    }
    const auto line = [&](std::size_t causes) { return what + ": " + largest(run.causes, causes); };
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
