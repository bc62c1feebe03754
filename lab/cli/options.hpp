#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "course/exercise.hpp"
#include "course/marking.hpp"
#include "scenario/scenario_file.hpp"
#include "sweep/journal.hpp"
#include "terminal/terminal.hpp"

namespace tcplab {

/// Exit codes.
inline constexpr int kDone = 0;
inline constexpr int kNotMet = 1;    ///< the run completed but something was not met
inline constexpr int kBadInput = 2;  ///< bad usage or a bad input file
inline constexpr int kSystem = 3;    ///< input, output, a missing program or privilege
inline constexpr int kInterrupted = 130;

/// Bad usage. what() is the message without "tcplab: error: ".
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What goes to stdout.
enum class Format { table, csv, json, markdown };

/// The command line of `run`.
struct RunOptions {
    std::vector<std::string> files;
    CommandLine changes;
    std::optional<std::size_t> jobs;
    std::optional<std::string> out;
    Format format = Format::table;
    bool quiet = false;
    bool dry_run = false;
    bool resume = false;         ///< go on where an earlier process stopped
    std::optional<Shard> shard;  ///< only this part of each scenario's runs
    bool har = false;            ///< a browser's recording of each run
    bool pcap = false;           ///< captures of each run
    bool trace = false;          ///< each run packet by packet
    bool report = false;         ///< a page for a browser
    When color = When::automatic;
    When progress = When::automatic;
};

/// The command line of `merge`.
struct MergeOptions {
    std::vector<std::string> parts;  ///< folders
    std::string out;
    Format format = Format::table;
    bool quiet = false;
    When color = When::automatic;
};

/// The command line of `check`.
struct CheckOptions {
    std::vector<std::string> files;
    CommandLine changes;
    bool quiet = false;  ///< no hints
};

/// What commands that look at one run have in common: the first of the file's runs that are selected.
struct OneRun {
    std::string file;
    CommandLine changes;
    When color = When::automatic;
};

/// The command line of `explain`.
struct ExplainOptions {
    OneRun of;
    std::optional<std::uint64_t> transaction;  ///< its id, as in transactions.csv; none: the page
    std::optional<std::uint64_t> user, page;   ///< which page, as in pages.csv; none: the one that is done last
    bool what_if = true;
    std::optional<std::size_t> jobs;
    std::size_t top = 12;  ///< lines of the path, about, and changes, at most
};

/// The command line of `ladder`.
struct LadderOptions {
    OneRun of;
    std::uint64_t connection = 1;  ///< its id, as in connections.csv
    Time from = kStart;
    Time to = kNever;
    bool all = false;
};

/// The command line of `bench`.
struct BenchOptions {
    std::vector<std::string> only;     ///< these workloads; none: all
    std::vector<std::uint32_t> sizes;  ///< of these; none: their own
    std::optional<std::string> baseline;
    Format format = Format::table;
    std::uint64_t repeat = 3;
    When color = When::automatic;
};

/// The command line of `script`.
struct ScriptOptions {
    std::vector<std::string> files;
    std::vector<std::string> define;  ///< NAME=VALUE
    std::vector<std::string> set;     ///< tcp.KEY=VALUE
    bool verbose = false;
    bool quiet = false;
    When color = When::automatic;
};

/// The command line of `plot`.
struct PlotOptions {
    std::string folder;
    std::vector<std::string> what;   ///< kinds of charts; none: those that fit
    std::optional<std::string> out;  ///< the picture
    std::vector<std::string> variants;
    std::optional<std::uint64_t> run, connection;
    std::optional<std::string> axis;
    std::optional<Time> from, to;  ///< of charts of a connection
    bool quiet = false;
};

/// The command line of `lab`.
struct LabOptions {
    enum class Action { list, show, run, check, grade, verify };
    Action action = Action::list;
    std::string exercise;                ///< of show, run, check and verify: its number or name
    std::string file;                    ///< of check: the answers, empty: answers-NN.toml; of grade: the folder
    std::optional<std::string> student;  ///< an ID that is good (course::problem_of_id)
    course::Language language = course::Language::english;
    std::optional<std::string> predict;              ///< instead of asking
    std::optional<std::string> csv, totals, roster;  ///< files
    std::optional<std::string> course;               ///< a folder of exercises instead of the program's
    std::vector<std::string> only;                   ///< of grade: these exercises; none: those that were handed in
    std::string program = "./tcplab";                ///< how commands that are shown begin
    std::string carried;                             ///< and what they have to say as well: " --lang ko"
    bool json = false;
    bool explanation = false;                ///< also where not all is right
    double close_part = course::kClosePart;  ///< of its points, that a close answer earns
    std::uint64_t students = 100;            ///< of verify
    std::optional<std::size_t> jobs;
    When color = When::automatic;
};

/// They throw UsageError.
RunOptions parse_run_options(const std::vector<std::string>& arguments);
MergeOptions parse_merge_options(const std::vector<std::string>& arguments);
CheckOptions parse_check_options(const std::vector<std::string>& arguments);
ExplainOptions parse_explain_options(const std::vector<std::string>& arguments);
LadderOptions parse_ladder_options(const std::vector<std::string>& arguments);
BenchOptions parse_bench_options(const std::vector<std::string>& arguments);
ScriptOptions parse_script_options(const std::vector<std::string>& arguments);
PlotOptions parse_plot_options(const std::vector<std::string>& arguments);
LabOptions parse_lab_options(const std::vector<std::string>& arguments);
/// For commands that take nothing but words: at least `least` and at most `most` of them.
std::vector<std::string> parse_words(std::string_view command, const std::vector<std::string>& arguments,
                                     std::size_t least, std::size_t most);

/// The options of a command, for its help; empty when it has none.
std::string option_help(std::string_view command);

}  // namespace tcplab
