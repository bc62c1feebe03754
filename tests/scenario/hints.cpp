#include <doctest/doctest.h>

#include <tuple>

#include "experiment/world.hpp"
#include "scenario/reading.hpp"

using namespace tcplab;
using namespace tcplab::reading;

namespace {

/// What each hint says, without the excerpt.
std::string hints_of(const std::string& text, const CommandLine& options = {}) {
    const Loaded loaded = read_scenario(text, "x.toml", options);
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    std::istringstream lines(loaded.scenario->hints);
    std::string hints;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t at = line.find("hint: ");
        if (at != std::string::npos) hints += (hints.empty() ? "" : "\n") + line.substr(at + 6);
    }
    return hints;
}

const std::string kObjects =
    "[link]\nrtt = \"20 ms\"\nrate = \"2 Mbit/s\"\n"
    "[page]\nhtml = \"10 kB\"\nobjects = [ { count = 8, size = \"4 kB\" }, { count = 3, size = \"0 B\", method = "
    "\"HEAD\" } ]\n";

/// Everything that a user could see of the run.
auto outcome(const std::string& text) {
    const Results r = simulate(run_of(text));
    std::vector<Time> instants;
    for (const Transaction& t : r.transactions) instants.insert(instants.end(), {t.wanted, t.first_byte, t.done});
    for (const ConnectionRow& c : r.connections) instants.insert(instants.end(), {c.opened, c.closed});
    std::vector<CloseReason> reasons;
    for (const ConnectionRow& c : r.connections) reasons.push_back(c.close_reason);
    return std::tuple(instants, reasons, r.up.packets, r.up.bytes, r.down.packets, r.down.bytes, r.ended);
}

struct Idle {
    std::string setting, companions, hint;
};

const std::vector<Idle>& idle_settings() {
    const std::string no_pipeline = " does nothing: the client does not pipeline";
    const std::string no_streams = " does nothing: the client does not multiplex";
    const std::string new_each_time = " does nothing: the client wants a new connection each time";
    static const std::vector<Idle> all = {
        {"client.connections = 4\n", "", "[client] connections does nothing: a serial client has one at a time"},
        {"client.pipeline_depth = 2\n", "client.strategy = \"persistent\"\n", "[client] pipeline_depth" + no_pipeline},
        {"client.pipeline_depth = 2\n", "client.strategy = \"multiplexed\"\n", "[client] pipeline_depth" + no_pipeline},
        {"client.pipeline_start = \"at once\"\n", "client.strategy = \"multiplexed\"\n",
         "[client] pipeline_start" + no_pipeline},
        {"server.pipeline = \"parallel\"\n", "client.strategy = \"persistent\"\nserver.think_time = \"5 ms\"\n",
         "[server] pipeline" + no_pipeline},
        {"server.pipeline = \"parallel\"\n", "client.strategy = \"multiplexed\"\nserver.think_time = \"5 ms\"\n",
         "[server] pipeline" + no_pipeline},
        {"client.multiplexed.streams = 1\n", "", "[client] multiplexed.streams" + no_streams},
        {"client.multiplexed.window = \"1 kB\"\n", "client.strategy = \"pipelined\"\n",
         "[client] multiplexed.window" + no_streams},
        {"client.multiplexed.frame = \"100 kB\"\n", "", "[client] multiplexed.frame" + no_streams},
        {"client.multiplexed.header_compression = false\n", "", "[client] multiplexed.header_compression" + no_streams},
        {"server.keep_alive = false\n", "", "[server] keep_alive" + new_each_time},
        {"server.keep_alive = false\n", "client.strategy = \"parallel\"\n", "[server] keep_alive" + new_each_time},
        {"server.keep_alive = false\n", "client.strategy = \"multiplexed\"\n",
         "[server] keep_alive does nothing: HTTP/2 does not know it"},
        {"server.keep_alive.max = 1\n", "client.http = \"1.0\"\n", "[server] keep_alive.max" + new_each_time},
        {"server.keep_alive.max = 1\n", "client.strategy = \"multiplexed\"\n",
         "[server] keep_alive.max does nothing: HTTP/2 does not know it"},
        {"server.keep_alive.timeout = \"1 ns\"\n", "server.think_time = \"5 ms\"\n",
         "[server] keep_alive.timeout" + new_each_time},
        {"server.keep_alive.timeout = \"1 ns\"\n", "client.strategy = \"parallel\"\nclient.request_header = \"4 kB\"\n",
         "[server] keep_alive.timeout" + new_each_time},
        {"client.proxy_connection = true\n", "client.strategy = \"persistent\"\n",
         "[client] proxy_connection does nothing: there is no proxy"},
        {"client.page_gap = \"1 s\"\n", "", "[client] page_gap does nothing: the page is loaded once"},
        {"client.cache = true\n", "client.users = 2\n", "[client] cache does nothing: the page is loaded once"},
        {"host = [ { name = \"cdn\" } ]\n", "", "[[host]] \"cdn\" does nothing: no object names it"},
    };
    return all;
}

}  // namespace

