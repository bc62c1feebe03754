// page.har: a recording's scenario below everything that the file says. What a recording is, only the reader knows.
#include <doctest/doctest.h>

#include <stdexcept>

#include "scenario/scenario_file.hpp"

using namespace tcplab;

namespace {

constexpr const char* kRecorded = R"(title = "As recorded"
[link]
rtt = "80 ms"
rate = "4 Mbit/s"
[dns]
delay = "15 ms"
[tls]
version = "1.3"
[client]
url = "https://www.example.com/"
strategy = "multiplexed"
request_header = "400 B"
[server]
response_header = "350 B"
think_time = "5 ms"
[[host]]
name = "cdn.example.com"
rtt = "20 ms"
[page]
html = "7 kB"
objects = [
    { name = "a.js", size = "30 kB", after = "html", think_time = "2 ms" },
    { name = "b.png", size = "9 kB", host = "cdn.example.com", after = "a.js", delay = "10 ms" },
]
)";

/// There are a.har, b.har and old.har; the others are what their names say.
RecordedScenario recorded(const std::string& path) {
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name == "a.har") return {kRecorded, "", 0, false};
    if (name == "b.har") return {"[link]\nrtt = \"1 ms\"\n[page]\nhtml = \"1 kB\"\n", "", 0, false};
    if (name == "old.har") {
        return {"[client]\nstrategy = \"parallel\"\nconnections = 4\nhttp = \"1.0\"\n[page]\nhtml = \"1 kB\"\n", "", 0,
                false};
    }
    if (name == "huge.har") return {"[page]\nhtml = \"2000000000000000 B\"\n", "", 0, false};
    if (name == "bad.har") return {std::nullopt, path + ":4:2: error: no\n" + path + ":5:2: error: no\n", 2, false};
    return {std::nullopt, path + ": error: No such file or directory\n", 1, true};
}

Loaded load(std::string_view text, const CommandLine& options = {}) {
    return read_scenario(text, "folder/x.toml", options, recorded);
}

Scenario run_of(std::string_view text, const CommandLine& options = {}, std::uint64_t i = 0) {
    const Loaded loaded = load(text, options);
    if (!loaded.scenario) throw std::runtime_error(loaded.errors);
    const Runs runs = loaded.scenario->expand();
    return runs.scenario(runs.run(i));
}

constexpr const char* kUse = "[page]\nhar = \"a.har\"\n";

}  // namespace

TEST_CASE("a recording gives a page and its network") {
    const Scenario s = run_of(kUse);
    CHECK(s.link.up.delay + s.link.down.delay == 80ms);
    CHECK(s.link.down.rate.bits_per_second == 4'000'000);
    REQUIRE(s.dns);
    CHECK(s.dns->delay == 15ms);
    CHECK(s.tls);
    CHECK(s.client.strategy == Strategy::multiplexed);
    CHECK(s.client.port == 443);
    CHECK(s.client.request_header == 400);
    CHECK(s.server.think_time == 5ms);
    REQUIRE(s.hosts.size() == 1);
    CHECK(s.hosts[0].rtt == 20ms);
    CHECK(s.hosts[0].server.response_header == 350);
    REQUIRE(s.page.objects.size() == 3);
    CHECK(s.page.objects[0].size == 7'000);
    CHECK(s.page.objects[2].host == 1);
    CHECK(s.page.objects[2].after == std::vector<std::uint32_t>{1});
    CHECK(load(kUse).scenario->title.empty());  // other variants may have other recordings
}

TEST_CASE("what the scenario says itself wins: file, variant, axis, --set") {
    const std::string text = std::string(kUse) + R"(
[link]
delay = "5 ms"
[client]
strategy = "persistent"
connections = 6
[tls]
version = "1.2"
[[variant]]
name = "plain"
tls = false
dns = false
[[variant]]
name = "slow"
link.rate = "1 Mbit/s"
server.think_time = "1 s"
[vary]
"client.request_header" = ["500 B", "600 B"]
)";
    const Scenario plain = run_of(text);
    CHECK(plain.link.up.delay == 5ms);
    CHECK(plain.client.strategy == Strategy::persistent);
    CHECK(plain.client.request_header == 500);
    CHECK_FALSE(plain.tls);
    CHECK_FALSE(plain.dns);
    CHECK(plain.client.port == 80);  // the recorded URL says https, but nobody wrote that here
    CommandLine options;
    options.sets = {"server.think_time=3 ms"};
    const Scenario slow = run_of(text, options, 3);
    CHECK(slow.link.down.rate.bits_per_second == 1'000'000);
    CHECK(slow.tls->version == TlsVersion::tls12);
    CHECK(slow.client.request_header == 600);
    CHECK(slow.server.think_time == 3ms);
}

