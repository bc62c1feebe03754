#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tcplab {

/// What a cell stands out for. Colour repeats what the text says already.
enum class Accent { none, best, worst, failed, faint };

struct TextCell {
    std::string text;
    Accent accent = Accent::none;
};

struct TextColumn {
    std::string title;
    bool left = false;  ///< text to the left; numbers to the right
    unsigned rank = 0;  ///< a narrow terminal drops the highest first; 0 is never dropped
};

/// A titled table. Every row has one cell per column.
struct TextTable {
    std::string title;
    std::string conditions;  ///< at the right end of the title's line, or below it where that is too short
    std::vector<TextColumn> columns;
    std::vector<std::vector<TextCell>> rows;
};

/// The table as lines of at most `width` columns, each ended by a newline: columns are dropped and at last the first
/// one is cut, but nothing wraps.
std::string render(const TextTable& table, std::size_t width, bool color);

/// `text` in the colour of `accent`.
std::string paint(std::string_view text, Accent accent, bool color);

}  // namespace tcplab
