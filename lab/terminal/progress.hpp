#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tcplab {

/// "1234 of 10000 runs · 215/s · 41 s left"
std::string progress_text(std::size_t done, std::size_t total, std::chrono::duration<double> elapsed);

/// One line on stderr that is rewritten while a sweep goes on, and gone when it ends. Shown after half a second
/// and at most ten times a second; not at all unless `enabled`.
class Progress {
  public:
    Progress(std::size_t total, bool enabled);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// `done` of the total are finished.
    void update(std::size_t done);
    /// Removes the line, so that something else can be printed.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    std::size_t total_;
    bool enabled_;
    bool visible_ = false;
    Clock::time_point started_ = Clock::now();
    Clock::time_point next_ = started_ + std::chrono::milliseconds(500);
};

}  // namespace tcplab
