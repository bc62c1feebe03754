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

Evidence everything() { return {true, true, true, true, true, true, true, true, true, true, true}; }

bool proposed(const std::string& toml, Cause cause, const std::string& line, const Evidence& evidence = everything()) {
    const Scenario scenario = scenario_of(toml);
    for (const Change& c : remedies({scenario, only(cause), evidence}, 100)) {
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
        "tcp.cork = true\nclient.close = 'client'\nserver.close_after = '5 responses'\n" +
            kPage,
        "link.rtt = '40 ms'\nlink.rate = '5 Mbit/s'\nlink.hold = ['data 3 by 1 s']\nlink.jitter = '1 ms'\n"
        "server.backlog = 2\nserver.tcp.syn_cookies = false\ntcp.send_buffer = '32 KiB'\nserver.workers = 2\n"
        "[page]\nobjects = [ { size = '1 kB', think_time = '10 ms' } ]\n"
        "[[host]]\nname = 'cdn'\nrtt = '20 ms'\nthink_time = '5 ms'\n"
        "[[proxy]]\nkind = 'aware'\nconnections = 2\nlink = { rtt = '10 ms', rate = '1 Mbit/s', loss = '1 %' }\n",
        "link.queue = '20 kB'\nclient.http = '1.0'\nserver.writes = 'split'\nserver.content_length = 'absent'\n" +
            kPage,
        "client.strategy = 'pipelined'\ntls.version = '1.3'\n" + kPage,
        "client.strategy = 'multiplexed'\n" + kPage,
    };
    for (const std::string& toml : tomls) {
        const Scenario scenario = scenario_of(toml);
        for (std::size_t i = 0; i < kCauses; ++i) {
            for (const Change& change : remedies({scenario, only(static_cast<Cause>(i)), everything()}, 100)) {
                CommandLine line;
                for (const NewValue& v : change) {
                    if (v.entry.empty()) line.sets.push_back(as_option(v));
                }
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
    const std::vector<Change> all = remedies({scenario, causes, {}}, 100);
    REQUIRE(all.size() >= 2);
    CHECK(as_line(all[0].front()) == "dns.delay = \"0 ms\"");
    CHECK(as_line(all[1].front()) == "tcp.initial_window = 20");
    for (const Change& c : all) CHECK(c.front().key.find("nagle") == std::string::npos);
    CHECK(remedies({scenario, causes, {}}, 1).size() == 1);
}

TEST_CASE("the narrowest link is widened, whichever it is") {
    const std::string access = "link.rate = '100 Mbit/s'\naccess.rate = '2 Mbit/s'\n" + kPage;
    CHECK(proposed(access, Cause::transmission, "access.rate = \"4 Mbit/s\""));
    CHECK(!proposed(access, Cause::transmission, "link.rate = \"200 Mbit/s\""));
    const std::string proxy = kPage + "link.rate = '4 Mbit/s'\n[[proxy]]\nlink = { rate = '2 Mbit/s' }\n";
    CHECK(proposed(proxy, Cause::transmission, "[[proxy]] 1: link.rate = \"4 Mbit/s\""));
    CHECK(proposed(proxy, Cause::transmission, "link.rate = \"8 Mbit/s\""));
}

TEST_CASE("what --set does not reach is changed in the scenario") {
    Scenario s = scenario_of(
        "link.rtt = '40 ms'\n[page]\nobjects = [ { name = 'a', size = '1 kB', think_time = '10 ms' }, "
        "{ size = '1 kB', host = 'cdn' } ]\n"
        "[[host]]\nname = 'cdn'\nthink_time = '5 ms'\n[[proxy]]\nlink = { rtt = '10 ms' }\n");
    for (const Cause cause : {Cause::server, Cause::propagation}) {
        for (const Change& change : remedies({s, only(cause), everything()}, 100)) {
            for (const NewValue& v : change) {
                REQUIRE(v.entry.empty() == !v.apply);
                if (v.apply) v.apply(s);
            }
        }
    }
    CHECK(s.page.objects.front().think_time == 0ms);
    CHECK(s.hosts.front().server.think_time == 0ms);
    CHECK(s.proxies.front().link.up.delay + s.proxies.front().link.down.delay == 5ms);
}

TEST_CASE("what did not happen needs no remedy") {
    CHECK(proposed(kPage, Cause::loss, "tcp.initial_rto = \"200 ms\""));
    Evidence data = everything();
    data.lost_handshake = data.backlog = false;
    CHECK(!proposed(kPage, Cause::loss, "tcp.initial_rto = \"200 ms\"", data));
    CHECK(!proposed(kPage, Cause::loss, "server.backlog = 512", data));
    CHECK(proposed(kPage, Cause::loss, "server.backlog = 512"));  // four times the default
    CHECK(!proposed(kPage + "client.gap = '1 ms'\n", Cause::blocked, "client.gap = \"0 ms\"", {}));
    CHECK(proposed(kPage + "client.gap = '1 ms'\n", Cause::blocked, "client.gap = \"0 ms\""));
    const std::string buffer = "server.tcp.send_buffer = '32 KiB'\n" + kPage;
    CHECK(proposed(buffer, Cause::congestion, "server.tcp.send_buffer = \"4 MiB\""));
    CHECK(!proposed(buffer, Cause::congestion, "server.tcp.send_buffer = \"4 MiB\"", {}));
}

TEST_CASE("of several keys none is proposed that is in force") {
    const std::string no_probe = "tcp.tail_loss_probe = false\n" + kPage;
    CHECK(proposed(no_probe, Cause::loss, "tcp.tail_loss_probe = true"));
    CHECK(!proposed(no_probe, Cause::loss, "tcp.sack = true"));
    CHECK(!proposed(no_probe, Cause::loss, "tcp.recovery = \"rack\""));
    CHECK(!proposed("tcp.cork = true\n" + kPage, Cause::nagle, "server.tcp.nagle = false"));
    CHECK(proposed("tcp.cork = true\n" + kPage, Cause::nagle, "tcp.cork = false"));
    CHECK(!proposed("tls.resumption = true\n" + kPage, Cause::tls, "tls.resumption = true"));
}

TEST_CASE("no port: more of them, shorter memory of them, or the other end closes first") {
    const std::string toml = "client.close = 'client'\nclient.tcp.ports = [50000, 50099]\n" + kPage;
    for (const char* line : {"client.tcp.ports = [1024, 65535]", "client.tcp.time_wait_reuse = \"always\"",
                             "client.tcp.time_wait = \"1 s\"", "client.close = \"server\""}) {
        CAPTURE(line);
        CHECK(proposed(toml, Cause::ports, line));
    }
}

TEST_CASE("a relay that leaves requests unread is made one that does not") {
    const std::string blind = kPage + "[[proxy]]\nkind = 'blind'\n";
    CHECK(proposed(blind, Cause::retry, "[[proxy]] 1: kind = \"aware\""));
    CHECK(!proposed(kPage + "[[proxy]]\nkind = 'aware'\n", Cause::retry, "[[proxy]] 1: kind = \"aware\""));
}

TEST_CASE("a host that serves nothing of the page is let be") {
    const std::string host = "[[host]]\nname = 'cdn'\nrtt = '20 ms'\n";
    CHECK(!proposed(kPage + host, Cause::propagation, "[[host]] cdn: rtt = \"10 ms\""));
    CHECK(proposed("page.objects = [ { size = '1 kB', host = 'cdn' } ]\n" + host, Cause::propagation,
                   "[[host]] cdn: rtt = \"10 ms\""));
}
