#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tcplab {

/// A hash table from four-tuples to 32-bit handles, eight bytes a slot: the key itself stays with what the handle
/// names, so the caller compares. Open addressing with linear probing; deletion shifts back and leaves no tombstones.
class TupleTable {
  public:
    static constexpr std::uint32_t kNone = 0xffffffff;  ///< no handle

    /// The handle with this hash for which `same(handle)` is true; kNone when there is none.
    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint32_t hash, Same same) const {
        if (slots_.empty()) return kNone;
        for (std::size_t i = home(hash); slots_[i].handle != kNone; i = next(i)) {
            if (slots_[i].hash == hash && same(slots_[i].handle)) return slots_[i].handle;
        }
        return kNone;
    }

    /// `handle` must not be in the table.
    void insert(std::uint32_t hash, std::uint32_t handle) {
        if ((size_ + 1) * 4 > slots_.size() * 3) grow();
        place({hash, handle});
        ++size_;
    }

    /// `now` takes the place of `old`, which must be in the table with this hash.
    void replace(std::uint32_t hash, std::uint32_t old, std::uint32_t now) { slots_[index_of(hash, old)].handle = now; }

    /// `handle` must be in the table with this hash.
    void erase(std::uint32_t hash, std::uint32_t handle) {
        std::size_t hole = index_of(hash, handle);
        for (std::size_t i = next(hole); slots_[i].handle != kNone; i = next(i)) {
            // An entry may move back into the hole unless its home lies between the two.
            if (((i - home(slots_[i].hash)) & mask()) < ((i - hole) & mask())) continue;
            slots_[hole] = slots_[i];
            hole = i;
        }
        slots_[hole] = Slot{};
        --size_;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    /// Calls `f(handle)` for each; the table must not change meanwhile.
    template <class F>
    void for_each(F f) const {
        for (const Slot& s : slots_) {
            if (s.handle != kNone) f(s.handle);
        }
    }

    /// Slots looked at, at most, to find an entry: how well the hash spreads.
    [[nodiscard]] std::size_t longest_probe() const {
        std::size_t most = 0;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            if (slots_[i].handle != kNone) most = std::max(most, ((i - home(slots_[i].hash)) & mask()) + 1);
        }
        return most;
    }

  private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t handle = kNone;
    };

    [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
    [[nodiscard]] std::size_t home(std::uint32_t hash) const { return hash & mask(); }
    [[nodiscard]] std::size_t next(std::size_t i) const { return (i + 1) & mask(); }

    [[nodiscard]] std::size_t index_of(std::uint32_t hash, std::uint32_t handle) const {
        std::size_t i = home(hash);
        while (slots_[i].handle != handle) i = next(i);
        return i;
    }

    void place(Slot s) {
        std::size_t i = home(s.hash);
        while (slots_[i].handle != kNone) i = next(i);
        slots_[i] = s;
    }

    void grow() {
        std::vector<Slot> old(std::max<std::size_t>(2, slots_.size() * 2));
        std::swap(old, slots_);
        for (const Slot& s : old) {
            if (s.handle != kNone) place(s);
        }
    }

    std::vector<Slot> slots_;  // a power of two of them
    std::size_t size_ = 0;
};

}  // namespace tcplab
