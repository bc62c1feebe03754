#include <doctest/doctest.h>

#include "reading.hpp"

using namespace tcplab;
using namespace tcplab::reading;

namespace {

/// Without the page.
void check_whole(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(joined(errors_of(c.text)) == c.error);
    }
}

}  // namespace

TEST_CASE("an unknown key") {
    check({
        {"[link]\ndealy = \"50 ms\"\n", "2:1: error: unknown key \"dealy\" in [link]"},
        {"nmae = \"x\"\n", "1:1: error: unknown key \"nmae\""},
        {"[lnik]\nrtt = \"1 ms\"\n", "1:2: error: unknown key \"lnik\""},
        {"[client.tpc]\nnagle = true\n", "1:9: error: unknown key \"tpc\" in [client]"},
        {"link.up.rtt = \"1 ms\"\n", "1:9: error: unknown key \"rtt\" in [link.up]"},
        {"[link]\nqueue = { limit = \"1 packets\", mni = 3 }\n", "2:32: error: unknown key \"mni\" in [link.queue]"},
        {"\"link.rtt\" = \"1 ms\"\n", "1:1: error: unknown key \"link.rtt\""},
        {"\"\" = 1\n", "1:1: error: unknown key \"\""},
        {"[server]\nkeep_alive = { tmieout = \"1 s\" }\n",
         "2:16: error: unknown key \"tmieout\" in [server.keep_alive]"},
    });
}

TEST_CASE("what an unknown key might have been") {
    const auto hint = [](const char* text) { return read_scenario(with_page(text), "x.toml").errors; };
    CHECK(hint("[link]\ndealy = \"50 ms\"\n") ==
          "x.toml:2:1: error: unknown key \"dealy\" in [link]\n"
          "  2 | dealy = \"50 ms\"\n"
          "    | ^~~~~ did you mean \"delay\"?\n");
    CHECK(hint("rtt = \"1 ms\"\n").find("did you mean \"link.rtt\"?") != std::string::npos);
    CHECK(hint("[tcp]\ndelayd_ack = \"1 ms\"\n").find("did you mean \"delayed_ack\"?") != std::string::npos);
    CHECK(hint("[clinet]\n").find("did you mean \"client\"?") != std::string::npos);
    CHECK(hint("[tcp]\nbanana = 1\n").find("did you mean") == std::string::npos);
}

TEST_CASE("a bare number where a unit is due") {
    check({
        {"[tcp]\ndelayed_ack = 40\n",
         "2:15: error: [tcp] delayed_ack: expected a duration such as \"40 ms\", found the number 40"},
        {"[link]\nrtt = 0\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found the number 0"},
        {"[link]\nrate = 1.5\n",
         "2:8: error: [link] rate: expected a rate such as \"1.5 Mbit/s\", found the number 1.5"},
        {"[link]\nloss = 1\n", "2:8: error: [link] loss: expected a percentage such as \"1 %\", found the number 1"},
        {"duration = 5\n", "1:12: error: duration: expected a duration such as \"60 s\", found the number 5"},
        {"[link]\nrtt = \"100\"\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found \"100\""},
        {"[client]\ngap = 5\n", "2:7: error: [client] gap: expected a duration such as \"100 ms\", found the number 5"},
    });
}

TEST_CASE("a value of the wrong type") {
    check({
        {"[link]\nrtt = [1]\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found a list"},
        {"[link]\nrtt = true\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found true"},
        {"[link]\nrtt = 2024-01-01\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found a date"},
        {"[link]\nrtt = { a = 1 }\n", "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found a table"},
        {"[tcp]\nnagle = \"true\"\n", "2:9: error: [tcp] nagle: expected true or false, found \"true\""},
        {"[tcp]\nnagle = 1\n", "2:9: error: [tcp] nagle: expected true or false, found the number 1"},
        {"[tcp]\ninitial_window = \"10\"\n",
         "2:18: error: [tcp] initial_window: expected a whole number such as 10, found \"10\""},
        {"[tcp]\ninitial_window = 1.0\n",
         "2:18: error: [tcp] initial_window: expected a whole number such as 10, found the number 1.0"},
        {"title = 5\n", "1:9: error: title: expected text in quotes, found the number 5"},
        {"link = 3\n", "1:8: error: [link]: expected a table, found the number 3"},
        {"[[link]]\n", "1:1: error: [link]: expected a table, found a list"},
        {"[client]\nhttp = 1.1\n",
         "2:8: error: [client] http: expected \"1.0\", \"1.0+\" or \"1.1\", found the number 1.1"},
        {"[client]\nheaders = \"A: b\"\n",
         "2:11: error: [client] headers: expected a list such as [\"Accept: text/html\"], found \"A: b\""},
    });
}