TEST_CASE("what does nothing is hinted at, and does nothing") {
    for (const Idle& idle : idle_settings()) {
        CAPTURE(idle.setting);
        CAPTURE(idle.companions);
        const std::string without = idle.companions + kObjects;
        CHECK(hints_of(without).empty());
        CHECK(hints_of(idle.setting + without) == idle.hint);
        CHECK(outcome(idle.setting + without) == outcome(without));
    }
}

TEST_CASE("what is of HTTP/1 only, in HTTP/2") {
    const std::string http2 = "client.strategy = \"multiplexed\"\n" + kObjects;
    CHECK(hints_of("server.chunked = true\n" + http2) ==
          "[server] chunked only leaves Content-Length out: HTTP/2 has no chunks");
    CHECK(hints_of("server.content_length = \"absent\"\n" + http2) ==
          "[server] content_length only leaves the field out: HTTP/2's frames say where a body ends");
    CHECK(hints_of("server = { content_length = \"wrong\", wrong_length = \"1 kB\" }\n" + http2).empty());
    const std::string fields =
        "[client] headers does not go out as a whole: HTTP/2 has no fields of a connection "
        "(RFC 9113 8.2.2)";
    CHECK(hints_of("client.headers = [\"X-A: b\", \"connection: close\"]\n" + http2) == fields);
    CHECK(hints_of("client.headers = [\"Proxy-Connection: keep-alive\"]\n" + http2) == fields);
    CHECK(hints_of("client.headers = [\"X-A: b\"]\n" + http2).empty());
    CHECK(hints_of("server.chunked = true\nclient.headers = [\"Connection: close\"]\n" + kObjects).empty());
}

TEST_CASE("no hint about what does something, or is the default") {
    const std::string defaults =
        "client.connections = 1\nclient.pipeline_depth = 0\nclient.pipeline_start = \"confirmed\"\n"
        "client.multiplexed = { streams = 100, window = \"64 KiB\", frame = \"16 KiB\", header_compression = true }\n"
        "server.keep_alive = { timeout = \"120 s\", max = 100 }\nserver.pipeline = \"serial\"\n"
        "client.proxy_connection = false\nclient.page_gap = \"0 s\"\nclient.cache = false\n";
    const std::vector<std::string> texts = {
        defaults,
        "client.strategy = \"parallel\"\nclient.connections = 4\n",
        "client.strategy = \"multiplexed\"\nclient.connections = 2\nserver.keep_alive.timeout = \"5 s\"\n",
        "client.strategy = \"pipelined\"\nclient.pipeline_depth = 2\nserver.pipeline = \"parallel\"\n",
        "client.loads = 2\nclient.page_gap = \"1 s\"\nclient.cache = true\n",
        "client.close = \"client\"\nserver.keep_alive = false\n",
        "client.http = \"1.0\"\nclient.headers = [\"Connection: Keep-Alive\"]\nserver.keep_alive = false\n",
        "proxy = [ {} ]\nclient.proxy_connection = true\nserver.keep_alive.max = 2\n",
    };
    for (const std::string& text : texts) {
        CAPTURE(text);
        CHECK(hints_of(text + kObjects).empty());
    }
    CHECK(hints_of("client.connections = 4\n[page]\nobjects = [ { count = 3, size = \"1 kB\", connection = 2 } ]\n")
              .empty());
    CHECK(hints_of("host = [ { name = \"cdn\" } ]\n[[request]]\nhost = \"cdn\"\n").empty());
}

