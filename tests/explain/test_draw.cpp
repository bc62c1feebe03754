#include <doctest/doctest.h>

#include <sstream>

#include "explain/causes.hpp"
#include "explain/explanation.hpp"
#include "terminal/width.hpp"

using namespace tcplab;
using namespace tcplab::explain;

namespace {

Trial took(Duration d) {
    Trial t;
    t.took = d;
    return t;
}

Change change_of(const std::string& key, const std::string& value) { return {{key, value, "", {}}}; }

WhatIf tried(Change change, Duration d) { return {std::move(change), {took(d)}}; }

Change recovery() {
    Change change = change_of("tcp.sack", "true");
    change.push_back({"tcp.recovery", "\"rack\"", "", {}});
    return change;
}

Explanation sample() {
    Explanation e;
    e.title = "Header and body: 245.1 ms";
    e.conditions = "split";
    e.subject = "page";
    e.trials = {took(245'100us)};
    e.causes.add(Cause::transmission, 5'100us);
    e.causes.add(Cause::nagle, 100ms);
    e.causes.add(Cause::propagation, 100ms);
    e.causes.add(Cause::delayed_ack, 40ms);
    e.path_heading = "The critical path:";
    e.path = {{0ms, 100'500us, "GET / (300 B) went to the server"},
              {100'500us, 144'600us, "Nagle held 88 B until the client acknowledged 217 B"}};
    e.what_if = {tried(change_of("link.rtt", "\"50 ms\""), 145'100us),
                 tried(recovery(), 200ms),
                 tried(change_of("server.tcp.nagle", "false"), 104'800us),
                 tried(change_of("tcp.fast_open", "true"), 245'100us),
                 tried(change_of("client.http", "\"1.1\""), 245'100us),
                 tried(change_of("tcp.initial_window", "20"), 300ms),
                 {change_of("client.tcp.ports", "[1024, 65535]"), {std::nullopt}}};
    e.what_if[4].change.push_back({"client.strategy", "\"pipelined\"", "", {}});
    e.command = {"tcplab", "run", "a b.toml"};
    return e;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream in(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

TEST_CASE("causes, path and changes at 80 columns") {
    CHECK(draw(sample(), {80, true, false}) ==
          "Header and body: 245.1 ms                                                  split\n"
          "\n"
          "  cause              time    share\n"
          "  propagation    100.0 ms   40.8 %   ██████▌   the distance\n"
          "  nagle          100.0 ms   40.8 %   ██████▌   small segments held back\n"
          "  delayed_ack     40.0 ms   16.3 %   ██▋       ACKs held back\n"
          "  transmission     5.1 ms    2.1 %   ▍         at the link's rate\n"
          "\n"
          "The critical path:\n"
          "\n"
          "    0.0  +100.5 ms  GET / (300 B) went to the server\n"
          "  100.5  +144.6 ms  Nagle held 88 B until the client acknowledged 217 B\n"
          "\n"
          "What would help (each run again with that one change):\n"
          "\n"
          "  change                     difference       page\n"
          "  server.tcp.nagle = false    −140.3 ms   104.8 ms   ◂ best\n"
          "  link.rtt = \"50 ms\"          −100.0 ms   145.1 ms\n"
          "  tcp.sack = true              −45.1 ms   200.0 ms\n"
          "    tcp.recovery = \"rack\"\n"
          "\n"
          "To see the best: tcplab run 'a b.toml' --set server.tcp.nagle=false\n"
          "\n"
          "No difference: tcp.fast_open = true; client.http = \"1.1\" and client.strategy =\n"
          "\"pipelined\"\n"
          "\n"
          "Worse: tcp.initial_window = 20 (+54.9 ms)\n"
          "\n"
          "Not complete then: client.tcp.ports = [1024, 65535]\n");
}

TEST_CASE("a narrow terminal without UTF-8 has the same, one below the other") {
    CHECK(draw(sample(), {40, false, false}) ==
          "Header and body: 245.1 ms          split\n"
          "\n"
          "  cause              time    share\n"
          "  propagation    100.0 ms   40.8 %\n"
          "  nagle          100.0 ms   40.8 %\n"
          "  delayed_ack     40.0 ms   16.3 %\n"
          "  transmission     5.1 ms    2.1 %\n"
          "\n"
          "The critical path:\n"
          "\n"
          "    0.0  +100.5 ms\n"
          "    GET / (300 B) went to the server\n"
          "  100.5  +144.6 ms\n"
          "    Nagle held 88 B until the client\n"
          "    acknowledged 217 B\n"
          "\n"
          "What would help (each run again with\n"
          "that one change):\n"
          "\n"
          "  -140.3 ms to 104.8 ms   < best\n"
          "    server.tcp.nagle = false\n"
          "  -100.0 ms to 145.1 ms\n"
          "    link.rtt = \"50 ms\"\n"
          "  -45.1 ms to 200.0 ms\n"
          "    tcp.sack = true\n"
          "    tcp.recovery = \"rack\"\n"
          "\n"
          "To see the best: tcplab run 'a b.toml' --set server.tcp.nagle=false\n"
          "\n"
          "No difference: tcp.fast_open = true;\n"
          "client.http = \"1.1\" and client.strategy\n"
          "= \"pipelined\"\n"
          "\n"
          "Worse: tcp.initial_window = 20 (+54.9\n"
          "ms)\n"
          "\n"
          "Not complete then: client.tcp.ports =\n"
          "[1024, 65535]\n");
}

TEST_CASE("a title that is too long for its line is all there, with the time") {
    Explanation e = sample();
    e.title = "Lost in the middle, lost at the end: 1.500 s";
    CHECK(draw(e, {40, true, false}).rfind("Lost in the middle, lost at the end:\n1.500 s\nsplit\n", 0) == 0);
    e.conditions.clear();
    CHECK(draw(e, {100, true, false}).rfind("Lost in the middle, lost at the end: 1.500 s\n\n", 0) == 0);
}

TEST_CASE("no line but the command is wider than the terminal, and ASCII is ASCII") {
    for (std::size_t width = 40; width <= 130; ++width) {
        for (const bool utf8 : {true, false}) {
            for (const std::string& line : lines_of(draw(sample(), {width, utf8, false}))) {
                CAPTURE(line);
                if (line.rfind("To see", 0) != 0) CHECK(display_width(line) <= std::min<std::size_t>(width, 120));
                CHECK((line.empty() || line.back() != ' '));
                if (!utf8)
                    CHECK(line.find_first_not_of(" !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                 "[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~") == std::string::npos);
            }
        }
    }
}

TEST_CASE("what was not complete has no difference to show") {
    Explanation e = sample();
    e.trials = {std::nullopt};
    const std::string text = draw(e, {100, true, false});
    CHECK(text.find("difference") == std::string::npos);
    CHECK(text.find("  server.tcp.nagle = false          104.8 ms   ◂ best\n") != std::string::npos);
    CHECK(text.find("Worse") == std::string::npos);
}

TEST_CASE("a title alone has no blanks behind it") {
    Explanation e = sample();
    e.conditions.clear();
    CHECK(lines_of(draw(e, {100, true, false})).front() == "Header and body: 245.1 ms");
}

TEST_CASE("what the command line has set is not set twice") {
    Explanation e = sample();
    e.command = {"tcplab", "run", "a.toml", "--set", "server.tcp.nagle=true", "--set", "link.mtu=1000"};
    const std::string text = draw(e, {100, true, false});
    CHECK(text.find("To see the best: tcplab run a.toml --set link.mtu=1000 --set server.tcp.nagle=false\n") !=
          std::string::npos);
}

TEST_CASE("nothing that helps: no command") {
    Explanation e = sample();
    e.what_if = {tried(change_of("tcp.sack", "true"), 300ms)};
    CHECK(draw(e, {100, true, false}).find("To see") == std::string::npos);
    CHECK(draw(e, {100, true, false}).find("What would") == std::string::npos);
    CHECK(draw(e, {100, true, false}).find("Worse: tcp.sack = true (+54.9 ms)\n") != std::string::npos);
}

TEST_CASE("what --set does not reach is told where it is written") {
    Explanation e = sample();
    e.what_if = {{{{"link.rtt", "\"5 ms\"", "[[proxy]] 1", [](Scenario&) {}}}, {took(100ms)}}};
    const std::string text = draw(e, {100, true, false});
    CHECK(text.find("  [[proxy]] 1: link.rtt = \"5 ms\"    −145.1 ms   100.0 ms   ◂ best\n") != std::string::npos);
    CHECK(text.find("To see the best, write into the file: [[proxy]] 1: link.rtt = \"5 ms\"\n") != std::string::npos);
}

TEST_CASE("a key that adds nothing to another change is not shown beside it") {
    Explanation e = sample();
    Change both = change_of("tls.resumption", "true");
    both.push_back({"tls.early_data", "true", "", {}});
    e.what_if = {tried(both, 200ms), tried(change_of("tls.resumption", "true"), 200ms)};
    CHECK(draw(e, {100, true, false}).find("early_data") == std::string::npos);
    e.what_if.front().trials = {took(150ms)};
    CHECK(draw(e, {100, true, false}).find("early_data") != std::string::npos);
}

TEST_CASE("several runs: medians, and how far they are apart") {
    Explanation e = sample();
    e.trials = {took(300ms), took(200ms), took(250ms), took(220ms), took(210ms)};
    e.what_if = {{change_of("link.loss", "\"0 %\""), Trials(5, took(190ms))},
                 {change_of("link.rate", "\"2 Mbit/s\""), Trials(5, took(230ms))}};
    const std::string text = draw(e, {120, true, false});
    CHECK(text.find("What would help (medians of 5 runs with random numbers of their own; without a change 220.0 ms, "
                    "from 200.0 to 300.0 ms):\n") != std::string::npos);
    CHECK(text.find("  link.loss = \"0 %\"     −30.0 ms   −110.0 to −10.0 ms   190.0 ms   ◂ best\n") !=
          std::string::npos);
    CHECK(text.find("\nFaster in some of 5 runs only: link.rate = \"2 Mbit/s\"\n") != std::string::npos);
}

TEST_CASE("several pages: the mean decides, the slowest stands beside it") {
    Explanation e = sample();
    e.several_pages = true;
    e.subject = "mean page";
    e.what_if = {tried(change_of("link.rate", "\"2 Mbit/s\""), 200ms)};
    e.what_if.front().trials.front()->slowest = 400ms;
    const std::string text = draw(e, {100, true, false});
    CHECK(text.find("  change                   difference   mean page    slowest\n") != std::string::npos);
    CHECK(text.find("  link.rate = \"2 Mbit/s\"     −45.1 ms    200.0 ms   400.0 ms   ◂ best\n") != std::string::npos);
}

TEST_CASE("colour marks the best") {
    const std::string text = draw(sample(), {100, true, true});
    CHECK(text.find("\x1b[32m◂ best") != std::string::npos);
}

TEST_CASE("causes in a sentence") {
    Causes causes;
    CHECK(listed(causes, 3).empty());
    causes.add(Cause::propagation, 40ms);
    causes.add(Cause::handshake, 100ms);
    CHECK(listed(causes, 3) == "100.0 ms handshakes, 40.0 ms propagation");
    CHECK(listed(causes, 1) == "100.0 ms handshakes");
}
