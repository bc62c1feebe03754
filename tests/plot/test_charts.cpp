// The CSV beside each chart, with numbers that can be checked by hand, and what the scripts must not contain.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "folder.hpp"
#include "plot/chart.hpp"
#include "plot/script.hpp"
#include "sample.hpp"

using namespace tcplab::plot;

namespace {

std::vector<std::string> fitting(const ResultFolder& results) {
    std::vector<std::string> names;
    for (const ChartKind& kind : chart_kinds()) {
        if (kind.fits(results)) names.emplace_back(kind.name);
    }
    return names;
}

std::string message(const ResultFolder& results, Chart (*make)(const ResultFolder&, const ChartOptions&),
                    const ChartOptions& options = {}) {
    try {
        make(results, options);
    } catch (const ResultsError& e) {
        const std::string place = results.path.string();
        return std::string(e.what()).substr(place.size());
    }
    return "no error";
}

}  // namespace

TEST_CASE("page: median and percentiles of the repetitions, nothing where one failed") {
    const Folder folder;
    write_sweep(folder);
    const Chart chart = page_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv ==
          "label,runs,page_ms,p5_ms,p95_ms\n"
          "\"serial, link.rtt = 20 ms\",2,200,110,290\n"
          "\"serial, link.rtt = 200 ms\",2,1000.25,1000.025,1000.475\n"
          "\"it's 'fast', yes, link.rtt = 20 ms\",2,50,50,50\n"
          "\"it's 'fast', yes, link.rtt = 200 ms\",2,,,\n");
    CHECK(chart.script.find("\"A title\".\"\\n\".\"median, and 5th to 95th percentile") != std::string::npos);
    CHECK(chart.script.find("\"page time (s)\"") != std::string::npos);
}

TEST_CASE("axis: a line for each variant, in the order of the numbers") {
    const Folder folder;
    write_sweep(folder);
    const Chart chart = axis_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv ==
          "n,line,link.rtt,x,runs,page_ms,p5_ms,p95_ms\n"
          "1,serial,20 ms,20,2,200,110,290\n"
          "1,serial,200 ms,200,2,1000.25,1000.025,1000.475\n"
          "2,\"it's 'fast', yes\",20 ms,20,2,50,50,50\n"
          "2,\"it's 'fast', yes\",200 ms,200,2,,,\n");
    CHECK(chart.script.find("title \"it's 'fast', yes\"") != std::string::npos);
    CHECK(chart.script.find("set xlabel \"link.rtt (ms)\"") != std::string::npos);
}

TEST_CASE("causes: means, which sum to the mean page; those that are always zero are left out") {
    const Folder folder;
    write_sweep(folder);
    const Chart chart = causes_chart(open_results(folder.path(), {{"serial"}, {}}), {});
    CHECK(chart.csv ==
          "label,dns_ms,loss_ms\n"
          "\"serial, link.rtt = 20 ms\",20,180\n"
          "\"serial, link.rtt = 200 ms\",0.25,1000\n");
    CHECK(causes_chart(open_results(folder.path(), {}), {}).csv.find("200 ms\",,\n") != std::string::npos);
    CHECK(message(open_results(folder.path(), {{}, 8}), causes_chart) == ": error: no run has a page time above 0");
}

TEST_CASE("cdf: a step at every transaction that is complete") {
    const Folder folder;
    write_traced_run(folder);
    const Chart chart = cdf_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv == "n,line,total_ms,share\n1,d,50,0\n1,d,50,1\n");
    CHECK(chart.notes == std::vector<std::string>{"1 transaction that is not complete is left out"});
}

TEST_CASE("cdf: many transactions are thinned to quantiles, and that is said") {
    const Folder folder;
    write_traced_run(folder);
    std::string rows = "run,total_ms,error\n";
    for (int i = 1; i <= 5000; ++i) rows += "1," + std::to_string(i) + ",\n";
    folder.write("transactions.csv", rows);
    const Chart chart = cdf_chart(open_results(folder.path(), {}), {});
    CHECK(std::count(chart.csv.begin(), chart.csv.end(), '\n') == 1002);
    CHECK(chart.csv.find("\n1,d,5,0.001\n") != std::string::npos);
    CHECK(chart.csv.find("\n1,d,2500,0.5\n") != std::string::npos);
    CHECK(chart.csv.find("\n1,d,5000,1\n") != std::string::npos);
    CHECK(chart.notes == std::vector<std::string>{"d: 1000 of the 5000 steps"});
}

