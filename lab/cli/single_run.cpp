#include "cli/single_run.hpp"

#include <unistd.h>

#include <atomic>
#include <cstddef>

#include "cli/underway.hpp"
#include "experiment/world.hpp"
#include "sweep/sweep.hpp"
#include "terminal/progress.hpp"
#include "terminal/terminal.hpp"

namespace tcplab {

std::optional<Results> make_single_run(const Scenario& scenario, Observer& observer) {
    constexpr std::uint64_t events_between_looks = 200'000;
    std::optional<Results> results;
    Progress progress(use_progress(When::automatic, STDERR_FILENO));
    UnderWay underway(1);
    SweepTask task;  // of one run, which a signal can end
    task.count = 1;
    task.make = [&](std::size_t, std::size_t place, const std::atomic<bool>& stop) {
        World world(scenario, &observer);
        while (!world.advance(events_between_looks)) {
            if (stop) return false;
            underway.set(place, world.progress());
        }
        results = world.take_results();
        return true;
    };
    task.consume = [&](std::size_t, std::size_t place) { underway.forget(place); };
    task.tick = [&] { progress.update(underway.work(0, 1)); };
    if (sweep(task, {1, 1}) == 0) results.reset();
    progress.clear();
    return results;
}

}  // namespace tcplab
