#pragma once

#include <doctest/doctest.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/scenario_file.hpp"

namespace tcplab::reading {

/// A page for scenarios that are about something else.
inline constexpr std::string_view kPage = "[page]\nhtml = \"1 kB\"\n";

inline std::string with_page(std::string_view text) { return std::string(text) + std::string(kPage); }

/// The first line of each error: "3:7: error: ..." of a file, "--set ...: error: ..." of an option.
inline std::vector<std::string> errors_of(std::string_view text, const CommandLine& options = {}) {
    const Loaded loaded = read_scenario(text, "x.toml", options);
    std::istringstream lines(loaded.errors);
    std::vector<std::string> errors;
    for (std::string line; std::getline(lines, line);) {
        if (line.find(": error: ") == std::string::npos) continue;
        const std::string file = "x.toml:";
        errors.push_back(line.rfind(file, 0) == 0 ? line.substr(file.size()) : line);
    }
    return errors;
}

/// All errors, a line each.
inline std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += (all.empty() ? "" : "\n") + line;
    return all;
}

/// A text that is wrong, and all that is said of it.
struct Case {
    const char* text;  ///< the page follows
    const char* error;
};

inline void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(joined(errors_of(with_page(c.text))) == c.error);
    }
}

inline std::string errors_in(std::string_view text) { return joined(errors_of(with_page(text))); }

/// The errors whole, with their hints.
inline std::string explained(std::string_view text) { return read_scenario(with_page(text), "x.toml").errors; }

inline bool hints(std::string_view text, const char* hint) { return explained(text).find(hint) != std::string::npos; }

inline CommandLine with_set(std::vector<std::string> sets) {
    CommandLine options;
    options.sets = std::move(sets);
    return options;
}

/// The scenario's run `i`, from 0; the errors when there is none.
inline Scenario run_of(std::string_view text, const CommandLine& options = {}, std::uint64_t i = 0) {
    const Loaded loaded = read_scenario(text, "x.toml", options);
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(i));
}

}  // namespace tcplab::reading
