#include <doctest/doctest.h>

#include "reading.hpp"

using namespace tcplab;
using namespace tcplab::reading;
using namespace std::chrono_literals;

namespace {

constexpr const char* kTwoByTwo = R"(
seed = 7
repeat = 2
[[variant]]
name = "a"
client.strategy = "persistent"
[[variant]]
name = "b"
client.strategy = "serial"
[vary]
"link.rtt" = ["10 ms", "30 ms", "20 ms"]
tcp.nagle = [true, false]
)";

/// "a/10 ms/true/1" for each run.
std::vector<std::string> labels(const ScenarioFile& file) {
    std::vector<std::string> all;
    const Runs runs = file.expand();
    for (std::uint64_t i = 0; i < runs.size(); ++i) {
        const Run run = runs.run(i);
        std::string label = std::to_string(run.number) + " " + file.variants[run.variant];
        for (std::size_t a = 0; a < file.axes.size(); ++a) label += "/" + file.axes[a].values[run.positions[a]];
        all.push_back(label + "/" + std::to_string(run.repetition));
    }
    return all;
}

std::vector<std::string> labels(std::string_view text, const CommandLine& options = {}) {
    const Loaded loaded = read_scenario(text, "x.toml", options);
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    return labels(*loaded.scenario);
}

CommandLine with_vary(std::vector<std::string> varies) {
    CommandLine options;
    options.varies = std::move(varies);
    return options;
}

}  // namespace

TEST_CASE("runs are variants x axes x repetitions, the first slowest") {
    const std::vector<std::string> all = labels(with_page(kTwoByTwo));
    REQUIRE(all.size() == 24);
    CHECK(all[0] == "1 a/10 ms/true/1");
    CHECK(all[1] == "2 a/10 ms/true/2");
    CHECK(all[2] == "3 a/10 ms/false/1");
    CHECK(all[4] == "5 a/30 ms/true/1");
    CHECK(all[11] == "12 a/20 ms/false/2");
    CHECK(all[12] == "13 b/10 ms/true/1");
    CHECK(all[23] == "24 b/20 ms/false/2");
}

TEST_CASE("a run's scenario has its variant, its axis values, the seed and its repetition") {
    const std::string text = with_page(kTwoByTwo);
    const Scenario s = run_of(text, {}, 15);
    CHECK(s.client.strategy == Strategy::serial);
    CHECK(s.link.up.delay == 5ms);
    CHECK_FALSE(s.client_tcp.nagle);
    CHECK(s.seed == 7);
    CHECK(s.repetition == 2);
    CHECK(run_of(text, {}, 4).link.up.delay == 15ms);
}

TEST_CASE("a file without variants has one, without a name") {
    const Loaded loaded = read_scenario(kPage, "some/folder/page.toml");
    REQUIRE(loaded.scenario);
    CHECK(loaded.scenario->variants == std::vector<std::string>{""});
    CHECK(loaded.scenario->name == "page");
    CHECK(loaded.scenario->expand().size() == 1);
}

TEST_CASE("--variant and --run choose; runs keep their numbers") {
    CommandLine options;
    options.variants = {"b"};
    const std::vector<std::string> chosen = labels(with_page(kTwoByTwo), options);
    REQUIRE(chosen.size() == 12);
    CHECK(chosen[0] == "13 b/10 ms/true/1");
    options.run = 15;
    CHECK(labels(with_page(kTwoByTwo), options) == std::vector<std::string>{"15 b/10 ms/false/1"});
    options.run = 3;
    CHECK(joined(errors_of(with_page(kTwoByTwo), options)) == "--run 3: error: that run is of variant \"a\"");
    options.run = 25;
    CHECK(joined(errors_of(with_page(kTwoByTwo), options)) == "--run 25: error: the runs are 1 to 24");
    options.run.reset();
    options.variants = {"bb"};
    CHECK(joined(errors_of(with_page(kTwoByTwo), options)) == "--variant bb: error: no variant is called \"bb\"");
    CHECK(joined(errors_of(kPage, options)) == "--variant bb: error: the scenario has no variants");
}

