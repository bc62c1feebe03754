#include "plot/scale.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "scenario/quantity.hpp"

namespace tcplab::plot {

namespace {

struct Unit {
    Measure measure;
    std::string_view name;
    double size;  // in what Quantity counts in
};

// The largest of a measure first.
constexpr std::array<Unit, 16> kUnits{{{Measure::duration, "s", 1e9},
                                       {Measure::duration, "ms", 1e6},
                                       {Measure::duration, "µs", 1e3},
                                       {Measure::duration, "ns", 1},
                                       {Measure::rate, "Gbit/s", 1e9},
                                       {Measure::rate, "Mbit/s", 1e6},
                                       {Measure::rate, "kbit/s", 1e3},
                                       {Measure::rate, "bit/s", 1},
                                       {Measure::size, "GB", 1e9},
                                       {Measure::size, "MB", 1e6},
                                       {Measure::size, "kB", 1e3},
                                       {Measure::size, "B", 1},
                                       {Measure::percent, "%", static_cast<double>(kWhole) / 100},
                                       {Measure::percent, "", 1},
                                       {Measure::packets, "packets", 1},
                                       {Measure::plain, "", 1}}};

std::optional<std::vector<double>> read_as(const std::vector<std::string>& values, Measure measure) {
    std::vector<double> numbers;
    for (const std::string& value : values) {
        const Quantity q = parse_quantity(value, measure);
        if (q.error != QuantityError::none) return std::nullopt;
        numbers.push_back(static_cast<double>(q.value));
    }
    return numbers;
}

// How unevenly steps differ: their standard deviation over their mean.
double unevenness(const std::vector<double>& sorted) {
    const auto steps = static_cast<double>(sorted.size() - 1);
    const double mean = (sorted.back() - sorted.front()) / steps;
    double squares = 0;
    for (std::size_t i = 1; i < sorted.size(); ++i) {
        const double off = sorted[i] - sorted[i - 1] - mean;
        squares += off * off;
    }
    return std::sqrt(squares / steps) / mean;
}

bool grows_by_factors(std::vector<double> values) {
    constexpr double kLeastSpan = 8;  // below, one sees no difference
    std::sort(values.begin(), values.end());
    if (values.size() < 3 || values.front() <= 0 || values.back() < kLeastSpan * values.front()) return false;
    std::vector<double> logarithms;
    for (const double value : values) logarithms.push_back(std::log(value));
    return unevenness(logarithms) < unevenness(values);
}

}  // namespace

AxisScale axis_scale(const std::vector<std::string>& values) {
    for (const Measure measure :
         {Measure::plain, Measure::duration, Measure::rate, Measure::size, Measure::percent, Measure::packets}) {
        auto numbers = read_as(values, measure);
        if (!numbers) continue;
        double least = 0;  // above zero
        for (const double n : *numbers) least = n > 0 && (least == 0 || n < least) ? n : least;
        const auto* unit = std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) {
            return u.measure == measure && (u.size <= least || u.size == 1 || measure == Measure::percent);
        });
        for (double& n : *numbers) n /= unit->size;
        return {*numbers, std::string(unit->name), grows_by_factors(*numbers)};
    }
    return {};
}

}  // namespace tcplab::plot
