#include <doctest/doctest.h>

#include "cli/expectations.hpp"

using namespace tcplab;

namespace {

Expect page(Expect::Relation relation, double low, double high) {
    Expect e;
    e.metric = "page_ms";
    e.relation = relation;
    e.low = low;
    e.high = high;
    e.description = "page";
    return e;
}

CheckedRun run(const std::string& variant, std::optional<double> value, const std::string& rtt = "") {
    CheckedRun r;
    r.label.variant = variant;
    if (!rtt.empty()) r.label.axes = {{"link.rtt", rtt}};
    r.samples = {{value, std::nullopt}};
    return r;
}

Verdict only(const Expect& e, const std::vector<CheckedRun>& runs) {
    const auto verdicts = check_expectations({e}, runs);
    REQUIRE(verdicts.size() == 1);
    return verdicts[0];
}

using R = Expect::Relation;

}  // namespace

TEST_CASE("below, above, equals, within") {
    const std::vector<CheckedRun> runs{run("a", 412.3)};
    CHECK(only(page(R::below, 0, 600), runs).met);
    CHECK(only(page(R::below, 0, 600), runs).line == "page (412.3)");
    CHECK_FALSE(only(page(R::below, 0, 412.3), runs).met);
    CHECK(only(page(R::above, 400, 0), runs).met);
    CHECK_FALSE(only(page(R::above, 412.3, 0), runs).met);
    CHECK(only(page(R::equals, 412.3, 412.3), runs).met);
    CHECK_FALSE(only(page(R::equals, 412.4, 412.4), runs).met);
    CHECK(only(page(R::within, 412.3, 500), runs).met);
    CHECK_FALSE(only(page(R::within, 413, 500), runs).met);
}

TEST_CASE("the median over repetitions counts, at every point of the axes") {
    CHECK(only(page(R::below, 0, 150), {run("a", 100), run("a", 900), run("a", 120)}).met);
    const Verdict v = only(page(R::below, 0, 150), {run("a", 100, "20 ms"), run("a", 400, "200 ms")});
    CHECK_FALSE(v.met);
    CHECK(v.line == "page (a, link.rtt 200 ms, 400)");
    CHECK(only(page(R::below, 0, 150), {run("a", 100, "20 ms"), run("a", 120, "200 ms")}).line == "page");
}

TEST_CASE("a variant of its own, and one that was not run") {
    Expect e = page(R::below, 0, 150);
    e.variant = "a";
    CHECK(only(e, {run("a", 100), run("b", 900)}).met);
    CHECK(check_expectations({e}, {run("b", 900)}).empty());
}

TEST_CASE("a ratio to another variant") {
    Expect e = page(R::times, 2, 3);
    e.variant = "serial";
    e.than = "pipelined";
    CHECK(only(e, {run("serial", 250), run("pipelined", 100)}).met);
    CHECK(only(e, {run("serial", 250), run("pipelined", 100)}).line == "page (2.5)");
    CHECK_FALSE(only(e, {run("serial", 350), run("pipelined", 100)}).met);
    CHECK_FALSE(only(e, {run("serial", 350), run("pipelined", std::nullopt)}).met);
    CHECK(check_expectations({e}, {run("serial", 250)}).empty());
}

TEST_CASE("what did not happen meets nothing") {
    CHECK_FALSE(only(page(R::below, 0, 600), {run("a", std::nullopt)}).met);
    CHECK(only(page(R::above, 0, 600), {run("a", std::nullopt)}).line == "page (a, no value)");
}

TEST_CASE("samples come from the summary or from a transaction") {
    Results results;
    results.transactions.resize(2);
    results.transactions[1].failure = {"ETIMEDOUT"};
    results.transactions[1].wanted = kStart;
    results.transactions[1].done = kStart + 1500us;
    Summary summary;
    summary.page = 906'500'000;
    summary.failed = 1;
    std::vector<Expect> expects(5);
    expects[0].metric = "page_ms";
    expects[1].metric = "failed";
    expects[2].metric = "total_ms";
    expects[3].metric = "error";
    expects[4].metric = "total_ms";
    expects[2].transaction = expects[3].transaction = 2;
    expects[4].transaction = 3;
    Scenario scenario;
    scenario.page.objects.resize(1);
    const auto samples = take_samples(expects, summary, scenario, results);
    REQUIRE(samples.size() == 5);
    CHECK(samples[0].number == 906.5);
    CHECK(samples[1].number == 1);
    CHECK(samples[2].number == 1.5);
    CHECK(samples[3].text == "ETIMEDOUT");
    CHECK_FALSE(samples[4].number.has_value());
    expects[3].text = "ETIMEDOUT";
    expects[3].description = "error";
    CheckedRun checked;
    checked.samples = samples;
    CHECK(check_expectations(expects, {checked})[3].met);
    expects[3].text = "";
    CHECK(check_expectations(expects, {checked})[3].line == "error (\"ETIMEDOUT\")");
}

TEST_CASE("a failure must be foreseen") {
    CheckedRun bad = run("a", 100);
    bad.failed = 1;
    CHECK(unforeseen_failure({}, {bad}));
    CHECK_FALSE(unforeseen_failure({}, {run("a", 100)}));
    Expect e;
    e.metric = "failed";
    CHECK_FALSE(unforeseen_failure({e}, {bad}));
    e.variant = "b";
    CHECK(unforeseen_failure({e}, {bad}));
}

TEST_CASE("columns that come later") {
    Expect e;
    e.metric = "a_nagle";
    CHECK(unsupported(e) == "[[expect]] metric = \"a_nagle\" is not yet supported");
    e.metric = "page_ms";
    CHECK_FALSE(unsupported(e).has_value());
    e.transaction = 1;
    e.metric = "error";
    CHECK_FALSE(unsupported(e).has_value());
}
