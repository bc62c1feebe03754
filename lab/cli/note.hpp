#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/expectations.hpp"

namespace tcplab {

/// What there is to say of a run beside its rows.
struct RunNote {
    std::vector<Sample> samples;     ///< one per [[expect]]
    std::string trouble;             ///< why it could not go on, or what failed and nobody expected; empty: nothing
    std::vector<std::string> hangs;  ///< what hung at proxies
};

/// The note as a line without a newline; empty where there is nothing to say.
std::string note_line(const RunNote& note);
/// What such a line says. What is no note says nothing.
RunNote read_note(std::string_view line);

}  // namespace tcplab
