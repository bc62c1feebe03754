#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "trace/recording.hpp"

namespace tcplab::report {

/// A packet ladder: the client at the left, the server at the right, an arrow for each packet. What happens has a line
/// of its own, so that nothing lies on anything: the distances are not those of time, which stands at the sides.
struct Ladder {
    std::string svg;           ///< empty: the connection sent nothing
    std::size_t left_out = 0;  ///< packets, in the middle of a long connection
};

/// Of the first connection; there is one.
Ladder ladder_of(const Recording& recording, const std::vector<ConnectionRow>& connections);

}  // namespace tcplab::report