TEST_CASE("--seed and --repeat") {
    CommandLine options;
    options.seed = 99;
    options.repeat = 5;
    const Loaded loaded = read_scenario(with_page(kTwoByTwo), "x.toml", options);
    REQUIRE(loaded.scenario);
    CHECK(loaded.scenario->seed == 99);
    CHECK(loaded.scenario->repeat == 5);
    CHECK(loaded.scenario->expand().size() == 60);
    CHECK(run_of(with_page(kTwoByTwo), options, 4).repetition == 5);
    options.repeat = 0;
    CHECK(joined(errors_of(kPage, options)) ==
          "--repeat 0: error: repeat: must be from 1 to 1000000, found the number 0");
}

TEST_CASE("--set goes before the variant, which goes before the file, which goes before the profile") {
    const std::string text = with_page(
        "[tcp]\nprofile = \"classic\"\nmss = 1000\ninitial_window = 2\n"
        "[[variant]]\nname = \"v\"\ntcp.initial_window = 3\n");
    CHECK(run_of(text).client_tcp.sack == false);
    CHECK(run_of(text).client_tcp.mss == 1000);
    CHECK(run_of(text).client_tcp.initial_window == 3);
    CHECK(run_of(text, with_set({"tcp.initial_window=4"})).client_tcp.initial_window == 4);
    CHECK(run_of(text, with_set({"tcp.initial_window=4", "tcp.initial_window=5"})).client_tcp.initial_window == 5);
}

TEST_CASE("in a file the more specific table wins, also over a variant") {
    const std::string text = with_page(
        "[server.tcp]\ninitial_window = 20\n[tcp]\ninitial_window = 2\n[link.up]\nrate = \"1 Mbit/s\"\n"
        "[[variant]]\nname = \"v\"\ntcp.initial_window = 3\nlink.rate = \"2 Mbit/s\"\n");
    const Scenario s = run_of(text);
    CHECK(s.client_tcp.initial_window == 3);
    CHECK(s.server_tcp.initial_window == 20);
    CHECK(s.link.up.rate.bits_per_second == 1'000'000);
    CHECK(s.link.down.rate.bits_per_second == 2'000'000);
    const Scenario varied = run_of(text + "[vary]\n\"tcp.initial_window\" = [5]\n");
    CHECK(varied.client_tcp.initial_window == 5);
    CHECK(varied.server_tcp.initial_window == 20);
}

TEST_CASE("the command line goes before everything in the file, the more specific table last") {
    const std::string text = with_page("[server.tcp]\ninitial_window = 20\n");
    CHECK(run_of(text, with_set({"tcp.initial_window=4"})).server_tcp.initial_window == 4);
    const Scenario s = run_of(text, with_set({"server.tcp.initial_window=6", "tcp.initial_window=4"}));
    CHECK(s.client_tcp.initial_window == 4);
    CHECK(s.server_tcp.initial_window == 6);
    CHECK(run_of(text, with_vary({"tcp.initial_window=8"})).server_tcp.initial_window == 8);
}

TEST_CASE("each end has its own profile") {
    const Scenario s = run_of(with_page("[tcp]\nprofile = \"rfc\"\n[server.tcp]\nprofile = \"classic\"\n"));
    CHECK(s.client_tcp.initial_window == 10);
    CHECK(s.client_tcp.congestion_control == CongestionControl::reno);
    CHECK(s.server_tcp.initial_window == 1);
    CHECK_FALSE(s.server_tcp.sack);
    CHECK(run_of(kPage, with_set({"tcp.profile=classic"})).client_tcp.initial_window == 1);
}

TEST_CASE("rtt and delay are one setting: the later layer counts") {
    const std::string text = with_page("[link]\ndelay = \"10 ms\"\n[[variant]]\nname = \"v\"\nlink.rtt = \"50 ms\"\n");
    CHECK(run_of(text).link.up.delay == 25ms);
    CHECK(run_of(text, with_set({"link.delay=7ms"})).link.down.delay == 7ms);
    CHECK(run_of(text + "[link.down]\ndelay = \"1 ms\"\n").link.down.delay == 1ms);
}

