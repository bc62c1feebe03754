#include "course/units.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tcplab::course {
namespace {

constexpr std::array<std::pair<std::string_view, Measure>, 13> kUnits{{{"ms", Measure::duration},
                                                                       {"s", Measure::duration},
                                                                       {"B", Measure::size},
                                                                       {"kB", Measure::size},
                                                                       {"MB", Measure::size},
                                                                       {"KiB", Measure::size},
                                                                       {"MiB", Measure::size},
                                                                       {"bit/s", Measure::rate},
                                                                       {"kbit/s", Measure::rate},
                                                                       {"Mbit/s", Measure::rate},
                                                                       {"%", Measure::percent},
                                                                       {"packets", Measure::packets},
                                                                       {"", Measure::plain}}};

}  // namespace

const std::vector<std::string_view>& question_units() {
    static const std::vector<std::string_view> names = [] {
        std::vector<std::string_view> all;
        for (const auto& [name, measure] : kUnits) all.push_back(name.empty() ? "\"\"" : name);
        return all;
    }();
    return names;
}

std::optional<Measure> measure_of_unit(std::string_view unit) {
    const auto* it = std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& u) { return u.first == unit; });
    if (it == kUnits.end()) return std::nullopt;
    return it->second;
}

double formula_scale(Measure measure) {
    constexpr double ms_per_ns = 1e-6;
    constexpr double percent = 100;
    if (measure == Measure::duration) return ms_per_ns;
    if (measure == Measure::percent) return percent / static_cast<double>(kWhole);
    return 1;
}

}  // namespace tcplab::course
