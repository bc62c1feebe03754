#include <doctest/doctest.h>

#include <sstream>
#include <utility>

#include "experiment/record.hpp"
#include "explain/facts.hpp"
#include "explain/scenes.hpp"
#include "explain/words.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::explain;

namespace {

/// A sentence, and how long it took.
struct Line {
    std::string text;
    Duration length{0};
};

/// What a scenario's run is told in.
std::vector<Line> told_with_times(const std::string& toml, std::size_t most = 20, Time recorded = kNever) {
    const Loaded loaded = read_scenario(toml, "test.toml");
    REQUIRE_MESSAGE(loaded.scenario.has_value(), loaded.errors);
    const Runs runs = loaded.scenario->expand();
    Scenario scenario = runs.scenario(runs.run(0));
    scenario.story.emplace();
    const RecordedRun run = record(scenario);
    const PageResult& page = run.results.pages.front();
    const Facts facts(scenario, run.results, run.recording, recorded, page.started);
    std::vector<Line> lines;
    Duration at{0};
    for (const Scene& scene : scenes_of(run.results.path, most)) {
        CHECK(scene.at == at);
        at = scene.end();
        lines.push_back({words(scene, facts), scene.length()});
    }
    if (page.done != kNever) CHECK(at == page.done - page.started);
    return lines;
}

using Lines = std::vector<std::string>;

Lines told(const std::string& toml, std::size_t most = 20, Time recorded = kNever) {
    Lines lines;
    for (Line& line : told_with_times(toml, most, recorded)) lines.push_back(std::move(line.text));
    return lines;
}

/// The length of the sentence; it must be there once.
Duration length_of(const std::vector<Line>& lines, const std::string& text) {
    Duration length{0};
    std::size_t count = 0;
    for (const Line& line : lines) {
        if (line.text != text) continue;
        length = line.length;
        ++count;
    }
    CHECK_MESSAGE(count == 1, text);
    return length;
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

}  // namespace

// The numbers follow by hand: segments carry 1448 B of payload with timestamps, requests 300 B, heads 250 B.

TEST_CASE("Nagle and the delayed ACK of the second response") {
    const std::string held =
        "Nagle held 1000 B until the client acknowledged 250 B: 100 ms for that to come back, 40 ms more because a "
        "timer of 40 ms delayed the ACK";
    CHECK(told("link.rtt = '100 ms'\nclient.strategy = 'persistent'\nserver.writes = 'split'\n"
               "page.objects = [ { count = 2, size = '1 kB' } ]\n") ==
          Lines{"connection 1 to the server was opened: SYN, SYN-ACK", "GET /item/1 (300 B) went to the server",
                "Nagle held 1000 B until the client acknowledged 250 B", "the rest of the response went to the client",
                "GET /item/2 (300 B) went to the server", held, "the rest of the response went to the client"});
}

TEST_CASE("a lost SYN, a lost SYN-ACK") {
    const std::string page = "link.rtt = '100 ms'\npage.objects = [ { size = '1 kB' } ]\n";
    CHECK(told(page + "link.up.drop = ['syn 1..2']\n").front() ==
          "the SYN: lost on link up, 2 times; sent again after 2 s (handshake retransmission)");
    CHECK(told(page + "link.down.drop = ['syn 1']\n").front() ==
          "the SYN-ACK: lost on link down; sent again after 1 s (handshake retransmission)");
}

TEST_CASE("a segment lost in the middle, with its place in the stream") {
    const Lines lines =
        told("link.rtt = '100 ms'\nlink.down.drop = ['data 4']\npage.objects = [ { size = '14 kB' } ]\n");
    REQUIRE(lines.size() == 4);
    CHECK(lines[2] == "bytes 4345:5793 (1448 B): lost on link down; sent again after 100 ms (fast retransmission)");
    CHECK(lines[3] == "the response (14250 B) was complete at the client");
}

TEST_CASE("what was not recorded is told without numbers") {
    const Lines lines =
        told("link.rtt = '100 ms'\nlink.down.drop = ['data 4']\npage.objects = [ { size = '14 kB' } ]\n", 20,
             kStart + 200ms);
    REQUIRE(lines.size() == 4);
    CHECK(lines[2] == "GET /item/1: waited until the server had repaired losses");
}

TEST_CASE("slow start: RFC 5681, one segment more for each ACK") {
    const Lines lines = told(
        "link.rtt = '100 ms'\n[tcp]\nprofile = 'classic'\ndelayed_ack = '0 ms'\n"
        "initial_window = 2\n[page]\nobjects = [ { size = '8510 B' } ]\n");
    // 6 segments of 1460 B: 2, then 4.
    REQUIRE(lines.size() == 3);
    CHECK(lines[2] ==
          "the response (8760 B) went to the client: 100 ms waiting for the window to grow from 2 to 4 "
          "segments, 50 ms on the way");
}

TEST_CASE("a lone first segment waits for the timer of the other end") {
    const Lines lines = told(
        "link.rtt = '100 ms'\n[tcp]\nprofile = 'classic'\ninitial_window = 1\n"
        "[page]\nobjects = [ { size = '2 kB' } ]\n");
    REQUIRE(lines.size() == 5);
    CHECK(lines[3] ==
          "the server waited for an ACK of 1460 B, which the client held back: its delayed-ACK timer of 200 ms");
}

TEST_CASE("a narrow link, a server that thinks, a name, keys") {
    const Lines lines = told(
        "link.rtt = '100 ms'\nlink.down.rate = '1.5 Mbit/s'\nserver.think_time = '30 ms'\n"
        "dns.delay = '20 ms'\ntls.version = '1.2'\npage.objects = [ { size = '10 kB' } ]\n");
    REQUIRE(lines.size() == 6);
    CHECK(lines[0] == "the name of the server was looked up");
    CHECK(lines[2] == "TLS 1.2 on connection 1: keys and certificate");
    CHECK(lines[4] == "the server worked on GET /item/1");
    CHECK(lines[5].find("ms sending at the link's rate") != std::string::npos);
}

TEST_CASE("a pause before a request") {
    const Lines paused = told(
        "link.rtt = '100 ms'\n[[request]]\nresponse = '1 kB'\n[[request]]\nafter = 1\n"
        "delay = '500 ms'\nresponse = '1 kB'\n");
    REQUIRE(paused.size() == 7);
    CHECK(paused[3] == "a pause: the client did not want GET /request/2 yet");
}

TEST_CASE("a proxy's connections and messages are told apart from the client's") {
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '40 ms'\nclient.strategy = 'persistent'\npage.objects = [ { count = 2, size = '1 kB' } ]\n"
        "[[proxy]]\nkind = 'aware'\nlink = { rtt = '20 ms' }\n");
    REQUIRE(lines.size() == 10);
    CHECK(lines[0].text == "connection 1 to the proxy was opened: SYN, SYN-ACK");
    CHECK(lines[0].length == 20ms);
    CHECK(lines[1].text == "GET /item/1 (300 B) went to the proxy");
    CHECK(lines[1].length == 10ms);
    CHECK(lines[2].text == "the proxy opened connection 2 to the server: SYN, SYN-ACK");
    CHECK(lines[2].length == 40ms);
    CHECK(lines[3].text == "GET /item/1 went to the server");
    CHECK(lines[3].length == 20ms);
    CHECK(lines[4].text == "the response went to the proxy");
    CHECK(lines[4].length == 20ms);
    CHECK(begins(lines[5].text, "the response ("));
    CHECK(lines[5].length == 10ms);
    CHECK(lines[6].text == "GET /item/2 (300 B) went to the proxy");
    CHECK(lines[7].text == "GET /item/2 went to the server");
}

