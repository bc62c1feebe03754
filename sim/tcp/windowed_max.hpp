#pragma once

#include <array>
#include <cstdint>

namespace tcplab {

/// The largest value within a window of time, from the three best candidates, each later than the one before
/// (lib/win_minmax.c, after Kathleen Nichols): constant space, and never more than a quarter of a window too old.
/// Time is any count that does not go back.
class WindowedMax {
  public:
    [[nodiscard]] std::uint32_t get() const { return best_[0].value; }
    void reset(std::uint32_t now, std::uint32_t value) { best_.fill({now, value}); }

    void update(std::uint32_t window, std::uint32_t now, std::uint32_t value) {
        const Entry e{now, value};
        if (value >= best_[0].value || now - best_[2].at > window) {
            best_.fill(e);
            return;
        }
        if (value >= best_[1].value) {
            best_[1] = best_[2] = e;
        } else if (value >= best_[2].value) {
            best_[2] = e;
        }
        const std::uint32_t age = now - best_[0].at;
        if (age > window) {
            drop_first(e);
            if (now - best_[0].at > window) drop_first(e);
        } else if (best_[1].at == best_[0].at && age > window / 4) {
            best_[1] = best_[2] = e;  // the second candidate is from the second quarter of the window,
        } else if (best_[2].at == best_[1].at && age > window / 2) {
            best_[2] = e;  // the third from its last half
        }
    }

  private:
    struct Entry {
        std::uint32_t at = 0;
        std::uint32_t value = 0;
    };
    void drop_first(const Entry& last) { best_ = {best_[1], best_[2], last}; }

    std::array<Entry, 3> best_{};
};

}  // namespace tcplab
