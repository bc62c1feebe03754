#include <doctest/doctest.h>

#include <algorithm>

#include "experiment/record.hpp"
#include "explain/facts.hpp"
#include "explain/scenes.hpp"
#include "explain/words.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::explain;

namespace {

/// The sentences that a scenario's run is told in.
std::vector<std::string> told(const std::string& toml, std::size_t most = 20, Time recorded = kNever) {
    const Loaded loaded = read_scenario(toml, "test.toml");
    REQUIRE_MESSAGE(loaded.scenario.has_value(), loaded.errors);
    const Runs runs = loaded.scenario->expand();
    Scenario scenario = runs.scenario(runs.run(0));
    scenario.story = true;
    const RecordedRun run = record(scenario);
    const PageResult& page = run.results.pages.front();
    const Facts facts(scenario, run.results, run.recording, recorded, page.started);
    std::vector<std::string> lines;
    Duration at{0};
    for (const Scene& scene : scenes_of(run.results.path, most)) {
        CHECK(scene.at == at);
        at = scene.end();
        lines.push_back(words(scene, facts));
    }
    if (page.done != kNever) CHECK(at == page.done - page.started);
    return lines;
}

using Lines = std::vector<std::string>;

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
    CHECK(lines[3] == "the response (14250 B) went to the client");
}

TEST_CASE("what was not recorded is told without numbers") {
    const Lines lines =
        told("link.rtt = '100 ms'\nlink.down.drop = ['data 4']\npage.objects = [ { size = '14 kB' } ]\n", 20,
             kStart + 200ms);
    REQUIRE(lines.size() == 4);
    CHECK(lines[2] == "GET /item/1: waited until what was lost was sent again");
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

TEST_CASE("where a proxy stands between, nothing is said that may be about another connection") {
    for (const std::string& line : told("link.rtt = '100 ms'\nlink.down.drop = ['data 1']\n[[proxy]]\nkind = 'aware'\n"
                                        "[page]\nobjects = [ { size = '1 kB' } ]\n")) {
        CHECK(line.find("bytes ") == std::string::npos);
        CHECK(line.find("to the server was opened") == std::string::npos);
    }
}

TEST_CASE("a connection that a proxy opens is not called the client's") {
    // The blind proxy forwards "keep-alive" and stops reading: the aware one opens another connection for the next.
    const Lines lines = told(
        "link.rtt = '100 ms'\nclient.strategy = 'persistent'\npage.objects = [ { count = 2, size = '1 kB' } ]\n"
        "[[proxy]]\nkind = 'aware'\nlink = { rtt = '20 ms' }\n[[proxy]]\nkind = 'blind'\nlink = { rtt = '10 ms' }\n");
    CHECK(std::count(lines.begin(), lines.end(), "connection 1 was opened: SYN, SYN-ACK") == 1);
    CHECK(std::count(lines.begin(), lines.end(), "a proxy's connection was opened: SYN, SYN-ACK") == 1);
}

TEST_CASE("many transactions are told together") {
    const Lines lines = told("link.rtt = '100 ms'\npage.objects = [ { count = 50, size = '1 kB' } ]\n", 10);
    REQUIRE(lines.size() == 4);
    CHECK(lines[3] ==
          "49 more transactions like it, GET /item/2 to GET /item/50: 4.900 s handshakes, 4.900 s propagation");
}