TEST_CASE("a value out of its range") {
    check({
        {"[link]\nrate = \"0 Mbit/s\"\n",
         "2:8: error: [link] rate: must be from 1 bit/s to 100 Tbit/s, found \"0 Mbit/s\""},
        {"[link]\nrtt = \"-5 ms\"\n", "2:7: error: [link] rtt: must be from 0 s to 20000000 s, found \"-5 ms\""},
        {"duration = \"1e30 s\"\n", "1:12: error: duration: must be from 1 ns to 10000000 s, found \"1e30 s\""},
        {"duration = \"0\"\n", "1:12: error: duration: must be from 1 ns to 10000000 s, found \"0\""},
        {"[client]\nconnections = 1000000000\n",
         "2:15: error: [client] connections: must be from 1 to 65535, found the number 1000000000"},
        {"[client]\nconnections = 0\n",
         "2:15: error: [client] connections: must be from 1 to 65535, found the number 0"},
        {"[link]\nmtu = 10\n", "2:7: error: [link] mtu: must be from 128 to 65535, found the number 10"},
        {"[link]\nloss = \"100.1 %\"\n", "2:8: error: [link] loss: must be at most 100 %, found \"100.1 %\""},
        {"[client]\nusers = 1000001\n",
         "2:9: error: [client] users: must be from 1 to 1000000, found the number 1000001"},
        {"seed = -1\n", "1:8: error: seed: must be from 0 to 9223372036854775807, found the number -1"},
        {"[link]\ndelay = \"0.5 ns\"\n", "2:9: error: [link] delay: \"0.5 ns\" is finer than 1 ns"},
        {"[tcp]\nmax_orphans = -1\n",
         "2:15: error: [tcp] max_orphans: must be from 0 to 2147483647, found the number -1"},
        {"[tcp]\nmax_orphans = 2147483648\n",
         "2:15: error: [tcp] max_orphans: must be at most 2147483647, found the number 2147483648"},
        {"[tcp]\nmax_orphans = \"none\"\n",
         "2:15: error: [tcp] max_orphans: expected a whole number such as 65536, found \"none\""},
        {"[tcp]\nmss = 70000\n", "2:7: error: [tcp] mss: must be from 48 to 65495, found the number 70000"},
        {"[tcp]\nports = [60999, 32768]\n", "2:9: error: [tcp] ports: 60999 lies above 32768"},
        {"[tcp]\nports = [0, 70000]\n",
         "2:10: error: [tcp] ports: must be from 1 to 65535, found the number 0\n"
         "2:13: error: [tcp] ports: must be from 1 to 65535, found the number 70000"},
        {"[tcp]\nports = [1]\n", "2:9: error: [tcp] ports: expected two ports such as [32768, 60999], found a list"},
    });
}

TEST_CASE("a word that is none of those allowed") {
    check({
        {"[tcp]\ncongestion_control = \"cubik\"\n",
         "2:22: error: [tcp] congestion_control: expected \"reno\", \"cubic\" or \"bbr\", found \"cubik\""},
        {"[tcp]\necn = \"accpet\"\n", "2:7: error: [tcp] ecn: expected false, true or \"accept\", found \"accpet\""},
        {"[tcp]\necn = 2\n", "2:7: error: [tcp] ecn: expected false, true or \"accept\", found the number 2"},
        {"[tcp]\nrecovery = true\n",
         "2:12: error: [tcp] recovery: expected \"newreno\", \"sack\" or \"rack\", found true"},
        {"[client]\nstrategy = \"Serial\"\n",
         "2:12: error: [client] strategy: expected \"serial\", \"parallel\", \"persistent\", \"pipelined\" or "
         "\"multiplexed\", found \"Serial\""},
        {"[tcp]\nlinger = \"on\"\n",
         "2:10: error: [tcp] linger: expected \"off\" or a duration such as \"0 s\", found \"on\""},
        {"[client]\narrival = \"soon\"\n",
         "2:11: error: [client] arrival: expected \"all at once\", \"every 10 ms\" or \"poisson 100/s\", found "
         "\"soon\""},
        {"[client]\narrival = \"poisson -1/s\"\n",
         "2:11: error: [client] arrival: expected \"all at once\", \"every 10 ms\" or \"poisson 100/s\", found "
         "\"poisson -1/s\""},
        {"[link]\nqueue = \"100\"\n",
         "2:9: error: [link] queue: expected a queue such as \"100 packets\" or \"64 KiB\", found \"100\""},
        {"[client]\nurl = \"ftp://x/\"\n",
         "2:7: error: [client] url: expected a URL such as \"http://www.example.com:80/\", found \"ftp://x/\""},
        {"[client]\nurl = \"http://x:0/\"\n", "2:7: error: [client] url: the port must be from 1 to 65535"},
        {"[client]\nurl = \"http://[::1]/\"\n", "2:7: error: [client] url: there is no IPv6 here"},
        {"[client]\nheaders = [\"A: b\", \"bad\"]\n", "2:20: error: [client] headers: \"bad\" is no header line"},
    });
}

