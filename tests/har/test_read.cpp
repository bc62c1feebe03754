// Recordings as browsers and tools write them, and what is wrong with others.
#include <doctest/doctest.h>

#include "har/reader.hpp"
#include "recordings.hpp"

using namespace tcplab;
using namespace tcplab::har;
using namespace tcplab::har::recordings;

namespace {

Exchange with_response(const std::string& more, const std::string& version = "HTTP/1.1") {
    Sample e;
    e.more_response = more;  // the later of two members of one name counts
    e.version = version;
    return read_one(e);
}

Exchange with_timings(const std::string& timings, double time) {
    Sample e;
    e.timings = timings;
    e.time = time;
    return read_one(e);
}

/// The first lines of the errors, without the file's name.
std::string errors_of(const std::string& text) {
    const LoadedRecording loaded = read_har(text, "x.har");
    CHECK(loaded.recording.has_value() == (loaded.error_count == 0));
    std::string out;
    std::size_t from = 0;
    for (std::size_t end = loaded.errors.find('\n'); end != std::string::npos; end = loaded.errors.find('\n', from)) {
        const std::string line = loaded.errors.substr(from, end - from);
        if (line.rfind("x.har:", 0) == 0) out += line.substr(6) + "\n";
        from = end + 1;
    }
    return out;
}

}  // namespace

TEST_CASE("an exchange") {
    const Recording r = read({Sample{}});
    CHECK(r.creator == "Someone 1");
    CHECK(format_date(r.begin) == "2024-05-01T12:00:00.000Z");
    REQUIRE(r.pages.size() == 1);
    CHECK(r.pages[0].title == "A page");
    CHECK(r.pages[0].start == Duration{0});
    CHECK(r.pages[0].on_content_load == 200ms);
    CHECK(r.pages[0].on_load == 500ms);
    const Exchange& e = r.exchanges.at(0);
    CHECK(e.url.text() == "http://www.example.com/");
    CHECK(e.method == "GET");
    CHECK(e.status == 200);
    CHECK(e.source == Source::network);
    CHECK(e.kind == Kind::document);
    CHECK(e.protocol == Protocol::http11);
    CHECK(e.time == 30ms);
    CHECK(e.first_byte() == 20ms);
    CHECK(e.timings.blocked == 1ms);
    CHECK_FALSE(e.timings.dns);
    CHECK_FALSE(e.timings.ssl);
    CHECK(e.request_header == 400);
    CHECK(e.response_header == 300);
    CHECK(e.response_body == 1000);
    CHECK(e.page == "page_1");
}

TEST_CASE("entries are put in order") {
    const Recording r = read({{.url = "http://a.example/2", .start = 70.5}, {.url = "http://a.example/1", .start = 3}});
    CHECK(r.exchanges.at(0).url.path == "/1");
    CHECK(r.exchanges.at(0).number == 1);
    CHECK(r.exchanges.at(1).start == 67500us);
}

TEST_CASE("what may be missing") {
    const Recording r = read(std::string(R"({"log": {"entries": [
        {"startedDateTime": "2024-05-01T12:00:00Z", "request": {"url": "http://a.example/x.js"}},
        {"startedDateTime": "2024-05-01T12:00:01Z", "time": 12.5, "pageref": null, "timings": null,
         "request": {"url": "http://a.example/y", "method": null, "headers": null, "bodySize": null},
         "response": {"status": 200, "content": {}, "headers": [], "headersSize": -1, "bodySize": -1}, "cache": null}
        ]}})"));
    CHECK(r.exchanges.at(0).source == Source::failed);
    const Exchange& e = r.exchanges.at(1);
    CHECK(e.source == Source::network);
    CHECK(e.time == 12500us);
    CHECK(e.response_body == 0);
    CHECK(e.request_header == 0);
    CHECK(e.protocol == Protocol::unknown);
}

