#pragma once

#include <cstdint>
#include <optional>

namespace tcplab {

/// Whose critical path is told step by step.
struct StorySubject {
    std::uint32_t user = 0;               ///< from 1; 0: the page that is done last, or that is not complete
    std::uint32_t load = 1;               ///< the user's page, from 1
    std::optional<std::uint32_t> object;  ///< the transaction of that page that fetches it; none: the page
};

/// How closely a run is to be explained.
struct Attribution {
    bool on = false;
    std::optional<StorySubject> story;  ///< if it is on
};

}  // namespace tcplab
