#include "scenario/packet_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "scenario/quantity.hpp"
#include "scenario/text.hpp"

namespace tcplab {

namespace {

constexpr std::string_view kKinds = "any|syn|data|segment|ack|fin|finack";  // in DropKind's order

ReadRule no_rule(std::string hint = {}) { return {std::nullopt, {}, std::move(hint)}; }

/// "x2", or nothing.
std::optional<std::uint32_t> times_of(std::string_view word) {
    constexpr std::uint64_t most = 1000;
    const auto times = word.front() == 'x' ? whole_number(word.substr(1)) : std::nullopt;
    if (!times || *times == 0 || *times > most) return std::nullopt;
    return static_cast<std::uint32_t>(*times);
}

}  // namespace

std::optional<std::uint64_t> whole_number(std::string_view text) {
    std::uint64_t n = 0;
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, n);
    if (text.empty() || error != std::errc{} || rest != end) return std::nullopt;
    return n;
}

ReadRule read_packet_rule(std::string_view text) {
    std::vector<std::string_view> words;
    for (const std::string_view word : split(text, ' ')) {
        if (!word.empty()) words.push_back(word);
    }
    if (words.size() < 2 || words.size() > 3) return no_rule();
    const std::vector<std::string_view> known = split(kKinds);
    const auto kind = std::find(known.begin(), known.end(), words[0]);
    if (kind == known.end()) return no_rule(did_you_mean(words[0], known));
    DropRule rule;
    rule.kind = static_cast<DropKind>(kind - known.begin());
    const std::size_t dots = words[1].find("..");
    const auto first = whole_number(words[1].substr(0, dots));
    const auto last = dots == std::string_view::npos ? first : whole_number(words[1].substr(dots + 2));
    if (!first || !last) return no_rule();
    if (*first == 0 || *first > *last) return {std::nullopt, "packets count from 1 upwards", {}};
    rule.first = *first;
    rule.last = *last;
    if (words.size() == 3) {
        const auto times = times_of(words[2]);
        if (!times || rule.kind != DropKind::segment) {
            return no_rule("only a segment is meant several times: \"segment 20 x2\"");
        }
        rule.times = *times;
    }
    return {HoldRule{rule, Duration::zero()}, {}, {}};
}

ReadRule read_hold_rule(std::string_view text, std::uint64_t longest) {
    constexpr std::string_view by = " by ";
    const std::size_t end = text.find(by);
    if (end == std::string_view::npos) return no_rule("packets, \"by\", and how much later they arrive");
    ReadRule read = read_packet_rule(text.substr(0, end));
    if (!read.rule) return read;
    const std::string_view delay = trimmed(text.substr(end + by.size()));
    const Quantity later = parse_quantity(delay, Measure::duration);
    if (later.error != QuantityError::none || later.value > longest) {
        return no_rule(
            fmt::format("{} is no duration up to {}", cited(delay), format_quantity(longest, Measure::duration)));
    }
    read.rule->by = Duration(static_cast<std::int64_t>(later.value));
    return read;
}

}  // namespace tcplab
