#pragma once

#include <optional>
#include <string>
#include <vector>

#include "script/script.hpp"

namespace tcplab::script {

/// How the segment that the stack sent, in the script's numbers, differs from the expected one: "ack: expected 1001,
/// was 1", a line a field; empty: it does not. `elapsed` is the script's time, for the tolerance of TS val.
std::vector<std::string> differences(const ParsedSegment& expected, const Segment& actual, const Options& options,
                                     Duration elapsed);

/// Adds `next`, which the stack sent after `so_far`, so that both are one larger segment: `so_far` keeps its sequence
/// number, the rest is of `next`. Only segments of one size but the last, with equal headers but PSH and FIN, can be
/// so merged; else it returns why not, and `so_far` stays as it was. `missing` bytes are still expected.
std::optional<std::string> merge(Segment& so_far, const Segment& next, std::uint32_t piece, std::uint32_t missing);

/// The most that a time may be off which is expected `since` after the step before it.
Duration tolerance(const Options& options, Duration since);

}  // namespace tcplab::script
