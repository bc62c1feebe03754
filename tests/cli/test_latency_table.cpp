#include <doctest/doctest.h>

#include "cli/latency_table.hpp"
#include "cli/statistics.hpp"

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
