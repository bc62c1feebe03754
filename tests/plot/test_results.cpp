#include <doctest/doctest.h>

#include <string>

#include "export/output.hpp"
#include "folder.hpp"
#include "plot/results.hpp"
#include "sample.hpp"

using namespace tcplab::plot;

namespace {

template <class Error>
std::string message(const Folder& folder, const RunSelection& selection = {}) {
    try {
        open_results(folder.path(), selection);
    } catch (const Error& e) {
        std::string text = e.what();
        const std::string place = folder.path().string();
        for (auto at = text.find(place); at != std::string::npos; at = text.find(place))
            text.replace(at, place.size(), "DIR");
        return text;
    }
    return "no error";
}

}  // namespace

TEST_CASE("a folder's runs, axes, causes and title") {
    const Folder folder;
    write_sweep(folder);
    const ResultFolder results = open_results(folder.path(), {});
    CHECK(results.title == "A title");
    CHECK(results.axes == std::vector<std::string>{"link.rtt"});
    CHECK(results.causes == std::vector<std::string>{"dns", "loss", "other"});
    REQUIRE(results.runs.size() == 8);
    CHECK(results.runs[3].page == 1'000'500'000);
    CHECK(results.runs[3].causes[0] == 500'000);
    CHECK(results.runs[4].variant == "it's \"fast\", yes");
    CHECK_FALSE(results.runs[7].page.has_value());
    CHECK(label_of(results, results.runs[0]) == "serial, link.rtt = 20 ms");
    const auto groups = group_runs(results);
    REQUIRE(groups.size() == 4);
    CHECK(groups[1].label == "serial, link.rtt = 200 ms");
    CHECK(groups[1].runs.size() == 2);
}

TEST_CASE("only the runs that are meant") {
    const Folder folder;
    write_sweep(folder);
    CHECK(open_results(folder.path(), {{"serial"}, {}}).runs.size() == 4);
    CHECK(open_results(folder.path(), {{}, 7}).runs.front().number == 7);
    CHECK(message<ResultsError>(folder, {{"serail"}, {}}) ==
          "DIR: error: there is no variant \"serail\": did you mean \"serial\"?");
    CHECK(message<ResultsError>(folder, {{}, 9}) == "DIR: error: there is no run 9: it has runs 1 to 8");
    CHECK(message<ResultsError>(folder, {{"serial"}, 5}) == "DIR: error: run 5 is of another variant");
}

TEST_CASE("where runs have several pages, the page is their mean") {
    const Folder folder;
    folder.write("summary.csv",
                 "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\ns,,1,1,900,2,10,200\n");
    const ResultFolder results = open_results(folder.path(), {});
    CHECK(results.several_pages);
    CHECK(results.runs.front().page == 200'000'000);
    CHECK(results.title == "s");
    CHECK(label_of(results, results.runs.front()) == "s");
}

TEST_CASE("a folder without results, or with damaged ones") {
    const Folder folder;
    CHECK(message<ResultsError>(folder).find("there is no summary.csv") != std::string::npos);
    const std::string header = "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\n";
    folder.write("summary.csv", header);
    CHECK(message<ResultsError>(folder) == "DIR: error: summary.csv has no runs");
    folder.write("summary.csv", "");
    CHECK(message<ResultsError>(folder) == "DIR/summary.csv: error: it is empty");
    folder.write("summary.csv", header + "s,,1,1,900\n");
    CHECK(message<ResultsError>(folder) == "DIR/summary.csv:2:1: error: 5 fields where the header has 8");
    folder.write("summary.csv", header + "s,,1,1,9oo,2,1,900\n");
    CHECK(message<ResultsError>(folder) ==
          "DIR/summary.csv:2:8: error: page_ms: expected a number with at most six decimals, found \"9oo\"");
    folder.write("summary.csv", header + "s,,-1,1,900,2,1,900\n");
    CHECK(message<ResultsError>(folder) == "DIR/summary.csv:2:4: error: run: expected a count, found \"-1\"");
    folder.write("summary.csv", "scenario,variant,run,seed\n");
    CHECK(message<ResultsError>(folder) == "DIR/summary.csv:1:1: error: there is no column page_ms");
    folder.write("summary.csv", "page_ms,scenario,variant,run,seed,transactions,pages,mean_page_ms\n");
    CHECK(message<ResultsError>(folder) == "DIR/summary.csv:1:1: error: page_ms stands before seed");
    folder.write("summary.csv", header + "s,,1,1,900,2,1,900\n");
    folder.write("manifest.json", "{\"scenario\": 5}");
    CHECK(message<ResultsError>(folder) == "DIR/manifest.json: error: this is not what tcplab run writes");
    CHECK_THROWS_AS(open_results(folder.path() / "nowhere", {}), tcplab::OutputError);
    CHECK_THROWS_AS(open_results(folder.path() / "summary.csv", {}), ResultsError);
}

TEST_CASE("numbers are exact, and nothing else passes for one") {
    const Folder folder;
    const auto value = [&](const std::string& field) {
        folder.write("x.csv", "x\n" + field + "\n");
        ResultFile file(folder.path() / "x.csv");
        REQUIRE(file.next());
        return file.millionths(0);
    };
    CHECK(value("208.4") == 208'400'000);
    CHECK(value("0.000001") == 1);
    CHECK(value("-1.5") == -1'500'000);
    CHECK(value("9000000000000") == 9'000'000'000'000'000'000);
    CHECK_FALSE(value("").has_value());
    for (const char* bad : {"1.", ".5", "-", "1e3", "0.1234567", "1 ", "+1", "nan", "9300000000000", "1.-5"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(value(bad), ResultsError);
    }
}
