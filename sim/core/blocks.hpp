#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace tcplab {

/// A list that only grows, and whose objects keep their place: in blocks, each twice as large as the one before it. So
/// an empty one holds no memory, one object costs one, and a million are never copied. What is not used yet of the last
/// block has not been touched.
template <class T>
class Blocks {
  public:
    T& operator[](std::uint32_t i) {
        const unsigned b = block(i);
        return blocks_[b][i + 1 - (std::size_t{1} << b)];
    }
    const T& operator[](std::uint32_t i) const {
        const unsigned b = block(i);
        return blocks_[b][i + 1 - (std::size_t{1} << b)];
    }
    [[nodiscard]] std::uint32_t size() const { return size_; }
    /// A new object at the end: its number.
    std::uint32_t add() {
        const unsigned b = block(size_);
        if (b == blocks_.size()) blocks_.emplace_back().reserve(std::size_t{1} << b);
        blocks_[b].emplace_back();
        return size_++;
    }

  private:
    /// Block b begins with number 2^b - 1.
    static unsigned block(std::uint32_t i) { return static_cast<unsigned>(std::bit_width(i + std::uint64_t{1})) - 1; }

    std::vector<std::vector<T>> blocks_;  // which never grow beyond what was reserved
    std::uint32_t size_ = 0;
};

}  // namespace tcplab
