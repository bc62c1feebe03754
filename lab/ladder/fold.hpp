#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "ladder/ladder.hpp"

namespace tcplab::ladder {

/// Something to draw: a step, or words between steps.
struct Item {
    std::size_t step = 0;  ///< index into Ladder::steps, where there is no text
    std::string text;      ///< how many steps are folded here, or how long a pause is
};

/// The ladder's steps with the pauses between them: times in which nothing is on its way for longer than the first
/// packet that came took there and back. Unless `all`, long runs of ordinary packets are folded.
std::vector<Item> items_of(const Ladder& ladder, bool all);

/// At most `most` of the items: where there are more, the beginning and the end, and between them an item that says how
/// many steps are left out. `most` is at least 2.
std::vector<Item> shortened(std::vector<Item> items, std::size_t most);

}  // namespace tcplab::ladder
