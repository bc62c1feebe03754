#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

namespace tcplab {

/// How a sweep of runs is spread over threads.
struct SweepOptions {
    std::size_t jobs = 1;     ///< threads that make runs; 0 only where they are made elsewhere
    std::size_t window = 64;  ///< runs begun and not yet consumed, at most: this bounds the memory
};

/// Runs that follow each other.
struct RunsBegun {
    std::size_t first = 0;
    std::size_t count = 0;
};

/// A sweep as it is seen by what has some of its runs made elsewhere, in other processes. For one thread.
struct SweepShare {
    /// Begins the next runs, up to `most`; none while the window is full, or when no more are to be begun.
    std::function<RunsBegun(std::size_t most)> begin;
    /// One of these is in its place, `index` modulo the window: it can be consumed.
    std::function<void(std::size_t index)> made;
    /// All runs are begun, by whomever.
    std::function<bool()> all_begun;
    /// The sweep ends early.
    std::function<bool()> stopped;
    /// Makes it end early.
    std::function<void()> stop;
    /// From now on no more than so many runs are begun and not yet consumed. Never more than the window.
    std::function<void(std::size_t runs)> limit;
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
    /// If there is one: called once, on a thread of its own, while the others make runs. It returns when all runs are
    /// begun and those that it began are made, and soon after the sweep has stopped.
    std::function<void(const SweepShare&)> elsewhere;
};

/// Carries out the task; SIGINT, SIGTERM or SIGHUP (unless it was ignored, as under nohup) ends it early: no run is
/// begun any more, those that are complete and have no gap before them are consumed. A second signal has its usual
/// effect. Returns how many runs were consumed. What `make` or `consume` throws ends the sweep and is thrown again
/// here.
std::size_t sweep(const SweepTask& task, const SweepOptions& options);

/// Cores that this process may use; at least 1.
std::size_t default_jobs();

}  // namespace tcplab