TEST_CASE("protocols by all their names") {
    const auto protocol = [](const std::string& version) { return with_response("\"x\": 1", version).protocol; };
    for (const char* name : {"h2", "HTTP/2", "HTTP/2.0", "http/2.0", "spdy/3.1"}) {
        CAPTURE(name);
        CHECK(protocol(name) == Protocol::http2);
    }
    for (const char* name : {"h3", "h3-29", "HTTP/3", "http/2+quic/46"}) CHECK(protocol(name) == Protocol::http3);
    for (const char* name : {"http/1.1", "1.1", "HTTP/1.1"}) CHECK(protocol(name) == Protocol::http11);
    CHECK(protocol("HTTP/1.0") == Protocol::http10);
    for (const char* name : {"", "unknown", "us:"}) CHECK(protocol(name) == Protocol::unknown);
    // Old Chrome said nothing, but HTTP/2 has its fields (RFC 9113 8.3.1).
    Sample e;
    e.version = "unknown";
    e.more_request = R"("headers": [{"name": ":path", "value": "/"}])";
    CHECK(read_one(e).protocol == Protocol::http2);
}

TEST_CASE("connect has ssl in it, whoever wrote it") {
    // HAR 1.2: ssl is in connect, and the sum tells so.
    const Exchange inside =
        with_timings(R"("blocked": 2, "dns": 3, "connect": 50, "ssl": 30, "send": 1, "wait": 20, "receive": 4)", 80);
    CHECK(inside.timings.connect == 50ms);
    CHECK(inside.time == 80ms);
    // Firefox: one after the other.
    const Exchange behind =
        with_timings(R"("blocked": 2, "dns": 3, "connect": 20, "ssl": 15, "send": 0, "wait": 20, "receive": 4)", 64);
    CHECK(behind.timings.connect == 35ms);
    CHECK(behind.timings.ssl == 15ms);
    CHECK(behind.time == 64ms);
    // More than all of it cannot be in it, even where the sum is missing.
    const Exchange longer = with_timings(R"("connect": 20, "ssl": 25, "send": 0, "wait": 20, "receive": 4)", 0);
    CHECK(longer.timings.connect == 45ms);
}

TEST_CASE("an exchange without phases has its time") {
    CHECK(with_timings("", 33).time == 33ms);
    CHECK(with_timings(R"("blocked": -1, "wait": -1, "receive": -1)", 33).time == 33ms);
    CHECK(with_timings(R"("blocked": 3, "wait": 5)", 33).time == 8ms);
}

TEST_CASE("a time below zero is not known, and counted unless it is -1") {
    Sample e;
    e.timings = R"("blocked": -1, "send": -0.25, "wait": -50, "receive": 30)";
    e.time = -7;
    const Recording r = read({e});
    CHECK_FALSE(r.exchanges.at(0).timings.send);
    CHECK_FALSE(r.exchanges.at(0).timings.wait);
    CHECK(r.exchanges.at(0).time == 30ms);
    CHECK(r.negative_times == 3);
    CHECK(read({Sample{}}).negative_times == 0);
}

