#pragma once

#include <array>
#include <string_view>

namespace tcplab {

/// How a phase of a transaction or a cause of waiting is drawn, in reports and in plots.
struct BarColor {
    std::string_view name;     ///< "connect", "delayed_ack": as the columns of the result files have it
    std::string_view color;    ///< on white: "#e08214"
    std::string_view on_dark;  ///< on a dark page
};

/// All of them, the phases first. Neighbours differ in how light they are, for who prints without colours.
extern const std::array<BarColor, 26> kBarColors;

/// The colour on white of a phase or cause; black when there is none of that name.
std::string_view bar_color(std::string_view name);

/// How light a colour is, from 0 to 255 (the luma of ITU-R BT.601). It is written as above.
double lightness(std::string_view color);

}  // namespace tcplab
