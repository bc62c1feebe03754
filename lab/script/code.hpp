#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tcp/tcp_info.hpp"

namespace tcplab::script {

/// What is wrong with a piece of code, or which assertion does not hold.
struct CodeProblem {
    std::size_t at = 0;  ///< offset in the text
    std::string message;
    std::string hint;
};

/// Checks the syntax and the names of "%{ ... }%" without running it.
std::optional<CodeProblem> check_code(std::string_view text);

/// Runs it with the fields of `info` under their kernel names (tcpi_snd_cwnd), and adds what it prints to `printed`.
/// The first assertion that does not hold ends it.
std::optional<CodeProblem> run_code(std::string_view text, const TcpInfo& info, std::vector<std::string>& printed);

}  // namespace tcplab::script
