#include "terminal/width.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tcplab {
namespace {

struct Range {
    char32_t first, last;
};

// The blocks of UAX #11's classes W and F that occur in text; sorted.
constexpr std::array<Range, 14> kWide{{{0x1100, 0x115f},
                                       {0x231a, 0x231b},
                                       {0x2e80, 0x303e},
                                       {0x3041, 0x33ff},
                                       {0x3400, 0x4dbf},
                                       {0x4e00, 0x9fff},
                                       {0xa000, 0xa4cf},
                                       {0xa960, 0xa97c},
                                       {0xac00, 0xd7a3},
                                       {0xf900, 0xfaff},
                                       {0xfe30, 0xfe6f},
                                       {0xff00, 0xff60},
                                       {0xffe0, 0xffe6},
                                       {0x1f300, 0x3fffd}}};

// Combining marks, joining vowels and final consonants of decomposed Hangul, zero-width characters.
constexpr std::array<Range, 9> kZero{{{0x0300, 0x036f},
                                      {0x0483, 0x0489},
                                      {0x1160, 0x11ff},
                                      {0x1ab0, 0x1aff},
                                      {0x1dc0, 0x1dff},
                                      {0x200b, 0x200f},
                                      {0x20d0, 0x20ff},
                                      {0xfe00, 0xfe0f},
                                      {0xfe20, 0xfe2f}}};

template <std::size_t N>
bool contains(const std::array<Range, N>& ranges, char32_t c) {
    return std::any_of(ranges.begin(), ranges.end(), [c](const Range& r) { return r.first <= c && c <= r.last; });
}

struct Character {
    std::size_t bytes;
    std::size_t columns;
};

Character next_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned lead = byte(0);
    if (lead < 0x80) return {1, 1};
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    if (bytes == 1 || bytes > text.size()) return {1, 1};
    char32_t c = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {1, 1};
        c = (c << 6U) | (byte(i) & 0x3fU);
    }
    if (contains(kZero, c)) return {bytes, 0};
    return {bytes, contains(kWide, c) ? std::size_t{2} : std::size_t{1}};
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const Character c = next_character(text);
        columns += c.columns;
        text.remove_prefix(c.bytes);
    }
    return columns;
}

std::string cut_to_width(std::string_view text, std::size_t width) {
    if (display_width(text) <= width) return std::string(text);
    if (width == 0) return "";
    std::size_t columns = 0;
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const Character c = next_character(text.substr(bytes));
        if (columns + c.columns > width - 1) break;
        columns += c.columns;
        bytes += c.bytes;
    }
    return std::string(text.substr(0, bytes)) + "…";
}

std::string pad_to_width(std::string_view text, std::size_t width, bool left) {
    const std::size_t columns = display_width(text);
    const std::string blanks(width > columns ? width - columns : 0, ' ');
    return left ? std::string(text) + blanks : blanks + std::string(text);
}

}  // namespace tcplab
