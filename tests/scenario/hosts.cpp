#include <doctest/doctest.h>

#include "reading.hpp"

// [[host]], [[proxy]], and the objects that lie on other hosts.

using namespace tcplab;
using namespace tcplab::reading;
using namespace std::chrono_literals;

TEST_CASE("a host has what [server] has, and what it says itself") {
    const Scenario s = run_of(with_page(R"(
[server]
think_time = "7 ms"
workers = 3
keep_alive = { timeout = "5 s", max = 3 }
[[host]]
name = "cdn"
rtt = "20 ms"
port = 8080
think_time = "1 ms"
keep_alive = { max = 9 }
[[host]]
name = "img.example.com"
keep_alive = false
how = "full"
close_after = "2 responses"
)"));
    REQUIRE(s.hosts.size() == 2);
    CHECK(s.hosts[0].name == "cdn");
    CHECK(s.hosts[0].rtt.value_or(0ms) == 20ms);
    CHECK(s.hosts[0].port == 8080);
    CHECK(s.hosts[0].server.think_time == 1ms);
    CHECK(s.hosts[0].server.workers == 3);
    CHECK(s.hosts[0].server.keep_alive_timeout == 5s);
    CHECK(s.hosts[0].server.keep_alive_max == 9);
    CHECK(s.hosts[1].name == "img.example.com");
    CHECK_FALSE(s.hosts[1].rtt);
    CHECK(s.hosts[1].port == 80);
    CHECK(s.hosts[1].server.think_time == 7ms);
    CHECK_FALSE(s.hosts[1].server.keep_alive);
    CHECK(s.hosts[1].server.how == HowToClose::full);
    CHECK(s.hosts[1].server.close_after.responses == 2);
    CHECK(s.server.think_time == 7ms);
    CHECK(s.server.keep_alive);
    CHECK(s.server.how == HowToClose::graceful);
}

TEST_CASE("with TLS a host listens on 443") {
    const std::string text = with_page(
        "[tls]\n[[host]]\nname = \"a\"\n[[host]]\nname = \"b\"\nport = 444\n[[variant]]\nname = \"tls\"\n"
        "[[variant]]\nname = \"plain\"\ntls = false\n");
    CHECK(run_of(text).hosts.at(0).port == 443);
    CHECK(run_of(text).hosts.at(1).port == 444);
    CHECK(run_of(text, {}, 1).hosts.at(0).port == 80);
}

TEST_CASE("a host follows [server] of its run; what the command line says of [server] goes before the file's hosts") {
    const std::string text = with_page(
        "[[host]]\nname = \"a\"\nthink_time = \"1 ms\"\n[[host]]\nname = \"b\"\n"
        "[[variant]]\nname = \"v\"\nserver.think_time = \"5 ms\"\n[vary]\nserver.workers = [2, 4]\n");
    const Scenario s = run_of(text, {}, 1);
    CHECK(s.hosts.at(0).server.think_time == 1ms);
    CHECK(s.hosts.at(1).server.think_time == 5ms);
    CHECK(s.hosts.at(1).server.workers == 4);
    CHECK(run_of(text, with_set({"server.think_time=9ms"})).hosts.at(0).server.think_time == 9ms);
    const Scenario set =
        run_of(text, with_set({"host=[{ name = \"c\", think_time = \"2 ms\" }]", "server.think_time=9ms"}));
    REQUIRE(set.hosts.size() == 1);
    CHECK(set.hosts[0].server.think_time == 2ms);
}

TEST_CASE("a variant has hosts of its own, or none") {
    const std::string text = with_page(
        "[[host]]\nname = \"a\"\n[[variant]]\nname = \"one\"\n[[variant]]\nname = \"none\"\nhost = []\n"
        "[[variant]]\nname = \"two\"\nhost = [{ name = \"b\" }, { name = \"c\" }]\n");
    CHECK(run_of(text, {}, 0).hosts.size() == 1);
    CHECK(run_of(text, {}, 1).hosts.empty());
    REQUIRE(run_of(text, {}, 2).hosts.size() == 2);
    CHECK(run_of(text, {}, 2).hosts[1].name == "c");
    const std::string varied = with_page("[vary]\nproxy = [[], [{ kind = \"blind\" }]]\n");
    CHECK(run_of(varied, {}, 0).proxies.empty());
    CHECK(run_of(varied, {}, 1).proxies.size() == 1);
}

TEST_CASE("hosts that cannot be") {
    const auto check = [](const std::string& text, const std::string& error) {
        CAPTURE(text);
        CHECK(errors_in(text) == error);
    };
    check("[[host]]\nrtt = \"1 ms\"\n", "1:1: error: [[host]] has no name");
    check("[[host]]\nname = \"a\"\n[[host]]\nname = \"a\"\n", "4:8: error: [[host]] name: \"a\" is there already");
    check("[[host]]\nname = \"a b\"\n",
          "2:8: error: [[host]] name: expected a host's name such as \"cdn\", found \"a b\"");
    check("[[host]]\nname = \"\"\n", "2:8: error: [[host]] name: expected a host's name such as \"cdn\", found \"\"");
    check("[[host]]\nname = 5\n",
          "2:8: error: [[host]] name: expected a host's name such as \"cdn\", found the number 5");
    check("[[host]]\nname = \"www.example.com\"\n", "2:8: error: \"www.example.com\" is the page's own server");
    check("[[host]]\nname = \"a\"\nport = 0\n",
          "3:8: error: [[host]] port: must be from 1 to 65535, found the number 0");
    check("[[host]]\nname = \"a\"\nthink_tiem = \"1 ms\"\n", "3:1: error: unknown key \"think_tiem\" in [[host]]");
    check("[[host]]\nname = \"a\"\nkeep_alive.maxx = 3\n", "3:12: error: unknown key \"maxx\" in [[host]] keep_alive");
    check("[[host]]\nname = \"a\"\nthink_time = 3\n",
          "3:14: error: [[host]] think_time: expected a duration such as \"10 ms\", found the number 3");
    check("[[host]]\nname = \"a\"\ncontent_length = \"wrong\"\n",
          "3:18: error: content_length = \"wrong\" needs wrong_length");
    check("host = [3]\n", "1:9: error: [[host]]: expected a table, found the number 3");
    check("[host]\nname = \"a\"\n",
          "1:1: error: [[host]]: expected a list of tables such as [{ name = \"cdn\" }], found a table");
    CHECK(hints("[host]\nname = \"a\"\n", "two pairs of brackets"));
    CHECK(hints("[[host]]\nname = \"a\"\nthink_tiem = \"1 ms\"\n", "did you mean \"think_time\"?"));
    CHECK(errors_in("[[host]]\nname = \"" + std::string(253, 'a') + "\"\n").empty());
    CHECK_FALSE(errors_in("[[host]]\nname = \"" + std::string(254, 'a') + "\"\n").empty());
    std::string many;
    for (int i = 0; i < 1001; ++i) many += "[[host]]\nname = \"h" + std::to_string(i) + "\"\n";
    check(many, "2001:1: error: [[host]]: more than 1000");
}

TEST_CASE("the keys of entries are set inside them, or with the whole list") {
    CHECK(joined(errors_of(kPage, with_set({"proxy.kind=blind"}))) ==
          "--set proxy.kind=blind: error: \"proxy.kind\" belongs to the entries of a list; the list is set as a whole: "
          "proxy = [{ kind = \"blind\" }]");
    CHECK(joined(errors_of(kPage, with_set({"host.prot=1"}))) ==
          "--set host.prot=1: error: unknown key \"prot\" in [[host]]; did you mean \"port\"?");
    CHECK(errors_in("[vary]\n\"host.port\" = { from = 1, to = 9, step = 1 }\n") ==
          "2:1: error: \"host.port\" belongs to the entries of a list");
    CHECK(errors_in("[[variant]]\nname = \"v\"\nproxy.kind = \"blind\"\n") ==
          "3:1: error: [[proxy]]: expected a list of tables such as [{ kind = \"blind\" }], found a table");
}

TEST_CASE("every key of [[proxy]]") {
    const Scenario s = run_of(with_page(R"(
[[proxy]]
[[proxy]]
kind = "blind"
visible = false
timeout = "5 s"
connections = 4
link = { rtt = "10 ms", rate = "8 Mbit/s", down = { rate = "9 Mbit/s" }, queue = { limit = "7 packets" } }
tcp = { nagle = false }
[[proxy]]
kind = "smart"
link.up.loss = "1 %"
)"));
    REQUIRE(s.proxies.size() == 3);
    CHECK(s.proxies[0].http.kind == ProxyKind::aware);
    CHECK(s.proxies[0].http.visible);
    CHECK(s.proxies[0].http.timeout == 60s);
    CHECK(s.proxies[0].http.connections == 0);
    CHECK(s.proxies[0].link.up.delay == 0ns);
    CHECK(s.proxies[0].link.up.rate.unlimited());
    const ProxySetup& p = s.proxies[1];
    CHECK(p.http.kind == ProxyKind::blind);
    CHECK_FALSE(p.http.visible);
    CHECK(p.http.timeout == 5s);
    CHECK(p.http.connections == 4);
    CHECK(p.link.up.delay == 5ms);
    CHECK(p.link.down.delay == 5ms);
    CHECK(p.link.up.rate.bits_per_second == 8'000'000);
    CHECK(p.link.down.rate.bits_per_second == 9'000'000);
    CHECK(p.link.down.queue.value_or(0) == 7);
    CHECK_FALSE(p.tcp.nagle);
    CHECK(s.proxies[2].http.kind == ProxyKind::smart);
    CHECK(s.proxies[2].link.up.loss == 0.01);
    CHECK(s.proxies[2].link.down.loss == 0);
    CHECK(s.client_tcp.nagle);
    CHECK(s.link.up.rate.unlimited());
}

TEST_CASE("a proxy's TCP follows [tcp], and neither end's own table") {
    const std::string text = with_page(
        "[tcp]\nprofile = \"rfc\"\nmss = 1000\n[client.tcp]\nmss = 500\nprofile = \"classic\"\n[server.tcp]\nmss = "
        "600\n"
        "[[proxy]]\n[[proxy]]\ntcp = { profile = \"linux\", mss = 700 }\n");
    const Scenario s = run_of(text);
    REQUIRE(s.proxies.size() == 2);
    CHECK(s.proxies[0].tcp.mss == 1000);
    CHECK(s.proxies[0].tcp.congestion_control == CongestionControl::reno);  // rfc
    CHECK(s.proxies[0].tcp.initial_window == 10);
    CHECK(s.proxies[1].tcp.mss == 700);
    CHECK(s.proxies[1].tcp.congestion_control == CongestionControl::cubic);  // linux
    CHECK(s.client_tcp.mss == 500);
    const Scenario set = run_of(text, with_set({"tcp.mss=900"}));
    CHECK(set.proxies[0].tcp.mss == 900);
    CHECK(set.proxies[1].tcp.mss == 900);
    CHECK(run_of(text + "[[variant]]\nname = \"v\"\ntcp.mss = 800\n").proxies[0].tcp.mss == 800);
    const Scenario list = run_of(text, with_set({"proxy=[{ kind = \"blind\", tcp.mss = 300 }]", "tcp.mss=900"}));
    REQUIRE(list.proxies.size() == 1);
    CHECK(list.proxies[0].tcp.mss == 300);
}

TEST_CASE("proxies that cannot be") {
    const auto check = [](const std::string& text, const std::string& error) {
        CAPTURE(text);
        CHECK(errors_in(text) == error);
    };
    check("[[proxy]]\nkind = \"deaf\"\n",
          "2:8: error: [[proxy]] kind: expected \"aware\", \"blind\" or \"smart\", found \"deaf\"");
    check("[[proxy]]\nlink = 5\n", "2:8: error: [[proxy]] link: expected a table, found the number 5");
    check("[[proxy]]\nlink = { rtt = 5 }\n",
          "2:16: error: [[proxy]] link rtt: expected a duration such as \"100 ms\", found the number 5");
    check("[[proxy]]\nlink = { dealy = \"5 ms\" }\n", "2:10: error: unknown key \"dealy\" in [[proxy]] link");
    check("[[proxy]]\nlink = { rtt = \"1 ms\", delay = \"1 ms\" }\n",
          "2:32: error: [[proxy]] link has both rtt and delay");
    check("[[proxy]]\nlink.loss = { model = \"gilbert-elliott\" }\n",
          "2:23: error: [[proxy]] link loss: the model needs p");
    check("[[proxy]]\ntcp.delayed_ack = \"500 ms\"\n",
          "2:19: error: [tcp] delayed_ack is 500 ms, which is more than delayed_ack_max (200 ms)");
    check("[[proxy]]\n\"link.rtt\" = \"5 ms\"\n", "2:1: error: unknown key \"link.rtt\" in [[proxy]]");
    check("[[proxy]]\nlink.trace = \"no such file\"\n",
          "2:14: error: [[proxy]] link trace: no such file: No such file or directory");
    check("[tls]\n[[proxy]]\nvisible = false\n", "3:11: error: an invisible proxy cannot read what TLS protects");
    CHECK(hints("[tls]\n[[proxy]]\nvisible = false\n", "visible = true, or no TLS"));
    check("[tls]\n[[proxy]]\n", "");
    std::string many;
    for (int i = 0; i < 17; ++i) many += "[[proxy]]\n";
    check(many, "17:1: error: [[proxy]]: more than 16");
}

TEST_CASE("objects lie on hosts, and say how urgent they are") {
    const Page page = run_of(R"(
[[host]]
name = "cdn"
[[host]]
name = "img"
[page]
html = "1 kB"
objects = [ { size = "1 kB", host = "img", priority = 0, layout_bytes = "9 B", delay = "3 ms", method = "HEAD" },
            { size = "1 kB", host = "www.example.com" },
            { size = "1 kB" },
            { count = 2, size = "1 kB", host = "cdn", name = "logo" } ]
)")
                          .page;
    REQUIRE(page.objects.size() == 5);
    CHECK(page.objects[0].host == 0);
    CHECK(page.objects[1].host == 2);
    CHECK(page.objects[1].priority == 0);
    CHECK(page.objects[1].layout_bytes.value_or(0) == 9);
    CHECK(page.objects[1].delay == 3ms);
    CHECK(page.objects[1].after == std::vector<std::uint32_t>{0});
    CHECK(page.objects[1].method == "HEAD");
    CHECK(page.objects[2].host == 0);
    CHECK(page.objects[2].priority == 3);
    CHECK_FALSE(page.objects[2].layout_bytes);
    CHECK(page.objects[3].host == 0);
    CHECK(page.objects[4].host == 1);
    CHECK(page.objects[4].count == 2);
    CHECK(run_of("client.url = \"http://x/\"\n[page]\nobjects = [{ size = \"1 B\", host = \"x\" }]\n")
              .page.objects.at(0)
              .host == 0);
}

TEST_CASE("requests go to hosts, by any method") {
    const Page page = run_of(R"(
[[host]]
name = "api"
[[request]]
method = "PUT"
path = "/a"
size = "2 kB"
host = "api"
[[request]]
method = "DELETE"
path = "/a"
response = "1 kB"
[[request]]
method = "OPTIONS"
)")
                          .page;
    REQUIRE(page.objects.size() == 3);
    CHECK(page.objects[0].host == 1);
    CHECK(page.objects[0].method == "PUT");
    CHECK(page.objects[0].request_body == 2000);
    CHECK(page.objects[1].host == 0);
    CHECK(page.objects[1].method == "DELETE");
    CHECK(page.objects[2].method == "OPTIONS");
}

TEST_CASE("objects and requests that no host has, or no method allows") {
    const std::string host = "[[host]]\nname = \"cdn\"\n";
    CHECK(joined(errors_of(host + "[page]\nobjects = [{ size = \"1 B\", host = \"cnd\" }]\n")) ==
          "4:35: error: [page] objects: no host is called \"cnd\"");
    CHECK(read_scenario(host + "[page]\nobjects = [{ size = \"1 B\", host = \"cnd\" }]\n", "x.toml")
              .errors.find("did you mean \"cdn\"?") != std::string::npos);
    CHECK(joined(errors_of(host + "[[request]]\nhost = \"elsewhere\"\n")) ==
          "4:8: error: [[request]]: no host is called \"elsewhere\"");
    CHECK(read_scenario(host + "[[request]]\nhost = \"elsewhere\"\n", "x.toml")
              .errors.find("[[host]] name = \"elsewhere\"") != std::string::npos);
    CHECK(joined(errors_of(host + "[page]\nobjects = [{ size = \"1 B\", host = \"cdn\" }]\n[[variant]]\nname = \"v\"\n"
                                  "host = []\n")) == "4:35: error: [page] objects: no host is called \"cdn\"");
    CHECK(joined(errors_of("[page]\nobjects = [{ size = \"1 B\", priority = 8 }]\n")) ==
          "2:39: error: [page] objects priority: must be at most 7, found the number 8");
    CHECK(joined(errors_of("[[request]]\nmethod = \"DELETE\"\nsize = \"1 B\"\n")) ==
          "3:8: error: [[request]]: a request with DELETE has no body");
    CHECK(joined(errors_of(
              "client.request_body = \"1 kB\"\n[page]\nobjects = [{ size = \"1 B\", method = \"HEAD\" }]\n")) ==
          "3:37: error: [page] objects: a request with HEAD has no body");
    CHECK(joined(errors_of("[[host]]\nname = \"cdn\"\nresponse_header = \"20 B\"\n[page]\nobjects = [{ size = \"1 B\", "
                           "host = \"cdn\" }]\n"))
              .rfind("5:35: error: response_header is too small: ", 0) == 0);
    CHECK(
        joined(errors_of("[[host]]\nname = \"" + std::string(250, 'a') + "\"\n[client]\nrequest_header = \"200 B\"\n" +
                         "[page]\nobjects = [{ size = \"1 B\", host = \"" + std::string(250, 'a') + "\" }]\n"))
            .rfind("4:18: error: request_header is too small: ", 0) == 0);
}

TEST_CASE("of lists that were refused nothing more is said") {
    CHECK(joined(errors_of("[[host]]\nname = 5\n[page]\nobjects = [{ size = \"1 B\", host = \"cdn\" }]\n")) ==
          "2:8: error: [[host]] name: expected a host's name such as \"cdn\", found the number 5");
    CHECK(joined(errors_of(with_page("tls = 5\nclient.url = \"http://x/\"\n[[proxy]]\nvisible = false\n"))) ==
          "1:7: error: tls: expected true or false, found the number 5");
}
