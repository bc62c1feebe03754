#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "script/script.hpp"

namespace tcplab::script {

/// What is wrong with a call as it is written.
struct CallProblem {
    Mark mark;
    std::string message;
    std::string hint;
};

/// Whether scripts may make the call.
bool is_call(std::string_view name);
/// The likely spelling: `did you mean "accept"?`, or empty.
std::string call_hint(std::string_view name);
/// Checks the number of arguments and the names of socket options.
std::optional<CallProblem> check_call(const Call& call);

}  // namespace tcplab::script
