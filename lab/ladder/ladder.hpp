#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "ladder/label.hpp"
#include "ladder/side.hpp"
#include "trace/recording.hpp"

namespace tcplab::ladder {

/// What one row of a ladder tells, in the order of the first thing that it tells.
struct Step {
    enum class Kind : std::uint8_t {
        packet,     ///< its departure and its arrival, or its loss
        departure,  ///< of a packet whose arrival is a step of its own: something that matters lies between
        arrival,    ///< of such a packet, or of a copy that a link made
        remark,     ///< something that happens at one end: a timer, a change of state
    };
    Kind kind = Kind::packet;
    Side side = Side::left;                  ///< who sends; of an arrival who receives; of a remark whose it is
    std::array<Time, 2> at{kNever, kNever};  ///< by side: when it left or came there; kNever: it did not
    Label label;
    std::string lost;                   ///< where and how it was lost; empty: it was not
    std::array<std::string, 2> states;  ///< by side: the state that this brought it to; empty: no other than before
    std::uint32_t payload = 0;          ///< bytes
    bool ordinary = false;  ///< new data or an acknowledgement as there are many, that came and changed no state

    [[nodiscard]] Time first() const { return at[0] < at[1] ? at[0] : at[1]; }
    [[nodiscard]] Time last() const;  ///< as far as it is known
};

/// The packet exchange of one connection.
struct Ladder {
    std::array<std::string, 2> names;  ///< by side: "client", "proxy1", "server"
    std::array<Endpoint, 2> endpoints;
    std::array<std::string, 2> states{"CLOSED", "LISTEN"};  ///< by side: before the first step
    std::vector<Step> steps;
    std::size_t before = 0;  ///< steps that select() left out at the beginning
    std::size_t behind = 0;  ///< and at the end
};

/// The exchange of `connections[number]`, an index. The recording is of the same run.
Ladder make_ladder(const Recording& recording, const std::vector<ConnectionRow>& connections, std::size_t number);
/// The same of several, which goes through the recording once.
std::vector<Ladder> make_ladders(const Recording& recording, const std::vector<ConnectionRow>& connections,
                                 const std::vector<std::size_t>& numbers);

/// Only the steps that touch the time from `from` to `to`, both included.
Ladder select(Ladder ladder, Time from, Time to);

}  // namespace tcplab::ladder