TEST_CASE("waterfall: the phases of each transaction") {
    const Folder folder;
    write_traced_run(folder);
    const Chart chart = waterfall_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv ==
          "label,start_ms,blocked_ms,dns_ms,connect_ms,tls_ms,send_ms,wait_ms,receive_ms,failed,error\n"
          "GET /a,0,0,0,20,0,0,25,5,0,\n"
          "GET /b,50,10,0,0,0,0,30,0,1,ECONNRESET\n");
    CHECK(chart.script.find("title 'connect'") != std::string::npos);
    CHECK(chart.script.find("title 'tls'") == std::string::npos);
    CHECK(message(open_results(folder.path(), {}), waterfall_chart, {2, {}, {}, {}}) ==
          ": error: run 1 has no transactions on connection 2");
}

TEST_CASE("waterfall: many transactions are thinned, to a page with the last to finish, and that is said") {
    const Folder folder;
    write_traced_run(folder);
    std::string rows =
        "run,connection,method,path,start_ms,blocked_ms,dns_ms,connect_ms,tls_ms,send_ms,wait_ms,receive_ms,error\n";
    for (int i = 0; i < 300; ++i) rows += i == 101 ? "1,1,GET,/last,0,0,,,,,1,900,\n" : "1,1,GET,/,0,0,,,,,1,1,\n";
    folder.write("transactions.csv", rows);
    const Chart chart = waterfall_chart(open_results(folder.path(), {}), {});
    CHECK(std::count(chart.csv.begin(), chart.csv.end(), '\n') == 52);
    CHECK(chart.csv.find("GET /last") != std::string::npos);
    CHECK(chart.height <= 26);
    CHECK(chart.notes.front() ==
          "51 of 300 transactions: one in 6, and the last to finish; --connection N shows those of one");
    CHECK(chart.script.find("51 of 300 transactions") != std::string::npos);
}

TEST_CASE("sequence: data when it is sent, acknowledgements when they arrive; copies are not the sender's") {
    const Folder folder;
    write_traced_run(folder);
    const Chart chart = sequence_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv ==
          "n,what,time_ms,from_byte,to_byte\n"
          "3,acknowledged,30,1,1\n"
          "1,window,30,64241,64241\n"
          "2,data,30,1,1449\n"
          "5,lost,30,1,1449\n"
          "2,data,31,1449,2897\n"
          "3,acknowledged,51,1,1\n"
          "1,window,51,64241,64241\n"
          "4,sent again,60,1,1449\n"
          "3,acknowledged,80,2897,2897\n"
          "1,window,80,67137,67137\n");
    // Lines go from edge to edge of a part.
    const ChartOptions part{{}, {}, 31'000'000, 60'000'000};
    CHECK(sequence_chart(open_results(folder.path(), {}), part).script.find("set xrange [31:60]") != std::string::npos);
    CHECK(cwnd_chart(open_results(folder.path(), {}), part).csv ==
          "time_ms,cwnd,ssthresh,in_flight\n31,10,,3\n60,7,5,1\n");
    CHECK(
        message(open_results(folder.path(), {}), sequence_chart, {{}, {}, 90'000'000, {}}).find("sent nothing then") !=
        std::string::npos);
    CHECK(sequence_chart(open_results(folder.path(), {}), part).csv ==
          "n,what,time_ms,from_byte,to_byte\n"
          "2,data,31,1449,2897\n"
          "3,acknowledged,31,1,1\n"
          "1,window,31,64241,64241\n"
          "3,acknowledged,51,1,1\n"
          "1,window,51,64241,64241\n"
          "4,sent again,60,1,1449\n"
          "3,acknowledged,60,1,1\n"
          "1,window,60,64241,64241\n");
}

TEST_CASE("sequence: an acknowledgement that was overtaken takes nothing back") {
    const Folder folder;
    write_traced_run(folder);
    folder.write("run-001/packets.csv",
                 "scenario,variant,run,seed,packet,copy_of,connection,direction,sent_ms,arrived_ms,seq,ack,length,"
                 "window,fate\n"
                 "d,,1,1,1,,1,down,0,10,1,301,1000,65160,delivered\n"
                 "d,,1,1,2,,1,up,10,40,301,1001,0,64000,delivered\n"
                 "d,,1,1,3,,1,up,11,21,301,2001,0,64000,delivered\n");
    CHECK(sequence_chart(open_results(folder.path(), {}), {}).csv ==
          "n,what,time_ms,from_byte,to_byte\n"
          "2,data,0,1,1001\n"
          "3,acknowledged,21,2001,2001\n"
          "1,window,21,66001,66001\n"
          "3,acknowledged,40,2001,2001\n"
          "1,window,40,66001,66001\n");
}

