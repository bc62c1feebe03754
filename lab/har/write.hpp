#pragma once

#include <string>
#include <string_view>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"

namespace tcplab::har {

/// A run as HAR 1.2, which browsers' network panels open: a page for each user's load, an entry for each transaction.
/// The run starts at 2001-01-01T00:00:00Z. Phases add up to an entry's time to the nanosecond; connect includes ssl; a
/// reused connection has -1 for both and for dns, and so has what the scenario is without. A transaction without an
/// answer has status 0 and `_error`;
/// `_priority` is Chrome's word for the urgency.
std::string har_json(const Scenario& scenario, const Results& results, std::string_view title);

}  // namespace tcplab::har
