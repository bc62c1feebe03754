#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "scenario/scenario_file.hpp"
#include "scenario/settings.hpp"

namespace tcplab {

/// The recordings that a scenario names with page.har, each read once.
class RecordingFiles {
  public:
    /// Names are relative to `folder`, the scenario file's.
    RecordingFiles(std::filesystem::path folder, ReadRecording reader) : folder_(std::move(folder)), reader_(reader) {}

    /// Reads the file of a setting of Type::recording; others it leaves alone. A recording that is wrong is reported
    /// where the setting stands, and the setting is no longer good; errors() has the reasons.
    void read_into(Setting& setting, Diagnostics& out);

    /// What is wrong with the recordings themselves, for stderr.
    [[nodiscard]] const std::string& errors() const { return errors_; }
    [[nodiscard]] std::size_t error_count() const { return error_count_; }
    /// How many settings were refused as their file could not be read.
    [[nodiscard]] std::size_t unreadable() const { return unreadable_; }

    /// "NAME HASH" of the page in each recording, a line each.
    [[nodiscard]] const std::string& inputs() const { return inputs_; }

  private:
    struct Known {
        RecordedSettings settings;  ///< nullptr: something is wrong with it
        bool unreadable = false;
    };
    Known read(const std::string& name, Mark mark, Diagnostics& out);

    std::filesystem::path folder_;
    ReadRecording reader_;
    std::map<std::string, Known> known_;  // by name
    std::string errors_, inputs_;
    std::size_t error_count_ = 0, unreadable_ = 0;
};

}  // namespace tcplab
