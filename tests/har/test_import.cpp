// What a scenario has of a recording.
#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "har/causes.hpp"
#include "recordings.hpp"
#include "scenario/document.hpp"

using namespace tcplab;
using namespace tcplab::har;
using namespace tcplab::har::recordings;

namespace {

std::string phases(const std::string& connect, const std::string& ssl, double wait, double receive) {
    return "\"blocked\": 0, \"dns\": -1, \"connect\": " + connect + ", \"ssl\": " + ssl +
           ", \"send\": 0, \"wait\": " + std::to_string(wait) + ", \"receive\": " + std::to_string(receive);
}

/// Starts at `start`, its first byte arrives `wait` later, its last byte `receive` after that.
Sample get(const std::string& url, double start, double wait, double receive, const std::string& mime,
           const std::string& more = "") {
    Sample e;
    e.url = url.front() == '/' ? "http://www.example.com" + url : url;
    e.start = start;
    e.timings = phases("-1", "-1", wait, receive);
    e.time = wait + receive;
    e.mime = mime;
    e.more_entry = more;
    return e;
}

std::string by(const std::string& path) {
    return R"("_initiator": {"type": "parser", "url": "http://www.example.com)" + path + "\"}";
}

/// "parent", "parent +delay" or "parent after_bytes".
std::string cause(const Import& page, std::string_view name) {
    const ObjectSpec& o = object(page, name);
    std::string out = o.after->at(0);
    if (o.delay) out += " +" + std::to_string(o.delay->count() / 1000) + " us";
    if (o.after_bytes) out += " " + std::to_string(*o.after_bytes) + " B";
    return out;
}

bool says(const Import& page, std::string_view text) {
    return std::any_of(page.about.begin(), page.about.end(),
                       [text](const std::string& line) { return line.find(text) != std::string::npos; });
}

std::string file_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// The page's TOML, which must be TOML.
Node document(const Import& page) {
    Diagnostics errors;
    const std::string text = to_toml(page);
    std::optional<Node> root = parse_document(text, errors);
    INFO(errors.render("x.toml", text, {}));
    REQUIRE(root);
    return *root;
}

std::string text_at(const Node& table, std::string_view key) {
    const Member* member = find(table, key);
    return member == nullptr ? "none" : member->value.text;
}

/// Every object waits for what is there before it.
void check_order(const Import& page) {
    std::vector<std::string> seen{"html", "start"};
    for (const ObjectSpec& o : page.objects) {
        REQUIRE(o.after);
        CHECK(std::find(seen.begin(), seen.end(), o.after->at(0)) != seen.end());
        CHECK(std::find(seen.begin(), seen.end(), o.name) == seen.end());
        seen.push_back(o.name);
    }
}

}  // namespace

TEST_CASE("the page's answer is the html, the rest are objects") {
    const Import page =
        import({get("/shop/?q=1", 0, 20, 10, "text/html"), get("/shop/app.js?v=3", 40, 20, 10, "text/javascript"),
                get("/", 50, 20, 10, "image/png")});
    CHECK(page.title == "A page");
    CHECK(page.url.text() == "http://www.example.com/shop/?q=1");
    CHECK(page.html == 1000);
    REQUIRE(page.objects.size() == 2);
    CHECK(page.objects[0].name == "app.js");
    CHECK(page.objects[0].sizes == std::vector<std::uint64_t>{1000});
    CHECK(page.objects[0].request_header == 400);
    CHECK(page.objects[0].response_header == 300);
    CHECK(page.objects[1].name == "www.example.com");
    CHECK(page.urls[0] == "http://www.example.com/shop/app.js?v=3");
    CHECK(page.hosts.empty());
    CHECK_FALSE(page.tls);
}

TEST_CASE("names are unique and plain") {
    const Import page =
        import({get("/", 0, 20, 10, "text/html"), get("/a.js", 40, 1, 1, "x"), get("/b/a.js", 41, 1, 1, "x"),
                get("/c/a.js", 42, 1, 1, "x"), get("/a.js-2", 43, 1, 1, "x"), get("/html", 44, 1, 1, "x"),
                get("/%C3%BC~(1).png", 45, 1, 1, "x"),
                get("/0123456789012345678901234567890123456789012345.woff2", 46, 1, 1, "x")});
    std::vector<std::string> names;
    for (const ObjectSpec& o : page.objects) names.push_back(o.name);
    CHECK(names == std::vector<std::string>{"a.js", "a.js-2", "a.js-3", "a.js-2-2", "html-2", "-C3-BC--1-.png",
                                            "0123456789012345678901234567890145.woff2"});
}

