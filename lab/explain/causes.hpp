#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/causes.hpp"
#include "terminal/table.hpp"

namespace tcplab::explain {

/// What a cause is called in a sentence, behind its time: "handshakes", "delayed ACKs".
std::string_view noun(Cause cause);
/// What it means, in a few words that tell it from the others.
std::string_view meaning(Cause cause);

/// Largest first; what took the same time in the order of the result files.
std::vector<Causes::Entry> by_size(const Causes& causes);

/// "100.0 ms handshakes, 50.0 ms propagation": the largest `most`, in one unit.
std::string listed(const Causes& causes, std::size_t most);

/// A row per cause, largest first: its time, its share of all, a bar, its meaning.
TextTable cause_table(const Causes& causes, bool utf8);

}  // namespace tcplab::explain
