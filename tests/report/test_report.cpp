#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

#include "experiment/record.hpp"
#include "report/figures.hpp"
#include "report/first_packets.hpp"
#include "report/report.hpp"
#include "scenario/scenario_file.hpp"

using namespace tcplab;
using namespace tcplab::report;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPage = R"(
title = "A page"
[link]
rtt = "100 ms"
[page]
html = "10 kB"
objects = [ { count = 2, size = "5 kB" } ]
)";

ScenarioFile read(const std::string& text) {
    Loaded loaded = read_scenario(text, "page.toml");
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    return std::move(*loaded.scenario);
}

RunDetail detail(const std::string& text) {
    const Runs runs = read(text).expand();
    const Scenario scenario = runs.scenario(runs.run(0));
    const RecordedRun run = record(scenario, Recorder::Keep::payload);
    return detail_of({"page", "", 1, 1, {}}, scenario, run.results,
                     {run.recording, kNever, sample_of(run.recording, kMostSampled), 1000});
}

std::string page_of(const Head& head, const std::vector<RunDetail>& details) {
    TextTable table{head.title, "", {{"page", true, 0}}, {{{"</script>", Accent::best}}}};
    return report_html(head, table, {}, details);
}

std::size_t count(const std::string& text, std::string_view what) {
    std::size_t n = 0;
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
    return n;
}

}  // namespace

TEST_CASE("a run's detail has what the result files have") {
    const RunDetail d = detail(kPage);
    CHECK(d.workload == "HTML of 10 kB and 2 objects, 20 kB in all");
    REQUIRE(d.bars.size() == 3);
    CHECK(d.transactions == 3);
    CHECK(d.bars[0].name == "/");
    CHECK(d.bars[0].phases[2] == 100'000'000);  // connect: one round trip, RFC 9293 3.5
    std::int64_t sum = 0;
    for (const FieldValue& phase : d.bars[0].phases) sum += phase.value_or(0);
    CHECK(d.bars[0].total == sum);
    CHECK(d.page.has_value());
}

TEST_CASE("each connection of the first page has a ladder, as the terminal would draw it") {
    const RunDetail d = detail(std::string("client.strategy = \"serial\"\nclient.loads = 2\n") + kPage);
    REQUIRE(d.ladders.figures.size() == 3);  // the second page's three are left out
    CHECK(d.ladders.left_out == 3);
    const LadderFigure& second = d.ladders.figures[1];
    CHECK(second.connection == 2);
    // SYN, SYN-ACK, ACK, GET, its ACK, 5250 B in four segments, ACKs, and three or four that close it.
    CHECK(second.title.find("10.255.0.1:80, 1") != std::string::npos);
    CHECK(second.svg.find(">SYN 0\u2002 win 64240\u2002 &lt;mss 1460, sack, ts, wscale 10&gt;</text>") !=
          std::string::npos);
    CHECK(count(second.svg, "ESTABLISHED") == 2);
    CHECK(count(second.svg, "GET /") == 1);
    CHECK(count(second.svg, "200 OK") == 1);
    const std::string html = page_of({}, {d});
    CHECK(count(html, "<details") == 3);
    CHECK(count(html, "<details open>") == 1);
    CHECK(html.find("3 of the run's 6 connections") != std::string::npos);
    CHECK(html.find("tcplab ladder FILE --run 1 --connection N") != std::string::npos);
}

TEST_CASE("a ladder folds what is alike, and what is long all the same loses its middle; both is said") {
    const RunDetail bulk = detail("[page]\nobjects = [ { size = \"1 MB\" } ]\n[link]\nrtt = \"10 ms\"\n");
    REQUIRE(bulk.ladders.figures.size() == 1);
    CHECK(count(bulk.ladders.figures[0].svg, " packets like these") > 0);
    CHECK(bulk.ladders.left_out == 0);
    CHECK(page_of({}, {bulk}).find("of the run's") == std::string::npos);

    const RunDetail lossy = detail("[page]\nobjects = [ { size = \"1 MB\" } ]\n[link.down]\nloss = \"5 %\"\n");
    REQUIRE(lossy.ladders.figures.size() == 1);
    CHECK(count(lossy.ladders.figures[0].svg, " rows are left out</text>") == 1);
    CHECK(count(lossy.ladders.figures[0].svg, "<line class=") < 2 * kMostLadderRows);
}

TEST_CASE("of many connections the first have ladders") {
    const RunDetail d = detail("client.strategy = \"serial\"\n[page]\nobjects = [ { count = 20, size = \"1 kB\" } ]\n");
    CHECK(d.ladders.figures.size() == kMostLadders);
    CHECK(d.ladders.left_out == 20 - kMostLadders);
}

