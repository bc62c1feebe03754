#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>

namespace tcplab {

/// A first-in first-out queue of plain values in one block, which doubles when it is full and never shrinks.
/// Holds at most 2^31.
template <class T>
class Ring {
    static_assert(std::is_trivially_copyable_v<T>);

  public:
    [[nodiscard]] bool empty() const { return count_ == 0; }
    [[nodiscard]] std::uint32_t size() const { return count_; }
    /// The i-th oldest.
    const T& operator[](std::uint32_t i) const {
        assert(i < count_);
        return block_[(head_ + i) & mask_];
    }
    [[nodiscard]] const T& front() const { return (*this)[0]; }

    void push_back(const T& value) {
        if (count_ == capacity()) grow();
        block_[(head_ + count_) & mask_] = value;
        ++count_;
    }
    void pop_front() {
        assert(count_ > 0);
        head_ = (head_ + 1) & mask_;
        --count_;
    }

  private:
    void grow() {
        const std::uint32_t larger = block_ == nullptr ? 4 : 2 * capacity();
        auto block = std::make_unique<T[]>(larger);
        for (std::uint32_t i = 0; i < count_; ++i) block[i] = (*this)[i];
        block_ = std::move(block);
        mask_ = larger - 1;
        head_ = 0;
    }
    [[nodiscard]] std::uint32_t capacity() const { return block_ == nullptr ? 0 : mask_ + 1; }

    std::unique_ptr<T[]> block_;
    std::uint32_t mask_ = 0;  // one less than the capacity, which is a power of two
    std::uint32_t head_ = 0;
    std::uint32_t count_ = 0;
};

}  // namespace tcplab