TEST_CASE("who says the strategy says the connections and the version too") {
    const auto client = [](const std::string& text) {
        return run_of("[page]\nhar = \"old.har\"\n[client]\n" + text).client;
    };
    CHECK(client("").strategy == Strategy::parallel);
    CHECK(client("").connections == 4);
    CHECK(client("").http == HttpVersion::http10);
    const ClientConfig other = client("strategy = \"multiplexed\"\n");
    CHECK(other.connections == 1);
    CHECK(other.http == HttpVersion::http11);
    CHECK(client("connections = 2\n").connections == 2);
}

TEST_CASE("variants, axes and options may have other recordings") {
    const std::string text =
        std::string(kUse) + "[[variant]]\nname = \"a\"\n[[variant]]\nname = \"b\"\npage.har = \"b.har\"\n";
    CHECK(run_of(text, {}, 0).page.objects.size() == 3);
    const Scenario b = run_of(text, {}, 1);
    CHECK(b.page.objects.size() == 1);
    CHECK(b.hosts.empty());
    CHECK_FALSE(b.tls);
    CHECK(run_of("[vary]\n\"page.har\" = [\"a.har\", \"b.har\"]\n", {}, 1).page.objects.size() == 1);
    CommandLine options;
    options.sets = {"page.har=b.har"};
    CHECK(run_of(kUse, options).page.objects.size() == 1);
}

TEST_CASE("a page and its hosts are recorded or written") {
    const auto error = [](const std::string& text) {
        const std::string errors = load(kUse + text).errors;
        return errors.substr(0, errors.find('\n'));
    };
    const std::string beside = " beside [page] har: the recording has a page and hosts";
    CHECK(error("html = \"1 kB\"\n") == "folder/x.toml:3:8: error: html" + beside);
    CHECK(error("objects = [{ size = \"1 B\" }]\n") == "folder/x.toml:3:11: error: objects" + beside);
    CHECK(error("[[request]]\nresponse = \"1 B\"\n") == "folder/x.toml:3:1: error: [[request]]" + beside);
    CHECK(error("[[host]]\nname = \"cdn\"\n") == "folder/x.toml:3:1: error: [[host]]" + beside);
    CHECK(error("[[variant]]\nname = \"a\"\npage.html = \"1 kB\"\n") == "folder/x.toml:5:13: error: html" + beside);
    CHECK(load(std::string(kUse) + "[[host]]\nname = \"cdn\"\n").error_count == 1);
}

TEST_CASE("a recording that is wrong: its own messages, and where it is named") {
    const Loaded bad = load("[page]\nhar = \"bad.har\"\n");
    CHECK(bad.errors ==
          "folder/x.toml:2:7: error: [page] har: no page could be taken from \"bad.har\"\n"
          "  2 | har = \"bad.har\"\n"
          "    |       ^~~~~~~~~\n"
          "folder/bad.har:4:2: error: no\n"
          "folder/bad.har:5:2: error: no\n");
    CHECK(bad.error_count == 3);
    CHECK_FALSE(bad.unreadable);
    const Loaded none = load("[page]\nhar = \"none.har\"\n");
    CHECK(none.unreadable);
    CHECK(none.error_count == 2);
    CHECK_FALSE(load("[page]\nhar = \"none.har\"\n[link]\nrtt = 5\n").unreadable);
    // What is wrong with a value stands where the recording is named.
    CHECK(load("[page]\nhar = \"huge.har\"\n").errors.rfind("folder/x.toml:2:7: error: [page] html: ", 0) == 0);
    CHECK(load("[client]\nstrategy = \"multiplexed\"\nhttp = \"1.0\"\n" + std::string(kUse))
              .errors.rfind("folder/x.toml:3:8: error: a multiplexed client", 0) == 0);
}

TEST_CASE("a recording that two variants name is read once") {
    const Loaded loaded =
        load("[[variant]]\nname = \"a\"\npage.har = \"bad.har\"\n[[variant]]\nname = \"b\"\npage.har = \"bad.har\"\n");
    CHECK(loaded.error_count == 4);  // two places, two messages
}
