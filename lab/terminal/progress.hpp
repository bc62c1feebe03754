#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/time.hpp"

namespace tcplab {

/// How far long work is.
struct WorkDone {
    std::size_t done = 0;   ///< runs
    std::size_t total = 1;  ///< of them
    /// Of all the work, runs that are under way included: 0 to 1; nothing where that is not known.
    std::optional<double> share;
    Duration simulated{};      ///< time in the run that is under way; shown when it is the only one
    std::uint64_t events = 0;  ///< of it
    bool writing = false;      ///< it is simulated, and its files are made
    std::size_t before = 0;    ///< runs that were done when the work began
};

/// A line of at most `width` columns. Of a sweep "▕███▌      ▏  35 %  350 of 1000 runs · 215/s · 3 s left"; of a single
/// run "▕███▌      ▏  35 %  12.3 s simulated · 4.1 M events/s · 3 s left", later "writing" for its rate; or a wheel
/// that turns in the bar's place. A terminal that is narrow has no bar; one without UTF-8 has "[####-------]".
/// `elapsed`: since the work began.
std::string progress_line(const WorkDone& work, std::chrono::duration<double> elapsed, std::size_t width, bool utf8);

/// One line on stderr that is rewritten while work goes on, and gone when it ends. Shown after half a second and at
/// most ten times a second; not at all unless `enabled`.
class Progress {
  public:
    explicit Progress(bool enabled) : enabled_(enabled) {}
    ~Progress() { clear(); }
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    void update(const WorkDone& work);
    /// Removes the line, so that something else can be printed.
    void clear();

  private:
    using Clock = std::chrono::steady_clock;
    bool enabled_;
    bool visible_ = false;
    Clock::time_point started_ = Clock::now();
    Clock::time_point next_ = started_ + std::chrono::milliseconds(500);
};

}  // namespace tcplab
