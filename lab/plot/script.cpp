#include "plot/script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "export/text.hpp"
#include "scenario/text.hpp"
#include "terminal/units.hpp"
#include "terminal/width.hpp"

namespace tcplab::plot {

namespace {

// On one line, without control characters.
std::string one_line(std::string_view text) {
    std::string line(text);
    std::replace_if(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return line;
}

struct Style {
    std::string_view color, dashes;
    int point;
};
constexpr std::array<Style, kMostLines> kStyles{{{"#0072b2", "1", 7},
                                                 {"#d55e00", "(8,3)", 5},
                                                 {"#009e73", "(8,3,2,3)", 9},
                                                 {"#000000", "(2,2)", 6},
                                                 {"#e69f00", "1", 13},
                                                 {"#56b4e9", "(8,3)", 4},
                                                 {"#cc79a7", "(8,3,2,3)", 11},
                                                 {"#777777", "(2,2)", 8}}};

const Style& style(std::size_t i) { return kStyles.at(i % kStyles.size()); }

}  // namespace

// In double quotes, where gnuplot takes escapes, but also `commands` and @macros: what could be either is written as
// its number. Single quotes know no escapes, and gnuplot 5.4 reads doubled ones differently at the ends of a string.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char c : one_line(text)) {
        if (std::string_view("\"\\`@$").find(c) == std::string_view::npos) {
            out += c;
        } else {
            out += fmt::format("\\{:03o}", static_cast<unsigned>(c));
        }
    }
    return out + "\"";
}

std::string as_label(std::string_view text) {
    if (display_width(text) <= kWidestLabel) return std::string(text);
    const auto continues = [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; };  // RFC 3629 3
    std::size_t end = text.size();  // where what is kept of the end begins
    for (std::size_t at = end - 1; display_width(text.substr(at)) <= kWidestLabel / 2; --at) {
        if (!continues(text[at])) end = at;
    }
    return cut_to_width(text, kWidestLabel - display_width(text.substr(end))) + std::string(text.substr(end));
}

std::string title_command(const ResultFolder& results, std::string_view below, std::size_t width) {
    const std::string first = in_quotes(cut_to_width(results.title, width));
    if (below.empty()) return fmt::format("set title {}\n", first);
    return fmt::format("set title {}.\"\\n\".{}\n", first, in_quotes(cut_to_width(below, width)));
}

std::string line_color(std::size_t i) { return fmt::format("linecolor rgb '{}'", style(i).color); }

std::string line_style(std::size_t i) {
    return fmt::format("{} linewidth 2 dashtype {}", line_color(i), style(i).dashes);
}

std::string point_style(std::size_t i) { return fmt::format("pointtype {}", style(i).point); }

std::string key_above(std::size_t lines) {
    return lines == 1 ? "unset key\n" : "set key tmargin center horizontal Left reverse samplen 3\n";
}

std::string AxisUnit::label(std::string_view of) const { return in_quotes(fmt::format("{} ({})", of, name)); }

std::string AxisUnit::column(std::size_t i) const { return fmt::format("(column({})/{})", i, divisor); }

AxisUnit time_unit(std::int64_t largest) {
    const TimeUnit unit = choose_unit({Duration(largest)});
    return {unit.symbol == "us" ? "µs" : std::string(unit.symbol), static_cast<double>(unit.nanoseconds) / 1e6,
            unit.decimals};
}

std::string bars_frame(std::size_t rows) {
    return fmt::format(
        "set yrange [{}:-0.5]  # the first on top\n"
        "set ytics scale 0\n"
        "set xrange [0:*]\n"
        "set border 1\n"
        "set xtics out nomirror\n"
        "set grid noytics\n"
        "set style fill solid 1.0 noborder\n",
        static_cast<double>(rows) - 0.5);
}

double bars_height(std::size_t rows) {
    constexpr double kFrame = 2.6, kRow = 0.62, kPage = 26;  // centimetres; that of A4 between its margins
    return std::min(kFrame + kRow * static_cast<double>(rows), kPage);
}

std::string_view next_element(std::string_view before) { return before.empty() ? "plot data " : ", \\\n     '' "; }

std::string plain(std::string_view text) {
    std::string line = one_line(text);
    std::replace(line.begin(), line.end(), '"', '\'');
    return std::string(trimmed(line));
}

void append_text(std::string& csv, std::string_view text) { append_csv_field(csv, plain(text)); }

void append_number(std::string& csv, std::optional<std::int64_t> millionths) {
    csv += ',';
    if (millionths) append_decimal(csv, *millionths);
}

void append_number(std::string& csv, double millionths) {
    append_number(csv, std::optional<std::int64_t>(std::llround(millionths)));
}

void check_room(const ResultFolder& results, std::size_t count, std::size_t most, std::string_view what) {
    if (count <= most) return;
    const bool variants_differ = std::any_of(results.runs.begin(), results.runs.end(), [&](const PlottedRun& run) {
        return run.variant != results.runs.front().variant;
    });
    throw TooMany(fmt::format("{}: error: {} {} are more than a chart holds ({}); choose with {}--run",
                              results.path.string(), count, what, most, variants_differ ? "--variant or " : ""));
}

}  // namespace tcplab::plot
