// Queues with a discipline, losses in bursts, scripts that hold and double, traces.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "reading.hpp"

using namespace tcplab;
using namespace tcplab::reading;

namespace {

/// A folder with a scenario and trace files, gone at the end.
class Folder {
  public:
    explicit Folder(const char* name) : path_(std::filesystem::temp_directory_path() / name) {
        std::filesystem::remove_all(path_);
        std::filesystem::create_directories(path_ / "traces");
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() { std::filesystem::remove_all(path_); }

    void write(const char* name, const std::string& text) const { std::ofstream(path_ / name) << text; }
    [[nodiscard]] Loaded load(const std::string& text, const CommandLine& options = {}) const {
        write("x.toml", with_page(text));
        return load_scenario((path_ / "x.toml").string(), options);
    }
    /// The errors' first line, without the folder.
    [[nodiscard]] std::string error(const std::string& text) const {
        const std::string errors = load(text).errors;
        const std::string file = (path_ / "x.toml").string() + ":";
        return errors.rfind(file, 0) == 0 ? errors.substr(file.size(), errors.find('\n') - file.size()) : errors;
    }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("queue disciplines and every parameter") {
    const Scenario s = run_of(with_page(R"(
[link]
queue = { limit = "200 packets", discipline = "red", min = "10 packets", max = "30 packets", probability = "5 %" }
[link.up.queue]
weight = "0.2 %"
burst = 20
avpkt = "500 B"
bandwidth = "2 Mbit/s"
gentle = false
ecn = true
[link.down.queue]
limit = "64 KiB"
discipline = "fq_codel"
ecn = false
target = "15 ms"
interval = "300 ms"
ce_threshold = "2 ms"
flows = 16
quantum = "300 B"
drop_batch = 1
[access.queue]
discipline = "codel"
)"));
    const LinkConfig& up = s.link.up;
    CHECK(up.discipline == Discipline::red);
    CHECK(up.queue == 200U);
    CHECK(up.ecn == true);
    REQUIRE(up.red.min);
    CHECK(up.red.min->value == 10);
    CHECK_FALSE(up.red.min->bytes);
    CHECK(up.red.max->value == 30);
    CHECK(up.red.probability == 0.05);
    CHECK(up.red.weight == 0.002);
    CHECK(up.red.burst == 20U);
    CHECK(up.red.avpkt == 500);
    CHECK(up.red.bandwidth.bits_per_second == 2'000'000);
    CHECK_FALSE(up.red.gentle);
    const LinkConfig& down = s.link.down;
    CHECK(down.discipline == Discipline::fq_codel);
    CHECK_FALSE(down.queue);
    CHECK(down.queue_bytes == 65'536U);
    CHECK(down.ecn == false);
    CHECK(down.codel.target == 15ms);
    CHECK(down.codel.interval == 300ms);
    CHECK(down.codel.ce_threshold == 2ms);
    CHECK(down.fq_codel.flows == 16);
    CHECK(down.fq_codel.quantum == 300);
    CHECK(down.fq_codel.drop_batch == 1);
    REQUIRE(s.access);
    CHECK(s.access->up.discipline == Discipline::codel);
    CHECK_FALSE(s.access->up.ecn);
    CHECK(s.access->up.codel.target == 5ms);  // RFC 8289 4
    CHECK(s.access->up.codel.interval == 100ms);
    CHECK(s.access->up.fq_codel.flows == 1024);  // RFC 8290 5.2
    CHECK(s.access->up.fq_codel.quantum == 1514);
}

TEST_CASE("a variant or an axis may change the discipline alone") {
    const std::string text = with_page(
        "[link]\nqueue = \"120 packets\"\n[[variant]]\nname = \"a\"\n[[variant]]\nname = \"b\"\n"
        "link.queue.discipline = \"red\"\n");
    CHECK(run_of(text, {}, 0).link.up.discipline == Discipline::droptail);
    const Scenario red = run_of(text, {}, 1);
    CHECK(red.link.up.discipline == Discipline::red);
    CHECK(red.link.up.queue == 120U);
    CommandLine options;
    options.varies = {"link.queue.discipline=droptail,red,codel,fq_codel"};
    CHECK(run_of(text, options, 2).link.down.discipline == Discipline::codel);
}

TEST_CASE("queues that cannot be") {
    check({
        {"[link]\nqueue = { discipline = \"cdel\" }\n",
         "2:24: error: [link] queue.discipline: expected \"droptail\", \"red\", \"codel\" or \"fq_codel\", found "
         "\"cdel\""},
        {"[link]\nqueue = { discipline = \"red\" }\n", "2:24: error: [link] queue: red needs a limit, or max"},
        {"[link]\nqueue = { discipline = \"red\", min = \"9 packets\", max = \"9 packets\" }\n",
         "2:56: error: [link] queue: red's min must be less than max (or limit / 4)"},
        {"[link.up]\nqueue = { discipline = \"red\", limit = \"90 packets\", min = \"9 kB\" }\n",
         "2:59: error: [link] queue: red's min and max (or limit / 4) are in different units: both in packets, or both "
         "sizes"},
        {"[link]\nqueue = { discipline = \"red\", limit = \"8 packets\" }\n",
         "2:24: error: [link] queue: red finds no weight for a burst this short: set burst, or weight = \"0.2 %\""},
        {"[access]\nqueue = { discipline = \"codel\", target = 5 }\n",
         "2:42: error: [access] queue.target: expected a duration such as \"5 ms\", found the number 5"},
        {"[link]\nqueue = { discipline = \"codel\", interval = \"0 s\" }\n",
         "2:44: error: [link] queue.interval: must be from 1 ns to 10000000 s, found \"0 s\""},
        {"[link]\nqueue = { flows = 0, quantum = \"100 B\", ecn = \"yes\" }\n",
         "2:19: error: [link] queue.flows: must be from 1 to 65536, found the number 0\n"
         "2:32: error: [link] queue.quantum: must be from 256 B to 1 GB, found \"100 B\"\n"
         "2:47: error: [link] queue.ecn: expected true or false, found \"yes\""},
        {"[link]\nqueue = { probability = \"200 %\", weight = \"0 %\" }\n",
         "2:25: error: [link] queue.probability: must be at most 100 %, found \"200 %\"\n"
         "2:43: error: [link] queue.weight: must be from 0.0000000001 % to 100 %, found \"0 %\""},
    });
}

TEST_CASE("losses in bursts") {
    const Scenario s = run_of(with_page(R"(
[link]
loss = { model = "gilbert-elliott", p = "1 %", r = "20 %", good = "0.1 %", bad = "60 %" }
[link.up]
loss = "3 %"
)"));
    CHECK_FALSE(s.link.up.bursts);
    CHECK(s.link.up.loss == 0.03);
    REQUIRE(s.link.down.bursts);
    CHECK(s.link.down.bursts->p == 0.01);
    CHECK(s.link.down.bursts->r == 0.2);
    CHECK(s.link.down.bursts->good == 0.001);
    CHECK(s.link.down.bursts->bad == 0.6);
    const Scenario simple = run_of(with_page("[link]\nloss = { model = \"gilbert-elliott\", p = \"1 %\" }\n"));
    CHECK_FALSE(simple.link.up.bursts->r);
    CHECK(simple.link.up.bursts->good == 0);  // tc-netem(8): 1-k = 0, 1-h = 1
    CHECK(simple.link.up.bursts->bad == 1);
    check({
        {"[link]\nloss = { model = \"gilbert\", p = \"1 %\" }\n",
         "2:18: error: [link] loss.model: expected \"gilbert-elliott\", found \"gilbert\""},
        {"[link]\nloss = { model = \"gilbert-elliott\", r = \"1 %\" }\n",
         "2:18: error: [link] loss: the model needs p"},
        {"[link]\nloss = { p = 0.1 }\n",
         "2:14: error: [link] loss.p: expected a percentage such as \"1 %\", found the number 0.1"},
        {"[link]\nloss = { q = \"1 %\" }\n", "2:10: error: unknown key \"q\" in [link.loss]"},
    });
}

TEST_CASE("packets that a script holds or doubles") {
    const Scenario s =
        run_of(with_page("[link.down]\nhold = [\"data 3 by 61 s\", \"segment 2..4 x2  by  1.5 ms\"]\nduplicate_data = "
                         "[\"data 3\", \"fin "
                         "1\"]\n"));
    CHECK(s.link.up.hold.empty());
    const std::vector<HoldRule>& hold = s.link.down.hold;
    REQUIRE(hold.size() == 2);
    CHECK(hold[0].packets.kind == DropKind::data);
    CHECK(hold[0].packets.first == 3);
    CHECK(hold[0].by == 61s);
    CHECK(hold[1].packets.kind == DropKind::segment);
    CHECK(hold[1].packets.last == 4);
    CHECK(hold[1].packets.times == 2);
    CHECK(hold[1].by == 1500us);
    REQUIRE(s.link.down.duplicate_data.size() == 2);
    CHECK(s.link.down.duplicate_data[1].kind == DropKind::fin);
    check({
        {"[link]\nhold = [\"data 3\"]\n",
         "2:9: error: [link] hold: expected a list of rules such as \"data 3 by 61 s\", found \"data 3\""},
        {"[link]\nhold = [\"data 3 by 61\", \"daat 3 by 1 s\", 7]\n",
         "2:9: error: [link] hold: expected a list of rules such as \"data 3 by 61 s\", found \"data 3 by 61\"\n"
         "2:25: error: [link] hold: expected a list of rules such as \"data 3 by 61 s\", found \"daat 3 by 1 s\"\n"
         "2:42: error: [link] hold: expected a list of rules such as \"data 3 by 61 s\", found the number 7"},
        {"[link]\nhold = [\"data 0 by 1 s\"]\n",
         "2:9: error: [link] hold: \"data 0 by 1 s\": packets count from 1 upwards"},
        {"[link]\nduplicate_data = \"data 3\"\n",
         "2:18: error: [link] duplicate_data: expected a list of rules such as \"data 11..20\" or \"segment 20 x2\", "
         "found \"data 3\""},
    });
}

TEST_CASE("a trace is a file beside the scenario") {
    const Folder folder("tcplab-test-traces");
    folder.write("traces/good", "2\n5\n");
    folder.write("traces/bad", "2\n5\nfive\n");
    const Loaded loaded = folder.load("[link]\nrate = \"1 Mbit/s\"\n[link.down]\ntrace = \"traces/good\"\n");
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    const Runs runs = loaded.scenario->expand();
    const Scenario s = runs.scenario(runs.run(0));
    CHECK(s.link.up.trace == nullptr);
    CHECK(s.link.up.rate.bits_per_second == 1'000'000);
    REQUIRE(s.link.down.trace != nullptr);
    CHECK(s.link.down.trace->milliseconds == std::vector<std::uint64_t>{2, 5});
    CHECK(s.link.down.rate.unlimited());
    // What is set last counts.
    CommandLine rate;
    rate.sets = {"link.down.rate=2 Mbit/s"};
    const Loaded again = folder.load("[link.down]\ntrace = \"traces/good\"\n", rate);
    REQUIRE(again.scenario);
    const Runs with_rate = again.scenario->expand();
    CHECK(with_rate.scenario(with_rate.run(0)).link.down.trace == nullptr);

    const Loaded proxy = folder.load("[[proxy]]\nlink.down.trace = \"traces/good\"\n");
    REQUIRE_MESSAGE(proxy.scenario, proxy.errors);
    const Runs behind = proxy.scenario->expand();
    const ProxySetup setup = behind.scenario(behind.run(0)).proxies.at(0);
    CHECK(setup.link.up.trace == nullptr);
    REQUIRE(setup.link.down.trace != nullptr);
    CHECK(setup.link.down.trace->milliseconds == std::vector<std::uint64_t>{2, 5});
    CHECK(folder.error("[link]\ntrace = \"traces/bad\"\n") ==
          "2:9: error: [link] trace: traces/bad:3: expected a whole number of milliseconds such as 12");
    CHECK(folder.error("[link]\ntrace = \"none\"\n") == "2:9: error: [link] trace: none: No such file or directory");
    CHECK(folder.error("[link]\ntrace = \"traces\"\n") == "2:9: error: [link] trace: traces: this is no file");
    CHECK(folder.error("[link]\ntrace = 5\n") ==
          "2:9: error: [link] trace: expected a file's name in quotes, found the number 5");
    CHECK(folder.error("[link]\nrate = \"1 Mbit/s\"\ntrace = \"traces/good\"\n") ==
          "3:9: error: [link] has both rate and trace");
    CHECK(folder.error("[link]\nqueue = \"0\"\ntrace = \"traces/good\"\n") ==
          "3:9: error: [link] queue: over a trace every packet waits, and in this queue none can");
    CHECK(folder.error("[[variant]]\nname = \"a\"\nlink.up.trace = \"traces/bad\"\n") ==
          "3:17: error: [link.up] trace: traces/bad:3: expected a whole number of milliseconds such as 12");
}
