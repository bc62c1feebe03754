#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "har/import.hpp"
#include "har/recording.hpp"

// Small recordings, as text.

namespace tcplab::har::recordings {

/// An entry of a recording. Milliseconds; texts named `more_` are put into their object as they are.
struct Sample {
    std::string url = "http://www.example.com/";
    double start = 0;
    std::string mime = "text/html";
    int status = 200;
    long size = 1000;  ///< of the body
    std::string timings = R"("blocked": 1, "dns": -1, "connect": -1, "ssl": -1, "send": 0, "wait": 19, "receive": 10)";
    double time = 30;
    std::string more_entry, more_request, more_response;
    std::string method = "GET";
    std::string version = "HTTP/1.1";
    std::string page = "page_1";
};

inline std::string date(double ms) {
    const auto whole = static_cast<long>(ms * 1000);
    char text[64];
    std::snprintf(text, sizeof text, "2024-05-01T12:%02ld:%02ld.%06ldZ", whole / 60'000'000, whole / 1'000'000 % 60,
                  whole % 1'000'000);
    return text;
}

inline std::string text_of(const Sample& e) {
    const auto more = [](const std::string& text) { return text.empty() ? "" : ", " + text; };
    return R"({"startedDateTime": ")" + date(e.start) + R"(", "time": )" + std::to_string(e.time) +
           R"(, "pageref": ")" + e.page + R"(", "request": {"method": ")" + e.method + R"(", "url": ")" + e.url +
           R"(", "httpVersion": ")" + e.version + R"(", "headersSize": 400, "bodySize": 0)" + more(e.more_request) +
           R"(}, "response": {"status": )" + std::to_string(e.status) + R"(, "httpVersion": ")" + e.version +
           R"(", "headersSize": 300, "bodySize": )" + std::to_string(e.size) + R"(, "redirectURL": "", "content": )" +
           R"({"size": )" + std::to_string(e.size) + R"(, "mimeType": ")" + e.mime + R"("})" + more(e.more_response) +
           R"(}, "cache": {}, "timings": {)" + e.timings + "}" + more(e.more_entry) + "}";
}

/// `pages` is the list's text.
inline std::string file_of(const std::vector<Sample>& entries,
                           std::string_view pages = R"([{"startedDateTime": "2024-05-01T12:00:00.000Z", "id": "page_1",
 "title": "A page", "pageTimings": {"onContentLoad": 200, "onLoad": 500}}])") {
    std::string out = R"({"log": {"version": "1.2", "creator": {"name": "Someone", "version": "1"}, "pages": )";
    out.append(pages).append(",\n\"entries\": [");
    for (std::size_t i = 0; i < entries.size(); ++i) out += (i > 0 ? ",\n" : "\n") + text_of(entries[i]);
    return out + "\n]}}\n";
}

inline Recording read(const std::string& text) {
    LoadedRecording loaded = read_har(text, "x.har");
    if (!loaded.recording) throw std::runtime_error(loaded.errors);
    return *loaded.recording;
}
inline Recording read(const std::vector<Sample>& entries) { return read(file_of(entries)); }

/// The first (or only) exchange.
inline Exchange read_one(const Sample& entry) { return read({entry}).exchanges.at(0); }

inline Import import(const std::string& text) {
    Imported imported = import_page(read(text));
    if (!imported.page) throw std::runtime_error(imported.error);
    return *imported.page;
}
inline Import import(const std::vector<Sample>& entries) { return import(file_of(entries)); }

/// The object of that name.
inline const ObjectSpec& object(const Import& page, std::string_view name) {
    for (const ObjectSpec& o : page.objects) {
        if (o.name == name) return o;
    }
    throw std::runtime_error("no object " + std::string(name));
}

}  // namespace tcplab::har::recordings
