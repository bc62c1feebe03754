#pragma once

#include <cstddef>
#include <string>

#include "ladder/ladder.hpp"

namespace tcplab::ladder {

/// How a ladder is drawn.
struct Look {
    std::size_t width = 100;  ///< columns; from 40 on it reads well, and more than 120 are not used
    bool utf8 = true;         ///< else ASCII only
    bool color = false;
    bool all = false;  ///< long runs of ordinary packets are not folded
};

/// What stands above the ladder, where there is room beside each other.
struct Heading {
    std::string title;
    std::string subtitle;
};

/// The ladder as lines of at most `look.width` columns, each ended by a newline.
std::string draw(const Ladder& ladder, const Heading& heading, const Look& look);

}  // namespace tcplab::ladder