TEST_CASE("scripted losses") {
    check({
        {"[link]\ndrop = [\"data 11..20\", \"foo 3\"]\n",
         "2:24: error: [link] drop: expected a list of rules such as \"data 11..20\" or \"segment 20 x2\", found \"foo "
         "3\""},
        {"[link]\ndrop = \"data 3\"\n",
         "2:8: error: [link] drop: expected a list of rules such as \"data 11..20\" or \"segment 20 x2\", found \"data "
         "3\""},
        {"[link]\ndrop = [\"data 5..3\"]\n", "2:9: error: [link] drop: \"data 5..3\": packets count from 1 upwards"},
        {"[link]\ndrop = [\"data 0\"]\n", "2:9: error: [link] drop: \"data 0\": packets count from 1 upwards"},
        {"[link]\ndrop = [\"data 3 x2\"]\n",
         "2:9: error: [link] drop: expected a list of rules such as \"data 11..20\" or \"segment 20 x2\", found \"data "
         "3 x2\""},
        {"[link]\ndrop = [3]\n",
         "2:9: error: [link] drop: expected a list of rules such as \"data 11..20\" or \"segment 20 x2\", found the "
         "number 3"},
    });
}

TEST_CASE("pages that cannot be") {
    check_whole({
        {"", " error: nothing to fetch: no [page] with html or objects, and no [[request]]; [page] html = \"10 kB\""},
        {"[page]\nobjects = []\n", "2:11: error: nothing to fetch: no [page] with html or objects, and no [[request]]"},
        {"[page]\nobjects = [ { size = \"endless\" } ]\n", "2:22: error: what is endless needs a duration"},
        {"[page]\nobjects = [ { count = 2 } ]\n", "2:13: error: [page] objects: an object without a size"},
        {"[page]\nobjects = [ { count = 2, sizes = [\"1 kB\"] } ]\n",
         "2:23: error: [page] objects: count goes with size"},
        {"[page]\nobjects = [ { size = \"1 B\", sizes = [\"1 kB\"] } ]\n",
         "2:37: error: [page] objects: both size and sizes"},
        {"[page]\nobjects = [ { size = \"1 B\", after = \"logo\" } ]\n",
         "2:37: error: [page] objects: no object is called \"logo\""},
        {"[page]\nobjects = [ { size = \"1 B\", after = \"html\" } ]\n",
         "2:37: error: [page] objects: there is no html to wait for"},
        {"[page]\nobjects = [ { size = \"1 B\", name = \"a\" }, { size = \"2 B\", name = \"a\" } ]\n",
         "2:66: error: [page] objects: the name \"a\" is taken"},
        {"[page]\nobjects = [ { size = \"1 B\", name = \"html\" } ]\n",
         "2:36: error: [page] objects: the name \"html\" is taken"},
        {"[page]\nobjects = [ { size = \"1 B\", name = \"a b\" } ]\n",
         "2:36: error: [page] objects: \"a b\" is no name"},
        {"[page]\nobjects = [ { count = 2000000, size = \"1 B\" } ]\n",
         "2:23: error: [page] objects count: must be from 1 to 1000000, found the number 2000000"},
        {"[page]\nobjects = [ { count = 900000, size = \"1 B\" }, { count = 900000, size = \"1 B\" } ]\n",
         "2:57: error: more than 1000000 objects"},
        {"[page]\nobjects = [ { size = \"1 B\", connection = 1 } ]\n",
         "2:42: error: [page] objects: connection 1 of 1"},
        {"[page]\nhtml = \"1 kB\"\nobjects = [ { size = \"1 B\", after_bytes = \"2 kB\" } ]\n",
         "3:43: error: [page] objects: what it waits for has only 1 kB"},
        {"[page]\nobjects = [ { size = \"1 B\", after_bytes = \"2 kB\" } ]\n",
         "2:43: error: [page] objects: after_bytes of what?"},
        {"[page]\nobjects = [ 5 ]\n",
         "2:13: error: [page] objects: expected a table such as { size = \"20 kB\" }, found the number 5"},
        {"[page]\nobjects = 5\n",
         "2:11: error: [page] objects: expected a list of tables such as [{ size = \"20 kB\" }], found the number 5"},
        {"[page]\nobjects = [ { size = \"1 B\", sice = 3 } ]\n", "2:29: error: unknown key \"sice\" in [page] objects"},
        {"[page]\nobjects = [ { size = \"1 B\", host = \"cdn\" } ]\n",
         "2:36: error: [page] objects: no host is called \"cdn\""},
        {"[page]\nhar = \"page.har\"\n", "2:7: error: [page] har: recordings cannot be read here"},
        {"[page]\nhar = 5\n", "2:7: error: [page] har: expected a file's name in quotes, found the number 5"},
        {"[page]\nhtml = \"1 kB\"\nobjects = [ { count = 900000, size = \"1 B\" } ]\n[client]\nusers = 1000\n",
         "5:9: error: 1000 users with 900001 objects each are more than 100000000 transactions"},
    });
}

