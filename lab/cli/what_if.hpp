#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cli/options.hpp"
#include "cli/plan.hpp"
#include "experiment/results.hpp"
#include "explain/explanation.hpp"
#include "http/story.hpp"

namespace tcplab {

/// The page or the transaction that is meant: where nobody chose, the page that is done last. Null: it is not there.
const PageResult* page_of(const Results& results, const StorySubject& subject);
const Transaction* transaction_of(const Results& results, const StorySubject& subject);

/// What a run makes of the subject; nothing: it is not complete. Of several pages it is all of them.
std::optional<explain::Trial> trial_of(const Results& results, const StorySubject& subject);

/// In how many runs each change is tried: one, or several where random numbers play a part, as one could be luck.
std::size_t runs_of_each_change(const Scenario& scenario);

/// What is tried: the changes, and the run without them.
struct Attempt {
    const Plan& plan;
    const ExplainOptions& options;
    std::uint64_t run = 1;  ///< its number
    const Scenario& scenario;
    StorySubject subject;
};
/// Makes all these runs: fills in `trials` and `what_if`. False: that was interrupted.
bool try_changes(const Attempt& attempt, const std::vector<explain::Change>& changes, explain::Explanation& e);

}  // namespace tcplab
