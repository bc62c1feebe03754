#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <vector>

#include "har/reader.hpp"
#include "scenario/file_text.hpp"

namespace tcplab::har {

namespace {

constexpr std::size_t kMostExchanges = 100'000;
constexpr std::uintmax_t kLargestFile = 256ULL * 1024 * 1024;

/// The members that are read; bodies, cookies and much else are not kept.
bool is_wanted(std::string_view key) {
    constexpr std::array<std::string_view, 53> wanted{"_fetchType",
                                                      "_fetchedViaServiceWorker",
                                                      "_fromCache",
                                                      "_initiator",
                                                      "_priority",
                                                      "_protocol",
                                                      "_resourceType",
                                                      "_transferSize",
                                                      "afterRequest",
                                                      "blocked",
                                                      "bodySize",
                                                      "browser",
                                                      "cache",
                                                      "callFrames",
                                                      "compression",
                                                      "connect",
                                                      "connection",
                                                      "content",
                                                      "creator",
                                                      "dns",
                                                      "entries",
                                                      "headers",
                                                      "headersSize",
                                                      "httpVersion",
                                                      "id",
                                                      "log",
                                                      "method",
                                                      "mimeType",
                                                      "name",
                                                      "onContentLoad",
                                                      "onLoad",
                                                      "pageTimings",
                                                      "pageref",
                                                      "pages",
                                                      "parent",
                                                      "receive",
                                                      "redirectURL",
                                                      "request",
                                                      "response",
                                                      "send",
                                                      "size",
                                                      "ssl",
                                                      "stack",
                                                      "startedDateTime",
                                                      "status",
                                                      "statusText",
                                                      "time",
                                                      "timings",
                                                      "title",
                                                      "url",
                                                      "value",
                                                      "version",
                                                      "wait"};
    return std::binary_search(wanted.begin(), wanted.end(), key);
}

/// "Firefox 128.0"
std::string program(const Place& place, Reader& reader) {
    reader.object(place);
    const std::string name = reader.text(place.member("name"));
    const std::string version = vendor_text(place.member("version"));
    return name.empty() || version.empty() ? name : name + " " + version;
}

class LogReader {
  public:
    LogReader(const Place& log, Complaints& out) : log_(log), reader_(out) {}

    Recording read() {
        recording_.creator = program(log_.member("creator"), reader_);
        recording_.browser = program(log_.member("browser"), reader_);
        read_exchanges();
        read_pages();
        recording_.negative_times = reader_.negative_times();
        return std::move(recording_);
    }

  private:
    void read_exchanges() {
        const Place entries = log_.member("entries");
        if (!entries) reader_.fail(entries, "missing");
        const std::size_t count = reader_.items(entries);
        if (count > kMostExchanges) {
            reader_.fail(entries, fmt::format("{} entries are more than {}", count, kMostExchanges));
            return;
        }
        std::vector<Date> dates;
        for (std::size_t i = 0; i < count; ++i) {
            ReadExchange read = read_exchange(entries.item(i), reader_);
            read.exchange.number = i;
            recording_.exchanges.push_back(std::move(read.exchange));
            dates.push_back(read.started.value_or(Date{}));
        }
        if (dates.empty()) return;
        recording_.begin = *std::min_element(dates.begin(), dates.end());
        for (std::size_t i = 0; i < count; ++i) recording_.exchanges[i].start = dates[i] - recording_.begin;
        std::stable_sort(recording_.exchanges.begin(), recording_.exchanges.end(),
                         [](const Exchange& a, const Exchange& b) { return a.start < b.start; });
    }

    void read_pages() {
        const Place pages = log_.member("pages");
        const std::size_t count = reader_.items(pages);
        for (std::size_t i = 0; i < count; ++i) {
            const Place page = pages.item(i);
            reader_.object(page);
            RecordedPage& p = recording_.pages.emplace_back();
            p.id = vendor_text(page.member("id"));
            p.title = reader_.text(page.member("title"));
            const Place started = page.member("startedDateTime");
            const std::string date = reader_.text(started);
            if (const auto parsed = parse_date(date)) {
                p.start = *parsed - recording_.begin;
            } else if (started.as(JsonValue::Kind::string) != nullptr) {
                reader_.fail(started, "this is no date and time", "such as \"2024-05-01T12:00:00.000Z\"");
            }
            const Place timings = page.member("pageTimings");
            reader_.object(timings);
            p.on_content_load = reader_.milliseconds(timings.member("onContentLoad"));
            p.on_load = reader_.milliseconds(timings.member("onLoad"));
        }
    }

    const Place& log_;
    Reader reader_;
    Recording recording_;
};

/// What to do about a text that is no JSON.
std::string_view unpacking(std::string_view text) {
    const auto begins = [text](std::string_view magic) { return text.substr(0, magic.size()) == magic; };
    if (begins("\xff\xfe") || begins("\xfe\xff")) return "it is UTF-16: save it as UTF-8";
    if (begins("\x1f\x8b")) return "it is compressed: gunzip it";  // RFC 1952 2.3.1
    return {};
}

LoadedRecording unreadable(const std::string& path, std::string_view why) {
    LoadedRecording loaded;
    loaded.errors = fmt::format("{}: error: {}\n", path, why);
    loaded.error_count = 1;
    loaded.unreadable = true;
    return loaded;
}

}  // namespace

LoadedRecording read_har(std::string_view text, const std::string& file) {
    LoadedRecording loaded;
    Complaints complaints;
    const ParsedJson json = parse_json(text, is_wanted);
    std::optional<Recording> recording;
    if (!json.value) {
        complaints.add(json.error.offset, json.error.message, unpacking(text));
    } else {
        const Place root(*json.value);
        const Place log = root.member("log");
        Reader reader(complaints);
        if (reader.object(root) && !log) complaints.add(log, "missing: this is no HAR file");
        if (reader.object(log)) recording = LogReader(log, complaints).read();
    }
    loaded.error_count = complaints.size();
    if (loaded.error_count == 0) {
        loaded.recording = std::move(recording);
    } else {
        loaded.errors = complaints.render(file, text);
    }
    return loaded;
}

LoadedRecording load_har(const std::string& path) {
    const FileText file = read_file(path, kLargestFile);
    if (file.why == std::errc::file_too_large) return unreadable(path, "larger than 256 MiB");
    if (!file.text) return unreadable(path, file.why.message());
    return read_har(*file.text, path);
}

}  // namespace tcplab::har
