#include <doctest/doctest.h>

#include <algorithm>

#include "cli/expectations.hpp"
#include "cli/note.hpp"
#include "export/causes.hpp"
#include "export/result_files.hpp"

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
    r.variant = variant;
    if (!rtt.empty()) r.axes = {{"link.rtt", rtt}};
    r.samples = {{value, std::nullopt}};
    return r;
}

std::vector<Verdict> check_expectations(const std::vector<Expect>& expects, const std::vector<CheckedRun>& runs) {
    ExpectationCheck check(expects);
    for (std::size_t i = 0; i < runs.size(); ++i) check.add(runs[i], i);
    return check.verdicts([&](std::uint64_t place) { return runs[place]; });
}

Verdict only(const Expect& e, const std::vector<CheckedRun>& runs) {
    const auto verdicts = check_expectations({e}, runs);
    REQUIRE(verdicts.size() == 1);
    return verdicts[0];
}

using R = Expect::Relation;

}  // namespace

TEST_CASE("what is noted of a run can be read again") {
    RunNote note;
    note.samples = {
        {412.345678, std::nullopt}, {std::nullopt, "a\ttab,\n\\ \"quotes\""}, {}, {0.1 + 0.2, std::nullopt}};
    note.samples[2].missing = "there is no page";
    note.trouble = "line one\nline two";
    note.hangs = {"proxy 1", "proxy\t2"};
    const std::string line = note_line(note);
    CHECK(line.find('\n') == std::string::npos);
    const RunNote again = read_note(line);
    REQUIRE(again.samples.size() == note.samples.size());
    for (std::size_t i = 0; i < note.samples.size(); ++i) {
        CHECK(again.samples[i].number == note.samples[i].number);
        CHECK(again.samples[i].text == note.samples[i].text);
        CHECK(again.samples[i].missing == note.samples[i].missing);
    }
    CHECK(again.trouble == note.trouble);
    CHECK(again.hangs == note.hangs);
    CHECK(note_line({}).empty());
    CHECK(read_note("").samples.empty());
    CHECK(read_note("no note").samples.empty());
}

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
    for (std::size_t i = 2; i < 5; ++i) expects[i].file = ResultFile::transactions;
    expects[2].row = expects[3].row = 2;
    expects[4].row = 3;
    Scenario scenario;
    scenario.page.objects.resize(1);
    const auto samples = take_samples(expects, summary, scenario, results);
    REQUIRE(samples.size() == 5);
    CHECK(samples[0].number == 906.5);
    CHECK(samples[1].number == 1);
    CHECK(samples[2].number == 1.5);
    CHECK(samples[3].text == "ETIMEDOUT");
    CHECK_FALSE(samples[4].number.has_value());
    CHECK(samples[4].missing == "there are only 2 transactions");
    expects[3].text = "ETIMEDOUT";
    expects[3].description = "error";
    CheckedRun checked;
    checked.samples = samples;
    CHECK(check_expectations(expects, {checked})[3].met);
    expects[3].text = "";
    CHECK(check_expectations(expects, {checked})[3].line == "error (\"ETIMEDOUT\")");
}

TEST_CASE("a ratio at every point of the axes names the first that is not met") {
    Expect e = page(R::times, 2, 3);
    e.than = "b";
    const std::vector<CheckedRun> runs{run("a", 250, "20 ms"), run("a", 900, "200 ms"), run("b", 100, "20 ms"),
                                       run("b", 200, "200 ms")};
    CHECK(only(e, runs).line == "page (a, link.rtt 200 ms, 4.5)");
    CHECK(only(e, {run("a", 250, "20 ms"), run("b", 100, "20 ms")}).line == "page (2.5)");
    CHECK(only(e, {run("a", 250), run("a", 270), run("a", 2600), run("b", 90), run("b", 100)}).line == "page (2.842)");
}

TEST_CASE("a text must be the same in all repetitions") {
    Expect e = page(R::equals, 0, 0);
    e.text = "reset";
    CheckedRun good, bad;
    good.samples = {{std::nullopt, "reset"}};
    bad.samples = {{std::nullopt, "client"}};
    CHECK(only(e, {good, good}).met);
    CHECK(only(e, {good, bad, good}).line == "page (\"client\")");
}

