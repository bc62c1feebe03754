#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/causes.hpp"

namespace tcplab::explain {

/// Steps of a critical path that one sentence tells.
struct Scene {
    enum class Kind : std::uint8_t {
        single,       ///< steps of one cause, which stands for itself
        transfer,     ///< a message on its way, or a part of it: sending, distance, queues, windows
        stall,        ///< a small segment that waited for an acknowledgement, and why that took so long
        transaction,  ///< all that belongs to one transaction
        series,       ///< so many transactions, one after the other, that are alike
        rest,         ///< what was too short to be told
    };
    Kind kind = Kind::single;
    Duration at{0};  ///< since the path's beginning
    PathPlace place = PathPlace::client;
    std::uint8_t hop = 0;                      ///< as in PathStep
    std::uint32_t row = PathStep::kNone;       ///< as in PathStep; of several the first
    std::uint32_t last_row = PathStep::kNone;  ///< and the last
    std::size_t count = 1;                     ///< of transactions, in a series
    bool like_before = false;                  ///< a series whose first was told before it
    bool begins = true;                        ///< a transfer: nothing of the message came before
    bool ends = true;                          ///< nor comes behind
    bool named = false;                        ///< what comes right before it is about the same transaction
    bool goes_on = false;                      ///< so is what comes right behind it
    bool repaired = false;                     ///< a transfer: right before it a part of the message was lost
    Causes causes;

    [[nodiscard]] Duration length() const { return causes.total(); }
    [[nodiscard]] Duration end() const { return at + length(); }
};

/// The path as scenes, in order and without gaps: some `most` of them. Where it has more, transactions become a scene
/// each, and those that are alike one together; of these, as many as there is room for are told in detail, the longest
/// first.
std::vector<Scene> scenes_of(const std::vector<PathStep>& path, std::size_t most);

}  // namespace tcplab::explain