TEST_CASE("Chrome says who asked") {
    const Import page = import({get("/", 0, 20, 10, "text/html"), get("/a.css", 35, 20, 5, "text/css", by("/")),
                                get("/b.js", 36, 20, 30, "text/javascript", by("/")),
                                get("/font.woff", 64, 20, 5, "font/woff", by("/a.css")),
                                get("/photo.png", 70, 20, 5, "image/png", by("/"))});
    CHECK(cause(page, "a.css") == "html +5000 us");
    CHECK(cause(page, "font.woff") == "a.css +4000 us");
    CHECK(cause(page, "photo.png") == "html +40000 us");  // the parser, not b.js that came in between
    check_order(page);
}

TEST_CASE("others do not: it was what had arrived last") {
    const Import page =
        import({get("/", 0, 20, 10, "text/html"), get("/a.css", 35, 20, 5, "text/css"),
                get("/pic.png", 36, 10, 5, "image/png"), get("/b.js", 36, 20, 30, "text/javascript"),
                get("/font.woff", 64, 20, 5, "font/woff"), get("/late.json", 90, 20, 5, "application/json")});
    CHECK(cause(page, "a.css") == "html +5000 us");
    CHECK(cause(page, "font.woff") == "a.css +4000 us");  // pic.png leads to nothing
    CHECK(cause(page, "late.json") == "b.js +4000 us");
}

TEST_CASE("what starts while a document arrives waits for a part of it") {
    const Import page = import({get("/", 0, 20, 100, "text/html"), get("/a.css", 45, 20, 5, "text/css", by("/")),
                                get("/b.css", 95, 5, 5, "text/css"), get("/c.css", 20, 5, 5, "text/css")});
    CHECK(cause(page, "a.css") == "html 250 B");
    CHECK(cause(page, "b.css") == "html 750 B");
    CHECK(cause(page, "c.css") == "html 1 B");
}

TEST_CASE("what starts before its cause arrives has another one") {
    // A link header's preload, or a connection's early hints: the document's first byte is not there yet.
    const Import page =
        import({get("/", 0, 50, 10, "text/html"), get("/early.css", 30, 20, 5, "text/css", by("/")),
                get("/x.js", 100, 50, 5, "text/javascript"), get("/y.png", 120, 5, 5, "image/png", by("/x.js"))});
    CHECK(cause(page, "early.css") == "start +30000 us");
    CHECK(cause(page, "y.png") == "html +60000 us");
}

TEST_CASE("the text of an error leads to nothing") {
    Sample missing = get("/missing.png", 35, 5, 5, "text/html");
    missing.status = 404;
    CHECK(cause(import({get("/", 0, 20, 10, "text/html"), missing, get("/a.png", 50, 5, 5, "")}), "a.png") ==
          "html +20000 us");
}

TEST_CASE("starts in whole milliseconds do not make a part of what is complete") {
    const Import page =
        import({get("/", 0, 20, 10.9, "text/html"), get("/a.js", 31, 20, 10.9, "text/javascript", by("/")),
                get("/b.png", 61, 20, 5, "image/png", by("/a.js"))});
    CHECK(cause(page, "b.png") == "a.js");
}

TEST_CASE("redirects are a chain") {
    Sample first = get("/", 0, 20, 0, "text/html");
    first.status = 301;
    first.more_response = R"("redirectURL": "https://shop.example.com/")";
    Sample image = get("https://shop.example.com/i", 80, 20, 0, "");
    image.status = 302;
    image.more_response = R"("redirectURL": "/real.png")";
    const Import page = import({first, get("https://shop.example.com/", 21, 20, 10, "text/html"), image,
                                get("https://shop.example.com/real.png", 101, 20, 5, "image/png"),
                                get("https://shop.example.com/x.css", 90, 30, 5, "text/css")});
    CHECK(page.url.text() == "https://www.example.com/");  // most of it is TLS, and so all of it is
    CHECK(page.html == 1000);
    CHECK(says(page, "\"html\" is the redirect"));
    CHECK(says(page, "4 of 5 requests went over TLS; here all do"));
    CHECK(cause(page, "shop.example.com") == "html +1000 us");
    CHECK(cause(page, "i") == "shop.example.com +29000 us");
    CHECK(cause(page, "real.png") == "i +1000 us");
    REQUIRE(page.hosts.size() == 1);
    CHECK(page.hosts[0].config.name == "shop.example.com");
    CHECK(page.hosts[0].config.port == 443);
}

