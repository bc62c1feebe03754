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

    /// A time that is put off again and again, as that of who is silent for too long. One alarm is enough for it, which
    /// looks again when it rings early.
    struct Timer {
        Time due = kNever;    ///< kNever: it does not run
        Time alarm = kNever;  ///< the earliest that is set for it
    };
    void set(Timer& timer, Time due, std::uint8_t kind, std::uint32_t id) {
        timer.due = due;
        if (due >= timer.alarm) return;
        timer.alarm = due;
        set(due, kind, id);
    }
    /// True: the top alarm, which was set for `timer`, is still meant. Else it is dropped, and the next one set.
    bool settle_top(Timer& timer) {
        const Alarm alarm = top();
        if (timer.alarm == alarm.at && timer.due == alarm.at) return true;
        pop();
        if (timer.alarm != alarm.at) return false;
        timer.alarm = kNever;
        if (timer.due != kNever) set(timer, timer.due, alarm.kind, alarm.id);
        return false;
    }

  private:
    static bool later(const Alarm& a, const Alarm& b) { return a.at != b.at ? a.at > b.at : a.order > b.order; }

    std::vector<Alarm> heap_;
    std::uint64_t next_order_ = 0;
};

}  // namespace tcplab
