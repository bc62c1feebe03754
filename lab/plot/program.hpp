#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tcplab::plot {

/// A program that came to its end.
struct Ran {
    bool succeeded = false;  ///< it ended by itself, with status 0
    std::string output;      ///< what it said on stdout and stderr, without the last newlines
};

/// Runs a program in `folder`, where it leaves a file `log`, and waits for it. The first word is its name. Nothing
/// where it is not installed; throws OutputError where it cannot be run.
std::optional<Ran> run_program(std::vector<std::string> words, const std::filesystem::path& folder);

}  // namespace tcplab::plot
