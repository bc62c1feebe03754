#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/causes.hpp"
#include "explain/change.hpp"

namespace tcplab::explain {

/// What came of a run.
struct Trial {
    Duration took{0};     ///< the page, or the transaction; of several pages their mean
    Duration slowest{0};  ///< of several pages the longest
    Causes causes;        ///< of the page or the transaction; of several pages none
    std::string lost;     ///< which packets the scenario's own script lost; empty: not asked
};
/// Of runs that differ in their seeds only; nothing: one was not complete.
using Trials = std::vector<std::optional<Trial>>;

/// What came of the same runs with one thing changed.
struct WhatIf {
    Change change;
    Trials trials;
};

/// How runs with a change compare with those without.
struct Comparison {
    enum class Verdict : std::uint8_t {
        helps,         ///< each of the runs was faster
        same,          ///< less than a thousandth lies between any two
        noise,         ///< some were faster, some not
        worse,         ///< none was faster
        failed,        ///< one was not complete
        other_packet,  ///< the script lost another packet: nothing can be said
    };
    Verdict verdict = Verdict::failed;
    Duration took{0}, slowest{0};  ///< medians
    Duration difference{0};        ///< the same of what the change made of each run; negative: faster
    Duration least{0}, most{0};    ///< the lowest and the highest of these
    std::optional<Cause> instead;  ///< takes most of the time that another cause took before
};
/// Both have as many runs, at least one. Where those without the change were not complete, what is complete helps.
Comparison compare(const Trials& before, const Trials& after);

}  // namespace tcplab::explain
