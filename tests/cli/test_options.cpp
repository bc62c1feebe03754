#include <doctest/doctest.h>

#include "cli/options.hpp"

using namespace tcplab;

namespace {

std::string usage_error(const std::vector<std::string>& arguments) {
    try {
        parse_run_options(arguments);
    } catch (const UsageError& e) {
        return e.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("options of run") {
    const RunOptions o = parse_run_options({"a.toml",
                                            "--set",
                                            "link.rtt=50 ms",
                                            "--set=tcp.nagle=false",
                                            "b.toml",
                                            "--vary",
                                            "link.rate=1 Mbit/s,2 Mbit/s",
                                            "--variant",
                                            "serial",
                                            "--run",
                                            "3",
                                            "--seed",
                                            "0",
                                            "--repeat=5",
                                            "-j2",
                                            "-o",
                                            "out",
                                            "--format",
                                            "json",
                                            "-q",
                                            "--color",
                                            "never",
                                            "--progress",
                                            "always",
                                            "--dry-run"});
    CHECK(o.files == std::vector<std::string>{"a.toml", "b.toml"});
    CHECK(o.changes.sets == std::vector<std::string>{"link.rtt=50 ms", "tcp.nagle=false"});
    CHECK(o.changes.varies.size() == 1);
    CHECK(o.changes.variants == std::vector<std::string>{"serial"});
    CHECK(o.changes.run == 3);
    CHECK(o.changes.seed == 0);
    CHECK(o.changes.repeat == 5);
    CHECK(o.jobs == 2);
    CHECK(o.out == "out");
    CHECK(o.format == Format::json);
    CHECK(o.quiet);
    CHECK(o.dry_run);
    CHECK(o.color == When::never);
    CHECK(o.progress == When::always);
}

TEST_CASE("bad options say what is wrong") {
    CHECK(usage_error({}) == "run needs a scenario file");
    CHECK(usage_error({"a", "--jbos", "2"}) == "unknown option \"--jbos\": did you mean \"--jobs\"?");
    CHECK(usage_error({"a", "--jobs=0"}) == "--jobs expects a whole number from 1 to 1024, found \"0\"");
    CHECK(usage_error({"a", "--jobs", "2x"}) == "--jobs expects a whole number from 1 to 1024, found \"2x\"");
    CHECK(usage_error({"a", "--run", "99999999999999999999"}).find("--run expects a whole number") == 0);
    CHECK(usage_error({"a", "--format", "xml"}) == "--format expects table, csv, json or markdown, found \"xml\"");
    CHECK(usage_error({"a", "--color", "blue"}) == "--color expects auto, always or never, found \"blue\"");
    CHECK(usage_error({"a", "--set", "link.rtt"}).find("--set expects KEY=VALUE") == 0);
    CHECK(usage_error({"a", "--vary", "=1"}).find("--vary expects KEY=VALUES") == 0);
    CHECK(usage_error({"a", "--out"}) == "--out needs a value");
    CHECK(usage_error({"a", "--out="}).find("--out") == 0);
    CHECK(usage_error({"a", "--quiet=yes"}) == "--quiet takes no value");
    CHECK(usage_error({"a", "--seed", "1", "--seed", "2"}) == "--seed is given more than once");
    CHECK(usage_error({"a", "--pcap=x"}) == "--pcap takes no value");
    CHECK(usage_error({"a", "--shard=5/4"}) ==
          "--shard expects I/N with I from 1 to N and N up to 1000000, such as 2/10, found \"5/4\"");
    CHECK(usage_error({"a", "-x"}).find("unknown option \"-x\"") == 0);
}

TEST_CASE("options of check: what changes a scenario, as with run") {
    const CheckOptions o =
        parse_check_options({"a.toml", "--set", "link.rtt=50 ms", "--vary=tcp.mss=500,1000", "--variant", "serial",
                             "--run=3", "--seed=7", "--repeat=5", "-q", "b.toml"});
    CHECK(o.files == std::vector<std::string>{"a.toml", "b.toml"});
    CHECK(o.changes.sets == std::vector<std::string>{"link.rtt=50 ms"});
    CHECK(o.changes.varies == std::vector<std::string>{"tcp.mss=500,1000"});
    CHECK(o.changes.variants == std::vector<std::string>{"serial"});
    CHECK(o.changes.run == 3);
    CHECK(o.changes.seed == 7);
    CHECK(o.changes.repeat == 5);
    CHECK(o.quiet);
    CHECK_THROWS_WITH_AS(parse_check_options({}), "check needs a file", UsageError);
    CHECK_THROWS_WITH_AS(parse_check_options({"a.toml", "--jobs", "2"}), "unknown option \"--jobs\"", UsageError);
}

TEST_CASE("options of ladder: one run of one file") {
    const LadderOptions o =
        parse_ladder_options({"a.toml", "--variant", "b", "--run", "2", "--seed", "7", "--set", "link.rtt=5 ms",
                              "--connection", "3", "--from", "1.5 s", "--to=2s", "--all", "--color", "never"});
    CHECK(o.of.file == "a.toml");
    CHECK(o.of.changes.variants == std::vector<std::string>{"b"});
    CHECK(o.of.changes.run == 2);
    CHECK(o.of.changes.seed == 7);
    CHECK(o.of.changes.sets == std::vector<std::string>{"link.rtt=5 ms"});
    CHECK(o.of.color == When::never);
    CHECK(o.connection == 3);
    CHECK(o.from == kStart + 1500ms);
    CHECK(o.to == kStart + 2s);
    CHECK(o.all);

    const LadderOptions plain = parse_ladder_options({"a.toml"});
    CHECK(plain.of.changes.variants.empty());
    CHECK_FALSE(plain.of.changes.run);
    CHECK(plain.connection == 1);
    CHECK(plain.from == kStart);
    CHECK(plain.to == kNever);
    CHECK_FALSE(plain.all);
}

TEST_CASE("options of ladder that are wrong") {
    const auto error = [](const std::vector<std::string>& arguments) -> std::string {
        try {
            parse_ladder_options(arguments);
        } catch (const UsageError& e) {
            return e.what();
        }
        return "no error";
    };
    CHECK(error({}) == "ladder needs a scenario file");
    CHECK(error({"a.toml", "b.toml"}) == "ladder takes one file, found also \"b.toml\"");
    CHECK(error({"a.toml", "--from", "soon"}) == "--from expects a time such as \"1.5 s\", found \"soon\"");
    CHECK(error({"a.toml", "--to", "5"}) == "--to expects a time such as \"1.5 s\", found \"5\"");
    CHECK(error({"a.toml", "--to", "10000000000 s"}) ==
          "--to expects a time such as \"1.5 s\", found \"10000000000 s\"");
    CHECK(error({"a.toml", "--from", "2 s", "--to", "1 s"}) == "--from is later than --to");
    CHECK(error({"a.toml", "--connection", "0"}) ==
          "--connection expects a whole number from 1 to 4294967295, found \"0\"");
    CHECK(error({"a.toml", "--variant", "a", "--variant", "b"}) == "--variant is given more than once");
    CHECK(error({"a.toml", "--set", "x"}).rfind("--set expects KEY=VALUE", 0) == 0);
    CHECK(error({"a.toml", "--vary", "link.rtt=1 ms"}).rfind("unknown option", 0) == 0);
}

TEST_CASE("options of bench, and commands without options") {
    const BenchOptions o = parse_bench_options({"--only", "W1, W3", "--repeat", "5", "--baseline", "old.json"});
    CHECK(o.only == std::vector<std::string>{"W1", "W3"});
    CHECK(o.sizes.empty());
    CHECK(o.repeat == 5);
    CHECK(o.baseline == "old.json");
    CHECK(parse_bench_options({"--only", "W1", "--n", "10,200"}).sizes == std::vector<std::uint32_t>{10, 200});
    CHECK(parse_bench_options({"--format", "csv"}).format == Format::csv);
    CHECK_THROWS_AS(parse_bench_options({"file"}), UsageError);
    CHECK_THROWS_AS(parse_bench_options({"--format", "markdown"}), UsageError);
    CHECK_THROWS_WITH_AS(parse_bench_options({"--n", "10"}), "--n needs --only: a size is of a workload", UsageError);
    for (const std::string bad : {"", "0", "10,", "1e6", "-3", "4294967296", "ten"}) {
        CHECK_THROWS_AS(parse_bench_options({"--only", "W1", "--n", bad}), UsageError);
    }
    CHECK(parse_words("check", {"a", "b"}, 1, 9).size() == 2);
    CHECK_THROWS_WITH_AS(parse_words("check", {}, 1, 9), "check needs a file", UsageError);
    CHECK_THROWS_WITH_AS(parse_words("keys", {"a", "b"}, 0, 1), "keys does not expect \"b\"", UsageError);
    CHECK_THROWS_AS(parse_words("check", {"--bogus"}, 0, 9), UsageError);
    CHECK(option_help("run").find("--vary") != std::string::npos);
    CHECK(option_help("keys").empty());
}