TEST_CASE("objects that wait in a circle") {
    const char* circle =
        "[page]\nobjects = [\n { size = \"1 B\", name = \"a\", after = \"b\" },\n"
        " { size = \"1 B\", name = \"b\", after = [\"start\", \"c\"] },\n { size = \"1 B\", name = \"c\", after = "
        "\"a\" },\n"
        " { size = \"1 B\", after = \"c\" } ]\n";
    CHECK(joined(errors_of(circle)) == "3:38: error: [page] objects: waits for itself, through what it waits for");
    CHECK(joined(errors_of("[page]\nobjects = [ { size = \"1 B\", name = \"a\", after = \"a\" } ]\n")) ==
          "2:49: error: [page] objects: waits for itself, through what it waits for");
    CHECK(joined(errors_of("[[request]]\nafter = 2\n[[request]]\nafter = 1\n")) ==
          "2:9: error: [[request]]: waits for itself, through what it waits for");
}

TEST_CASE("requests that cannot be") {
    check_whole({
        {"[[request]]\nat = \"1 s\"\nafter = 1\n", "3:9: error: [[request]]: both at and after"},
        {"[[request]]\nafter = 2\n", "2:9: error: [[request]]: there is no request 2"},
        {"[[request]]\ndelay = \"1 s\"\n", "2:9: error: [[request]]: delay goes with after"},
        {"[[request]]\nmethod = \"GET\"\nsize = \"2 kB\"\n", "3:8: error: [[request]]: a request with GET has no body"},
        {"[[request]]\nmethod = \"CONNECT\"\n",
         "2:10: error: [[request]] method: expected \"GET\", \"HEAD\", \"POST\", \"PUT\", \"DELETE\", \"OPTIONS\" or "
         "\"TRACE\", found \"CONNECT\""},
        {"[[request]]\npath = \"order\"\n", "2:8: error: [[request]]: \"order\" is no path"},
        {"[[request]]\npath = \"/a\"\nresponse = \"1 kB\"\n[[request]]\npath = \"/a\"\nresponse = \"2 kB\"\n",
         "5:8: error: [[request]]: \"/a\" has another response above"},
        {"[[request]]\n[page]\nhtml = \"1 kB\"\n", "1:1: error: both [page] and [[request]]"},
        {"[request]\n",
         "1:1: error: [[request]]: expected a list of tables such as [{ size = \"20 kB\" }], found a table"},
    });
}

