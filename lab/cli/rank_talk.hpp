#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "sweep/ranks.hpp"

namespace tcplab {

/// Waits for messages without keeping a core busy: a little longer each time that there is nothing to do.
class Patience {
  public:
    void busy() { next_ = kShortest; }
    void wait();

  private:
    static constexpr std::chrono::microseconds kShortest{20}, kLongest{1000};
    std::chrono::microseconds next_ = kShortest;
};

/// What a process is about to make runs of, for the first to compare: everything that determines the files.
std::string hello_text(const std::vector<Plan>& plans, const RunOptions& options);

// Of the first process.

/// Hears from all others that they make runs of the same. Throws UsageError where one does not, and OutputError where
/// one cannot read what it needs.
void meet_others(Ranks& ranks, const std::vector<Plan>& plans, const RunOptions& options);
/// Tells the others that it is over, and takes leave of them: what they still have to say is dropped.
void dismiss_others(Ranks& ranks, int exit_code);

/// The whole program in any other process: makes runs of `run`'s scenarios for the first one until that dismisses it.
/// Prints nothing. Returns the first one's exit code.
int work_for_first(Ranks& ranks, const std::vector<std::string>& arguments);

}  // namespace tcplab
