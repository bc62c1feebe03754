#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// An application's alarms, the earliest first and among equals the one set first. Alarms are not cancelled: their
/// owner knows which are still meant and drops the others when they come to the top.
class Deadlines {
  public:
    struct Alarm {
        Time at;
        std::uint32_t id = 0;     ///< the owner's
        std::uint8_t kind = 0;    ///< the owner's
        std::uint64_t order = 0;  ///< breaks ties
    };

    void set(Time at, std::uint8_t kind, std::uint32_t id) {
        heap_.push_back({at, id, kind, next_order_++});
        std::push_heap(heap_.begin(), heap_.end(), later);
    }
    [[nodiscard]] bool empty() const { return heap_.empty(); }
    /// Only when not empty().
    [[nodiscard]] const Alarm& top() const { return heap_.front(); }
    void pop() {
        std::pop_heap(heap_.begin(), heap_.end(), later);
        heap_.pop_back();
    }
    [[nodiscard]] Time next() const { return heap_.empty() ? kNever : heap_.front().at; }

  private:
    static bool later(const Alarm& a, const Alarm& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

    std::vector<Alarm> heap_;
    std::uint64_t next_order_ = 0;
};

}  // namespace tcplab
