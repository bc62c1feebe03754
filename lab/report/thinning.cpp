#include "report/thinning.hpp"

namespace tcplab::report {

std::size_t fair_share(std::vector<std::size_t> wanted, std::size_t room) {
    std::sort(wanted.begin(), wanted.end());
    std::size_t share = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        share = room / (wanted.size() - i);
        if (wanted[i] > share) return share;
        room -= wanted[i];
    }
    return wanted.empty() ? room : std::max(share, wanted.back());
}

std::vector<std::size_t> evenly(std::size_t count, std::size_t room) {
    std::vector<std::size_t> places;
    const std::size_t n = std::min(count, room);
    for (std::size_t i = 0; i < n; ++i) places.push_back(n == 1 ? 0 : i * (count - 1) / (n - 1));
    return places;
}

std::vector<std::size_t> evenly_with(std::size_t one, std::size_t count, std::size_t room) {
    std::vector<std::size_t> places = evenly(count, room);
    if (one >= count || std::binary_search(places.begin(), places.end(), one)) return places;
    places = evenly(count, room - 1);
    places.insert(std::lower_bound(places.begin(), places.end(), one), one);
    return places;
}

std::uint64_t step_for(const std::vector<std::uint64_t>& numbers, std::size_t room) {
    constexpr std::uint64_t kMost = 1ULL << 62U;
    std::uint64_t step = 1;
    const auto chosen = [&] {
        return std::count_if(numbers.begin(), numbers.end(), [&](std::uint64_t n) { return n % step == 0; });
    };
    while (step<kMost&& static_cast<std::size_t>(chosen())> room) step *= 2;
    return step;
}

}  // namespace tcplab::report