TEST_CASE("a failure must be foreseen") {
    CHECK(unforeseen_failure({}, "a", 1));
    CHECK_FALSE(unforeseen_failure({}, "a", 0));
    Expect e;
    e.metric = "failed";
    CHECK_FALSE(unforeseen_failure({e}, "a", 1));
    e.variant = "b";
    CHECK(unforeseen_failure({e}, "a", 1));
    const std::vector<Expect> expects{e};
    ExpectationCheck check(expects);
    check.add(run("a", 100), 0);
    CHECK_FALSE(check.unforeseen());
    CheckedRun bad = run("a", 100);
    bad.failed = 1;
    check.add(bad, 1);
    CHECK(check.unforeseen());
}

TEST_CASE("samples come from a connection or a page") {
    Results results;
    results.connections.resize(2);
    results.connections[1].close_reason = CloseReason::reset;
    results.connections[1].opened = kStart + 2500us;
    results.pages.resize(1);
    results.pages[0].started = kStart + 1s;
    results.pages[0].done = kStart + 1250ms;
    std::vector<Expect> expects(6);
    for (std::size_t i = 0; i < 3; ++i) expects[i].file = ResultFile::connections;
    for (std::size_t i = 3; i < 6; ++i) expects[i].file = ResultFile::pages;
    expects[0].metric = expects[2].metric = "opened_ms";
    expects[1].metric = "close_reason";
    expects[3].metric = expects[4].metric = "total_ms";
    expects[5].metric = "html_ms";
    expects[0].row = expects[1].row = expects[4].row = 2;
    expects[2].row = 3;
    expects[3].row = expects[5].row = 1;
    const auto samples = take_samples(expects, {}, {}, results);
    REQUIRE(samples.size() == 6);
    CHECK(samples[0].number == 2.5);
    CHECK(samples[1].text == "reset");
    CHECK(samples[2].missing == "there are only 2 connections");
    CHECK(samples[3].number == 250);
    CHECK(samples[4].missing == "there is only 1 page");
    CHECK_FALSE(samples[5].number.has_value());
    CHECK(samples[5].missing.empty());
    CHECK(take_samples({expects[3]}, {}, {}, {})[0].missing == "there is no page");
}

TEST_CASE("a row that is not there is not met, and says so") {
    Sample none;
    none.missing = "there is no page";
    CheckedRun a = run("a", std::nullopt);
    a.samples = {none};
    CHECK(only(page(R::below, 0, 600), {a}).line == "page (a, there is no page)");
    Expect text = page(R::equals, 0, 0);
    text.text = "reset";
    CHECK(only(text, {a}).line == "page (a, there is no page)");
    Expect ratio = page(R::times, 2, 3);
    ratio.variant = "b";
    ratio.than = "a";
    CHECK(only(ratio, {run("b", 100), a}).line == "page (a: there is no page)");
    CHECK(only(ratio, {run("b", 100), run("a", 0)}).line == "page (a: 0)");
}

TEST_CASE("what can be expected of is what the files have") {
    const auto has = [](ResultFile file, std::string_view name) {
        const auto& all = columns_of(file);
        return std::find(all.begin(), all.end(), name) != all.end();
    };
    for (const SummaryColumn& c : summary_columns()) CHECK_MESSAGE(has(ResultFile::summary, c.name), c.name);
    for (const std::string_view name : columns_of(ResultFile::summary)) {
        CHECK_MESSAGE(find_summary_column(name) != nullptr, name);
    }
    for (const std::string_view name : columns_of(ResultFile::transactions)) {
        const auto* column = find_transaction_column(name);
        const bool text = !measure_of_column(name);  // of the scenario, or the failure
        CHECK_MESSAGE((find_cause_column(name) || text || column != nullptr), name);
    }
    for (const std::string_view name : columns_of(ResultFile::connections)) {
        REQUIRE_MESSAGE(find_connection_column(name) != nullptr, name);
        CHECK((find_connection_column(name)->text != nullptr) == !measure_of_column(name));
    }
    for (const std::string_view name : columns_of(ResultFile::pages)) {
        CHECK_MESSAGE((find_cause_column(name) || find_page_column(name) != nullptr), name);
    }
}
