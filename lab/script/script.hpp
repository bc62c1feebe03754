#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/time.hpp"
#include "scenario/diagnostics.hpp"
#include "script/value.hpp"
#include "tcp/config.hpp"
#include "wire/segment_text.hpp"

namespace tcplab::script {

/// When a step is due. Instants count from the script's first step, which has time 0.
struct When {
    enum class Kind : std::uint8_t { absolute, relative, any, absolute_range, relative_range };

    Kind kind = Kind::absolute;
    Duration at{0};               ///< of a range its begin; of a relative time what is added to now
    Duration until{0};            ///< of a range
    std::optional<Duration> end;  ///< of a blocking call: when it returns, on the same scale as `at`
};

/// "< SEGMENT" (the peer sends it) or "> SEGMENT" (the stack must send it). Sequence numbers are as written.
struct Packet {
    bool inbound = false;
    ParsedSegment segment;
};

/// "NAME(ARGUMENTS) = RESULT ERRNO (note)".
struct Call {
    std::string name;
    std::vector<Value> arguments;
    Value result;
    std::string error;  ///< "EAGAIN"; empty: none is expected
    Mark result_mark;
};

/// "%{ ... }%": assertions and print statements.
struct Code {
    std::string text;
    std::size_t offset = 0;  ///< where it begins in the script
};

struct Step {
    Mark mark;
    When when;
    std::variant<Packet, Call, Code> action;
    std::string text;  ///< as written, without its time
};

/// What "--name=value" lines and the command line choose (packetdrill's names and defaults).
struct Options {
    Duration tolerance{4'000'000};         ///< --tolerance_usecs
    std::uint64_t tolerance_ppm = 125000;  ///< --tolerance_percent, of the time since the last step
    Duration timestamp_tick{0};            ///< --tcp_ts_tick_usecs; 0: TS val is not checked
    bool strict_segments = false;          ///< --strict_segments: segments are not merged
    std::uint16_t bind_port = 8080;        ///< --bind_port: of bind(fd, ..., ...)
    std::uint16_t connect_port = 8080;     ///< --connect_port: of connect(fd, ..., ...)
};

/// What stack the script runs against.
struct Setup {
    Config config;
    Duration keepalive_time{7'200'000'000'000};  ///< tcp_keepalive_time: idle time before SO_KEEPALIVE's first probe
};

struct Script {
    std::string file;  ///< its name, for messages
    std::string text;  ///< as read
    Options options;
    Setup setup;
    std::vector<Step> steps;
};

/// "NAME=VALUE" of -D, by NAME.
using Defines = std::map<std::string, std::string, std::less<>>;

/// What the command line adds.
struct Extras {
    Defines defines;
    std::vector<std::string> settings;  ///< "tcp.KEY=VALUE" of --set; they win over the script's
};

struct ParsedScript {
    std::optional<Script> script;  ///< absent: there were errors
    std::size_t error_count = 0;
    std::string errors;  ///< "FILE:LINE:COLUMN: error: ..." with the source lines
};

/// Reads a script. Never throws; every error is reported.
ParsedScript parse_script(std::string_view text, std::string_view file, const Extras& extras);

}  // namespace tcplab::script
