#include "cli/underway.hpp"

namespace tcplab {

UnderWay::OneRun& UnderWay::at(std::size_t place) {
    if (!runs_[place]) runs_[place].emplace();
    return *runs_[place];
}

void UnderWay::set(std::size_t place, const RunProgress& progress) {
    const std::lock_guard lock(mutex_);
    at(place).simulated = progress;
}

void UnderWay::set_files(std::size_t place, double share) {
    const std::lock_guard lock(mutex_);
    OneRun& run = at(place);
    run.simulated.share = 1;
    run.files = share;
}

void UnderWay::finish(std::size_t place) {
    const std::lock_guard lock(mutex_);
    at(place).simulated.share = 1;
}

void UnderWay::forget(std::size_t place) {
    const std::lock_guard lock(mutex_);
    runs_[place].reset();
}

WorkDone UnderWay::work(std::size_t done, std::size_t total, std::size_t before) const {
    const std::lock_guard lock(mutex_);
    WorkDone work;
    work.done = done;
    work.total = total;
    work.before = before;
    auto runs = static_cast<double>(done);
    bool known = done > 0;
    for (const auto& run : runs_) {
        if (!run) continue;
        work.simulated = run->simulated.now - kStart;
        work.events = run->simulated.events;
        work.writing = run->files.has_value();
        known = known || run->simulated.share.has_value();
        runs += (1 - files_) * run->simulated.share.value_or(0) + files_ * run->files.value_or(0);
    }
    if (known) work.share = runs / static_cast<double>(total);
    return work;
}

}  // namespace tcplab
