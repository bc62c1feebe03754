// What is concluded of the network from what recorders leave out or get wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "recordings.hpp"

using namespace tcplab;
using namespace tcplab::har;
using namespace tcplab::har::recordings;

namespace {

Sample get(const std::string& url, double start, const std::string& timings) {
    Sample e;
    e.url = url;
    e.start = start;
    e.timings = timings;
    return e;
}

bool says(const Import& page, std::string_view text) {
    return std::any_of(page.about.begin(), page.about.end(),
                       [text](const std::string& line) { return line.find(text) != std::string::npos; });
}

constexpr const char* kReused = R"("connect": -1, "wait": 150, "receive": 10)";

}  // namespace

TEST_CASE("without ssl, half of an https connect is TLS") {
    // Firefox before version 55: connect 245, answers from 123 ms on.
    const Import page = import({get("https://www.example.com/", 0, R"("connect": 245, "wait": 145, "receive": 2)")});
    CHECK(page.rtt == 122500us);
    CHECK(page.rtt_note == "estimated: the quickest handshake of www.example.com");
    CHECK(import({get("http://www.example.com/", 0, R"("connect": 100, "wait": 145, "receive": 2)")}).rtt == 100ms);
    // Zero is how it writes that there was none.
    CHECK(import({get("https://www.example.com/", 0, R"("connect": 0, "wait": 145, "receive": 2)")}).rtt == 145ms);
}

TEST_CASE("no round trip is longer than the quickest answer") {
    // A SYN that was sent again a second later.
    const Import page = import({get("http://www.example.com/", 0, R"("connect": 1030, "wait": 80, "receive": 2)"),
                                get("http://www.example.com/a", 1200, R"("wait": 31, "receive": 2)")});
    CHECK(page.rtt == 31ms);
    CHECK(page.rtt_note == "estimated: the quickest answer of www.example.com");
}

TEST_CASE("the median of an even number of look-ups lies between two") {
    const Import page = import({get("http://www.example.com/", 0, R"("dns": 10, "wait": 20, "receive": 1)"),
                                get("http://a.example.com/", 50, R"("dns": 40, "wait": 20, "receive": 1)"),
                                get("http://b.example.com/", 50, R"("dns": 20, "wait": 20, "receive": 1)"),
                                get("http://c.example.com/", 50, R"("dns": 900, "wait": 20, "receive": 1)")});
    CHECK(page.dns == 30ms);
}

TEST_CASE("connections that were open before are counted") {
    const Sample opened = get("http://cdn.example.com/b", 200, R"("connect": 20, "wait": 40, "receive": 1)");
    const Import page =
        import({get("http://www.example.com/", 0, kReused), opened, get("http://cdn.example.com/c", 300, kReused)});
    CHECK(says(page, "connections to 1 of 2 hosts were open before"));
    CHECK_FALSE(says(import({opened}), "were open before"));
}

TEST_CASE("WebPageTest says the protocol by itself") {
    Sample e = get("https://www.example.com/", 0, kReused);
    e.version = "us:";  // a part of the line ":status: 200"
    e.more_entry = R"("_protocol": "HTTP/2")";
    CHECK(import({e}).strategy == Strategy::multiplexed);
}

TEST_CASE("a redirect to https leads to the same server") {
    Sample first = get("http://www.example.com/", 0, R"("connect": 30, "wait": 40, "receive": 0)");
    first.status = 301;
    first.more_response = R"("redirectURL": "https://www.example.com/home")";
    const std::vector<Sample> upgraded{
        first, get("https://www.example.com/home", 80, R"("connect": 70, "ssl": 40, "wait": 50, "receive": 5)"),
        get("https://www.example.com/a.css", 300, kReused)};
    const Import page = import(upgraded);
    CHECK(page.url.text() == "https://www.example.com/home");
    CHECK(page.html == 1000);  // the redirect
    CHECK(page.hosts.empty());
    CHECK(page.rtt == 30ms);
    REQUIRE(page.objects.size() == 2);
    CHECK(object(page, "home").host.empty());
    CHECK(object(page, "a.css").host.empty());
    // As http, the port is that of http.
    std::vector<Sample> plain = upgraded;
    plain[2].url = "http://img.example.com/a.png";
    plain.push_back(plain[2]);
    CHECK(import(plain).url.text() == "http://www.example.com/home");
}