TEST_CASE("of two proxies each has its number") {
    const Lines lines = told(
        "link.rtt = '40 ms'\npage.objects = [ { size = '1 kB' } ]\n"
        "[[proxy]]\nlink = { rtt = '20 ms' }\n[[proxy]]\nlink = { rtt = '10 ms' }\n");
    REQUIRE(lines.size() == 9);
    CHECK(lines[0] == "connection 1 to proxy 1 was opened: SYN, SYN-ACK");
    CHECK(lines[2] == "proxy 1 opened connection 2 to proxy 2: SYN, SYN-ACK");
    CHECK(lines[3] == "GET /item/1 went to proxy 2");
    CHECK(lines[4] == "proxy 2 opened connection 3 to the server: SYN, SYN-ACK");
    CHECK(lines[6] == "the response went to proxy 2");
    CHECK(lines[7] == "the response went to proxy 1");
}

TEST_CASE("a loss behind a proxy has the numbers of the proxy's connection") {
    // The first data packet on [link] is the request, which the proxy sends again after its timeout.
    const Lines lines = told(
        "link.rtt = '100 ms'\nlink.up.drop = ['data 1']\npage.objects = [ { size = '1 kB' } ]\n"
        "[[proxy]]\n");
    REQUIRE(lines.size() == 4);  // the way to the proxy itself takes no time
    CHECK(lines[0] == "the proxy opened connection 2 to the server: SYN, SYN-ACK");
    CHECK(begins(lines[1], "bytes 1:"));
    CHECK(lines[1].find("lost on link up") != std::string::npos);
    CHECK(lines[2] == "GET /item/1 was complete at the server");
}

TEST_CASE("a worker that is busy is waited for, and then it works") {
    // Both requests arrive at once; the one worker takes 100 ms for each.
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '20 ms'\nserver.workers = 1\nserver.think_time = '100 ms'\nclient.strategy = 'parallel'\n"
        "page.objects = [ { count = 2, size = '1 kB' } ]\n");
    CHECK(length_of(lines, "GET /item/2 waited for a worker of the server: all were busy") == 100ms);
    CHECK(length_of(lines, "the server worked on GET /item/2") == 100ms);
}

