#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/time.hpp"

namespace tcplab {

/// What is due when: a radix heap (Ahuja, Mehlhorn, Orlin, Tarjan 1990). It gives entries in order of time, those of
/// one instant in the order in which they were put in, and takes none that is earlier than the one it gave last.
/// Compared with a heap of comparisons an entry is copied as often, and the processor guesses wrong far less. Once it
/// is warm nothing is allocated.
class RadixHeap {
  public:
    struct Entry {
        Time time{};
        std::uint32_t value = 0;
    };

    [[nodiscard]] bool empty() const { return levels_ == 0; }

    /// `time` is not before that of the entry that take() gave last.
    void put(Time time, std::uint32_t value) { append({time, value}); }

    /// The next entry, if there is one that is due by `end`; it is taken out.
    bool take(Time end, Entry& out) {
        while (levels_ != 0) {
            const auto level = static_cast<unsigned>(std::countr_zero(levels_));
            const unsigned at = level * kDigits + static_cast<unsigned>(std::countr_zero(digits_[level]));
            if (level > 0 && buckets_[at].size() <= kFew) return take_from_few(at, end, out);
            if (level == 0) return take_first(at, end, out);
            if (!spread(at, end)) return false;
        }
        return false;
    }

  private:
    // The level of an entry is the highest octal digit in which its time differs from `base_`, and its bucket there is
    // that digit. So everything in a lower level is earlier than anything in a higher one, and in the lowest level all
    // entries of a bucket have one time. `base_` is not after any of them.
    static constexpr unsigned kDigitBits = 3;
    static constexpr unsigned kDigits = 1U << kDigitBits;
    static constexpr std::size_t kFew = 6;  // it takes less to look at all of these each time than to spread them
    static constexpr unsigned kLevels = (64 + kDigitBits - 1) / kDigitBits;

    static std::uint64_t number(Time time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

    void append(const Entry& entry) {
        const std::uint64_t n = number(entry.time);
        assert(n >= base_);
        const unsigned bit = static_cast<unsigned>(std::bit_width((n ^ base_) | 1U)) - 1;
        const unsigned level = (bit * 43U) >> 7U;  // bit / 3, for all that there are
        const auto digit = static_cast<unsigned>(n >> (level * kDigitBits)) & (kDigits - 1);
        levels_ |= 1U << level;
        digits_[level] |= static_cast<std::uint8_t>(1U << digit);
        buckets_[level * kDigits + digit].push_back(entry);
    }
    bool take_first(unsigned at, Time end, Entry& out) {
        out = buckets_[at][taken_];
        if (out.time > end) return false;
        if (++taken_ == buckets_[at].size()) {
            taken_ = 0;
            forget(at);
        }
        return true;
    }
    bool take_from_few(unsigned at, Time end, Entry& out) {
        std::vector<Entry>& bucket = buckets_[at];
        std::size_t least = 0;
        for (std::size_t i = 1; i < bucket.size(); ++i) least = bucket[i].time < bucket[least].time ? i : least;
        out = bucket[least];
        if (out.time > end) return false;
        if (bucket.size() == 1) {
            forget(at);
        } else {
            bucket.erase(bucket.begin() + static_cast<std::ptrdiff_t>(least));
        }
        return true;
    }
    /// Empties the bucket.
    void forget(unsigned at) {
        buckets_[at].clear();
        std::uint8_t& digits = digits_[at / kDigits];
        digits &= static_cast<std::uint8_t>(~(1U << (at % kDigits)));
        if (digits == 0) levels_ &= ~(1U << (at / kDigits));
    }
    /// The bucket is the earliest, and no lower level has any: its entries go there. Not when they are all after `end`.
    bool spread(unsigned at, Time end) {
        std::vector<Entry>& bucket = buckets_[at];
        Time least = kNever;
        for (const Entry& e : bucket) least = std::min(least, e.time);
        if (least > end) return false;
        base_ = number(least);
        for (const Entry& e : bucket) append(e);  // none of them back into this bucket
        forget(at);
        return true;
    }

    std::array<std::vector<Entry>, kLevels * kDigits> buckets_;
    std::array<std::uint8_t, kLevels> digits_{};  // by level: those whose bucket is not empty
    std::uint32_t levels_ = 0;                    // those with such a digit
    std::uint32_t taken_ = 0;                     // of the earliest bucket, if that is in the lowest level
    std::uint64_t base_ = 0;
};

}  // namespace tcplab
