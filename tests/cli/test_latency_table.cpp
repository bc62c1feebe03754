#include <doctest/doctest.h>

#include <random>

#include "cli/latency_table.hpp"
#include "cli/points.hpp"
#include "cli/reason.hpp"
#include "cli/tally.hpp"
#include "export/quantile.hpp"
#include "export/records.hpp"

using namespace tcplab;

namespace {

SummaryRow row(const std::string& variant, std::uint32_t run, FieldValue page_ms, const std::string& rtt = "") {
    SummaryRow r;
    r.label.scenario = "lab";
    r.label.variant = variant;
    r.label.run = run;
    if (!rtt.empty()) r.label.axes = {{"link.rtt", rtt}};
    if (page_ms) r.numbers.page = *page_ms * 1'000'000;
    r.numbers.first_byte = 202'000'000;
    r.numbers.connections = 1;
    r.numbers.packets_up = 50;
    r.numbers.packets_down = 101;
    r.numbers.bytes_up = 100;
    r.numbers.header_bytes = 5;
    return r;
}

// As they are read from summary.csv.
std::vector<std::string> fields_of(std::string line) {
    std::vector<std::string> fields;
    line.pop_back();
    split_record(line, fields);
    return fields;
}

std::vector<Point> points_of(const std::vector<SummaryRow>& rows) {
    Points points(fields_of(summary_csv_header(rows.front().label)));
    for (std::size_t i = 0; i < rows.size(); ++i) points.add(fields_of(summary_csv_row(rows[i])), i);
    return points.take();
}

TextTable latency_table(const std::string& title, const std::string& conditions, const std::vector<SummaryRow>& rows) {
    const std::vector<Point> points = points_of(rows);
    return latency_table(title, conditions, points, points.size());
}

std::string shown(const std::vector<SummaryRow>& rows, std::size_t width = 140) {
    return render(latency_table("Title", "100 ms", rows), width, false);
}

}  // namespace

TEST_CASE("quantiles lie between neighbours in proportion") {
    CHECK(quantile({5}, 0.95) == 5);
    CHECK(quantile({30, 10, 20}, 0.5) == 20);
    CHECK(quantile({10, 20}, 0.5) == 15);
    CHECK(quantile({0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100}, 0.05) == doctest::Approx(5));
}