TEST_CASE("settings that contradict each other") {
    check({
        {"[link]\nrtt = \"1 ms\"\ndelay = \"1 ms\"\n", "3:9: error: [link] has both rtt and delay"},
        {"[tcp]\ndelayed_ack = \"500 ms\"\n",
         "2:15: error: [tcp] delayed_ack is 500 ms, which is more than delayed_ack_max (200 ms)"},
        {"[client.tcp]\nmax_rto = \"100 ms\"\n",
         "2:11: error: [tcp] min_rto is 200 ms, which is more than max_rto (100 ms)\n"
         "2:11: error: [tcp] initial_rto is 1 s, which is more than max_rto (100 ms)"},
        {"[tcp]\nreceive_buffer = \"1 GiB\"\n",
         "2:18: error: [tcp] receive_buffer is 1 GiB, which is more than receive_buffer_max (32 MiB)"},
        {"[client]\nhttp = \"1.0\"\nstrategy = \"persistent\"\n",
         "2:8: error: HTTP/1.0 closes after each response: it cannot be persistent"},
        {"[client]\nrequest_body = \"1 kB\"\nstrategy = \"pipelined\"\n",
         "2:16: error: a POST is not idempotent and cannot be pipelined"},
    });
}

TEST_CASE("headers that are smaller than their text") {
    const auto first = [](const char* text) { return joined(errors_of(with_page(text))); };
    CHECK(first("[client]\nrequest_header = \"20 B\"\n")
              .rfind("2:18: error: request_header is too small: the text of \"GET /\" is ", 0) == 0);
    CHECK(first("[server]\nresponse_header = \"20 B\"\n")
              .rfind("2:19: error: response_header is too small: its text is ", 0) == 0);
    const std::string url = "[client]\nurl = \"http://x/" + std::string(1000, 'p') + "\"\n";
    CHECK(first(url.c_str()).rfind("4:8: error: request_header is too small: ", 0) == 0);
    CHECK(joined(errors_of("[page]\nobjects = [ { size = \"1 B\", request_header = \"9 B\" } ]\n"))
              .rfind("2:46: error: request_header is too small: the text of \"GET /item/1\" is ", 0) == 0);
}

TEST_CASE("variants that cannot be") {
    check({
        {"[[variant]]\nclient.strategy = \"serial\"\n", "1:1: error: [[variant]] has no name"},
        {"[[variant]]\nname = \"\"\n", "2:8: error: [[variant]] name: is empty"},
        {"[[variant]]\nname = \"a\"\n[[variant]]\nname = \"a\"\n",
         "4:8: error: [[variant]] name: \"a\" is there already"},
        {"[[variant]]\nname = \"a\"\nseed = 2\n",
         "3:1: error: \"seed\" belongs to the whole file and cannot be varied"},
        {"[[variant]]\nname = \"a\"\nclient.stratgy = \"serial\"\n", "3:8: error: unknown key \"stratgy\" in [client]"},
        {"[[variant]]\nname = \"a\"\nlink.rtt = 5\n",
         "3:12: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5"},
        {"[[variant]]\nname = \"a\"\nlink.rtt = \"5 ms\"\n\"link.rtt\" = \"6 ms\"\n",
         "4:1: error: link.rtt is set twice"},
        {"[[variant]]\nname = 3\n", "2:8: error: [[variant]] name: expected text in quotes, found the number 3"},
        {"[variant]\nname = \"a\"\n", "1:1: error: [[variant]]: expected a list of tables"},
    });
}

TEST_CASE("a contradiction that only one variant has") {
    const char* text =
        "[[variant]]\nname = \"old\"\nclient.http = \"1.0\"\n[[variant]]\nname = \"new\"\n"
        "client.http = \"1.0\"\nclient.strategy = \"pipelined\"\n";
    CHECK(joined(errors_of(with_page(text))) ==
          "6:15: error: HTTP/1.0 closes after each response: it cannot be pipelined");
}