TEST_CASE("sequence: what is on its way as the run ends is not lost") {
    const Folder folder;
    write_traced_run(folder);
    folder.write("run-001/packets.csv",
                 "scenario,variant,run,seed,packet,copy_of,connection,direction,sent_ms,arrived_ms,seq,ack,length,"
                 "window,fate\n"
                 "d,,1,1,1,,1,down,0,,1,301,1000,65160,dropped by the queue\n"
                 "d,,1,1,2,,1,down,1,,1001,301,1000,65160,corrupted\n"
                 "d,,1,1,3,,1,down,2,,2001,301,1000,65160,still on its way\n");
    CHECK(sequence_chart(open_results(folder.path(), {}), {}).csv ==
          "n,what,time_ms,from_byte,to_byte\n"
          "2,data,0,1,1001\n"
          "5,lost,0,1,1001\n"
          "2,data,1,1001,2001\n"
          "5,lost,1,1001,2001\n"
          "2,data,2,2001,3001\n");
}

TEST_CASE("sequence: a window far above the data is cut, and the key says how far it goes") {
    const Folder folder;
    write_traced_run(folder);
    const std::string cut = sequence_chart(open_results(folder.path(), {}), {}).script;
    CHECK(cut.find("title 'window, up to 67 kB'") != std::string::npos);
    // Data and acknowledgements from 1 to 2897, and four tenths of that above, with a margin of 3 %.
    CHECK(cut.find("set yrange [-0.1206") != std::string::npos);
    CHECK(cut.find(":4.1770") != std::string::npos);
    folder.write("run-001/packets.csv",
                 "scenario,variant,run,seed,packet,copy_of,connection,direction,sent_ms,arrived_ms,seq,ack,length,"
                 "window,fate\n"
                 "d,,1,1,1,,1,down,0,10,0,301,10000,65160,delivered\n"
                 "d,,1,1,2,,1,up,10,40,301,10000,0,2000,delivered\n");
    const std::string whole = sequence_chart(open_results(folder.path(), {}), {}).script;
    CHECK(whole.find("title 'window'") != std::string::npos);
    CHECK(whole.find(":12.36]") != std::string::npos);
}

TEST_CASE("names that would leave no room for bars lose their middle") {
    const Folder folder;
    const std::string name = "variant" + std::string(50, 'v') + " ünd 漢";
    folder.write("summary.csv",
                 "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\n"
                 "s," +
                     name + ",1,1,9,1,1,9\n");
    const Chart chart = page_chart(open_results(folder.path(), {}), {});
    CHECK(chart.csv.find("\nvariantvvvvvvvvvv…vvvvvvvvvvv ünd 漢,1,9,9,9\n") != std::string::npos);
}

TEST_CASE("bars over two axes are named by their values, and the axes above them") {
    const Folder folder;
    folder.write("summary.csv",
                 "scenario,variant,run,seed,link.rtt,tcp.initial_window,page_ms,transactions,pages,mean_page_ms,"
                 "a_propagation_ms\n"
                 "s,a long name,1,1,20 ms,3,9,1,1,9,9\n"
                 "s,a long name,2,1,20 ms,10,8,1,1,8,8\n");
    for (const auto chart_of : {page_chart, causes_chart}) {
        const Chart chart = chart_of(open_results(folder.path(), {}), {});
        CHECK(chart.csv.find("\n\"a long name, 20 ms, 10\",") != std::string::npos);
        CHECK(chart.script.find("set label \"link.rtt, tcp.initial_window\"") != std::string::npos);
    }
}

TEST_CASE("cwnd and rtt: of the end that sends, on the connection that carried most") {
    const Folder folder;
    write_traced_run(folder);
    const ResultFolder results = open_results(folder.path(), {});
    CHECK(cwnd_chart(results, {}).csv == "time_ms,cwnd,ssthresh,in_flight\n10,10,,1\n30,10,,3\n60,7,5,1\n");
    CHECK(rtt_chart(results, {}).csv == "time_ms,srtt_ms,rto_ms\n30,20,220\n60,22.5,222.5\n");
    CHECK(cwnd_chart(results, {2, {}, {}, {}}).csv == "time_ms,cwnd,ssthresh,in_flight\n20,10,,9\n");
    CHECK(message(results, cwnd_chart, {3, {}, {}, {}}) == ": error: run 1 has no connection 3");
    CHECK(message(results, rtt_chart, {{}, {}, {}, 20'000'000}) ==
          ": error: run 1, connection 1 has measured no round trip then");
}

