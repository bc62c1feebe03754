#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "export/summary.hpp"
#include "report/ladder.hpp"
#include "report/run_sample.hpp"
#include "scenario/scenario_file.hpp"
#include "terminal/table.hpp"
#include "trace/recording.hpp"

namespace tcplab::report {

/// A cause of waiting and the time that it took, as the columns `a_...` have it.
struct CauseTime {
    std::string name;  ///< "delayed_ack"
    Duration time{0};
};

/// A transaction as the waterfall draws it: fields of transactions.csv.
struct TransactionBar {
    static constexpr std::size_t kPhases = 7;
    std::uint32_t id = 0;
    std::string name;  ///< the path, with what tells it from others
    std::string error;
    FieldValue start;
    std::array<FieldValue, kPhases> phases;  ///< blocked, dns, connect, tls, send, wait, receive
    FieldValue total;
    std::vector<CauseTime> causes;  ///< they sum to `total`; empty: it is not complete
};

/// A run that the report shows packet by packet. There are a few of them however many runs there are.
struct RunDetail {
    RunLabel label;
    std::string workload;              ///< "HTML of 10 kB and 12 objects, 70 kB in all"
    std::vector<TransactionBar> bars;  ///< at most kMostBars, evenly chosen, the last to finish among them
    std::size_t transactions = 0;      ///< of the run
    FieldValue page;                   ///< page_ms
    std::uint64_t failed = 0;          ///< transactions
    Duration ended{0};                 ///< when the run was over
    std::vector<CauseTime> causes;     ///< of the page's critical path; they sum to `page`; empty: it is not complete
    std::vector<std::string> notes;    ///< what is not shown, and why
    LadderFigures ladders;             ///< empty: nothing was sent
    std::string charts;                ///< JSON for report.js; empty: nothing was recorded
};

/// Transactions that a run's waterfall draws, at most.
inline constexpr std::size_t kMostBars = 300;
/// Packets that all charts of a report hold together, at most, and as many snapshots: some 10 MB.
inline constexpr std::size_t kMostPackets = 100'000;

/// The runs that a report shows in detail, twelve at most: indices for Runs::run(), in their order. The first
/// repetition of each variant at every point of the axes; where there are too many points, at some of them, evenly
/// chosen.
std::vector<std::uint64_t> runs_in_detail(const Runs& runs);

/// Packets at a run's beginning that are recorded whole for its ladders, at most, some 100 MB; and packets that are
/// kept over all of a run for its charts, which is as much again.
inline constexpr std::uint64_t kMostRecorded = 100'000;
inline constexpr std::size_t kMostSampled = 200'000;

/// What was recorded of a run for a report.
struct RecordedForReport {
    const Recording& recording;    ///< for the ladders
    Time recorded_until = kNever;  ///< kNever: all of the run
    SampledRun sample;             ///< for the charts, of all of the run
    std::size_t packets = 0;       ///< that the charts may hold: the run's share of kMostPackets
};

/// What the report keeps of such a run.
RunDetail detail_of(const RunLabel& label, const Scenario& scenario, const Results& results,
                    RecordedForReport recorded);

/// What a report says about the whole.
struct Head {
    std::string title;
    std::string conditions;  ///< what all runs have in common
    std::string file;        ///< the scenario's
    std::string text;        ///< its text
    std::vector<std::string> command_line;
    std::string version;  ///< of tcplab
    std::size_t runs = 0;
    std::size_t complete = 0;  ///< fewer when the command was interrupted
};

/// What a page took for a variant at one point of the axes, over all repetitions.
struct PagePoint {
    std::string variant;
    std::vector<std::pair<std::string, std::string>> axes;  ///< as in RunLabel
    std::size_t repetitions = 1;
    std::optional<double> page;     ///< ns, the median; none: one failed
    double p5 = 0, p95 = 0;         ///< ns, where there is a median
    std::vector<CauseTime> causes;  ///< their means, which sum to the mean page; empty: a page is not complete
};

/// One HTML file that needs nothing else: `table` is the latency table, `points` has the same rows, `details` are the
/// runs shown in detail.
std::string report_html(const Head& head, const TextTable& table, const std::vector<PagePoint>& points,
                        const std::vector<RunDetail>& details);

}  // namespace tcplab::report
