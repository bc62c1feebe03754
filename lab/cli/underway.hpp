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
    /// `places` as in SweepTask.
    explicit UnderWay(std::size_t places) : runs_(places) {}

    /// The run in that place is so far.
    void set(std::size_t place, const RunProgress& progress);
    /// It is made, and waits for those before it.
    void finish(std::size_t place);
    /// It was consumed: the place is free.
    void forget(std::size_t place);

    /// All of it, when `done` of `total` runs were consumed.
    [[nodiscard]] WorkDone work(std::size_t done, std::size_t total) const;

  private:
    mutable std::mutex mutex_;
    std::vector<std::optional<RunProgress>> runs_;
};

}  // namespace tcplab