TEST_CASE("what fits the results is drawn when nothing is named") {
    const Folder sweep;
    write_sweep(sweep);
    using Names = std::vector<std::string>;
    CHECK(fitting(open_results(sweep.path(), {})) == Names{"axis", "causes"});
    CHECK(fitting(open_results(sweep.path(), {{}, 1})) == Names{"causes", "waterfall"});
    const Folder traced;
    write_traced_run(traced);
    CHECK(fitting(open_results(traced.path(), {})) == Names{"waterfall", "sequence", "cwnd", "rtt"});
    traced.write("summary.csv",
                 "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\n"
                 "d,a,1,1,90,20,1,90\nd,b,2,1,90,20,1,90\n");
    CHECK(fitting(open_results(traced.path(), {})) == Names{"page", "cdf"});
}

TEST_CASE("results without what a chart needs say how to get it") {
    const Folder folder;
    write_traced_run(folder);
    std::filesystem::remove_all(folder.path() / "run-001");
    const ResultFolder results = open_results(folder.path(), {});
    CHECK(message(results, cwnd_chart) ==
          "/run-001/tcp.csv: error: it is not there; run the scenario again with --trace");
    CHECK(message(results, sequence_chart) ==
          "/run-001/packets.csv: error: it is not there; run the scenario again with --trace");
    CHECK(message(results, axis_chart).find("these runs have no axis") != std::string::npos);
    CHECK(message(results, causes_chart).find("run the scenario again") != std::string::npos);
    const Folder sweep;
    write_sweep(sweep);
    CHECK(message(open_results(sweep.path(), {}), axis_chart, {{}, "link.rate", {}, {}}) ==
          ": error: there is no axis \"link.rate\"; there is link.rtt");
    CHECK(message(open_results(sweep.path(), {{}, 8}), page_chart) == ": error: no run has a page time above 0");
    CHECK(message(open_results(sweep.path(), {{}, 8}), axis_chart) == ": error: no run has a page time above 0");
}

TEST_CASE("more than a page holds is refused, with what to do") {
    const Folder folder;
    std::string rows = "scenario,variant,run,seed,page_ms,transactions,pages,mean_page_ms\n";
    for (int i = 1; i <= 61; ++i) rows += "s,v" + std::to_string(i) + "," + std::to_string(i) + ",1,9,1,1,9\n";
    folder.write("summary.csv", rows);
    const ResultFolder results = open_results(folder.path(), {});
    CHECK(message(results, page_chart) ==
          ": error: 61 bars are more than a chart holds (60); choose with --variant or --run");
    CHECK(fitting(results).empty());
}

TEST_CASE("without variants to choose from, what to do does not name them") {
    const Folder folder;
    std::string rows = "scenario,variant,run,seed,link.rtt,page_ms,transactions,pages,mean_page_ms\n";
    for (int i = 1; i <= 61; ++i) {
        const std::string n = std::to_string(i);
        rows += "s,,";
        rows += n + ",1," + n + " ms,9,1,1,9\n";
    }
    folder.write("summary.csv", rows);
    CHECK(message(open_results(folder.path(), {}), page_chart) ==
          ": error: 61 bars are more than a chart holds (60); choose with --run");
}

TEST_CASE("names that would leave no room in the key lose their middle there") {
    const Folder folder;
    const std::string name = "variant" + std::string(50, 'v') + " end";
    folder.write("summary.csv",
                 "scenario,variant,run,seed,link.rtt,page_ms,transactions,pages,mean_page_ms\n"
                 "s," +
                     name + ",1,1,1 ms,9,1,1,9\ns," + name + ",2,1,2 ms,9,1,1,9\n");
    folder.write("transactions.csv", "run,total_ms,error\n1,5,\n2,5,\n");
    const ResultFolder results = open_results(folder.path(), {});
    for (const auto chart_of : {axis_chart, cdf_chart}) {
        const std::string script = chart_of(results, {}).script;
        CHECK(script.find("title \"variantvv") != std::string::npos);
        CHECK(script.find("…") != std::string::npos);
        CHECK(script.find(name) == std::string::npos);
    }
}

TEST_CASE("text from a scenario means nothing to gnuplot") {
    CHECK(in_quotes("it's `touch x` \\n $y @z \"w\"") == "\"it's \\140touch x\\140 \\134n \\044y \\100z \\042w\\042\"");
    CHECK(in_quotes("two\nlines\t\x1b") == "\"two lines  \"");
    CHECK(in_quotes("") == "\"\"");
    CHECK(plain(" say \"hi\",\n you ") == "say 'hi',  you");
}
