#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "plot/chart.hpp"

namespace tcplab::plot {

/// The formats of pictures, by the ends of their files' names.
const std::vector<std::string_view>& picture_formats();

/// Draws a chart with gnuplot into `picture`, whose name ends in one of picture_formats(), and puts beside it, under
/// the same name, the CSV that it was drawn from and the script: running gnuplot on that script there draws it again.
/// The three files appear together, or none. Folders on the way are made. Returns whether gnuplot had no warnings.
/// Throws OutputError: gnuplot is not installed, could not draw, or a file could not be written.
bool draw(const Chart& chart, const std::filesystem::path& picture);

}  // namespace tcplab::plot