TEST_CASE("a packet that is overtaken is dotted where another row tells of it") {
    const RunDetail d = detail(std::string(kPage) + "[link.down]\nhold = [\"data 4 by 30 ms\"]\n");
    const std::string& svg = d.ladders.figures.at(0).svg;
    CHECK(count(svg, "<line class=\"elsewhere\"") >= 2);
    // Where it leaves there is no arrow's head, and where it arrives its sender's half is the dotted one.
    CHECK(svg.find("<line class=\"elsewhere\" x1=\"50%\"") != std::string::npos);
    CHECK(svg.find("<line class=\"elsewhere\" x1=\"88%\"") != std::string::npos);
}

TEST_CASE("of many transactions some are drawn, and that is said") {
    RunDetail d = detail("[page]\nobjects = [ { count = 1000, size = \"1 kB\" } ]\n");
    CHECK(d.transactions == 1000);
    CHECK(d.bars.size() == kMostBars);
    CHECK(d.bars.front().id == 1);
    CHECK(d.bars.back().id == 1000);
    CHECK(waterfall_html(d).find("300 of 1,000 transactions are drawn") != std::string::npos);
    CHECK(side_by_side_html({d}).find("at most 50 transactions are drawn") != std::string::npos);
}

TEST_CASE("the last to finish is drawn side by side, wherever it stands: the bars end where the page does") {
    RunDetail d;
    for (std::uint32_t i = 0; i < 56; ++i) {
        TransactionBar bar;
        bar.id = i + 1;
        bar.start = 0;
        bar.phases[6] = bar.total = i == 22 ? 1'000'000'000 : 10'000'000;
        d.bars.push_back(bar);
    }
    d.transactions = d.bars.size();
    const std::string html = side_by_side_html({d});
    CHECK(html.find("width=\"100.000%\"") != std::string::npos);
    CHECK(count(html, "<rect class=\"receive\" x=") == 50);
    CHECK(html.find("at most 50 transactions are drawn, evenly chosen, the last to finish among them") !=
          std::string::npos);
}

TEST_CASE("what the page waited for is the mean over the repetitions, and that is said") {
    RunDetail d = detail(kPage);
    d.causes = {{"propagation", 600ms}};
    PagePoint point{
        d.label.variant, d.label.axes, 200, 801e6, 600e6, 1200e6, {{"propagation", 600ms}, {"loss", 300ms}}};
    const std::string html = page_causes_html({d}, {point});
    CHECK(html.find("<th class=\"number\">mean page</th>") != std::string::npos);
    CHECK(html.find("<td class=\"number\">900.0 ms</td>") != std::string::npos);
    CHECK(html.find("<rect class=\"loss\" x=\"66.667%\"") != std::string::npos);
    CHECK(html.find("Means over 200 repetitions") != std::string::npos);
    CHECK(page_of({}, {d}).find("Means over") == std::string::npos);
}

TEST_CASE("the marks of a bar's axis are all labelled") {
    RunDetail d;
    TransactionBar bar;
    bar.start = 0;
    bar.phases[6] = bar.total = 520'000'000;
    d.bars = {bar};
    d.transactions = 1;
    const std::string html = waterfall_html(d);  // a mark each 100 ms
    CHECK(count(html, "<text class=\"end\"") == 5);
    CHECK(html.find("<text class=\"end\" x=\"96.154%\" dx=\"-3\" y=\"11\">500 ms</text>") != std::string::npos);
}

TEST_CASE("a lost packet's arrow ends on the way") {
    const RunDetail d = detail(std::string(kPage) + "[tcp]\nprofile = \"linux\"\n[link.up]\ndrop = [\"syn 1\"]\n");
    const std::string& svg = d.ladders.figures.at(0).svg;
    CHECK(count(svg, "✗ lost on link up") == 1);
    CHECK(count(svg, "<line class=\"lost\"") == 1);
    CHECK(svg.find("<tspan class=\"worst\">sent again: handshake timeout</tspan>") != std::string::npos);
}

TEST_CASE("failed and unfinished transactions show what they have") {
    RunDetail d = detail(std::string("duration = \"150 ms\"\n") + kPage);
    REQUIRE(d.bars.size() == 1);
    CHECK_FALSE(d.bars[0].total.has_value());
    CHECK(waterfall_html(d).find("class=\"unfinished\"") != std::string::npos);
    CHECK(side_by_side_html({d}).find("<td class=\"number\">—</td>") != std::string::npos);
    d.bars[0].error = "</svg>";
    d.failed = 1;
    CHECK(waterfall_html(d).find("&lt;/svg&gt;") != std::string::npos);
    CHECK(side_by_side_html({d}).find("<td class=\"number\">failed</td>") != std::string::npos);
}

TEST_CASE("what has no data says so in its place") {
    const RunDetail d;
    CHECK(waterfall_html(d).find("No waterfall") != std::string::npos);
    CHECK(page_causes_html({d}, {}).find("No causes") != std::string::npos);
    CHECK(transaction_causes_html(d).find("No causes") != std::string::npos);
    CHECK(page_of({}, {d}).find("No ladder") != std::string::npos);
    const std::string nothing = page_of({}, {});
    CHECK(nothing.find("One run") == std::string::npos);
    CHECK(nothing.find("</html>") != std::string::npos);
}

