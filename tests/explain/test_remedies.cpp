#include <doctest/doctest.h>

#include <algorithm>

#include "explain/remedies.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::explain;

namespace {

Scenario scenario_of(const std::string& toml, const CommandLine& line = {}) {
    const Loaded loaded = read_scenario(toml, "test.toml", line);
    REQUIRE_MESSAGE(loaded.scenario.has_value(), loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(0));
}

Causes only(Cause cause) {
    Causes causes;
    causes.add(cause, 1s);
    return causes;
}

bool proposed(const std::string& toml, Cause cause, const std::string& line) {
    for (const Change& c : remedies(scenario_of(toml), only(cause), 100)) {
        if (std::any_of(c.begin(), c.end(), [&](const NewValue& v) { return as_line(v) == line; })) return true;
    }
    return false;
}

const std::string kPage = "page.objects = [ { count = 3, size = '1 kB' } ]\n";

}  // namespace

TEST_CASE("every change that is proposed is a setting that --set takes") {
    const std::vector<std::string> tomls{
        kPage,
        "link.up.delay = '10 ms'\nlink.down.delay = '20 ms'\nlink.up.rate = '1 Mbit/s'\nlink.down.rate = '3333 "
        "kbit/s'\n"
        "link.loss = '1 %'\nlink.drop = ['data 1']\nlink.corrupt = '1 %'\nlink.reorder = '1 %'\n"
        "link.queue = '10 packets'\naccess.delay = '1 ms'\naccess.loss = '1 %'\nserver_access.delay = '1 ms'\n"
        "dns.delay = '20 ms'\ntls.version = '1.2'\nserver.think_time = '10 ms'\nserver.workers = 1\n"
        "server.write_chunk = '500 B'\nserver.keep_alive = false\nclient.strategy = 'persistent'\n"
        "client.writes = 'split'\nclient.request_body = '1 kB'\nclient.gap = '1 ms'\nclient.read_rate = '1 Mbit/s'\n"
        "tcp.profile = 'classic'\ntcp.window_clamp = '5 kB'\ntcp.initial_ssthresh = 4\ntcp.pacing = true\n"
        "tcp.cork = true\n" +
            kPage,
        "link.queue = '20 kB'\nclient.http = '1.0'\nserver.writes = 'split'\nserver.content_length = 'absent'\n" +
            kPage,
        "client.strategy = 'pipelined'\ntls.version = '1.3'\n" + kPage,
        "client.strategy = 'multiplexed'\n" + kPage,
    };
    for (const std::string& toml : tomls) {
        const Scenario scenario = scenario_of(toml);
        for (std::size_t i = 0; i < kCauses; ++i) {
            for (const Change& change : remedies(scenario, only(static_cast<Cause>(i)), 100)) {
                CommandLine line;
                for (const NewValue& v : change) line.sets.push_back(as_option(v));
                const Loaded loaded = read_scenario(toml, "test.toml", line);
                CHECK_MESSAGE(loaded.scenario.has_value(), loaded.errors);
            }
        }
    }
}

TEST_CASE("what helps against a cause is proposed, and not what is there already") {
    CHECK(proposed(kPage, Cause::nagle, "server.tcp.nagle = false"));
    CHECK(!proposed(kPage + "server.tcp.nagle = false\n", Cause::nagle, "server.tcp.nagle = false"));
    CHECK(!proposed(kPage, Cause::server, "server.tcp.nagle = false"));
    CHECK(proposed(kPage + "link.rtt = '100 ms'\n", Cause::propagation, "link.rtt = \"50 ms\""));
    CHECK(!proposed(kPage, Cause::propagation, "link.rtt = \"0 s\""));
    CHECK(proposed(kPage + "link.rate = '1.5 Mbit/s'\n", Cause::transmission, "link.rate = \"3 Mbit/s\""));
    CHECK(proposed(kPage, Cause::slow_start, "tcp.initial_window = 20"));
    CHECK(!proposed(kPage, Cause::slow_start, "tcp.initial_window = 10"));
    CHECK(proposed(kPage + "link.drop = ['data 1']\n", Cause::loss, "link.drop = []"));
    CHECK(!proposed(kPage, Cause::loss, "link.drop = []"));
    CHECK(proposed(kPage, Cause::handshake, "client.strategy = \"persistent\""));
    CHECK(!proposed("page.objects = [ { size = '1 kB' } ]\n", Cause::handshake, "client.strategy = \"persistent\""));
}

TEST_CASE("the largest cause comes first, what took next to nothing not at all, and no more than asked for") {
    Causes causes;
    causes.add(Cause::dns, 600ms);
    causes.add(Cause::slow_start, 400ms);
    causes.add(Cause::nagle, 1ms);
    const Scenario scenario = scenario_of("dns.delay = '20 ms'\n" + kPage);
    const std::vector<Change> all = remedies(scenario, causes, 100);
    REQUIRE(all.size() >= 2);
    CHECK(as_line(all[0].front()) == "dns.delay = \"0 ms\"");
    CHECK(as_line(all[1].front()) == "tcp.initial_window = 20");
    for (const Change& c : all) CHECK(c.front().key.find("nagle") == std::string::npos);
    CHECK(remedies(scenario, causes, 1).size() == 1);
}
