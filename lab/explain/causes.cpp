#include "explain/causes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "terminal/units.hpp"

namespace tcplab::explain {
namespace {

struct Wording {
    std::string_view noun;
    std::string_view meaning;
};

// In the order of Cause.
constexpr std::array<Wording, kCauses> kWordings{{
    {"waiting for a turn", "for a connection, or others on it"},
    {"waiting for a port", "no ephemeral port was free"},
    {"name look-up", "DNS"},
    {"handshakes", "connections were opened"},
    {"TLS", "keys were agreed"},
    {"propagation", "the distance"},
    {"transmission", "at the link's rate"},
    {"queueing", "behind other connections"},
    {"server", "it worked, or had no worker"},
    {"proxy", "it worked, or had no connection"},
    {"slow start", "the window had yet to grow"},
    {"congestion window or send buffer", "the window, or a send buffer, was full"},
    {"pacing", "packets were spread over time"},
    {"receive window", "the receiver had no room"},
    {"Nagle", "small segments held back"},
    {"delayed ACKs", "ACKs held back"},
    {"losses", "until it was repaired"},
    {"waiting for earlier bytes", "earlier bytes were missing"},
    {"slow reading", "there, and not read"},
    {"waiting for a close", "for the end of the stream"},
    {"failed attempts", "attempts that failed"},
    {"unexplained", "a defect of tcplab: please report it"},
}};

const Wording& wording(Cause cause) { return kWordings.at(static_cast<std::size_t>(cause)); }

constexpr std::size_t kBarWidth = 16;

// At least a sliver of what took any time.
std::string bar(double share, bool utf8) {
    const auto eighths = std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(share * 8 * kBarWidth)));
    if (!utf8) return std::string(std::max<std::size_t>(1, (eighths + 4) / 8), '#');
    constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    std::string cells;
    for (std::size_t i = 0; i < eighths / 8; ++i) cells += "█";
    return cells.append(parts.at(eighths % 8));
}

double share_of(Duration part, Duration whole) {
    return static_cast<double>(part.count()) / static_cast<double>(whole.count());
}

}  // namespace

std::string_view noun(Cause cause) { return wording(cause).noun; }
std::string_view meaning(Cause cause) { return wording(cause).meaning; }

std::vector<Causes::Entry> by_size(const Causes& causes) {
    std::vector<Causes::Entry> entries;
    for (std::size_t i = 0; i < kCauses; ++i) {
        const auto cause = static_cast<Cause>(i);
        if (causes[cause] > Duration::zero()) entries.push_back({cause, causes[cause]});
    }
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Causes::Entry& a, const Causes::Entry& b) { return a.time > b.time; });
    return entries;
}

std::string listed(const Causes& causes, std::size_t most) {
    const std::vector<Causes::Entry> entries = by_size(causes);
    if (entries.empty()) return "";
    const TimeUnit unit = choose_unit({entries.front().time});
    std::string text;
    for (std::size_t i = 0; i < std::min(most, entries.size()); ++i) {
        text += fmt::format("{}{} {}", i == 0 ? "" : ", ", text_in(entries[i].time, unit), noun(entries[i].cause));
    }
    return text;
}

TextTable cause_table(const Causes& causes, bool utf8) {
    TextTable table;
    table.columns = {{"cause", true, 0}, {"time", false, 0}, {"share", false, 1}, {"", true, 2}, {"", true, 3}};
    const Duration total = causes.total();
    const TimeUnit unit = choose_unit({total});
    for (const Causes::Entry& e : by_size(causes)) {
        const double share = share_of(e.time, total);
        table.rows.push_back({{std::string(name(e.cause))},
                              {text_in(e.time, unit)},
                              {fmt::format("{:.1f} %", 100 * share)},
                              {bar(share, utf8)},
                              {std::string(meaning(e.cause)), Accent::faint}});
    }
    return table;
}

}  // namespace tcplab::explain