TEST_CASE("what a left-out script asked for follows from the script's cause") {
    Sample cached = get("/app.js", 35, 0, 0, "text/javascript", by("/") + R"(, "_fromCache": "disk")");
    const Import page =
        import({get("/", 0, 20, 10, "text/html"), cached, get("/x.json", 50, 20, 5, "", by("/app.js"))});
    CHECK(page.objects.size() == 1);
    CHECK(cause(page, "x.json") == "html +20000 us");
    CHECK(says(page, "left out: 1 from the cache"));
}

TEST_CASE("circles cannot be written") {
    // Two pages of the same URL that name each other, at the same instant.
    const Import page = import({get("/", 0, 0, 0, "text/html", by("/a")), get("/a", 0, 0, 0, "text/html", by("/")),
                                get("/", 0, 0, 0, "text/html", by("/a")), get("/a", 0, 0, 0, "text/html", by("/"))});
    CHECK(page.objects.size() == 3);
    check_order(page);
}

TEST_CASE("hosts have round-trip times of their own") {
    Sample first = get("https://www.example.com/", 0, 60, 10, "text/html");
    first.timings = phases("90", "50", 60, 10);
    first.time = 160;
    Sample slow = get("https://cdn.example.net/a.js", 170, 12, 1, "");
    slow.timings = phases("25", "15", 12, 1);
    Sample quick = get("https://cdn.example.net/b.js", 170, 12, 1, "");
    quick.timings = phases("23.04", "15", 12, 1);
    Sample begun = get("https://cdn.example.net/c.js", 170, 12, 1, "");
    begun.timings = phases("15.1", "15", 12, 1);  // it took over a handshake that was under way
    const Import page = import({first, slow, quick, begun, get("https://img.example.org/d.png", 170, 31, 1, ""),
                                get("https://img.example.org:8443/e.png", 170, 7, 1, "")});
    CHECK(page.rtt == 40ms);
    CHECK(page.rtt_note == "estimated: the quickest handshake of www.example.com");
    CHECK(page.think_time == 20ms);
    REQUIRE(page.hosts.size() == 3);
    CHECK(page.hosts[0].config.rtt == 8ms);
    CHECK(object(page, "a.js").think_time == 4ms);
    CHECK(object(page, "a.js").host == "cdn.example.net");
    CHECK(page.hosts[1].config.rtt == 31ms);
    CHECK(page.hosts[1].rtt_note == "the quickest answer");
    CHECK(object(page, "d.png").think_time == Duration{0});
    CHECK(page.hosts[2].config.name == "img.example.org-2");
    CHECK(page.hosts[2].config.port == 8443);
}

TEST_CASE("of HTTP/3 the whole handshake is one round trip") {
    Sample e = get("https://www.example.com/", 0, 60, 10, "text/html");
    e.timings = phases("40", "40", 60, 10);
    e.version = "h3";
    CHECK(import({e}).rtt == 40ms);
}

TEST_CASE("the rate is what came in while the largest bodies arrived") {
    Sample large = get("/large.png", 100, 20, 400, "image/png");
    large.size = 500'000;
    Sample beside = get("/beside.png", 220, 20, 200, "image/png");  // half of it while the large one arrives
    beside.size = 100'000;
    beside.start = 420 - 20;  // 420 to 620; the large one 120 to 520
    const Import page = import({get("/", 0, 20, 10, "text/html"), large, beside});
    CHECK(page.rate.bits_per_second == 11'000'000);  // 550 kB in 400 ms
    CHECK(import({get("/", 0, 20, 10, "text/html")}).rate_note.find("a guess") != std::string::npos);
}

TEST_CASE("look-ups have a delay") {
    Sample e = get("/", 0, 20, 10, "text/html");
    e.timings = R"("dns": 30, "wait": 20, "receive": 10)";
    Sample quick = e;
    quick.timings = R"("dns": 0.01, "wait": 20, "receive": 10)";
    CHECK(import({e, quick}).dns == 30ms);
    CHECK_FALSE(import({quick}).dns);
}

