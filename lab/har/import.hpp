#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "har/recording.hpp"
#include "scenario/draft.hpp"

namespace tcplab::har {

/// A further server of a page.
struct ImportedHost {
    HostConfig config;     ///< its name, port and rtt; the rest is [server]'s
    std::string rtt_note;  ///< where the rtt is from; empty without one
};

/// A page as a scenario has it, made from a recording. What `[page] har = "x.har"` runs, and what `tcplab import-har`
/// prints: both take it from here.
struct Import {
    std::string title;
    std::vector<std::string> about;  ///< lines that say what was recorded, and what of it is left out

    Url url;  ///< of the page
    bool tls = false;
    Strategy strategy = Strategy::persistent;
    HttpVersion http = HttpVersion::http11;
    std::string strategy_note;
    std::uint32_t connections = 6;  ///< to one host, unless multiplexed: what Chrome, Firefox and Safari have
    Duration rtt{0};
    std::string rtt_note;
    BitRate rate;
    std::string rate_note;
    std::optional<Duration> dns;  ///< a look-up's delay; absent: none was seen

    // Of the page's first answer; without `html` there is none, and the objects start by themselves.
    std::optional<std::uint64_t> html;
    std::uint32_t request_header = 0, response_header = 0;
    Duration think_time{0};

    std::vector<ImportedHost> hosts;
    std::vector<ObjectSpec> objects;
    std::vector<std::string> urls;  ///< of the objects
};

/// An import, or why there is none.
struct Imported {
    std::optional<Import> page;
    std::string error;  ///< without it
};

/// Makes a scenario of the recording's first page: what was fetched from the network, until two seconds pass after
/// onLoad in which nothing is under way.
Imported import_page(const Recording& recording);

/// The scenario as TOML, with comments.
std::string to_toml(const Import& page);

}  // namespace tcplab::har
