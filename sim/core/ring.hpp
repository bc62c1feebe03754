#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace tcplab {

/// A queue in a power-of-two buffer that grows by doubling: no allocation once warm, none before the first entry, which
/// makes room for `kFirst`.
template <class T, std::uint32_t kFirst = 4>
class Ring {
  public:
    [[nodiscard]] bool empty() const { return size_ == 0; }
    [[nodiscard]] std::uint32_t size() const { return size_; }

    T& front() { return at(0); }
    const T& front() const { return at(0); }
    T& back() { return at(size_ - 1); }
    const T& back() const { return at(size_ - 1); }
    T& operator[](std::uint32_t i) { return at(i); }
    const T& operator[](std::uint32_t i) const { return at(i); }

    /// `value` must not be in this ring.
    void push_back(const T& value) { place() = value; }
    void push_back(T&& value) { place() = std::move(value); }
    void pop_front() {
        assert(size_ > 0);
        if constexpr (!std::is_trivially_copyable_v<T>) front() = T{};  // lets go of what it holds
        first_ = (first_ + 1) & (capacity_ - 1);
        --size_;
    }
    void clear() {
        while (!empty()) pop_front();
    }
    /// Gives the memory back.
    void release() {
        clear();
        buffer_.reset();
        capacity_ = 0;
        first_ = 0;
    }

  private:
    T& place() {
        if (size_ == capacity_) grow();
        ++size_;
        return back();
    }
    T& at(std::uint32_t i) const {
        assert(i < size_);
        return buffer_[(first_ + i) & (capacity_ - 1)];
    }
    void grow() {
        const std::uint32_t bigger_capacity = capacity_ == 0 ? kFirst : 2 * capacity_;
        auto bigger = std::make_unique<T[]>(bigger_capacity);  // NOLINT(modernize-avoid-c-arrays)
        for (std::uint32_t i = 0; i < size_; ++i) bigger[i] = std::move(at(i));
        buffer_ = std::move(bigger);
        capacity_ = bigger_capacity;
        first_ = 0;
    }

    std::unique_ptr<T[]> buffer_;  // NOLINT(modernize-avoid-c-arrays): sized at run time
    std::uint32_t first_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = 0;
};

}  // namespace tcplab
