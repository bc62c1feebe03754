#pragma once

#include <vector>

#include "scenario/draft.hpp"
#include "scenario/settings.hpp"

namespace tcplab {

/// The scenario that the settings make, in their order, on the defaults of the profiles they choose; its page is not
/// made yet.
Draft make_draft(const std::vector<const Setting*>& settings);

/// What makes a [[host]] or a [[proxy]]: the settings of the table that it follows where it says nothing, [server] or
/// [tcp], and its own. Its own come later, but for the command line's, which go before everything of the file.
std::vector<const Setting*> settings_of_entry(const Entry& entry, const std::vector<const Setting*>& settings,
                                              Target follows);

}  // namespace tcplab
