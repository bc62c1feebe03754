#pragma once

#include <vector>

#include "scenario/settings.hpp"

namespace tcplab {

/// What is wrong with a draft as a whole although its settings are right, each for itself. `settings` made it; of
/// the parts of which one was refused nothing more is said.
void check_draft(const Draft& draft, const std::vector<const Setting*>& settings, Diagnostics& out);

}  // namespace tcplab
