#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "experiment/world.hpp"
#include "terminal/progress.hpp"

namespace tcplab {

/// How far the runs of a sweep are, told by the threads that make them. Safe to call from several threads.
class UnderWay {
  public:
    /// `places` as in SweepTask. `files`: what part of a run's work its own files are; the rest is simulating it.
    explicit UnderWay(std::size_t places, double files = 0) : files_(files), runs_(places) {}

    /// The run in that place is simulated so far.
    void set(std::size_t place, const RunProgress& progress);
    /// It is simulated, and of the work on its files that much is done: 0 to 1.
    void set_files(std::size_t place, double share);
    /// It is made, and waits for those before it.
    void finish(std::size_t place);
    /// It was consumed: the place is free.
    void forget(std::size_t place);

    /// All of it, when `done` of `total` runs were consumed, `before` of them by an earlier process.
    [[nodiscard]] WorkDone work(std::size_t done, std::size_t total, std::size_t before = 0) const;

  private:
    struct OneRun {
        RunProgress simulated;
        std::optional<double> files;  // absent: not yet begun
    };
    OneRun& at(std::size_t place);

    double files_;
    mutable std::mutex mutex_;
    std::vector<std::optional<OneRun>> runs_;
};

}  // namespace tcplab
