#include "experiment/connection_numbers.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace tcplab {

ConnectionNumbers::ConnectionNumbers(const std::vector<ConnectionRow>& connections) {
    opened_.reserve(connections.size());
    for (const ConnectionRow& c : connections) opened_.push_back({c.tuple, c.opened, c.id});
    std::sort(opened_.begin(), opened_.end(), [](const Opened& a, const Opened& b) {
        return std::tie(a.tuple, a.at, a.id) < std::tie(b.tuple, b.at, b.id);
    });
}

std::uint32_t ConnectionNumbers::find_client(const FourTuple& tuple, Time at) const {
    const auto later =
        std::upper_bound(opened_.begin(), opened_.end(), std::tie(tuple, at),
                         [](const auto& wanted, const Opened& o) { return wanted < std::tie(o.tuple, o.at); });
    if (later == opened_.begin() || std::prev(later)->tuple != tuple) return 0;
    return std::prev(later)->id;
}

ConnectionNumbers::End ConnectionNumbers::find(const FourTuple& tuple, Time at) const {
    if (const std::uint32_t id = find_client(tuple, at); id != 0) return {id, true};
    return {find_client({tuple.remote, tuple.local}, at), false};
}

}  // namespace tcplab
