#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/causes.hpp"
#include "explain/trial.hpp"

namespace tcplab::explain {

/// A sentence and when it happened.
struct Sentence {
    Duration at{0};  ///< since the beginning
    Duration length{0};
    std::string text;
};

/// Why a page, or a transaction, took as long as it did.
struct Explanation {
    std::string title, conditions;   ///< the heading, at both ends of a line
    std::string subject;             ///< "page": what took so long; "mean page" where there are several
    bool several_pages = false;      ///< changes are judged by all of them
    std::vector<std::string> notes;  ///< what else must be said, a sentence each
    Causes causes;
    std::string path_heading;
    std::vector<Sentence> path;
    Trials trials;  ///< what the changes are compared with
    std::vector<WhatIf> what_if;
    std::string caution;               ///< what must be said of all of them; may be empty
    std::vector<std::string> command;  ///< the words that make the same run, to which --set may be added
};

/// How it is shown.
struct Look {
    std::size_t width = 100;  ///< columns; from 40 on it reads well, and more than 120 are not used
    bool utf8 = true;         ///< else ASCII only
    bool color = false;
};

/// As lines of at most `look.width` columns, but for the command, each ended by a newline.
std::string draw(const Explanation& explanation, const Look& look);

}  // namespace tcplab::explain
