#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "har/date.hpp"
#include "har/url.hpp"

namespace tcplab::har {

/// The protocol of an exchange, as far as the recording says.
enum class Protocol : std::uint8_t { unknown, http10, http11, http2, http3 };

/// What was fetched.
enum class Kind : std::uint8_t { document, style, script, font, image, media, data, other };

/// Where an answer came from.
enum class Source : std::uint8_t {
    network,
    cache,
    service_worker,
    browser,    ///< nothing was asked: data:, blob:, an upgrade to https that the browser made up ...
    websocket,  ///< not HTTP after its first exchange
    failed,     ///< there was no answer
};

/// Phases of an exchange, in their order; nothing: it has none, or it is not known.
struct Timings {
    std::optional<Duration> blocked, dns;
    std::optional<Duration> connect;  ///< with `ssl`, whatever the recording's habit is
    std::optional<Duration> ssl;
    std::optional<Duration> send, wait, receive;
};

/// A request and its response.
struct Exchange {
    std::size_t number = 0;  ///< index in the file's list
    std::string page;        ///< id; empty: none given
    Url url;
    std::string method;
    int status = 0;
    Source source = Source::network;
    Kind kind = Kind::other;
    Protocol protocol = Protocol::unknown;
    Duration start{0};  ///< since the recording's first exchange
    Duration time{0};   ///< the phases together, or what the recording says
    Timings timings;
    std::uint64_t request_header = 0;   ///< bytes as HTTP/1.1 would have them; 0: not known
    std::uint64_t response_header = 0;  ///< likewise
    std::uint64_t request_body = 0;
    std::uint64_t response_body = 0;       ///< bytes on the wire, compressed as they were
    std::string redirect;                  ///< URL; empty: none
    std::string initiator;                 ///< URL of the document, style sheet or script that asked; empty: unknown
    std::optional<std::uint8_t> priority;  ///< urgency, 0 to 7, the least first (RFC 9218 4.1)
    std::string connection;                ///< whatever names it; empty: unknown

    [[nodiscard]] Duration end() const { return start + time; }
    /// When the response begins to arrive.
    [[nodiscard]] Duration first_byte() const { return end() - timings.receive.value_or(Duration{0}); }
};

struct RecordedPage {
    std::string id, title;
    std::optional<Duration> start;                     ///< as Exchange::start
    std::optional<Duration> on_content_load, on_load;  ///< since the page's start
};

/// What a browser recorded, in one form whatever wrote it.
struct Recording {
    std::string creator;  ///< "WebInspector 537.36"
    std::string browser;  ///< "Firefox 128.0"; empty: not said
    Date begin{};         ///< the first exchange's start
    std::vector<RecordedPage> pages;
    std::vector<Exchange> exchanges;  ///< by start, then as in the file
    std::size_t negative_times = 0;   ///< that were taken for unknown: a clock was set, or an answer was early
};

/// A recording, or why there is none.
struct LoadedRecording {
    std::optional<Recording> recording;
    std::string errors;  ///< for stderr
    std::size_t error_count = 0;
    bool unreadable = false;  ///< the file could not be read (exit code 3, not 2)
};

/// Reads a file of at most 256 MiB. Never throws but for want of memory.
LoadedRecording load_har(const std::string& path);
/// Reads a text in the format HAR 1.1 or 1.2; `file` is what messages call it.
LoadedRecording read_har(std::string_view text, const std::string& file);

}  // namespace tcplab::har