TEST_CASE("the strategy is that of most requests") {
    const auto strategy = [](const std::vector<std::string>& versions) {
        std::vector<Sample> entries;
        for (const std::string& version : versions) {
            entries.push_back(get("/", 0, 20, 10, "text/html"));
            entries.back().version = version;
        }
        return import(entries);
    };
    CHECK(strategy({"h2", "h2", "http/1.1"}).strategy == Strategy::multiplexed);
    CHECK(strategy({"h3", "h3", "h2"}).strategy == Strategy::multiplexed);
    CHECK(strategy({"h3"}).strategy_note.find("QUIC") != std::string::npos);
    CHECK(strategy({"http/1.1", "", ""}).strategy == Strategy::persistent);
    CHECK(strategy({""}).strategy == Strategy::persistent);
    CHECK(strategy({"http/1.0"}).strategy == Strategy::parallel);
    CHECK(strategy({"http/1.0"}).http == HttpVersion::http10);
}

TEST_CASE("one page of several, until it is quiet") {
    const std::string pages = R"([
        {"startedDateTime": "2024-05-01T12:00:00Z", "id": "empty", "title": "Nothing", "pageTimings": {}},
        {"startedDateTime": "2024-05-01T12:00:00Z", "id": "one", "title": "One", "pageTimings": {"onLoad": 1000}},
        {"startedDateTime": "2024-05-01T12:00:09Z", "id": "two", "title": "Two", "pageTimings": {}}])";
    std::vector<Sample> entries{get("/", 0, 20, 10, "text/html"),  get("/soon.png", 2900, 20, 500, ""),
                                get("/then.png", 5300, 20, 5, ""), get("/beacon", 7400, 20, 5, ""),
                                get("/again", 7500, 20, 5, ""),    get("/", 9000, 20, 10, "text/html")};
    for (Sample& e : entries) e.page = "one";
    entries.back().page = "two";
    entries[1].page = "";
    const Import page = import(file_of(entries, pages));
    CHECK(page.title == "One");
    CHECK(page.objects.size() == 2);
    CHECK(object(page, "then.png").name == "then.png");
    CHECK(says(page, "left out: 2 later than the page"));
    CHECK(says(page, "left out: 1 of other pages"));
    CHECK(says(page, "another page of the file: Two"));
    CHECK_FALSE(says(page, "Nothing"));
}

TEST_CASE("a page that came from the cache has no html") {
    Sample cached = get("/news", 0, 0, 0, "text/html", R"("_fromCache": "disk")");
    const Import page = import({cached, get("/a.js", 40, 20, 10, "text/javascript"), get("/b.png", 90, 20, 5, "")});
    CHECK_FALSE(page.html);
    CHECK(page.url.path == "/news");
    CHECK(cause(page, "a.js") == "start");
    CHECK(cause(page, "b.png") == "a.js +20000 us");
    CHECK(says(page, "no html"));
}

TEST_CASE("what stands before the page is left out") {
    const Import page = import({get("/old.json", 0, 20, 10, "application/json"), get("/", 40, 20, 10, "text/html"),
                                get("/a.png", 90, 20, 10, "image/png")});
    CHECK(page.html);
    CHECK(page.objects.size() == 1);
    CHECK(says(page, "left out: 1 before the page"));
}

TEST_CASE("methods") {
    const auto method = [](const std::string& name) {
        Sample e = get("/x", 50, 20, 10, "application/json");
        e.method = name;
        e.more_request = R"("bodySize": 70)";
        const Import page = import({get("/", 0, 20, 10, "text/html"), e});
        CHECK(says(page, "not sent: the bodies of 1 request"));
        const bool told = says(page, "sent with another method: " + name + " as ");
        return object(page, "x").method + (told ? ", told" : "");
    };
    CHECK(method("GET").empty());
    CHECK(method("POST") == "POST");
    CHECK(method("PUT") == "PUT");
    CHECK(method("PATCH") == "POST, told");
    CHECK(method("get") == ", told");
    CHECK(method("put") == "PUT, told");
}

