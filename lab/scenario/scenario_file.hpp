#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/scenario.hpp"
#include "scenario/diagnostics.hpp"
#include "scenario/expect.hpp"

namespace tcplab {

/// What the command line changes about a scenario, as it was typed.
struct CommandLine {
    std::vector<std::string> sets;      ///< --set KEY=VALUE
    std::vector<std::string> varies;    ///< --vary KEY=V1,V2 | KEY=A..B:STEP | KEY=A..B*COUNT
    std::vector<std::string> variants;  ///< --variant NAME: only these; none: all
    std::optional<std::uint64_t> run;   ///< --run N: only this one, from 1
    std::optional<std::uint64_t> seed;
    std::optional<std::uint64_t> repeat;
};

/// Something that every variant is run with, value by value.
struct Axis {
    std::string key;                  ///< dotted
    std::vector<std::string> values;  ///< as written, strings without their quotes
};

/// One run, before it is simulated.
struct Run {
    std::uint64_t number = 1;              ///< from 1, among all runs of the file, selected or not
    std::uint32_t variant = 0;             ///< index into ScenarioFile::variants
    std::vector<std::uint32_t> positions;  ///< per axis: index into its values
    std::uint64_t seed = 1;                ///< the file's
    std::uint32_t repetition = 1;          ///< from 1; draws depend on (seed, repetition)
};

struct Recipe;

/// The runs of a scenario: variants x axes x repetitions, the first slowest. Made one by one: there may be millions.
class Runs {
  public:
    /// How many runs are selected.
    [[nodiscard]] std::uint64_t size() const;
    /// The i-th of them, from 0.
    [[nodiscard]] Run run(std::uint64_t i) const;
    /// Everything the run is made of. Safe to call from several threads.
    [[nodiscard]] Scenario scenario(const Run& run) const;

  private:
    friend struct ScenarioFile;
    explicit Runs(std::shared_ptr<const Recipe> recipe) : recipe_(std::move(recipe)) {}
    std::shared_ptr<const Recipe> recipe_;
};

/// A scenario file that was read and found right, with the command line's changes.
struct ScenarioFile {
    std::string name;
    std::string title;                  ///< may be empty
    std::string text;                   ///< the file's
    std::string hash;                   ///< of the text: 16 hexadecimal digits
    std::string inputs;                 ///< "NAME HASH" of each file that the text names, a line each
    std::vector<std::string> variants;  ///< their names; one empty name when the file has none
    std::vector<Axis> axes;             ///< the file's, then the command line's
    std::uint64_t seed = 1;
    std::uint64_t repeat = 1;
    std::vector<Expect> expects;
    std::string hints;  ///< settings that do nothing, for stderr; may be empty

    [[nodiscard]] Runs expand() const { return Runs(recipe); }

    std::shared_ptr<const Recipe> recipe;  ///< for expand()
};

/// A recorded page as a scenario's text, or why there is none.
struct RecordedScenario {
    std::optional<std::string> text;  ///< TOML
    std::string errors;               ///< for stderr; without error_count_line()
    std::size_t error_count = 0;
    bool unreadable = false;  ///< the file could not be read (exit code 3, not 2)
};
/// Reads a browser's recording. Scenarios do not know the format.
using ReadRecording = RecordedScenario (*)(const std::string& path);

/// A scenario, or why there is none.
struct Loaded {
    std::optional<ScenarioFile> scenario;
    std::string errors;  ///< for stderr; without error_count_line()
    std::size_t error_count = 0;
    bool unreadable = false;  ///< the file could not be read (exit code 3, not 2)
};

/// Reads a file of at most 16 MiB. Never throws out. `recordings` reads those that page.har names; without it there can
/// be none.
Loaded load_scenario(const std::string& path, const CommandLine& options = {}, ReadRecording recordings = nullptr);
/// Reads a text; `file` is what messages call it, and its stem the default name.
Loaded read_scenario(std::string_view text, const std::string& file, const CommandLine& options = {},
                     ReadRecording recordings = nullptr);

/// The expectations of a text that was read before; `variants` as it has them.
std::vector<Expect> expects_of(std::string_view text, const std::vector<std::string>& variants);

/// A commented scenario to begin with (`tcplab new`).
std::string_view starter_scenario();

}  // namespace tcplab