TEST_CASE("a cork is no Nagle: the persist timer pulls it") {
    // 50 ms after the request came the response is written; RTO is 200 ms above the measured 100 ms
    // (tcp_rtt_estimator).
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '100 ms'\nserver.tcp.cork = true\nclient.strategy = 'persistent'\nclient.close = 'client'\n"
        "page.objects = [ { size = '1 kB' } ]\n");
    CHECK(length_of(lines, "TCP_CORK held a segment that was not full, until the persist timer went off") == 300ms);
}

TEST_CASE("a response that only the end of the stream ends is told apart from its request") {
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '100 ms'\nlink.down.drop = ['fin 1']\nclient.http = '1.0'\nserver.content_length = 'absent'\n"
        "page.objects = [ { size = '1 kB' } ]\n");
    CHECK(length_of(lines, "GET /item/1 (300 B) went to the server") == 50ms);
    CHECK(length_of(lines, "the response (1250 B) went to the client") == 50ms);
}

TEST_CASE("a send buffer that is smaller than the window is named") {
    const Lines lines = told(
        "link.rtt = '100 ms'\nlink.rate = '100 Mbit/s'\nserver.tcp.send_buffer = '32 KiB'\n"
        "page.objects = [ { size = '1 MB' } ]\n");
    // 32768 B are 22 full segments and a part of one.
    CHECK(lines.back().find("waiting for room in the server's send buffer of 32768 B, which held 23 segments while "
                            "the window had room for ") != std::string::npos);
    CHECK(lines.back().find("held by the congestion window") == std::string::npos);
}

TEST_CASE("a pause that client.gap makes") {
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '20 ms'\nclient.gap = '50 ms'\nclient.strategy = 'persistent'\n"
        "page.objects = [ { count = 2, size = '1 kB' } ]\n");
    CHECK(length_of(lines, "client.gap: the client paused before GET /item/2") == 50ms);
}

TEST_CASE("a SYN for which the backlog has no room") {
    // A backlog of 1 holds 2; what is third at the same instant comes again after a second.
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '100 ms'\nserver.backlog = 1\nserver.tcp.syn_cookies = false\nclient.strategy = 'parallel'\n"
        "page.objects = [ { count = 3, size = '1 kB' } ]\n");
    CHECK(length_of(lines,
                    "the SYN came to the server, whose backlog was full; sent again after 1 s (handshake "
                    "retransmission)") == 1s);
}

TEST_CASE("a lost tail: what follows is not the whole response") {
    const Lines lines = told(
        "link.rtt = '100 ms'\nlink.down.drop = ['data 10']\n[tcp]\nprofile = 'rfc'\n"
        "[page]\nobjects = [ { size = '14 kB' } ]\n");
    REQUIRE(lines.size() >= 4);
    CHECK(begins(lines[2], "bytes 13033:14251 (1218 B): lost on link down; sent again after "));
    CHECK(lines[3] == "the response (14250 B) was complete at the client");
}

TEST_CASE("what is damaged is damaged on a link") {
    bool seen = false;
    for (const std::string& line : told("link.rtt = '100 ms'\nlink.down.corrupt = '20 %'\n"
                                        "page.objects = [ { size = '100 kB' } ]\n")) {
        seen = seen || line.find(" B): damaged on link down") != std::string::npos;
        CHECK(line.find("corrupted") == std::string::npos);
    }
    CHECK(seen);
}

TEST_CASE("the parts of a sentence add up to its time") {
    const std::vector<Line> lines = told_with_times(
        "link.rtt = '100 ms'\nlink.rate = '100 Mbit/s'\nclient.tcp.window_clamp = '15 kB'\n[tcp]\nprofile = 'rfc'\n"
        "[page]\nobjects = [ { size = '2 MB' } ]\n");
    const Line& last = lines.back();
    double sum = 0;  // seconds
    for (std::size_t at = last.text.find(": "); at != std::string::npos; at = last.text.find(", ", at + 1)) {
        std::istringstream part(last.text.substr(at + 2));
        double number = 0;
        std::string unit;
        if (!(part >> number >> unit) || unit == "B") continue;
        sum += number * (unit == "s" ? 1 : unit == "ms" ? 1e-3 : 1e-6);
    }
    const double whole = std::chrono::duration<double>(last.length).count();
    CHECK(sum == doctest::Approx(whole).epsilon(0.001));
}

TEST_CASE("many transactions are told together") {
    const Lines lines = told("link.rtt = '100 ms'\npage.objects = [ { count = 50, size = '1 kB' } ]\n", 10);
    REQUIRE(lines.size() == 4);
    CHECK(lines[3] ==
          "49 more transactions like it, GET /item/2 to GET /item/50: 4.900 s handshakes, 4.900 s propagation");
}

TEST_CASE("what was held up on the way was not lost: later packets overtook it") {
    const Lines lines =
        told("link.rtt = '100 ms'\nlink.down.hold = ['data 5 by 400 ms']\npage.objects = [ { size = '14 kB' } ]\n");
    REQUIRE(lines.size() == 4);
    CHECK(lines[2].find("later packets overtook it; sent again after ") != std::string::npos);
}