TEST_CASE("axes that cannot be") {
    check({
        {"[vary]\n\"link.rtt\" = []\n", "2:14: error: link.rtt: the list is empty"},
        {"[vary]\n\"link.rtt\" = \"5 ms\"\n",
         "2:14: error: [vary] link.rtt: expected a list or { from, to, step }, found \"5 ms\""},
        {"[vary]\n\"link.rtt\" = [\"1 ms\", 5]\n",
         "2:23: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5"},
        {"[vary]\n\"link.rt\" = [\"1 ms\"]\n", "2:1: error: unknown key \"rt\" in [link]"},
        {"[vary]\nseed = [1, 2]\n", "2:1: error: \"seed\" belongs to the whole file and cannot be varied"},
        {"[vary]\nlink.rtt = [\"1 ms\"]\n\"link.rtt\" = [\"1 ms\"]\n", "3:1: error: link.rtt is varied twice"},
        {"[vary]\n\"link.rtt\" = { from = \"1 ms\", to = \"5 ms\" }\n",
         "2:14: error: [vary] link.rtt: a range has from, to, and either step or count"},
        {"[vary]\n\"link.rtt\" = { from = \"9 ms\", to = \"5 ms\", step = \"1 ms\" }\n",
         "2:23: error: [vary] link.rtt: from is more than to"},
        {"[vary]\n\"link.rtt\" = { from = \"0 s\", to = \"5 ms\", count = 3, scale = \"log\" }\n",
         "2:62: error: [vary] link.rtt: a logarithmic range cannot begin at zero"},
        {"[vary]\n\"link.rtt\" = { from = \"0 s\", to = \"5 s\", step = \"1 ns\" }\n",
         "2:14: error: [vary] link.rtt: more than 20000 values"},
        {"[vary]\n\"link.rtt\" = { from = \"0 s\", to = \"5 s\", stp = \"1 s\", count = 2 }\n",
         "2:42: error: [vary] link.rtt: unknown key \"stp\""},
        {"[vary]\n\"tcp.nagle\" = { from = false, to = true, count = 2 }\n",
         "2:1: error: [vary] tcp.nagle: this key has no range; write a list of values"},
        {"[vary]\nserver.keep_alive = [false, { max = 3 }]\n",
         "2:29: error: [vary] server.keep_alive: expected a value, found a table"},
        {"vary = 3\n", "1:8: error: [vary]: expected a table, found the number 3"},
        {"repeat = 1000000\n[vary]\n\"tcp.nagle\" = [true, false]\n\"tcp.mss\" = { from = 100, to = 1400, step = 100 "
         "}\n",
         " error: more than 10000000 runs: variants x axes x repeat"},
    });
}

