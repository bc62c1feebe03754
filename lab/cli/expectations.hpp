#pragma once

#include <optional>
#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "export/summary.hpp"
#include "scenario/expect.hpp"

namespace tcplab {

/// What one run has to say to one [[expect]]: a number in the column's unit, or a text; neither: no value.
struct Sample {
    std::optional<double> number;
    std::optional<std::string> text;
    std::string missing{};  ///< why there is no value, where it is not that the column is empty
};

/// One sample per expectation.
std::vector<Sample> take_samples(const std::vector<Expect>& expects, const Summary& summary, const Scenario& scenario,
                                 const Results& results);

/// A run, for checking.
struct CheckedRun {
    RunLabel label;
    std::uint64_t failed = 0;  ///< transactions
    std::vector<Sample> samples;
};

struct Verdict {
    bool met = true;
    std::string line;  ///< "pipelined: page_ms below 600 ms (412.3)"
};

/// A verdict per expectation that the runs can answer: of every variant and point of the axes it speaks of, the
/// median over the repetitions. One of variants that were not run is left out.
std::vector<Verdict> check_expectations(const std::vector<Expect>& expects, const std::vector<CheckedRun>& runs);

/// Whether a transaction failed in a variant of which no expectation speaks of `failed` or of an `error`.
bool unforeseen_failure(const std::vector<Expect>& expects, const std::vector<CheckedRun>& runs);

}  // namespace tcplab
