#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "core/time.hpp"

namespace tcplab::report {

// How charts lose what they have no room for. Whatever is thinned again and again as more comes is as if it had been
// thinned once: what is old is not sparser than what is new.

/// The most that each of several may have, so that they have no more than `room` together.
std::size_t fair_share(std::vector<std::size_t> wanted, std::size_t room);

/// At most `room` of the numbers below `count`, evenly chosen, the first and the last among them.
std::vector<std::size_t> evenly(std::size_t count, std::size_t room);

/// The same with `one` of them, wherever it stands; `room` is at least 1.
std::vector<std::size_t> evenly_with(std::size_t one, std::size_t count, std::size_t room);

/// Of 1, 2, 4 ... the least step so that at most `room` of the numbers are multiples of it.
std::uint64_t step_for(const std::vector<std::uint64_t>& numbers, std::size_t room);

/// Where a measure is lowest first, and highest first.
struct Extremes {
    void see(std::int64_t value, std::size_t index) {
        if (value < least) {
            least = value;
            lowest = index;
        }
        if (value > most) {
            most = value;
            highest = index;
        }
    }
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = std::numeric_limits<std::int64_t>::min();
    std::size_t lowest = 0, highest = 0;
};

/// A history of what has a `time`, in the order of time. Of each bin of time it keeps the lowest and the highest by
/// every measure, so that no peak is lost; and the first and the last of all.
template <class T, std::size_t kMeasures>
class History {
  public:
    using Measure = std::int64_t (*)(const T&);
    explicit History(std::array<Measure, kMeasures> measures) : measures_(measures) {}

    void add(T element) { kept_.push_back(std::move(element)); }
    [[nodiscard]] std::size_t size() const { return kept_.size(); }
    [[nodiscard]] const std::vector<T>& kept() const { return kept_; }

    /// Makes the bins longer until at most `room` are kept, or there is one bin.
    void thin(std::size_t room) {
        if (kept_.size() > room) keep_extremes();  // of what is new
        while (kept_.size() > room && kept_.back().time - kept_.front().time >= bin_) {
            bin_ *= 2;
            keep_extremes();
        }
    }

  private:
    void keep_extremes() {
        std::vector<std::size_t> chosen{0};
        for (std::size_t begin = 0, end = 0; begin < kept_.size(); begin = end) {
            end = begin;
            std::array<Extremes, kMeasures> extremes;
            for (; end < kept_.size() && bin_of(end) == bin_of(begin); ++end) {
                for (std::size_t m = 0; m < kMeasures; ++m) extremes[m].see(measures_[m](kept_[end]), end);
            }
            for (const Extremes& e : extremes) chosen.insert(chosen.end(), {e.lowest, e.highest});
        }
        chosen.push_back(kept_.size() - 1);
        std::sort(chosen.begin(), chosen.end());
        chosen.erase(std::unique(chosen.begin(), chosen.end()), chosen.end());
        for (std::size_t i = 0; i < chosen.size(); ++i) kept_[i] = std::move(kept_[chosen[i]]);
        kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(chosen.size()), kept_.end());
    }
    [[nodiscard]] std::int64_t bin_of(std::size_t i) const { return kept_[i].time.time_since_epoch() / bin_; }

    std::array<Measure, kMeasures> measures_;
    std::vector<T> kept_;
    Duration bin_{1};
};

}  // namespace tcplab::report
