#include "export/palette.hpp"

#include <algorithm>
#include <charconv>

namespace tcplab {

const std::array<BarColor, 26> kBarColors{{
    {"blocked", "#dedede", "#6a7079"},      {"dns", "#1b7f79", "#26a69a"},
    {"connect", "#e08214", "#f0931d"},      {"tls", "#6a51a3", "#9a7fd6"},
    {"send", "#3b4650", "#8599a5"},         {"wait", "#a6d96a", "#a6d96a"},
    {"receive", "#2171b5", "#3d8fd9"},      {"ports", "#8f8f8f", "#a5a5a5"},
    {"handshake", "#e08214", "#f0931d"},    {"propagation", "#9ecae1", "#a9d3ea"},
    {"transmission", "#2171b5", "#3d8fd9"}, {"queueing", "#08306b", "#3a5fa8"},
    {"server", "#4aa657", "#4aa657"},       {"proxy", "#00692f", "#2b8a55"},
    {"slow_start", "#fdd49e", "#fdd49e"},   {"congestion", "#d6c900", "#d6c900"},
    {"pacing", "#5c3a21", "#8a6240"},       {"receive_window", "#7a5a00", "#a8862e"},
    {"nagle", "#dd1c77", "#e8438f"},        {"delayed_ack", "#fbd3e6", "#fbd3e6"},
    {"loss", "#b2182b", "#d9404f"},         {"head_of_line", "#ef8a62", "#ef8a62"},
    {"reader", "#d9c2ea", "#d9c2ea"},       {"close", "#54278f", "#8459c2"},
    {"retry", "#67001f", "#a33a55"},        {"other", "#000000", "#e4e6ea"},
}};

std::string_view bar_color(std::string_view name) {
    const auto* it =
        std::find_if(kBarColors.begin(), kBarColors.end(), [&](const BarColor& c) { return c.name == name; });
    return it == kBarColors.end() ? "#000000" : it->color;
}

double lightness(std::string_view color) {
    constexpr std::array<double, 3> kWeights{0.299, 0.587, 0.114};
    double sum = 0;
    for (std::size_t i = 0; i < kWeights.size(); ++i) {
        int value = 0;
        const char* digits = color.data() + 1 + 2 * i;
        std::from_chars(digits, digits + 2, value, 16);
        sum += kWeights.at(i) * value;
    }
    return sum;
}

}  // namespace tcplab
