#include "cli/underway.hpp"

namespace tcplab {

void UnderWay::set(std::size_t place, const RunProgress& progress) {
    const std::lock_guard lock(mutex_);
    runs_[place] = progress;
}

void UnderWay::finish(std::size_t place) {
    const std::lock_guard lock(mutex_);
    if (!runs_[place]) runs_[place].emplace();
    runs_[place]->share = 1;
}

void UnderWay::forget(std::size_t place) {
    const std::lock_guard lock(mutex_);
    runs_[place].reset();
}

WorkDone UnderWay::work(std::size_t done, std::size_t total) const {
    const std::lock_guard lock(mutex_);
    WorkDone work{done, total, std::nullopt, {}, 0};
    auto runs = static_cast<double>(done);
    bool known = done > 0;
    for (const auto& run : runs_) {
        if (!run) continue;
        work.simulated = run->now - kStart;
        work.events = run->events;
        known = known || run->share.has_value();
        runs += run->share.value_or(0);
    }
    if (known) work.share = runs / static_cast<double>(total);
    return work;
}

}  // namespace tcplab