TEST_CASE("expectations that cannot be") {
    const std::string variant = "[[variant]]\nname = \"a\"\n";
    const std::vector<Case> cases = {
        {"[[expect]]\nbelow = \"1 s\"\n", "3:1: error: [[expect]] has no metric"},
        {"[[expect]]\nmetric = \"page_mss\"\nbelow = \"1 s\"\n",
         "4:10: error: [[expect]] metric: \"page_mss\" is no column of summary.csv"},
        {"[[expect]]\nmetric = \"done_ms\"\nbelow = \"1 s\"\n",
         "4:10: error: [[expect]] metric: \"done_ms\" is no column of summary.csv"},
        {"[[expect]]\nmetric = \"page_ms\"\ntransaction = 1\nbelow = \"1 s\"\n",
         "4:10: error: [[expect]] metric: \"page_ms\" is no column of transactions.csv"},
        {"[[expect]]\nmetric = \"page_ms\"\nconnection = 1\nbelow = \"1 s\"\n",
         "4:10: error: [[expect]] metric: \"page_ms\" is no column of connections.csv"},
        {"[[expect]]\nmetric = \"srtt_ms\"\npage = 1\nbelow = \"1 s\"\n",
         "4:10: error: [[expect]] metric: \"srtt_ms\" is no column of pages.csv"},
        {"[[expect]]\nmetric = \"total_ms\"\npage = 0\nbelow = \"1 s\"\n",
         "5:8: error: [[expect]] page: expected a whole number from 1, found the number 0"},
        {"[[expect]]\nmetric = \"user\"\nconnection = 1\npage = 1\nbelow = 1\n",
         "6:1: error: [[expect]] has both connection and page"},
        {"[[expect]]\nmetric = \"close_reason\"\nconnection = 1\nabove = \"1 s\"\n",
         "6:1: error: [[expect]] close_reason is text: only equals can be said of it"},
        {"[[expect]]\nmetric = \"page_ms\"\n", "3:1: error: [[expect]] expects nothing"},
        {"[[expect]]\nmetric = \"page_ms\"\nbelow = 600\n",
         "5:9: error: [[expect]] below: expected a duration such as \"600 ms\", found the number 600"},
        {"[[expect]]\nmetric = \"packets_up\"\nbelow = \"600 ms\"\n",
         "5:9: error: [[expect]] below: expected a whole number such as 3, found \"600 ms\""},
        {"[[expect]]\nmetric = \"page_ms\"\nbelow = \"1 s\"\nabove = \"1 s\"\n",
         "6:1: error: [[expect]] has both below and above"},
        {"[[expect]]\nmetric = \"page_ms\"\nvariant = \"b\"\nbelow = \"1 s\"\n",
         "5:11: error: [[expect]] variant: no variant is called \"b\""},
        {"[[expect]]\nmetric = \"page_ms\"\ntimes = [1, 2]\n", "3:1: error: [[expect]] times needs than"},
        {"[[expect]]\nmetric = \"page_ms\"\ntimes = [1, 2]\nthan = \"c\"\n",
         "6:8: error: [[expect]] than: no variant is called \"c\""},
        {"[[expect]]\nmetric = \"page_ms\"\ntimes = [3, 2]\nthan = \"a\"\n",
         "5:9: error: [[expect]] times: the first is more than the second"},
        {"[[expect]]\nmetric = \"page_ms\"\nwithin = \"1 s\"\n",
         "5:10: error: [[expect]] within: expected two values such as [\"1 s\", \"2 s\"], found \"1 s\""},
        {"[[expect]]\nmetric = \"page_ms\"\nbelwo = \"1 s\"\nabove = \"1 s\"\n",
         "5:1: error: unknown key \"belwo\" in [[expect]]"},
        {"[[expect]]\nmetric = \"error\"\ntransaction = 1\nbelow = \"1 s\"\n",
         "6:1: error: [[expect]] error is text: only equals can be said of it"},
        {"[expect]\n", "3:1: error: [[expect]]: expected a list of tables, found a table"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(joined(errors_of(with_page(variant + c.text))) == c.error);
    }
}

TEST_CASE("a column of another file says of which") {
    const auto hint = [](const std::string& expect) {
        return read_scenario(with_page("[[expect]]\nbelow = \"1 s\"\n" + expect), "x.toml").errors;
    };
    const auto found = [](const std::string& text, std::string_view part) {
        return text.find(part) != std::string::npos;
    };
    CHECK(found(hint("metric = \"total_ms\"\n"),
                "it is one of transactions.csv (transaction = N) or pages.csv (page = N)\n"));
    CHECK(found(hint("metric = \"page_ms\"\ntransaction = 1\n"), "it is one of summary.csv or pages.csv (page = N)\n"));
    CHECK(found(hint("metric = \"srtt_m\"\nconnection = 1\n"), "did you mean \"srtt_ms\"?\n"));
}

TEST_CASE("every error is reported, in the order of the file, once") {
    const std::vector<std::string> errors =
        errors_of("[vary]\n\"link.rtt\" = [5]\n[tcp]\nnagle = 1\n[link]\nrtt = 5\nrate = 6\n[page]\nhtml = 7\n");
    REQUIRE(errors.size() == 5);
    CHECK(errors[0].rfind("2:15:", 0) == 0);
    CHECK(errors[1].rfind("4:9:", 0) == 0);
    CHECK(errors[2].rfind("6:7:", 0) == 0);
    CHECK(errors[3].rfind("7:8:", 0) == 0);
    CHECK(errors[4].rfind("9:8:", 0) == 0);
    CHECK(read_scenario(with_page("rtt = 1\nx = 2\n"), "x.toml").error_count == 2);
    CHECK(error_count_line(1) == "1 error; nothing was simulated\n");
    CHECK(error_count_line(2) == "2 errors; nothing was simulated\n");
}

TEST_CASE("contradictions are reported beside refused values, but not because of them") {
    CHECK(joined(errors_of("[link]\nrtt = 5\n[page]\nobjects = [ { size = \"endless\" } ]\n")) ==
          "2:7: error: [link] rtt: expected a duration such as \"100 ms\", found the number 5\n"
          "4:22: error: what is endless needs a duration");
    CHECK(joined(errors_of("duration = 5\n[page]\nobjects = [ { size = \"endless\" } ]\n")) ==
          "1:12: error: duration: expected a duration such as \"60 s\", found the number 5");
    CHECK(joined(errors_of("[page]\nhtml = 5\n")) ==
          "2:8: error: [page] html: expected a size such as \"10 kB\", found the number 5");
    CHECK(joined(errors_of(with_page("[tcp]\ndelayed_ack = \"300 ms\"\ndelayed_ack_max = 400\n"))) ==
          "3:19: error: [tcp] delayed_ack_max: expected a duration such as \"200 ms\", found the number 400");
}