TEST_CASE("sizes of bodies, the most trustworthy first") {
    const std::string unknown = R"("bodySize": -1, "headersSize": -1)";
    CHECK(with_response(R"("bodySize": 700, "_transferSize": 5000, "content": {"size": 9000})").response_body == 700);
    const std::string field = R"(, "headers": [{"name": "content-length", "value": "640"}])";
    CHECK(with_response(unknown + R"(, "content": {"size": 9000})" + field).response_body == 640);
    // Less arrived than the field promises.
    CHECK(with_response(R"("bodySize": -1, "_transferSize": 500)" + field).response_body == 200);
    CHECK(with_response(R"("bodySize": -1, "headersSize": 300, "_transferSize": 1300)").response_body == 1000);
    CHECK(with_response(unknown + R"(, "content": {"size": 9000, "compression": 6500})").response_body == 2500);
    CHECK(with_response(unknown + R"(, "content": {"size": 9000, "compression": -20})").response_body == 9000);
    CHECK(with_response(unknown + R"(, "content": {"size": 9000, "compression": 9500})").response_body == 9000);
    // Chrome's validation of a cached copy, shown as 200: what is there was not sent.
    CHECK(with_response(R"("bodySize": 0, "headersSize": 182, "_transferSize": 182, "content": {"size": 9000})")
              .response_body == 0);
    // A compressed header: its text is longer than all that came.
    CHECK(with_response(R"("bodySize": -1, "headersSize": -1, "_transferSize": 90, "content": {"size": 43},
        "headers": [{"name": "a", "value": "0123456789012345678901234567890123456789012345678901234567890123456789"},
                    {"name": "b", "value": "0123456789012345678901234567890123456789"}])")
              .response_body == 43);
    for (const int status : {204, 304}) {
        Sample e;
        e.status = status;
        CHECK(read_one(e).response_body == 0);
    }
    Sample head;
    head.method = "HEAD";
    CHECK(read_one(head).response_body == 0);
}

TEST_CASE("sizes of headers that nobody counted") {
    Sample e;
    e.url = "http://www.example.com/a?b";
    e.more_request =
        R"("headersSize": -1, "headers": [{"name": "Accept", "value": "*/*"}, {"name": "X", "value": ""}])";
    e.more_response = R"("headersSize": -1, "statusText": "OK", "headers": [{"name": "Age", "value": 12}])";
    const Exchange text = read_one(e);
    CHECK(text.request_header == std::string_view("GET /a?b HTTP/1.1\r\nAccept: */*\r\nX: \r\n\r\n").size());
    CHECK(text.response_header == std::string_view("HTTP/1.1 200 OK\r\nAge: 12\r\n\r\n").size());
    // As HTTP/1.1 would have it.
    e.more_request = R"("headersSize": -1, "headers": [{"name": ":method", "value": "GET"},
        {"name": ":authority", "value": "www.example.com"}, {"name": ":path", "value": "/a?b"}])";
    e.version = "h2";
    CHECK(read_one(e).request_header == std::string_view("GET /a?b HTTP/1.1\r\nHost: www.example.com\r\n\r\n").size());
}

TEST_CASE("what did not come from the network") {
    const auto source = [](const Sample& e) { return read_one(e).source; };
    const auto marked = [&](const char* entry, const char* response) {
        Sample e;
        e.more_entry = entry;
        e.more_response = response;
        return source(e);
    };
    CHECK(source({.url = "data:image/gif;base64,R0lGODlhAQABAAAAACw="}) == Source::browser);
    CHECK(source({.url = "blob:http://www.example.com/0-1-2"}) == Source::browser);
    CHECK(source({.url = "chrome-extension://abc/x.js"}) == Source::browser);
    CHECK(source({.url = "wss://www.example.com/s", .status = 101}) == Source::websocket);
    CHECK(source({.status = 0}) == Source::failed);
    CHECK(source({.status = -2}) == Source::failed);  // WebPageTest
    CHECK(marked(R"("_fromCache": "disk")", "") == Source::cache);
    CHECK(marked(R"("_fetchType": "Memory Cache")", "") == Source::cache);
    CHECK(marked(R"("_fetchType": "Service Worker")", "") == Source::service_worker);
    CHECK(marked(R"("_fetchType": "Network Load")", "") == Source::network);
    CHECK(marked("", R"("_transferSize": 0)") == Source::cache);
    CHECK(marked("", R"("_transferSize": 0, "content": {"size": 0})") == Source::network);
    CHECK(marked("", R"("_fetchedViaServiceWorker": true)") == Source::service_worker);
    CHECK(marked("", R"("_fetchedViaServiceWorker": false)") == Source::network);
    CHECK(marked("", R"("statusText": "Internal Redirect")") == Source::browser);
    CHECK(marked("", R"("headers": [{"name": "Non-Authoritative-Reason", "value": "HSTS"}])") == Source::browser);
    // Firefox: the cache's entry, and no time.
    Sample firefox;
    firefox.more_entry = R"("cache": {"afterRequest": {"eTag": "x"}})";
    CHECK(source(firefox) == Source::network);
    firefox.timings = R"("blocked": 0, "send": 0, "wait": 0, "receive": 0)";
    CHECK(source(firefox) == Source::cache);
    firefox.more_entry = "";
    CHECK(source(firefox) == Source::network);  // a quick one
    firefox.version = "";
    firefox.size = -1;
    CHECK(source(firefox) == Source::cache);
}

