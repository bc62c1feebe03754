#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "experiment/results.hpp"
#include "ladder/side.hpp"
#include "trace/recording.hpp"

namespace tcplab::ladder {

/// Something that happened at one end of a connection, with what followed from it at that end in the same instant.
struct Happening {
    enum class Kind : std::uint8_t {
        sent,
        arrived,  ///< whole or damaged
        remark,   ///< a timer that made nothing go out, or a change of state that no packet brought
    };
    Kind kind = Kind::sent;
    Side side = Side::left;  ///< where
    Time time = kNever;
    std::size_t packet = 0;           ///< index into Recording::packets; of sent and arrived
    std::optional<FiredTimer> timer;  ///< what made it go out, or what remark is about
    std::vector<State> states;        ///< what it brought that end to
};

/// What happened to each of `connections[numbers[i]]`, in the order in which it did.
std::vector<std::vector<Happening>> happenings_of(const Recording& recording,
                                                  const std::vector<ConnectionRow>& connections,
                                                  const std::vector<std::size_t>& numbers);

}  // namespace tcplab::ladder
