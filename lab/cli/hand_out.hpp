#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "cli/rank_bytes.hpp"
#include "sweep/ranks.hpp"
#include "sweep/sweep.hpp"

namespace tcplab {

/// Has runs of a sweep made by the other processes, a few at a time, as they have nothing to do.
class HandOut {
  public:
    /// Places that a sweep needs for each process: two hands full are under way, as many wait for an earlier run.
    static constexpr std::size_t kPlaces = 32;
    /// With more processes than so many the first makes no runs itself: others wait for what it does.
    static constexpr std::size_t kMostWithoutDesk = 8;

    /// `plan` is the scenario's place among those of the command, `first` the first run of the sweep.
    HandOut(Ranks& ranks, std::size_t plan, std::uint64_t first);

    /// As SweepTask::elsewhere. `take` gets each run that was made, to put it in its place. Throws std::runtime_error
    /// where a process fails.
    void serve(const SweepShare& sweep, const std::function<void(std::size_t index, RunBytes&&)>& take);

  private:
    struct Hand {
        std::vector<RunsBegun> asked;  // the first of them is being made
        std::size_t runs = 0;          // of all of these
        std::size_t made = 0;          // of the first
        RunsIn in;
    };
    using Take = std::function<void(std::size_t index, RunBytes&&)>;

    bool ask(const SweepShare& sweep, std::size_t rank);
    void hear(const RankMessage& message, const SweepShare& sweep, const Take& take);
    void learn(std::uint64_t nanoseconds, std::size_t runs);

    Ranks& ranks_;
    std::size_t plan_;
    std::uint64_t first_;
    std::vector<Hand> hands_;  // by rank
    std::size_t under_way_ = 0;
    double nanoseconds_ = 0;   // that a run takes, about; 0: not known
    std::size_t largest_ = 0;  // bytes of a run
};

}  // namespace tcplab
