#pragma once

#include <cstddef>
#include <string>

#include "script/script.hpp"

namespace tcplab::script {

/// How a script came out.
struct RunResult {
    bool passed = false;
    std::size_t steps = 0;  ///< that were made
    Duration elapsed{0};    ///< virtual time
    std::string printed;    ///< what its print statements said
    std::string story;      ///< everything that happened, a line each
    /// Empty when it passed: "FILE:LINE:COLUMN: error: ..." with the source line, the expected and the actual segment,
    /// and everything that happened before.
    std::string failure;
};

/// Runs a script against a stack of its own, in virtual time. At one instant the stack's timers come before the
/// script's steps.
RunResult run_script(const Script& script);

}  // namespace tcplab::script