TEST_CASE("--set takes a TOML value or a bare string") {
    CHECK(run_of(kPage, with_set({"link.rtt=50ms"})).link.up.delay == 25ms);
    CHECK(run_of(kPage, with_set({"link.rtt = \"50 ms\""})).link.up.delay == 25ms);
    CHECK(run_of(kPage, with_set({"link.rtt=0"})).link.up.delay == 0ms);
    CHECK(run_of(kPage, with_set({"client.http=1.0"})).client.http == HttpVersion::http10);
    CHECK(run_of(kPage, with_set({"tcp.nagle=false"})).client_tcp.nagle == false);
    CHECK(run_of(kPage, with_set({"tcp.ports=[1, 2]"})).client_tcp.port_last == 2);
    CHECK(run_of(kPage, with_set({"link.drop=[\"data 3\"]"})).link.up.drop.size() == 1);
    CHECK(run_of(kPage, with_set({"page.objects=[{ size = \"1 kB\", count = 4 }]"})).page.objects.at(1).count == 4);
    CHECK(run_of(kPage, with_set({"server.keep_alive.max=3"})).server.keep_alive_max == 3);
    const Loaded loaded = read_scenario(kPage, "x.toml", with_set({"name=2024-01-01", "title=it's = fine"}));
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    CHECK(loaded.scenario->name == "2024-01-01");
    CHECK(loaded.scenario->title == "it's = fine");
}

TEST_CASE("errors of options are worded like those of files") {
    const auto error = [](const char* set) { return joined(errors_of(kPage, with_set({set}))); };
    CHECK(error("link.rtt=100") ==
          "--set link.rtt=100: error: [link] rtt: expected a duration such as \"100 ms\", found the number 100");
    CHECK(error("link.dealy=1ms") ==
          "--set link.dealy=1ms: error: unknown key \"dealy\" in [link]; did you mean \"delay\"?");
    CHECK(error("lnik.delay=1ms") ==
          "--set lnik.delay=1ms: error: unknown key \"lnik.delay\"; did you mean \"link.delay\"?");
    CHECK(error("link.rtt") == "--set link.rtt: error: expected KEY=VALUE; such as link.rtt=\"50 ms\"");
    CHECK(error("tcp.ports=[1") == "--set tcp.ports=[1: error: not TOML: encountered end-of-file");
    CHECK(error("page.har=x.har") == "--set page.har=x.har: error: [page] har: recordings cannot be read here");
    CHECK(error("client.http=1.0") == "");
    CHECK(
        error("tls.version=1.1") ==
        "--set tls.version=1.1: error: [tls] version: expected \"1.2\" or \"1.3\", found the number 1.1; did you mean "
        "\"1.2\"?");
    CHECK(error("link.rtt=") ==
          "--set link.rtt=: error: [link] rtt: expected a duration such as \"100 ms\", found \"\"");
}

TEST_CASE("--vary lists, steps and spaces logarithmically") {
    CHECK(labels(kPage, with_vary({"link.rtt=20ms,\"100 ms\""})) ==
          std::vector<std::string>{"1 /20ms/1", "2 /100 ms/1"});
    CHECK(labels(kPage, with_vary({"tcp.initial_window=1..10:3"})) ==
          std::vector<std::string>{"1 /1/1", "2 /4/1", "3 /7/1", "4 /10/1"});
    CHECK(labels(kPage, with_vary({"link.rtt=10ms..30 ms:10ms"})) ==
          std::vector<std::string>{"1 /10 ms/1", "2 /20 ms/1", "3 /30 ms/1"});
    CHECK(labels(kPage, with_vary({"link.rate=1 Mbit/s..100 Mbit/s*3"})) ==
          std::vector<std::string>{"1 /1 Mbit/s/1", "2 /10 Mbit/s/1", "3 /100 Mbit/s/1"});
    CHECK(labels(kPage, with_vary({"link.rtt=1ms..100ms*4"})) ==
          std::vector<std::string>{"1 /1 ms/1", "2 /4.642 ms/1", "3 /21.54 ms/1", "4 /100 ms/1"});
    CHECK(labels(kPage, with_vary({"tcp.initial_window=1..3*9"})) ==
          std::vector<std::string>{"1 /1/1", "2 /2/1", "3 /3/1"});
    CHECK(labels(kPage, with_vary({"link.drop=[\"data 1..2\"],[\"data 3\", \"data 4\"]"})) ==
          std::vector<std::string>{"1 /[\"data 1..2\"]/1", "2 /[\"data 3\", \"data 4\"]/1"});
    CHECK(labels(kPage, with_vary({"page.html=1kB,2kB"})).size() == 2);
}