TEST_CASE("methods that a scenario does not have are counted; the page itself is always a GET") {
    std::vector<Sample> samples{get("/", 0, 20, 10, "text/html"), get("/a", 50, 20, 10, "application/json"),
                                get("/b", 60, 20, 10, "application/json")};
    samples[0].method = "POST";
    samples[1].method = samples[2].method = "PATCH";
    const Import page = import(samples);
    CHECK(says(page, "sent with another method: POST as GET (1 request)"));
    CHECK(says(page, "sent with another method: PATCH as POST (2 requests)"));
}

TEST_CASE("nothing to simulate") {
    CHECK(import_page(read(file_of({}))).error == "nothing to simulate: log.entries is empty");
    const Imported failed = import_page(read({{.status = 0}, {.url = "data:,x"}}));
    CHECK(failed.error ==
          "nothing to simulate: no entry was fetched from the network; 1 that never left the browser (data:, blob:, "
          "...); 1 without an answer (blocked, failed, aborted)");
}

TEST_CASE("headers have room for a simulated request's own text") {
    Sample e = get("/a-name-that-is-long.js", 50, 20, 10, "");
    e.more_request = R"("headersSize": 30)";
    e.more_response = R"("headersSize": 100000)";
    const Import page = import({get("/", 0, 20, 10, "text/html"), e});
    const ObjectSpec& o = object(page, "a-name-that-is-long.js");
    CHECK(o.request_header == 160 + 22 + 15);
    CHECK(o.response_header == 65536);
}

TEST_CASE("the scenario as TOML") {
    Sample first = get("https://www.example.com/", 0, 60, 10, "text/html");
    first.timings = R"("dns": 12, "connect": 90, "ssl": 50, "send": 0, "wait": 60, "receive": 10)";
    first.version = "h2";
    Sample post = get("https://cdn.example.net:8443/p\\u007f\\\"q\\\"", 200, 20, 10.5, "");
    post.method = "POST";
    post.version = "h2";
    const Node root = document(import({first, post}));
    const Node& link = find(root, "link")->value;
    CHECK(text_at(link, "rtt") == "40 ms");
    CHECK(text_at(link, "rate") == "20 Mbit/s");
    CHECK(text_at(find(root, "dns")->value, "delay") == "12 ms");
    CHECK(text_at(find(root, "tls")->value, "version") == "1.3");
    const Node& client = find(root, "client")->value;
    CHECK(text_at(client, "url") == "https://www.example.com/");
    CHECK(text_at(client, "strategy") == "multiplexed");
    CHECK(find(client, "connections") == nullptr);
    CHECK(text_at(client, "request_header") == "400 B");
    CHECK(text_at(find(root, "server")->value, "think_time") == "20 ms");
    const Node& host = find(root, "host")->value.items.at(0);
    CHECK(text_at(host, "name") == "cdn.example.net");
    CHECK(find(host, "port")->value.integer == 8443);
    const Node& page = find(root, "page")->value;
    CHECK(text_at(page, "html") == "1000 B");
    const Node& o = find(page, "objects")->value.items.at(0);
    CHECK(text_at(o, "name") == "p-7F-q-");
    CHECK(text_at(o, "host") == "cdn.example.net");
    CHECK(text_at(o, "method") == "POST");
    CHECK(text_at(o, "after") == "html");
    CHECK(text_at(o, "delay") == "28 ms");
}

TEST_CASE("titles and URLs do not break the TOML") {
    std::string pages =
        R"([{"id": "page_1", "title": "a \"b\" \\ \n \u0001 \u007f ü )" + std::string(300, 'z') + "\"}]";
    const Import page = import(file_of({get("/", 0, 20, 10, "text/html"), get("/#x\\ny", 50, 20, 10, "")}, pages));
    const Node root = document(page);
    CHECK(text_at(root, "title").find("a \"b\" \\ ? ? ? ü zzz") == 0);
}

TEST_CASE("a long URL is whole, an absurd one goes without its query") {
    const std::string query = "/?" + std::string(1000, 'q');
    CHECK(text_at(find(document(import({get(query, 0, 20, 10, "text/html")})), "client")->value, "url") ==
          "http://www.example.com" + query);
    CHECK(import({get(query + query + "x", 0, 20, 10, "text/html")}).url.path == "/");
    CHECK(import({get("/" + std::string(3000, 'p'), 0, 20, 10, "text/html")}).url.path.size() == 2000);
}

