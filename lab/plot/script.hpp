#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plot/results.hpp"

namespace tcplab::plot {

// What the charts' scripts and their CSV share.

/// As many bars, and as many lines, as a page holds.
inline constexpr std::size_t kMostBars = 60;
inline constexpr std::size_t kMostLines = 8;

/// A gnuplot string, on one line. Nothing in it has a meaning to gnuplot.
std::string in_quotes(std::string_view text);

/// Columns of a title that is centred on the picture; and of one over bars, which begin far to the right.
inline constexpr std::size_t kWidestTitle = 84;
inline constexpr std::size_t kWidestBarTitle = 56;
/// Columns of the names beside bars and in a key, and of a run's name in a title that says more.
inline constexpr std::size_t kWidestLabel = 36;

/// `text` in at most kWidestLabel columns: what is too long loses its middle, as names differ at their beginnings and
/// their ends.
std::string as_label(std::string_view text);

/// `set title`: the scenario's, and below it what of its runs is shown; that may be empty. Each is cut to `width`
/// columns.
std::string title_command(const ResultFolder& results, std::string_view below = {}, std::size_t width = kWidestTitle);

/// Colour and dashes of line `i`, for a plot element; told apart without colours, too (Okabe and Ito's palette).
std::string line_style(std::size_t i);
std::string line_color(std::size_t i);
std::string point_style(std::size_t i);

/// What begins an element of a `plot` command: "plot data " for the first, when `before` is empty.
std::string_view next_element(std::string_view before);
/// Defines on(n, x): x in the rows whose first column is n, nothing in others. A number, as gnuplot does not compare
/// texts with commas.
inline constexpr std::string_view kOn = "on(n, x) = (column(1) == n ? x : NaN)\n";

/// A key between the title and the picture, for lines; none for a single one.
std::string key_above(std::size_t lines);

/// The unit of an axis.
struct AxisUnit {
    std::string name;  ///< "s"
    double divisor;    ///< of it, what the CSV counts in: of "s" 1000 milliseconds
    int decimals;      ///< worth printing

    /// A gnuplot string: 'page time (s)'.
    [[nodiscard]] std::string label(std::string_view of) const;
    /// A column of the CSV in this unit: "(column(2)/1000)".
    [[nodiscard]] std::string column(std::size_t i) const;
};
/// For milliseconds, the largest of which are so many nanoseconds.
AxisUnit time_unit(std::int64_t largest);

/// Commands for horizontal bars: `rows` of them from top to bottom, named by the first column; a grid; no frame.
std::string bars_frame(std::size_t rows);
/// The height in centimetres of a chart of so many bars: a page at most, where kMostBars still have names.
double bars_height(std::size_t rows);

/// What of a text can stand in a CSV that gnuplot reads: it knows no doubled quotes, so quotes become single ones;
/// control characters become blanks, and there are none at its ends.
std::string plain(std::string_view text);
/// Appends that as a CSV field.
void append_text(std::string& csv, std::string_view text);
/// Appends a comma and a number held in millionths; an empty field without one.
void append_number(std::string& csv, std::optional<std::int64_t> millionths);
/// The same of one that was computed, rounded to whole millionths.
void append_number(std::string& csv, double millionths);

/// Throws when there are more of `what` than a page holds.
void check_room(const ResultFolder& results, std::size_t count, std::size_t most, std::string_view what);

}  // namespace tcplab::plot
