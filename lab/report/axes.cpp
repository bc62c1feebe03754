#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <utility>

#include "report/charts.hpp"
#include "report/html.hpp"
#include "scenario/quantity.hpp"

namespace tcplab::report {
namespace {

/// Where the values of an axis stand on a chart.
struct Scale {
    std::string_view unit;
    std::vector<double> at;
    bool words = false;
};

std::optional<Scale> scale_in(const std::vector<std::string>& values, Measure measure, std::string_view unit) {
    const auto one = static_cast<double>(parse_quantity("1" + std::string(unit), measure).value);
    Scale scale{unit, {}, false};
    for (const std::string& value : values) {
        const Quantity q = parse_quantity(value, measure);
        if (q.error != QuantityError::none) return std::nullopt;
        scale.at.push_back(static_cast<double>(q.value) / one);
    }
    return scale;
}

Scale scale_of(const std::vector<std::string>& values) {
    constexpr std::array<std::pair<Measure, std::string_view>, 6> kMeasures{{{Measure::plain, ""},
                                                                             {Measure::duration, "ms"},
                                                                             {Measure::rate, "Mbit/s"},
                                                                             {Measure::size, "kB"},
                                                                             {Measure::percent, "%"},
                                                                             {Measure::packets, "packets"}}};
    for (const auto& [measure, unit] : kMeasures) {
        if (auto scale = scale_in(values, measure, unit)) return *std::move(scale);
    }
    Scale places;
    places.words = true;
    for (std::size_t i = 0; i < values.size(); ++i) places.at.push_back(static_cast<double>(i));
    return places;
}

/// Values in the order in which they come up.
class Values {
  public:
    std::size_t place(const std::string& value) {
        const auto [it, is_new] = places_.try_emplace(value, all_.size());
        if (is_new) all_.push_back(value);
        return it->second;
    }
    [[nodiscard]] const std::vector<std::string>& all() const { return all_; }

  private:
    std::vector<std::string> all_;
    std::map<std::string, std::size_t> places_;
};

std::string list(const std::vector<std::string>& texts) {
    std::string out = "[";
    for (const std::string& text : texts) out += (out.size() > 1 ? "," : "") + json_string(text);
    return out + "]";
}

}  // namespace

std::string axes_json(const std::vector<PagePoint>& points) {
    const std::size_t count = points.empty() ? 0 : points.front().axes.size();
    Values variants;
    std::vector<Values> values(count);
    std::string rows, spread;
    for (const PagePoint& p : points) {
        fmt::format_to(std::back_inserter(rows), "{}[{}", rows.empty() ? "" : ",\n", variants.place(p.variant));
        for (std::size_t i = 0; i < count; ++i) {
            fmt::format_to(std::back_inserter(rows), ",{}", values[i].place(p.axes[i].second));
        }
        const bool spreads = p.page && p.repetitions > 1;
        spread += (spread.empty() ? "" : ",") +
                  (spreads ? fmt::format("[{:.12g},{:.12g}]", p.p5 / 1e6, p.p95 / 1e6) : "null");
        rows += p.page ? fmt::format(",{:.12g}]", *p.page / 1e6) : ",null]";
    }
    std::string axes;
    for (std::size_t i = 0; i < count; ++i) {
        const Scale scale = scale_of(values[i].all());
        fmt::format_to(std::back_inserter(axes),
                       "{}{{\"key\":{},\"unit\":\"{}\",\"words\":{},\"at\":[{:.12g}],\"labels\":{}}}", i > 0 ? "," : "",
                       json_string(points.front().axes[i].first), scale.unit, scale.words, fmt::join(scale.at, ","),
                       list(values[i].all()));
    }
    return fmt::format("{{\"axes\":[{}],\"variants\":{},\"points\":[{}],\"spread\":[{}]}}", axes, list(variants.all()),
                       rows, spread);
}

}  // namespace tcplab::report
