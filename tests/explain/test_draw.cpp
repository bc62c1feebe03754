#include <doctest/doctest.h>

#include <sstream>

#include "explain/causes.hpp"
#include "explain/explanation.hpp"
#include "terminal/width.hpp"

using namespace tcplab;
using namespace tcplab::explain;

namespace {

Explanation sample() {
    Explanation e;
    e.title = "Header and body: 245.1 ms";
    e.conditions = "split";
    e.subject = "page";
    e.took = 245'100us;
    e.causes.add(Cause::transmission, 5'100us);
    e.causes.add(Cause::nagle, 100ms);
    e.causes.add(Cause::propagation, 100ms);
    e.causes.add(Cause::delayed_ack, 40ms);
    e.path_heading = "The critical path:";
    e.path = {{0ms, 100'500us, "GET / (300 B) went to the server"},
              {100'500us, 144'600us, "Nagle held 88 B until the client acknowledged 217 B"}};
    e.what_if = {{{{"link.rtt", "\"50 ms\""}}, 145'100us},
                 {{{"tcp.sack", "true"}, {"tcp.recovery", "\"rack\""}}, 300ms},
                 {{{"server.tcp.nagle", "false"}}, 104'800us},
                 {{{"tcp.fast_open", "true"}}, 245'100us},
                 {{{"client.tcp.ports", "[1024, 65535]"}}, std::nullopt}};
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
          "  change                             difference       page\n"
          "  server.tcp.nagle = false            −140.3 ms   104.8 ms   ◂ best\n"
          "  link.rtt = \"50 ms\"                  −100.0 ms   145.1 ms\n"
          "  tcp.sack = true                      +54.9 ms   300.0 ms   worse\n"
          "    tcp.recovery = \"rack\"\n"
          "  client.tcp.ports = [1024, 65535]                  failed   worse\n"
          "\n"
          "To see the best: tcplab run 'a b.toml' --set server.tcp.nagle=false\n"
          "\n"
          "No difference: tcp.fast_open = true\n");
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
          "  -140.3 ms   < best\n"
          "    server.tcp.nagle = false\n"
          "  -100.0 ms\n"
          "    link.rtt = \"50 ms\"\n"
          "  +54.9 ms   worse\n"
          "    tcp.sack = true\n"
          "    tcp.recovery = \"rack\"\n"
          "  failed   worse\n"
          "    client.tcp.ports = [1024, 65535]\n"
          "\n"
          "To see the best: tcplab run 'a b.toml' --set server.tcp.nagle=false\n"
          "\n"
          "No difference: tcp.fast_open = true\n");
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
    e.took.reset();
    const std::string text = draw(e, {100, true, false});
    CHECK(text.find("difference") == std::string::npos);
    CHECK(text.find("  server.tcp.nagle = false           104.8 ms   ◂ best\n") != std::string::npos);
    CHECK(text.find("worse") == std::string::npos);
}

TEST_CASE("a title alone has no blanks behind it") {
    Explanation e = sample();
    e.conditions.clear();
    CHECK(lines_of(draw(e, {100, true, false})).front() == "Header and body: 245.1 ms");
}

TEST_CASE("nothing that helps: no command") {
    Explanation e = sample();
    e.what_if = {{{{"tcp.sack", "true"}}, 300ms}};
    CHECK(draw(e, {100, true, false}).find("To see") == std::string::npos);
    e.what_if.clear();
    CHECK(draw(e, {100, true, false}).find("What would") == std::string::npos);
}

TEST_CASE("colour marks the best and what is worse") {
    const std::string text = draw(sample(), {100, true, true});
    CHECK(text.find("\x1b[32m◂ best") != std::string::npos);
    CHECK(text.find("\x1b[33mworse") != std::string::npos);
}

TEST_CASE("causes in a sentence") {
    Causes causes;
    CHECK(listed(causes, 3).empty());
    causes.add(Cause::propagation, 40ms);
    causes.add(Cause::handshake, 100ms);
    CHECK(listed(causes, 3) == "100.0 ms handshakes, 40.0 ms propagation");
    CHECK(listed(causes, 1) == "100.0 ms handshakes");
}
