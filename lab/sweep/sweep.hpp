#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace tcplab {

/// How a sweep of runs is spread over threads.
struct SweepOptions {
    std::size_t jobs = 1;     ///< threads that make runs
    std::size_t window = 64;  ///< runs begun and not yet consumed, at most: this bounds the memory
};

/// Runs are made by several threads and consumed in their order.
struct SweepTask {
    std::size_t count = 0;  ///< runs 0 to count - 1
    /// Makes run `index` into place `place` of the caller's `window` places. Called on any thread, several at once,
    /// never two for one place. When `stop` becomes true it may give up: false, and the run counts as not made.
    std::function<bool(std::size_t index, std::size_t place, const std::atomic<bool>& stop)> make;
    /// Takes run `index` out of its place. Called for 0, 1, 2 ... without gaps, on any thread, never two at once.
    std::function<void(std::size_t index, std::size_t place)> consume;
    /// If there is one: called on the calling thread every tenth of a second, or less often while consume() works, and
    /// never at the same time as that.
    std::function<void()> tick;
};

/// Carries out the task; SIGINT, SIGTERM or SIGHUP (unless it was ignored, as under nohup) ends it early: no run is
/// begun any more, those that are complete and have no gap before them are consumed. A second signal has its usual
/// effect. Returns how many runs were consumed. What `make` or `consume` throws ends the sweep and is thrown again
/// here.
std::size_t sweep(const SweepTask& task, const SweepOptions& options);

/// Cores that this process may use; at least 1.
std::size_t default_jobs();

}  // namespace tcplab
