#include "cli/tally.hpp"

#include <algorithm>
#include <cmath>

namespace tcplab {

void Tally::clear() {
    sorted_.clear();
    sorted_size_ = 0;
    fresh_.clear();
}

void Tally::sort_in() {
    if (fresh_.empty()) return;
    std::sort(fresh_.begin(), fresh_.end());
    std::vector<Counted> merged;
    merged.reserve(sorted_.size());
    auto old = sorted_.begin();
    const auto count = [&](std::int64_t value, std::uint64_t times) {
        if (merged.empty() || merged.back().first != value) merged.emplace_back(value, 0);
        merged.back().second += times;
    };
    for (const std::int64_t value : fresh_) {
        for (; old != sorted_.end() && old->first <= value; ++old) count(old->first, old->second);
        count(value, 1);
    }
    for (; old != sorted_.end(); ++old) count(old->first, old->second);
    sorted_size_ += fresh_.size();
    fresh_.clear();
    sorted_ = std::move(merged);
}

std::int64_t Tally::at(std::uint64_t rank) const {
    for (const auto& [value, times] : sorted_) {
        if (rank < times) return value;
        rank -= times;
    }
    return sorted_.back().first;
}

double Tally::quantile(double share) {
    sort_in();
    const double position = share * static_cast<double>(sorted_size_ - 1);
    const auto below = static_cast<std::uint64_t>(position);
    const std::uint64_t above = std::min(below + 1, sorted_size_ - 1);
    const auto low = static_cast<double>(at(below));
    const auto high = static_cast<double>(at(above));
    return low + (high - low) * (position - std::floor(position));
}

}  // namespace tcplab
