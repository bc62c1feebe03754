// HAR of a run: what HAR 1.2 asks for, exact sums, and that it can be read back.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <initializer_list>

#include "experiment/world.hpp"
#include "har/json.hpp"
#include "har/write.hpp"
#include "recordings.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::har;

namespace {

Scenario scenario_of(std::string_view text) {
    const Loaded loaded = read_scenario(text, "x.toml");
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(0));
}

constexpr std::string_view kPage = R"(
[link]
rtt = "30.000001 ms"
rate = "1.5 Mbit/s"
[client]
strategy = "persistent"
connections = 2
url = "http://www.example.com:8080/index.html"
[server]
think_time = "7 ms"
[page]
html = "10 kB"
objects = [ { name = "a.css", size = "3 kB" }, { count = 3, size = "20 kB" }, { name = "b.js", size = "1 kB", method = "POST" } ]
)";

bool everything(std::string_view) { return true; }

JsonValue json_of(const Scenario& s, const Results& results) {
    const ParsedJson parsed = parse_json(har_json(s, results, "A \"title\""), everything);
    INFO(parsed.error.message);
    REQUIRE(parsed.value);
    return *parsed.value;
}

const JsonValue& at(const JsonValue& object, std::string_view key) {
    const JsonValue* value = find(object, key);
    INFO(std::string(key));
    REQUIRE(value != nullptr);
    return *value;
}

void require_members(const JsonValue& object, std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) at(object, key);
}

/// Millionths of the number that stands under that key, which has at most six decimals.
std::int64_t printed(const JsonValue& object, const std::string& key) {
    return std::llround(at(object, key).number * 1e6);
}

}  // namespace

TEST_CASE("every member that HAR 1.2 requires is there") {
    const Scenario s = scenario_of(kPage);
    const JsonValue root = json_of(s, simulate(s));
    const JsonValue& log = at(root, "log");
    require_members(log, {"version", "creator", "entries"});
    CHECK(at(log, "version").text == "1.2");
    require_members(at(log, "creator"), {"name", "version"});
    const JsonValue& page = at(log, "pages").items.at(0);
    require_members(page, {"startedDateTime", "id", "title", "pageTimings"});
    CHECK(at(page, "title").text == "A \"title\"");
    REQUIRE(at(log, "entries").items.size() == 6);
    for (const JsonValue& entry : at(log, "entries").items) {
        require_members(entry, {"startedDateTime", "time", "request", "response", "cache", "timings"});
        require_members(at(entry, "request"), {"method", "url", "httpVersion", "cookies", "headers", "queryString",
                                               "headersSize", "bodySize"});
        require_members(at(entry, "response"), {"status", "statusText", "httpVersion", "cookies", "headers", "content",
                                                "redirectURL", "headersSize", "bodySize"});
        require_members(at(at(entry, "response"), "content"), {"size", "mimeType"});
        require_members(at(entry, "timings"), {"send", "wait", "receive"});
        CHECK(at(entry, "pageref").text == at(page, "id").text);
    }
}

TEST_CASE("panels are told what a thing is by its name") {
    const Scenario s = scenario_of(
        "[page]\nhtml = \"1 kB\"\nobjects = [ { name = \"logo.png\", size = \"1 kB\" }, "
        "{ name = \"app.js\", size = \"1 kB\" }, { name = \"data\", size = \"1 kB\" } ]\n");
    const JsonValue root = json_of(s, simulate(s));
    std::vector<std::string> types;
    for (const JsonValue& entry : at(at(root, "log"), "entries").items) {
        types.push_back(at(at(at(entry, "response"), "content"), "mimeType").text);
    }
    // IANA's media types
    CHECK(types == std::vector<std::string>{"text/html", "image/png", "text/javascript", "application/octet-stream"});
}

