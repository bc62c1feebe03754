#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace tcplab::script {

/// The text of a file that a script names; nothing when it cannot be read.
using FileReader = std::function<std::optional<std::string>(const std::string& path)>;

/// The scripts that come with packetdrill call helpers in backquotes. In their place come the settings that these make,
/// so that the script's lines stay where they are:
///  - PATH.sh: the sysctl commands in that file. What it does to a machine's devices (ip, tc) means nothing here.
///  - PATH/set_sysctls.py /proc/sys/net/ipv4/NAME=VALUE...: sysctl commands.
///  - /tmp/sysctl_restore_*: nothing.
/// Everything else stays as it is.
std::string with_helpers(std::string_view text, const FileReader& read);

}  // namespace tcplab::script