TEST_CASE("a tally has the quantiles of its values") {
    std::mt19937_64 random(1);
    for (const std::size_t count : {1U, 2U, 7U, 40'000U, 100'000U}) {
        for (const std::int64_t different : {1, 3, 1'000'000'000}) {
            Tally tally;
            std::vector<std::int64_t> values;
            for (std::size_t i = 0; i < count; ++i) {
                values.push_back(static_cast<std::int64_t>(random()) % different);
                tally.add(values.back());
            }
            CHECK(tally.size() == count);
            for (const double share : {0.0, 0.05, 0.5, 0.95, 1.0})
                CHECK(tally.quantile(share) == quantile(values, share));
            tally.add(0);
            values.push_back(0);
            CHECK(tally.quantile(0.5) == quantile(values, 0.5));
            tally.clear();
            CHECK(tally.size() == 0);
        }
    }
}

TEST_CASE("of very many points the first are kept, and not compared") {
    const SummaryRow first = row("", 1, 100, "20 ms");
    Points points(fields_of(summary_csv_header(first.label)));
    const std::size_t count = Points::kMost + 5;
    for (std::uint32_t i = 1; i <= count; ++i) {
        points.add(fields_of(summary_csv_row(row("", i, 100 + i, std::to_string(i) + " ms"))), i);
    }
    const std::vector<Point> kept = points.take();
    CHECK(kept.size() == Points::kMost);
    CHECK(points.size() == count);
    CHECK(points.runs() == count);
    const TextTable table = latency_table("", "", kept, points.size());
    CHECK(table.rows.size() == Points::kMost);
    CHECK(table.columns.back().title != "vs best");
    CHECK(latency_table("", "", kept, kept.size()).columns.back().title == "vs best");
}

TEST_CASE("the run to explain is the slowest variant's repetition in the middle, the earlier one of two") {
    std::vector<SummaryRow> rows;
    for (const std::int64_t page : {100, 300, 200}) rows.push_back(row("a", 1, page));
    for (const std::int64_t page : {900, 700, 700, 800}) rows.push_back(row("b", 1, page));
    for (SummaryRow& r : rows) {
        r.numbers.mean_page = r.numbers.page;
        r.numbers.causes.emplace();
    }
    CHECK(run_to_explain(points_of(rows)) == 5);
    rows[6].numbers.causes.reset();
    CHECK_FALSE(run_to_explain(points_of(rows)).has_value());
    CHECK(run_to_explain(points_of({rows[0]})) == 0);
    CHECK_FALSE(run_to_explain(points_of({rows[0], rows[0]})).has_value());
}

TEST_CASE("a row per variant") {
    CHECK(shown({row("pipelined", 1, 906), row("serial", 2, 3243)}, 100) ==
          "Title                                                                                         100 ms\n"
          "\n"
          "  variant        page   first byte   conns   packets   overhead   retrans   vs best\n"
          "  pipelined   0.906 s     202.0 ms       1       151      5.0 %         0      1.00\n"
          "  serial      3.243 s     202.0 ms       1       151      5.0 %         0      3.58\n");
}

TEST_CASE("repetitions make medians and a spread") {
    std::vector<SummaryRow> rows;
    for (std::uint32_t i = 0; i <= 20; ++i) rows.push_back(row("a", i + 1, 100 + i));
    const std::string text = shown(rows);
    CHECK(text.find("p5 to p95") != std::string::npos);
    CHECK(text.find("110.0 ms   101.0 to 119.0 ms") != std::string::npos);
    CHECK(text.find("vs best") == std::string::npos);
}

TEST_CASE("variants are compared at one point of the axes, a single variant along them") {
    const std::string two = shown(
        {row("a", 1, 100, "20 ms"), row("b", 2, 150, "20 ms"), row("a", 3, 400, "200 ms"), row("b", 4, 500, "200 ms")});
    CHECK(two.find("1.50\n") != std::string::npos);
    CHECK(two.find("1.25\n") != std::string::npos);
    CHECK(two.find("link.rtt") != std::string::npos);
    const std::string one = shown({row("", 1, 100, "20 ms"), row("", 2, 400, "200 ms")});
    CHECK(one.find("4.00\n") != std::string::npos);
    CHECK(one.find("variant") == std::string::npos);
}

TEST_CASE("what failed says so in words") {
    std::vector<SummaryRow> rows{row("a", 1, 100), row("b", 2, std::nullopt)};
    rows[1].numbers.failed = 2;
    const std::string text = shown(rows);
    CHECK(text.find("failed") != std::string::npos);
    CHECK(text.find("  b           failed") != std::string::npos);
    const TextTable table = latency_table("", "", rows);
    CHECK(table.rows[1][1].accent == Accent::failed);
    CHECK(table.rows[0][1].accent == Accent::none);
    CHECK(shown({row("a", 1, std::nullopt)}).find("failed") == std::string::npos);
}

namespace {

SummaryRow crowd(const std::string& variant, std::int64_t mean_ms, std::int64_t slowest_ms, std::int64_t end_ms) {
    SummaryRow r = row(variant, 1, end_ms);
    r.numbers.pages = 2;
    r.numbers.mean_page = mean_ms * 1'000'000;
    r.numbers.slowest_page = slowest_ms * 1'000'000;
    return r;
}

}  // namespace

TEST_CASE("where there are several pages, a page is their mean and the run's end stands beside it") {
    CHECK(
        shown({crowd("spread", 220, 300, 9000), crowd("at once", 440, 1200, 1200)}, 120) ==
        "Title                                                                                                         "
        "    100 ms\n"
        "\n"
        "  variant   mean page   slowest   all pages   first byte   conns   packets   overhead   retrans   vs best\n"
        "  spread      0.220 s   0.300 s     9.000 s     202.0 ms       1       151      5.0 %         0      1.00\n"
        "  at once     0.440 s   1.200 s     1.200 s     202.0 ms       1       151      5.0 %         0      2.00\n");
}

TEST_CASE("the slowest page is left out where it is the run's end") {
    const std::string text = shown({crowd("a", 220, 300, 300), crowd("b", 220, 400, 400)});
    CHECK(text.find("slowest") == std::string::npos);
    CHECK(text.find("all pages") != std::string::npos);
}

TEST_CASE("the run's end stays in narrow tables") {
    const std::string text = shown({crowd("spread", 220, 300, 9000), crowd("at once", 440, 1200, 1200)}, 50);
    CHECK(text.find("variant   mean page   all pages   vs best\n") != std::string::npos);
}

TEST_CASE("one page of several that failed is no mean") {
    SummaryRow bad = crowd("b", 0, 0, 0);
    bad.numbers.page = bad.numbers.mean_page = bad.numbers.slowest_page = std::nullopt;
    bad.numbers.failed = 1;
    const TextTable table = latency_table("", "", {crowd("a", 220, 300, 900), bad});
    CHECK(table.columns[1].title == "mean page");
    CHECK(table.rows[1][1].text == "failed");
    CHECK(table.rows[1][2].text == "—");
    CHECK(table.rows[1].back().text == "—");
}
