#include "terminal/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tcplab {

TimeUnit choose_unit(const std::vector<Duration>& values) {
    const Duration most = values.empty() ? Duration::zero() : *std::max_element(values.begin(), values.end());
    if (most >= 1000s) return {"s", 1'000'000'000, 1};
    if (most >= 1s) return {"s", 1'000'000'000, 3};
    if (most >= 10ms) return {"ms", 1'000'000, 1};
    if (most >= 1ms || most == Duration::zero()) return {"ms", 1'000'000, 3};
    return {"us", 1'000, 1};
}

std::string number_in(Duration value, const TimeUnit& unit) {
    return fmt::format("{:.{}f}", static_cast<double>(value.count()) / static_cast<double>(unit.nanoseconds),
                       unit.decimals);
}

std::string text_in(Duration value, const TimeUnit& unit) {
    return fmt::format("{} {}", number_in(value, unit), unit.symbol);
}

std::string short_duration(Duration value) { return text_in(value, choose_unit({value})); }

}  // namespace tcplab