TEST_CASE("one run in which a setting does something is enough") {
    const std::string variants =
        "[[variant]]\nname = \"serial\"\nclient.strategy = \"serial\"\n"
        "[[variant]]\nname = \"other\"\nclient.strategy = \"";
    const std::string depth = "client.pipeline_depth = 2\n" + kObjects + variants;
    CHECK(hints_of(depth + "pipelined\"\n").empty());
    CHECK(hints_of(depth + "persistent\"\n") == "[client] pipeline_depth does nothing: the client does not pipeline");
    CommandLine pipelined;
    pipelined.sets = {"client.strategy=pipelined"};
    CHECK(hints_of(depth + "persistent\"\n", pipelined).empty());
    CommandLine varied;
    varied.varies = {"client.strategy=serial,pipelined"};
    CHECK(hints_of(depth + "persistent\"\n", varied).empty());
    // --variant chooses runs; it does not make the file strange.
    CommandLine one;
    one.variants = {"serial"};
    CHECK(hints_of(depth + "pipelined\"\n", one).empty());
    // Nor is anybody interested in what a variant says that is not run.
    const std::string idle = kObjects + variants + "persistent\"\nclient.pipeline_depth = 2\n";
    CHECK(hints_of(idle) == "[client] pipeline_depth does nothing: the client does not pipeline");
    CHECK(hints_of(idle, one).empty());
    one.variants = {"other"};
    CHECK(hints_of(idle, one) == "[client] pipeline_depth does nothing: the client does not pipeline");
}

TEST_CASE("a host is used when an object of any variant names it") {
    const std::string hosts = kObjects + "[[host]]\nname = \"a\"\n[[host]]\nname = \"b\"\n";
    CHECK(hints_of(hosts) ==
          "[[host]] \"a\" does nothing: no object names it\n[[host]] \"b\" does nothing: no object names it");
    CHECK(hints_of(hosts + "[[variant]]\nname = \"v\"\npage.objects = [ { size = \"1 kB\", host = \"b\" } ]\n") ==
          "[[host]] \"a\" does nothing: no object names it");
}

TEST_CASE("a hint points at the value, or names the option") {
    const std::string text = "client.connections = 4\n" + std::string(kPage);
    CHECK(read_scenario(text, "x.toml").scenario->hints ==
          "x.toml:1:22: hint: [client] connections does nothing: a serial client has one at a time\n"
          "  1 | client.connections = 4\n"
          "    |                      ^ strategy = \"parallel\", \"persistent\" or \"pipelined\"\n");
    CommandLine set;
    set.sets = {"client.connections=3"};
    CHECK(read_scenario(kPage, "x.toml", set).scenario->hints ==
          "--set client.connections=3: hint: [client] connections does nothing: a serial client has one at a time; "
          "strategy = \"parallel\", \"persistent\" or \"pipelined\"\n");
}

TEST_CASE("where not every run was looked at nothing is said") {
    const std::string many = "[vary]\n\"link.rtt\" = { from = \"1 ms\", to = \"3000 ms\", step = \"1 ms\" }\n";
    CHECK(hints_of("client.connections = 4\n" + std::string(kPage) + many).empty());
}