TEST_CASE("causes are stacked in their order and only those that took time are named") {
    RunDetail d = detail(kPage);
    d.causes = {{"blocked", 0ms}, {"propagation", 300ms}, {"delayed_ack", 100ms}};
    const std::string html = page_causes_html({d}, {});
    CHECK(html.find("<rect class=\"propagation\" x=\"0.000%\" y=\"0\" width=\"75.000%\"") != std::string::npos);
    CHECK(html.find("<rect class=\"delayed_ack\" x=\"75.000%\" y=\"0\" width=\"25.000%\"") != std::string::npos);
    CHECK(html.find("propagation 300 ms, delayed ACK 100 ms</title>") != std::string::npos);
    CHECK(html.find("blocked") == std::string::npos);
    // How long they are stands on them; on what is dark, pale.
    CHECK(html.find("<text class=\"in\" x=\"37.500%\" y=\"10\">300 ms</text>") != std::string::npos);
    d.causes = {{"loss", 380ms}, {"delayed_ack", 20ms}};
    const std::string dark = page_causes_html({d}, {});
    CHECK(dark.find("<text class=\"in pale\" x=\"47.500%\" y=\"10\">380 ms</text>") != std::string::npos);
    CHECK(count(dark, "<text class=\"in") == 1);  // 20 ms have no room
}

TEST_CASE("titles, names and texts cannot break the page") {
    const std::string bad = "</script><script>\"'&</title></pre>";
    RunDetail d = detail(kPage);
    d.label.variant = bad;
    d.bars[0].name = bad;
    Head head{bad, bad, bad, bad, {"tcplab", "run", bad}, bad, 1, 1};
    const std::string html = page_of(head, {d});
    CHECK(count(html, bad) == 0);
    CHECK(count(html, "</title></pre>") == 0);
    CHECK(count(html, "<script") == count(html, "</script>"));
    // Quoted for a shell, then for HTML.
    CHECK(html.find("tcplab run &#39;&lt;/script&gt;&lt;script&gt;&quot;&#39;\\&#39;&#39;&amp;") != std::string::npos);
}

TEST_CASE("nothing in a report asks for the network") {
    const std::string html = page_of({}, {detail(kPage)});
    CHECK(count(html, " src=") == 0);
    CHECK(count(html, "<link") == 0);
    CHECK(count(html, "@import") == 0);
    CHECK(count(html, "url(") == count(html, "url(#arrow)"));
}

TEST_CASE("runs in detail: few are all there, of many some of every variant") {
    const auto numbers = [](const std::string& text) {
        const Runs runs = read(text + kPage).expand();
        return runs_in_detail(runs);
    };
    CHECK(numbers("") == std::vector<std::uint64_t>{0});
    const std::string variants = "[[variant]]\nname = \"a\"\n[[variant]]\nname = \"b\"\n";
    const std::string sweep = R"([vary]
"tcp.initial_window" = { from = 1, to = 100, step = 1 }
)";
    const auto after = [](const std::string& tail) {
        const Runs runs = read(std::string(kPage) + tail).expand();
        return runs_in_detail(runs);
    };
    CHECK(after(variants) == std::vector<std::uint64_t>{0, 1});
    const std::vector<std::uint64_t> some = after(variants + sweep);
    REQUIRE(some.size() == 12);
    CHECK(some.front() == 0);
    CHECK(some[5] == 99);
    CHECK(some[6] == 100);
    CHECK(some.back() == 199);
    CHECK(numbers("repeat = 100\n").size() == 1);
}

TEST_CASE("recording stops after so many packets, and it is known when") {
    struct Counter final : Observer {
        void on_sent(Time, std::uint64_t, const Segment&) override { ++sent; }
        void on_packet(const PacketEvent&, const Segment&) override { ++fates; }
        void on_tcp(Time, const TcpSnapshot&) override { ++states; }
        int sent = 0, fates = 0, states = 0;
    } counter;
    FirstPackets first(counter, 2);
    first.on_sent(kStart + 1ms, 1, {});
    first.on_sent(kStart + 2ms, 2, {});
    first.on_tcp(kStart + 2ms, {});
    CHECK(first.stopped() == kNever);
    first.on_sent(kStart + 3ms, 3, {});
    first.on_sent(kStart + 4ms, 4, {});
    first.on_tcp(kStart + 4ms, {});
    PacketEvent event;
    event.packet = 2;
    first.on_packet(event, {});
    event.packet = 3;
    first.on_packet(event, {});
    CHECK(first.stopped() == kStart + 3ms);
    CHECK(counter.sent == 2);
    CHECK(counter.fates == 1);
    CHECK(counter.states == 1);
}
