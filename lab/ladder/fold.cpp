#include "ladder/fold.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "terminal/units.hpp"

namespace tcplab::ladder {
namespace {

constexpr std::size_t kLongRun = 24;  // is folded, but for its beginning and its end
constexpr std::size_t kShownBefore = 8;
constexpr std::size_t kShownBehind = 4;

std::string folded_text(const std::vector<Step>& steps, std::size_t first, std::size_t count) {
    std::size_t with_data = 0;
    std::uint64_t bytes = 0;
    for (std::size_t i = first; i < first + count; ++i) {
        if (steps[i].payload > 0) ++with_data;
        bytes += steps[i].payload;
    }
    std::string text = fmt::format("{} packets like these", count);
    if (with_data == count) return text + fmt::format(" with {} B", bytes);
    return with_data == 0 ? text : text + fmt::format(", {} of them with {} B", with_data, bytes);
}

/// Knows from step to step until when something was on its way.
class Pauses {
  public:
    explicit Pauses(const std::vector<Step>& steps) {
        const auto came = std::find_if(steps.begin(), steps.end(), [](const Step& s) {
            return s.kind == Step::Kind::packet && s.at[0] != kNever && s.at[1] != kNever;
        });
        if (came != steps.end()) least_ = 2 * (came->last() - came->first());
    }

    /// Before `step`; zero when it is none.
    Duration before(const Step& step) {
        const Duration quiet = busy_until_ == kNever ? Duration::zero() : step.first() - busy_until_;
        busy_until_ = busy_until_ == kNever ? step.last() : std::max(busy_until_, step.last());
        return quiet > least_ ? quiet : Duration::zero();
    }

  private:
    Duration least_ = Duration::zero();
    Time busy_until_ = kNever;  // not known yet
};

}  // namespace

std::vector<Item> items_of(const Ladder& ladder, bool all) {
    const std::vector<Step>& steps = ladder.steps;
    std::vector<Item> items;
    std::size_t run = 0;  // items at the end that are ordinary, without a pause between them
    const auto fold = [&](std::size_t next) {
        if (!all && run >= kLongRun) {
            const std::size_t count = run - kShownBefore - kShownBehind;
            const std::size_t first = next - run + kShownBefore;
            const auto end = items.end() - kShownBehind;
            const auto place = items.erase(end - static_cast<std::ptrdiff_t>(count), end);
            items.insert(place, {first, folded_text(steps, first, count)});
        }
        run = 0;
    };
    Pauses pauses(steps);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const Duration pause = pauses.before(steps[i]);
        if (pause > Duration::zero() || !steps[i].ordinary) fold(i);
        if (pause > Duration::zero()) items.push_back({i, short_duration(pause)});
        items.push_back({i, ""});
        if (steps[i].ordinary) ++run;
    }
    fold(steps.size());
    return items;
}

std::vector<Item> shortened(std::vector<Item> items, std::size_t most) {
    if (items.size() <= most) return items;
    const std::size_t at_end = std::max<std::size_t>(most / 4, 1);
    const auto begin = items.begin() + static_cast<std::ptrdiff_t>(most - at_end - 1);
    const auto end = items.end() - static_cast<std::ptrdiff_t>(at_end);
    *begin = {begin->step, fmt::format("{} rows are left out", end->step - begin->step)};
    items.erase(begin + 1, end);
    return items;
}

}  // namespace tcplab::ladder
