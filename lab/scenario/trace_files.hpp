#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "scenario/settings.hpp"

namespace tcplab {

/// The packet-delivery traces that a scenario names, each read once.
class TraceFiles {
  public:
    /// Names are relative to `folder`, the scenario file's.
    explicit TraceFiles(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// Reads the file of a setting of Type::trace, or of those in a list of entries; others it leaves alone. What is
    /// wrong is reported where the setting stands, as "FILE:LINE: ...", and the setting is no longer good.
    void read_into(Setting& setting, Diagnostics& out);

    /// "NAME HASH" of each file that was read, a line each.
    [[nodiscard]] const std::string& inputs() const { return inputs_; }

  private:
    void read_into_entries(Setting& list, Diagnostics& out);
    ReadTrace read(const std::string& name);

    std::filesystem::path folder_;
    std::map<std::string, ReadTrace> known_;  // by name
    std::string inputs_;
};

}  // namespace tcplab
