#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// Something that the event queue wakes up: a link direction, a host.
class EventHandler {
  public:
    EventHandler() = default;
    EventHandler(const EventHandler&) = delete;
    EventHandler& operator=(const EventHandler&) = delete;
    virtual ~EventHandler() = default;
    /// A time that was scheduled has come. It may be stale: there is no cancellation.
    virtual void on_event(Time now) = 0;
};

/// Names a handler that was registered.
using HandlerId = std::uint32_t;

/// The discrete-event engine: wake-ups in order of time, those of one instant in the order in which they were
/// scheduled. It does not own its handlers. Nothing is allocated per event once the heap has grown.
class EventQueue {
  public:
    /// Registers a handler, which must outlive the queue's use. At most 2^24 of them.
    HandlerId add_handler(EventHandler& handler) {
        assert(handlers_.size() < (std::size_t{1} << kHandlerBits));
        handlers_.push_back(&handler);
        return static_cast<HandlerId>(handlers_.size() - 1);
    }

    /// Wakes `handler` at `at`, which is not before now(). kNever: not at all.
    void schedule(Time at, HandlerId handler) {
        assert(at >= now_);
        if (at == kNever) return;
        const Entry entry{at, (order_++ << kHandlerBits) | handler};
        if (top_is_free_) {
            top_is_free_ = false;
            sift_down(entry);
        } else {
            heap_.push_back(entry);
            sift_up(entry);
        }
    }

    /// Runs the next event; false when there is none.
    bool run_one() {
        assert(!top_is_free_ && "not from within a handler");
        if (heap_.empty()) return false;
        const Entry top = heap_.front();
        now_ = top.time;
        ++events_;
        // Most handlers schedule something: the first of that takes the top's place, one sift instead of two.
        top_is_free_ = true;
        handlers_[top.order_and_handler & kHandlerMask]->on_event(now_);
        if (top_is_free_) remove_top();
        return true;
    }

    /// Runs every event up to and including `end`, at which now() then stands unless it is kNever.
    void run_until(Time end) {
        while (!heap_.empty() && heap_.front().time <= end) run_one();
        if (end != kNever) now_ = std::max(now_, end);
    }

    /// The time of the event that runs or ran last.
    [[nodiscard]] Time now() const { return now_; }

    /// The time of the next event; kNever when there is none.
    [[nodiscard]] Time next_time() const {
        if (!top_is_free_) return heap_.empty() ? kNever : heap_.front().time;
        Time next = kNever;
        for (std::size_t i = 1; i < std::min(heap_.size(), kArity + 1); ++i) next = std::min(next, heap_[i].time);
        return next;
    }

    /// Events run so far, stale wake-ups included.
    [[nodiscard]] std::uint64_t events() const { return events_; }

  private:
    static constexpr unsigned kHandlerBits = 24;
    static constexpr std::uint64_t kHandlerMask = (std::uint64_t{1} << kHandlerBits) - 1;
    static constexpr std::size_t kArity = 4;

    struct Entry {
        Time time;
        std::uint64_t order_and_handler;  // 40 bits of insertion number above 24 of handler
    };

    // As one 128-bit number: one comparison. Choosing without a branch was tried, and is slower.
    __extension__ using Wide = unsigned __int128;
    static Wide wide(const Entry& e) {
        return (Wide{static_cast<std::uint64_t>(e.time.time_since_epoch().count())} << 64U) | e.order_and_handler;
    }
    static bool before(const Entry& a, const Entry& b) { return wide(a) < wide(b); }

    [[nodiscard]] std::size_t earliest_of(std::size_t first, std::size_t end) const {
        std::size_t best = first;
        for (std::size_t i = first + 1; i < end; ++i) best = before(heap_[i], heap_[best]) ? i : best;
        return best;
    }

    void remove_top() {
        top_is_free_ = false;
        const Entry last = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) sift_down(last);
    }

    /// Puts `entry` where it belongs, beginning at the top, whose entry is gone.
    void sift_down(const Entry& entry) {
        const std::size_t size = heap_.size();
        std::size_t hole = 0;
        for (;;) {
            const std::size_t first = kArity * hole + 1;
            if (first >= size) break;
            const std::size_t best = earliest_of(first, std::min(first + kArity, size));
            if (!before(heap_[best], entry)) break;
            heap_[hole] = heap_[best];
            hole = best;
        }
        heap_[hole] = entry;
    }

    /// Puts `entry` where it belongs, beginning at the last place.
    void sift_up(const Entry& entry) {
        std::size_t hole = heap_.size() - 1;
        while (hole > 0) {
            const std::size_t parent = (hole - 1) / kArity;
            if (!before(entry, heap_[parent])) break;
            heap_[hole] = heap_[parent];
            hole = parent;
        }
        heap_[hole] = entry;
    }

    std::vector<Entry> heap_;  // 4-ary: the children of i are 4i + 1 to 4i + 4
    std::vector<EventHandler*> handlers_;
    Time now_ = kStart;
    std::uint64_t order_ = 0;
    std::uint64_t events_ = 0;
    bool top_is_free_ = false;  // the top's event runs and nothing has taken its place yet
};

}  // namespace tcplab
