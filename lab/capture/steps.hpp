#pragma once

#include <cstddef>
#include <functional>

namespace tcplab::capture {

/// Is told now and then how much of some work is done: 0 to 1. May be empty.
using Tell = std::function<void(double)>;

/// Counts the steps of work and tells of them.
class Steps {
  public:
    Steps(const Tell& tell, std::size_t total) : tell_(tell), total_(total) {}
    void step() {
        constexpr std::size_t often = 8192;
        if (++done_ % often == 0 && tell_) tell_(static_cast<double>(done_) / static_cast<double>(total_));
    }

  private:
    const Tell& tell_;
    std::size_t total_;
    std::size_t done_ = 0;
};

}  // namespace tcplab::capture