TEST_CASE("who asked") {
    const auto initiator = [](const char* text) {
        Sample e;
        e.more_entry = std::string(R"("_initiator": )") + text;
        return read_one(e).initiator;
    };
    CHECK(initiator(R"({"type": "parser", "url": "http://a.example/", "lineNumber": 3})") == "http://a.example/");
    CHECK(
        initiator(R"({"type": "script", "stack": {"callFrames": [{"url": ""}, {"url": "http://a.example/x.js"}]}})") ==
        "http://a.example/x.js");
    CHECK(initiator(R"({"type": "script", "stack": {"callFrames": [], "parent": {"description": "Promise.then",
        "callFrames": [{"url": "http://a.example/y.js"}]}}})") == "http://a.example/y.js");
    CHECK(initiator(R"("http://a.example/z.css")") == "http://a.example/z.css");
    CHECK(initiator(R"({"type": "other"})").empty());
    CHECK(initiator("17").empty());
}

TEST_CASE("priorities") {
    const auto priority = [](const char* word) {
        Sample e;
        e.more_entry = std::string(R"("_priority": ")") + word + "\"";
        return read_one(e).priority;
    };
    // net/spdy: Chrome's HIGHEST to IDLE are urgencies 0 to 4; its panel calls them VeryHigh to VeryLow.
    CHECK(priority("VeryHigh") == 0);
    CHECK(priority("High") == 1);
    CHECK(priority("Medium") == 2);
    CHECK(priority("Low") == 3);
    CHECK(priority("VeryLow") == 4);
    CHECK(priority("MEDIUM") == 1);  // WebPageTest has the names of the layer below
    CHECK_FALSE(priority("urgent"));
}

TEST_CASE("redirects") {
    Sample e;
    e.url = "http://www.example.com/a/b";
    e.status = 302;
    e.more_response = R"("redirectURL": "../c?d")";
    CHECK(read_one(e).redirect == "http://www.example.com/c?d");
    e.more_response = R"("redirectURL": "")";
    CHECK(read_one(e).redirect.empty());
    e.status = 200;
    e.more_response = R"("redirectURL": "/c")";
    CHECK(read_one(e).redirect.empty());
}

TEST_CASE("an error stands in its line, and has its path") {
    const std::string text =
        "{\"log\": {\n  \"entries\": [\n    {\"startedDateTime\": \"today\", \"request\": {\"url\": 7}}]}}";
    const LoadedRecording loaded = read_har(text, "x.har");
    CHECK_FALSE(loaded.recording);
    CHECK(loaded.error_count == 2);
    CHECK(loaded.errors ==
          "x.har:3:25: error: log.entries[0].startedDateTime: this is no date and time\n"
          "  3 |     {\"startedDateTime\": \"today\", \"request\": {\"url\": 7}}]}}\n"
          "    |                         ^~~~~~~ such as \"2024-05-01T12:00:00.000Z\"\n"
          "x.har:3:53: error: log.entries[0].request.url: expected a text, found the number 7\n"
          "  3 |     {\"startedDateTime\": \"today\", \"request\": {\"url\": 7}}]}}\n"
          "    |                                                     ^\n");
}

TEST_CASE("a long line is cut around the place") {
    std::string text = R"({"log": {"comment": ")" + std::string(5000, 'x') + R"(", "entries": 5, "x": ")";
    text += std::string(5000, 'y') + "\"}}";
    const LoadedRecording loaded = read_har(text, "x.har");
    CHECK(loaded.error_count == 1);
    CHECK(loaded.errors.find("x.har:1:5036: error: log.entries: expected a list, found the number 5\n") == 0);
    CHECK(loaded.errors.size() < 400);
}

TEST_CASE("what is wrong with a file") {
    CHECK(errors_of("[]") == "1:1: error: expected an object, found a list\n");
    CHECK(errors_of("{}") == "1:1: error: log: missing: this is no HAR file\n");
    CHECK(errors_of(R"({"log": 3})") == "1:9: error: log: expected an object, found the number 3\n");
    CHECK(errors_of(R"({"log": {}})") == "1:9: error: log.entries: missing\n");
    CHECK(errors_of(R"({"log": {"entries": [], "pages": {}}})") ==
          "1:34: error: log.pages: expected a list, found an object\n");
    CHECK(errors_of("{\"log\": {\n\"entries\": [}}") ==
          "2:13: error: not JSON: unexpected '}'; expected '[', '{', or a literal\n");
    CHECK(errors_of("") == "1:1: error: not JSON: unexpected end of input; expected '[', '{', or a literal\n");
}

TEST_CASE("what is wrong with an entry") {
    const auto error = [](const std::string& entry) { return errors_of(R"({"log": {"entries": [)" + entry + "]}}"); };
    const std::string date = R"("startedDateTime": "2024-05-01T12:00:00Z")";
    const std::string url = R"("request": {"url": "http://a.example/"})";
    CHECK(error("{" + date + "}") == "1:22: error: log.entries[0].request: missing\n");
    CHECK(error("{" + url + "}") == "1:22: error: log.entries[0].startedDateTime: missing\n");
    CHECK(error("{" + date + R"(, "request": {}})") == "1:77: error: log.entries[0].request.url: missing\n");
    CHECK(error("{" + date + R"(, "request": {"url": "nowhere"}})") ==
          "1:85: error: log.entries[0].request.url: this is no URL\n");
    CHECK(error("{" + date + ", " + url + R"(, "time": "5"})") ==
          "1:115: error: log.entries[0].time: expected a number, found \"5\"\n");
    CHECK(error("{" + date + ", " + url + R"(, "timings": {"wait": 1e20}})") ==
          "1:127: error: log.entries[0].timings.wait: 1e+20 milliseconds are more than four months\n");
    CHECK(error("{" + date + ", " + url + R"(, "response": {"bodySize": 1e16}})") ==
          "1:132: error: log.entries[0].response.bodySize: 1e+16 bytes are more than a petabyte\n");
    CHECK(
        error("{" + date + ", " + url + R"(, "response": {"headers": [5]}})").find("headers[0]: expected an object") !=
        std::string::npos);
    CHECK(error("7").find("1:22: error: log.entries[0]: expected an object, found the number 7\n") == 0);
}

TEST_CASE("not more than twenty errors are listed") {
    std::string entries;
    for (int i = 0; i < 30; ++i)
        entries += std::string(i > 0 ? "," : "") + "\n{\"request\": {\"url\": \"http://a.example/\"}}";
    const LoadedRecording loaded = read_har(R"({"log": {"entries": [)" + entries + "]}}", "x.har");
    CHECK(loaded.error_count == 30);
    CHECK(loaded.errors.find("entries[19].startedDateTime") != std::string::npos);
    CHECK(loaded.errors.find("entries[20].startedDateTime") == std::string::npos);
    CHECK(loaded.errors.find("x.har: error: 10 more errors\n") != std::string::npos);
}

TEST_CASE("files that cannot be read") {
    CHECK(load_har("tests/har/data/no-such-file.har").unreadable);
    const LoadedRecording folder = load_har("tests/har/data");
    CHECK(folder.unreadable);
    CHECK(folder.errors == "tests/har/data: error: Is a directory\n");
}
