#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "script/runner.hpp"

namespace tcplab::script {

/// A listening socket, a handshake with segments of 1000 bytes, and the accepted socket 4, at 0.1 s.
inline const std::string kAccepted =
    "0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3\n"
    "+0 bind(3, ..., ...) = 0\n"
    "+0 listen(3, 1) = 0\n"
    "+0 < S 0:0(0) win 32792 <mss 1000,nop,wscale 7>\n"
    "+0 > S. 0:0(0) ack 1 <mss 1460,nop,wscale 10>\n"
    "+.1 < . 1:1(0) ack 1 win 257\n"
    "+0 accept(3, ..., ...) = 4\n";

/// The errors of a script that cannot be read; empty: it can.
inline std::string errors_of(std::string_view text, const Extras& extras = {}) {
    return parse_script(text, "x.pkt", extras).errors;
}

inline Script readable(std::string_view text, const Extras& extras = {}) {
    ParsedScript parsed = parse_script(text, "x.pkt", extras);
    INFO(parsed.errors);
    REQUIRE(parsed.script.has_value());
    return std::move(*parsed.script);
}

/// Why a script fails; empty: it passes.
inline std::string failure_of(std::string_view text, const Extras& extras = {}) {
    return run_script(readable(text, extras)).failure;
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace tcplab::script