TEST_CASE("errors of --vary") {
    const auto error = [](const char* vary) { return joined(errors_of(kPage, with_vary({vary}))); };
    CHECK(error("link.rtt") ==
          "--vary link.rtt: error: expected KEY=VALUE,VALUE; such as link.rtt=\"20 ms\",\"100 ms\"");
    CHECK(error("link.rtt=1ms,,2ms") == "--vary link.rtt=1ms,,2ms: error: an empty value");
    CHECK(error("link.rtt=1ms..2ms") ==
          "--vary link.rtt=1ms..2ms: error: a range has a step or a count; A..B:STEP, or A..B*COUNT for a logarithmic "
          "scale");
    CHECK(error("link.rtt=1ms..2ms:0ms") ==
          "--vary link.rtt=1ms..2ms:0ms: error: [link] rtt: must be from 1 ns to 20000000 s, found \"0ms\"");
    CHECK(error("link.rtt=1ms..2ms*1") ==
          "--vary link.rtt=1ms..2ms*1: error: [vary] link.rtt: count must be from 2 to 20000, found the number 1");
    CHECK(error("link.rt=1ms,2ms") ==
          "--vary link.rt=1ms,2ms: error: unknown key \"rt\" in [link]; did you mean \"rtt\"?");
    CHECK(error("link.rtt=1,2") ==
          "--vary link.rtt=1,2: error: [link] rtt: expected a duration such as \"100 ms\", found the number 1\n"
          "--vary link.rtt=1,2: error: [link] rtt: expected a duration such as \"100 ms\", found the number 2");
}

TEST_CASE("the command line's axis takes the place of the file's; what is set is not varied") {
    const std::string text = with_page("[vary]\n\"link.rtt\" = [\"1 ms\", \"2 ms\"]\ntcp.nagle = [true, false]\n");
    CHECK(labels(text, with_vary({"link.rtt=5ms"})) == std::vector<std::string>{"1 /5ms/true/1", "2 /5ms/false/1"});
    CHECK(labels(text, with_set({"tcp.nagle=true"})) == std::vector<std::string>{"1 /1 ms/1", "2 /2 ms/1"});
    CHECK(run_of(text, with_set({"link.rtt=8ms"})).link.up.delay == 4ms);
}

TEST_CASE("axes of a file by range") {
    CHECK(labels(with_page("[vary]\n\"link.rtt\" = { from = \"10 ms\", to = \"25 ms\", step = \"10 ms\" }\n")) ==
          std::vector<std::string>{"1 /10 ms/1", "2 /20 ms/1"});
    CHECK(labels(with_page("[vary]\nlink.loss = { from = \"0 %\", to = \"1 %\", count = 3 }\n")) ==
          std::vector<std::string>{"1 /0 %/1", "2 /0.5 %/1", "3 /1 %/1"});
    CHECK(labels(with_page("[vary]\nclient.connections = { from = 1, to = 100, count = 3, scale = \"log\" }\n")) ==
          std::vector<std::string>{"1 /1/1", "2 /10/1", "3 /100/1"});
}

TEST_CASE("millions of runs cost nothing until they are asked for") {
    const std::string text = with_page(
        "repeat = 1000\n[vary]\n\"tcp.initial_window\" = { from = 1, to = 1000, step = 1 }\n\"tcp.nagle\" = [true, "
        "false]\n");
    const Loaded loaded = read_scenario(text, "x.toml");
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    const Runs runs = loaded.scenario->expand();
    CHECK(runs.size() == 2'000'000);
    const Run last = runs.run(runs.size() - 1);
    CHECK(last.number == 2'000'000);
    CHECK(last.repetition == 1000);
    CHECK(runs.scenario(last).client_tcp.initial_window == 1000);
    CHECK_FALSE(runs.scenario(last).client_tcp.nagle);
}

TEST_CASE("the starter scenario is right, and compares four strategies") {
    const Loaded loaded = read_scenario(starter_scenario(), "first.toml");
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    CHECK(loaded.scenario->name == "first");
    CHECK(loaded.scenario->variants == std::vector<std::string>{"serial", "parallel", "persistent", "pipelined"});
    CHECK(loaded.scenario->expand().size() == 4);
    CHECK(loaded.scenario->expects.size() == 1);
}
