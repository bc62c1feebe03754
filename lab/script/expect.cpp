#include "script/expect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace tcplab::script {

namespace {

/// The flags alone, as the notation has them.
std::string flags_text(std::uint8_t flags) {
    Segment s;
    s.flags = flags;
    const std::string text = to_text(s, {});
    return text.substr(0, text.find(' '));
}

std::string options_text(const Segment& s) {
    const std::string text = to_text(s, {});
    const std::size_t begin = text.find('<');
    return begin == std::string::npos ? "none" : text.substr(begin);
}

/// Timestamps apart. By their text, so that no kind of option can be forgotten.
bool same_options(Segment a, Segment b) {
    a.ts_value = a.ts_echo = b.ts_value = b.ts_echo = 0;
    return options_text(a) == options_text(b);
}

class Comparison {
  public:
    template <class T>
    void field(std::string_view what, const T& expected, const T& actual) {
        if (!(expected == actual)) note(what, fmt::format("{}", expected), fmt::format("{}", actual));
    }
    void note(std::string_view what, std::string_view expected, std::string_view actual) {
        lines.push_back(fmt::format("{}: expected {}, was {}", what, expected, actual));
    }
    std::vector<std::string> lines;
};

void compare_ecn(Comparison& c, const ParsedSegment& expected, std::uint8_t actual) {
    constexpr std::array<std::string_view, 4> marks{"noecn", "ect1", "ect0", "ce"};
    const bool ect = actual == 1 || actual == 2;
    if (expected.any_ecn || (expected.either_ect ? ect : expected.segment.ecn == actual)) return;
    c.note("ECN", expected.either_ect ? "ect01" : marks.at(expected.segment.ecn), marks.at(actual));
}

void compare_timestamps(Comparison& c, const Segment& expected, const Segment& actual, const Options& options,
                        Duration elapsed) {
    if (!expected.has_timestamps || !actual.has_timestamps) return;
    c.field("TS ecr", expected.ts_echo, actual.ts_echo);
    const std::int64_t off = static_cast<std::int32_t>(actual.ts_value - expected.ts_value);
    if (std::abs(off) * options.timestamp_tick > tolerance(options, elapsed)) {
        c.field("TS val", expected.ts_value, actual.ts_value);
    }
}

}  // namespace

Duration tolerance(const Options& options, Duration since) {
    constexpr std::int64_t whole = 1'000'000;
    const auto part = Duration(since.count() / whole * static_cast<std::int64_t>(options.tolerance_ppm) +
                               since.count() % whole * static_cast<std::int64_t>(options.tolerance_ppm) / whole);
    return std::max(options.tolerance, part);
}

std::vector<std::string> differences(const ParsedSegment& expected, const Segment& actual, const Options& options,
                                     Duration elapsed) {
    const Segment& e = expected.segment;
    Comparison c;
    if (e.flags != actual.flags) c.note("flags", flags_text(e.flags), flags_text(actual.flags));
    c.field("sequence number", e.seq.raw(), actual.seq.raw());
    c.field("payload", e.payload.length, actual.payload.length);
    if (e.has(flag::ack) && actual.has(flag::ack)) c.field("ack", e.ack.raw(), actual.ack.raw());
    if (!expected.any_window) c.field("window", e.window, actual.window);
    compare_ecn(c, expected, actual.ecn);
    if (!expected.any_options) {
        if (!same_options(e, actual)) c.note("options", options_text(e), options_text(actual));
        compare_timestamps(c, e, actual, options, elapsed);
    }
    return std::move(c.lines);
}

std::optional<std::string> merge(Segment& so_far, const Segment& next, std::uint32_t piece, std::uint32_t missing) {
    constexpr std::uint8_t varies = flag::psh | flag::fin | flag::cwr;
    const bool follows = next.seq == so_far.seq + so_far.payload.length && next.payload.length > 0;
    const bool alike = ((next.flags ^ so_far.flags) & ~varies) == 0 && next.ack == so_far.ack &&
                       next.window == so_far.window && next.ecn == so_far.ecn && same_options(next, so_far);
    const bool sized = next.payload.length == piece || next.payload.length >= missing;
    if (!follows) return "the next segment does not continue it";
    if (!alike) return "the next segment has another header";
    if (!sized) return "the next segment has another size";
    const std::uint32_t length = so_far.payload.length + next.payload.length;
    const SeqNum first = so_far.seq;
    const auto reduced = static_cast<std::uint8_t>(so_far.flags & flag::cwr);
    so_far = next;
    so_far.seq = first;
    so_far.flags = static_cast<std::uint8_t>((so_far.flags & ~flag::cwr) | reduced);
    so_far.payload.length = length;
    return std::nullopt;
}

}  // namespace tcplab::script
