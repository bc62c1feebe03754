#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenario/settings.hpp"
#include "script/cursor.hpp"
#include "script/sysctl.hpp"

namespace tcplab::script {

/// The settings of a script: sysctl commands and tcplab's own keys, in backquotes, and --set options.
class Settings {
  public:
    explicit Settings(Diagnostics& out) : out_(&out) {}

    /// What stands in backquotes, from `begin` to `end` in the source: "sysctl -q net.ipv4.NAME=VALUE" or
    /// "tcp.KEY = VALUE", separated by line ends, ";" or "&&". What is wrong goes to the diagnostics.
    void read_commands(const Source& source, std::size_t begin, std::size_t end);
    /// "tcp.KEY=VALUE", the option with that number (from 1).
    void read_option(std::string_view text, std::uint32_t option);

    [[nodiscard]] Setup setup() const;

  private:
    void read_command(const Source& source, std::size_t begin, std::size_t end);
    void read_assignment(std::string_view name, Mark name_mark, std::string_view value, Mark value_mark);
    void apply_sysctl(std::string_view name, Mark name_mark, std::string_view value, Mark value_mark);
    void set_key(std::string_view key, Node node, Mark mark);

    Diagnostics* out_;
    std::vector<Setting> settings_;
    std::vector<std::pair<const Sysctl*, std::int64_t>> direct_;
    Setup setup_;
};

}  // namespace tcplab::script
