#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace tcplab {

/// Values with how often each came, for exact quantiles: the memory is that of the different values.
class Tally {
  public:
    void add(std::int64_t value) {
        fresh_.push_back(value);
        if (fresh_.size() >= kMostFresh) sort_in();
    }
    [[nodiscard]] std::uint64_t size() const { return sorted_size_ + fresh_.size(); }
    /// The value below which `share` (0 to 1) of them lie, between neighbours in proportion. There must be one.
    double quantile(double share);
    void clear();

  private:
    static constexpr std::size_t kMostFresh = std::size_t{1} << 15U;
    using Counted = std::pair<std::int64_t, std::uint64_t>;

    void sort_in();
    [[nodiscard]] std::int64_t at(std::uint64_t rank) const;

    std::vector<Counted> sorted_;
    std::uint64_t sorted_size_ = 0;
    std::vector<std::int64_t> fresh_;
};

}  // namespace tcplab
