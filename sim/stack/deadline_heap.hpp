#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// A 4-ary heap of (deadline, handle), the earliest on top and equal ones in the order they were pushed. Nothing is
/// cancelled: the owner recognises a stale entry when it comes up.
class DeadlineHeap {
  public:
    struct Entry {
        Time at;
        std::uint32_t handle = 0;
        std::uint32_t number = 0;  ///< of its push; wraps
    };

    [[nodiscard]] bool empty() const { return heap_.empty(); }
    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    [[nodiscard]] const Entry& top() const { return heap_.front(); }

    void push(Time at, std::uint32_t handle) {
        heap_.push_back({at, handle, number_++});
        sift_up(heap_.size() - 1);
    }

    void pop() {
        heap_.front() = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) sift_down(0);
    }

    /// Drops the entries for which `stale(entry)` is true.
    template <class Stale>
    void prune(Stale stale) {
        heap_.erase(std::remove_if(heap_.begin(), heap_.end(), stale), heap_.end());
        for (std::size_t i = heap_.size(); i-- > 0;) sift_down(i);
    }

  private:
    static bool before(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at < b.at : static_cast<std::int32_t>(a.number - b.number) < 0;
    }

    void sift_up(std::size_t i) {
        const Entry e = heap_[i];
        while (i > 0 && before(e, heap_[(i - 1) / 4])) {
            heap_[i] = heap_[(i - 1) / 4];
            i = (i - 1) / 4;
        }
        heap_[i] = e;
    }

    void sift_down(std::size_t i) {
        const Entry e = heap_[i];
        for (std::size_t child = 4 * i + 1; child < heap_.size(); child = 4 * i + 1) {
            const std::size_t end = std::min(child + 4, heap_.size());
            std::size_t least = child;
            while (++child < end) {
                if (before(heap_[child], heap_[least])) least = child;
            }
            if (!before(heap_[least], e)) break;
            heap_[i] = heap_[least];
            i = least;
        }
        heap_[i] = e;
    }

    std::vector<Entry> heap_;
    std::uint32_t number_ = 0;
};

}  // namespace tcplab