TEST_CASE("recordings of Chromium") {
    for (const bool secure : {false, true}) {
        const std::string path = secure ? "tests/har/data/chromium-http2.har" : "scenarios/pages/recorded-page.har";
        CAPTURE(path);
        const Import page = import(file_text(path));
        CHECK(page.tls == secure);
        CHECK(page.strategy == (secure ? Strategy::multiplexed : Strategy::persistent));
        REQUIRE(page.hosts.size() == 1);
        CHECK(page.hosts[0].config.name == "cdn.example.com");
        check_order(page);
        // As tests/har/_record.py serves it.
        const std::string document_name = secure ? "html" : "index.html";
        if (!secure) CHECK(object(page, "index.html").after->at(0) == "html");
        for (const char* name : {"style.css", "app.js", "late.js", "photo.png", "icon.png", "frame.html"}) {
            CHECK(object(page, name).after->at(0) == document_name);
        }
        CHECK(object(page, "print.css").after->at(0) == "style.css");
        CHECK(object(page, "back.png").after->at(0) == "style.css");
        CHECK(object(page, "framed.png").after->at(0) == "frame.html");
        CHECK(object(page, "data.json").after->at(0) == "app.js");
        CHECK(object(page, "data.json").method == "POST");
        CHECK(object(page, "photo.png").sizes.at(0) == 97'473);
        CHECK(object(page, "icon.png").sizes.at(0) == 2'798);
        const Node root = document(page);
        CHECK(find(find(root, "page")->value, "objects")->value.items.size() == page.objects.size());
    }
}

TEST_CASE("the comments at the top leave out what is not known, and count what was mended") {
    Sample e = get("/", 0, 20, 10, "text/html");
    CHECK(says(import(file_of({e})), "requests: 1, to 1 host; 1.0 kB of bodies"));
    std::string nobody = file_of({e});
    nobody.replace(nobody.find("Someone"), std::string("Someone").size(), "");
    CHECK(import(nobody).about.at(0) == "http://www.example.com/, recorded 2024-05-01T12:00:00.000Z");
    CHECK_FALSE(says(import(file_of({e})), "taken for unknown"));
    e.timings = R"("blocked": -3, "send": 0, "wait": 20, "receive": 10)";
    CHECK(says(import(file_of({e})), "times below zero, taken for unknown: 1"));
}

TEST_CASE("the form of Firefox") {
    const Import page = import(file_text("tests/har/data/firefox.har"));
    CHECK(page.about.at(0) == "https://www.example.com/, recorded 2024-05-01T12:00:00.100Z by Firefox 128.0");
    CHECK(page.rtt == 24ms);  // connect is TCP's handshake alone
    CHECK(page.dns == 18ms);
    CHECK(page.think_time == 22ms);
    CHECK(page.html == 8200);
    CHECK(page.objects.size() == 2);
    CHECK(says(page, "left out: 1 from the cache"));
    CHECK(says(page, "left out: 1 without an answer"));
    CHECK(cause(page, "site.css") == "html +11000 us");  // 130 ms of phases, ssl among them
    CHECK(cause(page, "back.jpg") == "site.css +9000 us");
    CHECK(page.rate.bits_per_second == 10'000'000);  // 90 kB in 72 ms
}

TEST_CASE("the form of Safari") {
    const Import page = import(file_text("tests/har/data/safari.har"));
    CHECK(page.rtt == 36ms);
    CHECK(page.html == 3000);
    REQUIRE(page.objects.size() == 1);
    CHECK(cause(page, "photo.avif") == "html +8500 us");
    CHECK(object(page, "photo.avif").think_time == 4ms);
    CHECK(says(page, "left out: 1 from the cache"));
}

TEST_CASE("the form of WebPageTest") {
    const Import page = import(file_text("tests/har/data/webpagetest.har"));
    CHECK(page.rtt == 25ms);
    CHECK(page.html == 5200);
    REQUIRE(page.objects.size() == 1);
    CHECK(cause(page, "main.js") == "html +10000 us");
    CHECK(object(page, "main.js").priority == 1);
    CHECK(object(page, "main.js").think_time == 5ms);
    CHECK(page.hosts.at(0).config.rtt == 15ms);
    CHECK(page.strategy == Strategy::persistent);
    CHECK(says(page, "left out: 1 of other pages"));
    CHECK(says(page, "left out: 1 without an answer"));
    CHECK(says(page, "another page of the file: Run 1, Repeat View for http://www.example.com/"));
}
