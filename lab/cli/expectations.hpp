#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/points.hpp"
#include "cli/tally.hpp"
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
    std::string variant;
    AxisFields axes;
    std::uint64_t failed = 0;  ///< transactions
    std::vector<Sample> samples;
};

struct Verdict {
    bool met = true;
    std::string line;  ///< "pipelined: page_ms below 600 ms (412.3)"
};

/// Judges a sweep's runs, which come in run order: variants, in each the points of the axes, at each the repetitions.
/// Of a point the median over its repetitions counts. Keeps little of each point.
class ExpectationCheck {
  public:
    explicit ExpectationCheck(const std::vector<Expect>& expects);
    /// `place` finds its names again, for verdicts().
    void add(const CheckedRun& run, std::uint64_t place);
    /// A verdict per expectation that the runs can answer; one of variants that were not run is left out. `at` has the
    /// variant and axes of a run that was added, by its place.
    std::vector<Verdict> verdicts(const std::function<CheckedRun(std::uint64_t place)>& at);
    /// Whether a transaction failed in a variant of which no expectation speaks of `failed` or of an `error`.
    [[nodiscard]] bool unforeseen() const { return unforeseen_; }

  private:
    /// A point's median for one expectation, or why there is none.
    struct Reduced {
        double value = 0;
        std::uint32_t missing = 0;  ///< an index into reasons_, from 1; 0: there is a value
    };
    /// What came of one expectation so far.
    struct State {
        std::size_t checked = 0;
        std::optional<std::string> failed;  ///< the first place where it is not met, and what was found there
        std::string found;
        std::vector<Reduced> medians;  ///< of a ratio: of every point
        // Of the point that is under way:
        Tally numbers;  ///< millionths
        std::optional<std::string> other_text;
        std::string missing;  ///< why a run has no value
        bool all_numbers = true;
    };
    struct VariantPoints {
        std::string name;
        std::size_t first = 0;  ///< of its points
    };

    void end_point();
    void check_point(const Expect& e, State& state);
    void check_ratio(const Expect& e, State& state, const std::function<CheckedRun(std::uint64_t)>& at) const;
    static void see(const Expect& e, State& state, const Sample& sample);
    Reduced reduce(State& state);
    [[nodiscard]] std::string text_of(const Reduced& reduced) const { return reasons_[reduced.missing - 1]; }

    const std::vector<Expect>& expects_;
    bool has_ratios_;
    std::vector<State> states_;
    CheckedRun now_;  // the point that is under way, by its first run
    bool begun_ = false;
    std::size_t points_ = 0;
    std::vector<VariantPoints> variants_;
    std::vector<std::uint64_t> places_;  // of each point, where there are ratios
    std::vector<std::string> reasons_;
    bool unforeseen_ = false;
};

/// Whether `failed` transactions of a run of that variant are what no expectation speaks of.
bool unforeseen_failure(const std::vector<Expect>& expects, const std::string& variant, std::uint64_t failed);

}  // namespace tcplab
