#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/link_config.hpp"

namespace tcplab {

/// A rule that was read, or why not.
struct ReadRule {
    std::optional<HoldRule> rule;  ///< without a delay where there is none to write
    std::string problem;           ///< a rule that cannot be; empty: the text is none at all
    std::string hint;
};

/// "data 11..20", "segment 20 x2": which packets.
ReadRule read_packet_rule(std::string_view text);
/// "data 3 by 61 s": which packets, and how much later they arrive, at most `longest` ns.
ReadRule read_hold_rule(std::string_view text, std::uint64_t longest);

/// A number without sign, fraction or unit.
std::optional<std::uint64_t> whole_number(std::string_view text);

}  // namespace tcplab
