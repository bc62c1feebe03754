#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <vector>

#include "core/time.hpp"
#include "net/radix_heap.hpp"

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
/// scheduled. It does not own its handlers. Nothing is allocated per event in a run that is warm.
class EventQueue {
  public:
    /// Registers a handler, which must outlive the queue's use.
    HandlerId add_handler(EventHandler& handler) {
        handlers_.push_back(&handler);
        return static_cast<HandlerId>(handlers_.size() - 1);
    }

    /// Wakes `handler` at `at`, which is not before now(). kNever: not at all.
    void schedule(Time at, HandlerId handler) {
        assert(at >= now_);
        if (at != kNever) due_.put(at, handler);
    }

    /// Runs the next event, if it is due by `end`; false when none is.
    bool run_one(Time end = kNever) {
        RadixHeap::Entry next;
        if (!due_.take(end, next)) return false;
        now_ = next.time;
        ++events_;
        handlers_[next.value]->on_event(now_);
        return true;
    }

    /// Runs every event up to and including `end`, at which now() then stands unless it is kNever.
    void run_until(Time end) {
        while (run_one(end)) {
        }
        if (end != kNever) now_ = std::max(now_, end);
    }

    /// The time of the event that runs or ran last.
    [[nodiscard]] Time now() const { return now_; }

    /// Nothing is scheduled.
    [[nodiscard]] bool empty() const { return due_.empty(); }

    /// Events run so far, stale wake-ups included.
    [[nodiscard]] std::uint64_t events() const { return events_; }

  private:
    RadixHeap due_;
    std::vector<EventHandler*> handlers_;
    Time now_ = kStart;
    std::uint64_t events_ = 0;
};

}  // namespace tcplab
