#include "explain/trial.hpp"

#include <algorithm>

namespace tcplab::explain {
namespace {

constexpr int kInvisibleShare = 1000;

/// Of an odd number of them, as all trials have.
Duration median(std::vector<Duration> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

bool complete(const Trials& trials) {
    return std::all_of(trials.begin(), trials.end(), [](const auto& t) { return t.has_value(); });
}

template <class Value>
Duration median_of(const Trials& trials, Value value) {
    std::vector<Duration> values;
    for (const auto& t : trials) values.push_back(value(*t));
    return median(std::move(values));
}

/// A cause that has grown by at least half of what another has shrunk by, if that matters at all.
std::optional<Cause> what_came_instead(const Causes& before, const Causes& after) {
    constexpr int least_share = 20;
    Duration shrunk{0}, grown{0};
    Cause which = Cause::other;
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        const Duration change = after[cause] - before[cause];
        shrunk = std::max(shrunk, -change);
        if (change <= grown) continue;
        grown = change;
        which = cause;
    }
    const bool matters = grown >= before.total() / least_share && 2 * grown >= shrunk && shrunk > Duration::zero();
    return matters ? std::optional(which) : std::nullopt;
}

Comparison::Verdict verdict(const std::vector<Duration>& differences, Duration took) {
    using Verdict = Comparison::Verdict;
    const Duration invisible = took / kInvisibleShare;
    const auto [least, most] = std::minmax_element(differences.begin(), differences.end());
    if (-invisible <= *least && *most <= invisible) return Verdict::same;
    if (*most < Duration::zero()) return Verdict::helps;
    return *least > Duration::zero() ? Verdict::worse : Verdict::noise;
}

}  // namespace

Comparison compare(const Trials& before, const Trials& after) {
    Comparison c;
    if (!complete(after)) return c;
    c.took = median_of(after, [](const Trial& t) { return t.took; });
    c.slowest = median_of(after, [](const Trial& t) { return t.slowest; });
    if (!complete(before)) {
        c.verdict = Comparison::Verdict::helps;
        return c;
    }
    std::vector<Duration> differences;
    for (std::size_t i = 0; i < after.size(); ++i) differences.push_back(after[i]->took - before[i]->took);
    c.difference = median(differences);
    c.least = *std::min_element(differences.begin(), differences.end());
    c.most = *std::max_element(differences.begin(), differences.end());
    c.verdict = verdict(differences, median_of(before, [](const Trial& t) { return t.took; }));
    if (after.size() > 1) return c;
    const bool noted = !after.front()->lost.empty();
    if (noted && after.front()->lost != before.front()->lost) c.verdict = Comparison::Verdict::other_packet;
    c.instead = what_came_instead(before.front()->causes, after.front()->causes);
    return c;
}

}  // namespace tcplab::explain