TEST_CASE("phases add up to the time, and none is negative but -1") {
    const Scenario s = scenario_of(kPage);
    const Results results = simulate(s);
    const JsonValue root = json_of(s, results);
    const std::vector<JsonValue>& entries = at(at(root, "log"), "entries").items;
    std::size_t reused = 0;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const JsonValue& timings = at(entries[i], "timings");
        std::int64_t sum = 0;
        for (const char* key : {"blocked", "dns", "connect", "send", "wait", "receive"}) {
            const std::int64_t phase = printed(timings, key);
            CHECK((phase >= 0 || phase == -1'000'000));
            if (phase > 0) sum += phase;
        }
        CHECK(sum == printed(entries[i], "time"));
        CHECK(sum == (results.transactions[i].done - results.transactions[i].wanted).count());
        CHECK(at(timings, "ssl").number == -1);
        CHECK(at(timings, "dns").number == -1);
        CHECK((at(timings, "connect").number == -1) == bool(results.transactions[i].reused));
        if (results.transactions[i].reused) ++reused;
    }
    CHECK(reused > 0);
    CHECK(reused < entries.size());
}

TEST_CASE("a run reads back as the page that it is") {
    const Scenario s = scenario_of(kPage);
    const Results results = simulate(s);
    const Recording r = recordings::read(har_json(s, results, ""));
    CHECK(r.creator.find("tcplab ") == 0);
    CHECK(format_date(r.begin) == "2001-01-01T00:00:00.000Z");
    REQUIRE(r.pages.size() == 1);
    CHECK(r.pages[0].title == "http://www.example.com:8080/index.html");
    CHECK(r.pages[0].on_load == results.pages[0].done - results.pages[0].started);
    CHECK(r.pages[0].on_content_load == results.pages[0].html_done - results.pages[0].started);
    REQUIRE(r.exchanges.size() == results.transactions.size());
    const ObjectIndex index(s.page);
    for (const Exchange& e : r.exchanges) {
        const Transaction& t = results.transactions[e.number];
        const auto [entry, k] = index.find(t.object);
        const PageObject& o = s.page.objects[entry];
        CHECK(e.start == t.wanted - kStart);
        CHECK(e.time == t.done - t.wanted);
        CHECK(e.first_byte() == t.first_byte - kStart);
        CHECK(e.url.text() == "http://www.example.com:8080" + o.path_of(k));
        CHECK(e.method == o.method);
        CHECK(e.priority == o.priority);
        CHECK(e.response_body == o.size);
        CHECK(e.response_header == 250);
        CHECK(e.request_header == 300);
        CHECK(e.source == Source::network);
        CHECK(e.protocol == Protocol::http11);
        CHECK(e.connection == std::to_string(t.connection));
    }
    const Import page = *import_page(r).page;
    CHECK(page.rtt == 30600us);  // 60 bytes of SYN and as many of SYN-ACK take 0.32 ms each
    CHECK(page.html == 10'000);
    CHECK(recordings::object(page, "a.css").after->at(0) == "html");
    CHECK(recordings::object(page, "a.css").think_time >= 7ms);
}

TEST_CASE("a failed transaction has status 0 and says why") {
    Scenario s = scenario_of(kPage);
    Results results = simulate(s);
    results.transactions[1].failure.what = "connection reset";
    results.transactions[2].done = kNever;
    const JsonValue root = json_of(s, results);
    const std::vector<JsonValue>& entries = at(at(root, "log"), "entries").items;
    CHECK(at(at(entries[1], "response"), "status").number == 0);
    CHECK(at(at(entries[1], "response"), "_error").text == "connection reset");
    CHECK(at(at(entries[2], "response"), "_error").text == "unfinished when the run ended");
    CHECK(find(at(entries[3], "response"), "_error") == nullptr);
    CHECK(recordings::read(har_json(s, results, "")).exchanges.at(1).source == Source::failed);
}

TEST_CASE("what never began has times all the same") {
    const Scenario s = scenario_of(kPage);
    Results results = simulate(s);
    Transaction& t = results.transactions.back();
    t = Transaction{};
    t.wanted = kStart + 5ms;
    t.object = 2;
    results.pages[0].done = kNever;
    const Recording r = recordings::read(har_json(s, results, ""));
    CHECK_FALSE(r.pages[0].on_load);
    CHECK(r.exchanges.at(1).time == Duration{0});
}

TEST_CASE("dates run on over midnight") {
    const Scenario s = scenario_of(kPage);
    Results results = simulate(s);
    results.transactions[0].wanted = kStart + std::chrono::hours(25) + 1ns;
    CHECK(har_json(s, results, "").find("\"startedDateTime\": \"2001-01-02T01:00:00.000000001Z\"") !=
          std::string::npos);
}
