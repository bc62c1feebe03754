#pragma once

#include <algorithm>
#include <cstdint>

#include "core/blocks.hpp"
#include "core/time.hpp"
#include "tcp/time_wait.hpp"
#include "tcp/timer_wheel.hpp"

namespace tcplab {

/// What is in TIME-WAIT, oldest first: as all wait equally long, a list in order of arrival is in order of expiry.
class TimeWaitTable {
  public:
    static constexpr std::uint32_t kNone = 0xffffffff;  ///< no entry

    /// With `hz` above zero entries end as the timers of a kernel with so many ticks a second run.
    explicit TimeWaitTable(Duration wait, std::uint32_t hz = 0) : wait_(wait), hz_(hz) {}

    /// A handle for the new entry, valid until remove(). Sets its expiry.
    std::uint32_t add(Time now, const TimeWait& what) {
        const std::uint32_t h = allocate();
        entries_[h].what = what;
        with_timestamps_ += what.timestamps ? 1U : 0U;
        append(now, h);
        peak_ = std::max(peak_, ++count_);
        return h;
    }
    /// Waits the whole time again.
    void restart(Time now, std::uint32_t h) {
        unlink(h);
        append(now, h);
    }
    void remove(std::uint32_t h) {
        unlink(h);
        with_timestamps_ -= entries_[h].what.timestamps ? 1U : 0U;
        entries_[h].next = free_;
        free_ = h;
        --count_;
    }
    TimeWait& operator[](std::uint32_t h) { return entries_[h].what; }
    const TimeWait& operator[](std::uint32_t h) const { return entries_[h].what; }

    /// The entry that expires first; kNone when there is none.
    [[nodiscard]] std::uint32_t oldest() const { return first_; }
    /// When that is; kNever when there is none.
    [[nodiscard]] Time next_expiry() const { return first_ == kNone ? kNever : entries_[first_].what.expires; }
    /// When the entry's wait began (again, after a repeated FIN).
    [[nodiscard]] Time since(std::uint32_t h) const { return entries_[h].what.since; }
    [[nodiscard]] std::uint32_t count() const { return count_; }
    [[nodiscard]] std::uint32_t peak() const { return peak_; }
    /// Those of connections that used timestamps.
    [[nodiscard]] std::uint32_t with_timestamps() const { return with_timestamps_; }

  private:
    struct Entry {
        TimeWait what;
        std::uint32_t previous = kNone;
        std::uint32_t next = kNone;  // of the list, or of the free entries
    };
    static_assert(sizeof(Entry) <= 64, "a host may hold a million of them");

    std::uint32_t allocate() {
        if (free_ == kNone) return entries_.add();
        const std::uint32_t h = free_;
        free_ = entries_[h].next;
        return h;
    }
    void append(Time now, std::uint32_t h) {
        Entry& e = entries_[h];
        e.what.since = now;
        e.what.expires = hz_ == 0 ? now + wait_ : wheel_expiry(now, wait_, hz_);
        e.previous = last_;
        e.next = kNone;
        (last_ == kNone ? first_ : entries_[last_].next) = h;
        last_ = h;
    }
    void unlink(std::uint32_t h) {
        const Entry& e = entries_[h];
        (e.previous == kNone ? first_ : entries_[e.previous].next) = e.next;
        (e.next == kNone ? last_ : entries_[e.next].previous) = e.previous;
    }

    Duration wait_;
    std::uint32_t hz_;
    Blocks<Entry> entries_;
    std::uint32_t first_ = kNone;
    std::uint32_t last_ = kNone;
    std::uint32_t free_ = kNone;
    std::uint32_t count_ = 0;
    std::uint32_t with_timestamps_ = 0;
    std::uint32_t peak_ = 0;
};

}  // namespace tcplab
