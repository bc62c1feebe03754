#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <utility>
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
            if (level == 0) return take_first(at, end, out);
            if (buckets_[at].first == kNone) return take_from_few(at, end, out);
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
    static constexpr unsigned kLevels = (64 + kDigitBits - 1) / kDigitBits;
    static constexpr std::uint32_t kFew = 6;  // it takes less to look at all of these each time than to spread them
    static constexpr std::uint32_t kNone = 0xffffffff;

    /// Entries in their order: a few in the bucket, further ones in a chain of chunks.
    struct Bucket {
        std::uint32_t inside = 0;
        std::uint32_t first = kNone;
        std::uint32_t last = kNone;
        std::array<Entry, kFew> few;
    };
    struct Chunk {
        std::uint32_t next = kNone;
        std::uint32_t size = 0;
        std::array<Entry, kFew> entries;
    };

    static std::uint64_t number(Time time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); }

    void append(const Entry& entry) {
        const std::uint64_t n = number(entry.time);
        assert(n >= base_);
        const unsigned bit = static_cast<unsigned>(std::bit_width((n ^ base_) | 1U)) - 1;
        const unsigned level = (bit * 43U) >> 7U;  // bit / 3, for all that there are
        const auto digit = static_cast<unsigned>(n >> (level * kDigitBits)) & (kDigits - 1);
        levels_ |= 1U << level;
        digits_[level] |= static_cast<std::uint8_t>(1U << digit);
        Bucket& bucket = buckets_[level * kDigits + digit];
        if (bucket.inside < kFew && bucket.first == kNone) {
            bucket.few[bucket.inside++] = entry;
        } else {
            append_to_chain(bucket, entry);
        }
    }
    void append_to_chain(Bucket& bucket, const Entry& entry) {
        if (bucket.first == kNone || chunks_[bucket.last].size == kFew) {
            const std::uint32_t added = new_chunk();
            (bucket.first == kNone ? bucket.first : chunks_[bucket.last].next) = added;
            bucket.last = added;
        }
        Chunk& chunk = chunks_[bucket.last];
        chunk.entries[chunk.size++] = entry;
    }
    std::uint32_t new_chunk() {
        if (free_ == kNone) {
            chunks_.emplace_back();
            return static_cast<std::uint32_t>(chunks_.size() - 1);
        }
        const std::uint32_t chunk = free_;
        free_ = std::exchange(chunks_[chunk].next, kNone);
        chunks_[chunk].size = 0;
        return chunk;
    }
    /// Returns the one after it.
    std::uint32_t free_chunk(std::uint32_t chunk) {
        return std::exchange(chunks_[chunk].next, std::exchange(free_, chunk));
    }

    bool take_first(unsigned at, Time end, Entry& out) {
        Bucket& bucket = buckets_[at];
        out = bucket.few[taken_];
        if (out.time > end) return false;
        if (++taken_ < bucket.inside) return true;
        taken_ = 0;
        if (bucket.first == kNone) {
            forget(at);
        } else {
            const Chunk& chunk = chunks_[bucket.first];
            bucket.inside = chunk.size;
            bucket.few = chunk.entries;
            bucket.first = free_chunk(bucket.first);
        }
        return true;
    }
    bool take_from_few(unsigned at, Time end, Entry& out) {
        Bucket& bucket = buckets_[at];
        std::uint32_t least = 0;
        for (std::uint32_t i = 1; i < bucket.inside; ++i)
            least = bucket.few[i].time < bucket.few[least].time ? i : least;
        out = bucket.few[least];
        if (out.time > end) return false;
        if (bucket.inside == 1) {
            forget(at);
            return true;
        }
        --bucket.inside;
        for (std::uint32_t i = least; i < bucket.inside; ++i) bucket.few[i] = bucket.few[i + 1];
        return true;
    }
    /// The bucket is empty, or its entries go elsewhere.
    void forget(unsigned at) {
        buckets_[at].inside = 0;
        buckets_[at].first = buckets_[at].last = kNone;
        std::uint8_t& digits = digits_[at / kDigits];
        digits &= static_cast<std::uint8_t>(~(1U << (at % kDigits)));
        if (digits == 0) levels_ &= ~(1U << (at / kDigits));
    }
    /// The bucket is the earliest, and no lower level has any: its entries go there. Not when they are all after `end`.
    bool spread(unsigned at, Time end) {
        const Bucket& bucket = buckets_[at];
        Time least = kNever;
        for (const Entry& e : bucket.few) least = std::min(least, e.time);
        for (std::uint32_t i = bucket.first; i != kNone; i = chunks_[i].next) {
            for (std::uint32_t k = 0; k < chunks_[i].size; ++k) least = std::min(least, chunks_[i].entries[k].time);
        }
        if (least > end) return false;
        base_ = number(least);
        std::uint32_t chunk = bucket.first;
        forget(at);
        for (const Entry& e : bucket.few) append(e);  // none of them back into this bucket
        while (chunk != kNone) {
            const Chunk from = chunks_[chunk];  // chunks_ may move
            chunk = free_chunk(chunk);
            for (std::uint32_t k = 0; k < from.size; ++k) append(from.entries[k]);
        }
        return true;
    }

    std::array<Bucket, kLevels * kDigits> buckets_;
    std::array<std::uint8_t, kLevels> digits_{};  // by level: those whose bucket is not empty
    std::uint32_t levels_ = 0;                    // those with such a digit
    std::uint32_t taken_ = 0;                     // of the earliest bucket's few, if that is in the lowest level
    std::uint64_t base_ = 0;
    std::vector<Chunk> chunks_;
    std::uint32_t free_ = kNone;
};

}  // namespace tcplab
