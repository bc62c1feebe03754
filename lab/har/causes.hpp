#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "har/recording.hpp"

namespace tcplab::har {

/// What a request waited for.
struct Cause {
    std::optional<std::size_t> parent;         ///< index of an earlier exchange; nothing: the page's start
    std::optional<std::uint64_t> after_bytes;  ///< so much of the parent's body; nothing: all of it
    Duration delay{0};                         ///< after that: the browser's own work
};

/// For each of a page's exchanges, which are ordered by start, the one that led to it: the redirect that names it; the
/// document, style sheet or script that its initiator is, if that had begun to arrive; else the document that was
/// arriving or the document, style sheet or script that was complete last before it. Parents are among those that are
/// `kept`: through others their own cause is taken. A parent's index is less than its child's, so there are no
/// circles. The first exchange that is kept has no parent.
std::vector<Cause> find_causes(const std::vector<const Exchange*>& exchanges, const std::vector<bool>& kept);

}  // namespace tcplab::har
