#include <doctest/doctest.h>

#include "reading.hpp"

using namespace tcplab;
using namespace tcplab::reading;
using namespace std::chrono_literals;

TEST_CASE("the defaults: nothing but a page") {
    const Scenario s = run_of(kPage);
    CHECK(s.seed == 1);
    CHECK(s.repetition == 1);
    CHECK_FALSE(s.duration);
    CHECK(s.link.up.delay == 0ns);
    CHECK(s.link.down.rate.unlimited());
    CHECK_FALSE(s.link.up.queue);
    CHECK(s.link.up.mtu == 1500);
    CHECK_FALSE(s.access);
    CHECK_FALSE(s.server_access);
    CHECK_FALSE(s.dns);
    CHECK(s.client.strategy == Strategy::serial);
    CHECK(s.client.connections == 1);
    CHECK(s.client.request_header == 300);
    CHECK(s.server.response_header == 250);
    CHECK(s.client_tcp.initial_window == 10);
    REQUIRE(s.page.objects.size() == 1);
    CHECK(s.page.has_html);
    CHECK(s.page.objects[0].name == "html");
    CHECK(s.page.objects[0].path == "/");
    CHECK(s.page.objects[0].size == 1000);
}

TEST_CASE("every key of [link]") {
    const Scenario s = run_of(with_page(R"(
[link]
rtt = "101 ns"
rate = "1.5 Mbit/s"
overhead = "18 B"
queue = "100 packets"
mtu = 1400
loss = "1 %"
drop = ["any 3", "syn 1", "data 11..20", "segment 20 x2", "ack 3..8", "fin 1", "finack 1"]
reorder = "2 %"
reorder_delay = "5 ms"
duplicate = "3 %"
corrupt = "4 %"
jitter = "6 ms"
[link.up]
rate = "256 kbit/s"
queue = "64 KiB"
)"));
    CHECK(s.link.up.delay + s.link.down.delay == 101ns);
    CHECK(s.link.down.rate.bits_per_second == 1'500'000);
    CHECK(s.link.up.rate.bits_per_second == 256'000);
    CHECK(s.link.down.overhead == 18);
    CHECK(s.link.down.queue.value_or(0) == 100);
    CHECK_FALSE(s.link.up.queue);
    CHECK(s.link.up.queue_bytes.value_or(0) == 65536);
    CHECK(s.link.up.mtu == 1400);
    CHECK(s.link.up.loss == 0.01);
    CHECK(s.link.up.reorder == 0.02);
    CHECK(s.link.up.reorder_delay == 5ms);
    CHECK(s.link.up.duplicate == 0.03);
    CHECK(s.link.up.corrupt == 0.04);
    CHECK(s.link.up.jitter == 6ms);
    REQUIRE(s.link.up.drop.size() == 7);
    CHECK(s.link.up.drop[2].kind == DropKind::data);
    CHECK(s.link.up.drop[2].first == 11);
    CHECK(s.link.up.drop[2].last == 20);
    CHECK(s.link.up.drop[3].kind == DropKind::segment);
    CHECK(s.link.up.drop[3].times == 2);
    CHECK(s.link.up.drop[6].kind == DropKind::fin_ack);
}

TEST_CASE("links beside the shared one, and a queue as a table") {
    const Scenario s =
        run_of(with_page("[access]\nrate = \"1 Gbit/s\"\ndelay = \"1 ms\"\n[server_access.down]\ndelay = \"2 ms\"\n"
                         "[link]\nqueue = { limit = \"7 packets\", discipline = \"droptail\" }\n"));
    REQUIRE(s.access);
    CHECK(s.access->up.delay == 1ms);
    CHECK(s.access->down.delay == 1ms);
    REQUIRE(s.server_access);
    CHECK(s.server_access->down.delay == 2ms);
    CHECK(s.server_access->up.delay == 0ms);
    CHECK(s.link.up.queue.value_or(0) == 7);
    CHECK(run_of(with_page("[link]\nqueue = \"0\"\n")).link.up.queue.value_or(9) == 0);
}

TEST_CASE("every key of [tcp]") {
    const Scenario s = run_of(with_page(R"(
[tcp]
congestion_control = "reno"
initial_window = 3
initial_ssthresh = 20
slow_start_growth = "acks"
hystart = false
mss = 1000
nagle = false
nagle_variant = "rfc896"
cork = true
delayed_ack = "50 ms"
delayed_ack_max = "100 ms"
ack_every = 1
quickack = false
sack = false
timestamps = false
window_scaling = false
recovery = "newreno"
limited_transmit = false
min_rto = "300 ms"
max_rto = "60 s"
initial_rto = "3 s"
syn_retries = 1
syn_linear_timeouts = 0
synack_retries = 2
retries = 4
slow_start_after_idle = false
ecn = true
receive_buffer = "64 KiB"
receive_buffer_max = "1 MiB"
send_buffer = "32 KiB"
window_clamp = "8 KiB"
time_wait = "30 s"
time_wait_reuse = "always"
fin_timeout = "20 s"
max_orphans = 0
ports = [1024, 5000]
keepalive = "10 s"
linger = "0 s"
syn_backlog = 5
syn_cookies = false
fast_open = true
user_timeout = "25 s"
timer_hz = 250
)"));
    for (const Config& c : {s.client_tcp, s.server_tcp}) {
        CHECK(c.congestion_control == CongestionControl::reno);
        CHECK(c.initial_window == 3);
        CHECK(c.initial_ssthresh == 20);
        CHECK(c.slow_start_growth == SlowStartGrowth::acks);
        CHECK_FALSE(c.hystart);
        CHECK(c.mss == 1000);
        CHECK_FALSE(c.nagle);
        CHECK(c.nagle_variant == NagleVariant::rfc896);
        CHECK(c.cork);
        CHECK(c.delayed_ack == 50ms);
        CHECK(c.delayed_ack_max == 100ms);
        CHECK(c.ack_every == 1);
        CHECK_FALSE(c.quickack);
        CHECK_FALSE(c.sack);
        CHECK_FALSE(c.timestamps);
        CHECK_FALSE(c.window_scaling);
        CHECK_FALSE(c.limited_transmit);
        CHECK(c.min_rto == 300ms);
        CHECK(c.max_rto == 60s);
        CHECK(c.initial_rto == 3s);
        CHECK(c.syn_retries == 1);
        CHECK(c.syn_linear_timeouts == 0);
        CHECK(c.synack_retries == 2);
        CHECK(c.retries == 4);
        CHECK_FALSE(c.slow_start_after_idle);
        CHECK(c.ecn == Ecn::on);
        CHECK(c.receive_buffer == 65536);
        CHECK(c.receive_buffer_max == 1048576);
        CHECK(c.send_buffer == 32768);
        CHECK_FALSE(c.send_buffer_start);  // fixed
        CHECK(c.window_clamp.value_or(0) == 8192);
        CHECK(c.time_wait == 30s);
        CHECK(c.time_wait_reuse == TimeWaitReuse::always);
        CHECK(c.fin_timeout == 20s);
        CHECK(c.max_orphans == 0);
        CHECK(c.port_first == 1024);
        CHECK(c.port_last == 5000);
        CHECK(c.keepalive == 10s);
        CHECK(c.linger.value_or(1s) == 0s);
        CHECK(c.syn_backlog == 5);
        CHECK_FALSE(c.syn_cookies);
        CHECK(c.fast_open == (fast_open::client | fast_open::server | fast_open::all_listeners));
        CHECK(c.user_timeout == 25s);
        CHECK(c.timer_hz == 250);
    }
}

TEST_CASE("every key of [client], [server] and [dns]") {
    const Scenario s = run_of(with_page(R"(
duration = "90 s"
[dns]
delay = "20 ms"
[client]
url = "http://example.org:8080/a/b?c"
strategy = "parallel"
http = "1.0"
headers = ["Accept: text/html", "X-Y: z"]
request_header = "400 B"
request_body = "2 kB"
writes = "split"
gap = "3 ms"
pipeline_depth = 4
pipeline_start = "at once"
on_no_port = "wait"
close = "client"
timeout = "9 s"
users = 50
users_per_host = 5
arrival = "poisson 12.5/s"
[server]
think_time = "7 ms"
response_header = "260 B"
writes = "split"
write_chunk = "8 KiB"
keep_alive = { timeout = "5 s", max = 3 }
pipeline = "parallel"
backlog = 12
)"));
    const ClientConfig& c = s.client;
    CHECK(s.duration.value_or(0s) == 90s);
    CHECK(s.dns.value_or(DnsConfig{}).delay == 20ms);
    CHECK(c.url_host == "example.org");
    CHECK(c.port == 8080);
    CHECK(c.path == "/a/b?c");
    CHECK(c.strategy == Strategy::parallel);
    CHECK(c.connections == 6);
    CHECK(c.http == HttpVersion::http10);
    CHECK(c.headers == std::vector<std::string>{"Accept: text/html", "X-Y: z"});
    CHECK(c.request_header == 400);
    CHECK(c.request_body == 2000);
    CHECK(c.writes == Writes::split);
    CHECK(c.gap == 3ms);
    CHECK(c.pipeline_depth == 4);
    CHECK(c.pipeline_start == PipelineStart::at_once);
    CHECK(c.on_no_port == OnNoPort::wait);
    CHECK(c.close == CloseFirst::client);
    CHECK(c.timeout == 9s);
    CHECK(c.users == 50);
    CHECK(c.users_per_host == 5);
    CHECK(c.arrival.kind == ArrivalKind::poisson);
    CHECK(c.arrival.per_second == 12.5);
    CHECK(s.server.think_time == 7ms);
    CHECK(s.server.response_header == 260);
    CHECK(s.server.writes == Writes::split);
    CHECK(s.server.write_chunk == 8192);
    CHECK(s.server.keep_alive);
    CHECK(s.server.keep_alive_timeout == 5s);
    CHECK(s.server.keep_alive_max == 3);
    CHECK(s.server.pipeline_parallel);
    CHECK(s.server.backlog == 12);
    CHECK(s.page.objects[0].path == "/a/b?c");
    CHECK_FALSE(run_of(with_page("[server]\nkeep_alive = false\n")).server.keep_alive);
    const Scenario every =
        run_of(with_page("[client]\narrival = \"every 10 ms\"\nconnections = 2\nstrategy = \"parallel\"\n"));
    CHECK(every.client.arrival.kind == ArrivalKind::every);
    CHECK(every.client.arrival.every == 10ms);
    CHECK(every.client.connections == 2);
}

TEST_CASE("a page with dependencies") {
    const Page page = run_of(R"(
duration = "10 s"
client.strategy = "parallel"
[page]
html = "10 kB"
objects = [ { count = 3, size = "20 kB", name = "img" },
            { sizes = ["1 kB", "2 kB"], after = ["img", "css"] },
            { name = "css", size = "3 kB", after_bytes = "4 kB", connection = 2, think_time = "1 ms", request_header = "301 B", response_header = "251 B" },
            { size = "endless", after = "start", method = "POST" } ]
)")
                          .page;
    REQUIRE(page.objects.size() == 6);  // objects 1 to 3 are described together
    CHECK(page.has_html);
    CHECK(page.objects[1].count == 3);
    CHECK(page.objects[1].path_of(0) == "/img/1");
    CHECK(page.objects[1].path_of(2) == "/img/3");
    CHECK(page.objects[1].size == 20000);
    CHECK(page.objects[1].after == std::vector<std::uint32_t>{0});
    CHECK(page.objects[2].path == "/item/4");
    CHECK(page.objects[2].size == 1000);
    CHECK(page.objects[3].size == 2000);
    CHECK(page.objects[3].after == std::vector<std::uint32_t>{1, 2, 3, 6});
    CHECK(page.objects[4].name == "css");
    CHECK(page.objects[4].after == std::vector<std::uint32_t>{0});
    CHECK(page.objects[4].after_bytes.value_or(0) == 4000);
    CHECK(page.objects[4].connection.value_or(0) == 2);
    CHECK(page.objects[4].think_time.value_or(0s) == 1ms);
    CHECK(page.objects[4].request_header.value_or(0) == 301);
    CHECK(page.objects[4].response_header.value_or(0) == 251);
    CHECK(page.objects[5].endless);
    CHECK(page.objects[5].after.empty());
    CHECK(page.objects[5].method == "POST");
}

TEST_CASE("objects without html start at once, and no two have one path") {
    const Page page =
        run_of("client.url = \"http://x/item/1\"\n[page]\nobjects = [ { count = 2, size = \"1 kB\" } ]\n").page;
    CHECK_FALSE(page.has_html);
    CHECK(page.objects[0].after.empty());
    CHECK(page.objects[0].path == "/item/1/");
    CHECK(page.objects[1].path == "/item/2");
}

TEST_CASE("an explicit script") {
    const Page page = run_of(R"(
[[request]]
at = "5 ms"
[[request]]
after = 1
delay = "10 ms"
path = "/order"
size = "2 kB"
response = "1 kB"
[[request]]
method = "POST"
)")
                          .page;
    REQUIRE(page.objects.size() == 3);
    CHECK_FALSE(page.has_html);
    CHECK(page.objects[0].delay == 5ms);
    CHECK(page.objects[0].method == "GET");
    CHECK(page.objects[0].path == "/request/1");
    CHECK(page.objects[1].after == std::vector<std::uint32_t>{0});
    CHECK(page.objects[1].delay == 10ms);
    CHECK(page.objects[1].path == "/order");
    CHECK(page.objects[1].method == "POST");
    CHECK(page.objects[1].request_body == 2000);
    CHECK(page.objects[1].size == 1000);
    CHECK(page.objects[2].method == "POST");
    CHECK(page.objects[2].delay == 0ms);
}

TEST_CASE("expectations") {
    const Loaded loaded = read_scenario(with_page(R"(
[[variant]]
name = "pipelined"
[[variant]]
name = "serial"
[[expect]]
metric = "page_ms"
variant = "pipelined"
below = "600 ms"
[[expect]]
metric = "overhead_percent"
within = ["4 %", "8.5 %"]
[[expect]]
metric = "page_ms"
variant = "serial"
times = [2, 3.5]
than = "pipelined"
[[expect]]
metric = "error"
transaction = 2
equals = "reset"
[[expect]]
metric = "a_loss"
equals = "0"
[[expect]]
metric = "bytes_down"
above = "1 kB"
[[expect]]
metric = "failed"
equals = 2
[[expect]]
metric = "total_ms"
page = 3
below = "1 s"
[[expect]]
metric = "close_reason"
connection = 4
variant = "serial"
equals = "server"
[[expect]]
metric = "server_memory_peak"
equals = "1 MiB"
)"),
                                        "x.toml");
    REQUIRE_MESSAGE(loaded.scenario, loaded.errors);
    const std::vector<Expect>& e = loaded.scenario->expects;
    REQUIRE(e.size() == 10);
    CHECK(e[0].relation == Expect::Relation::below);
    CHECK(e[0].variant.value_or("") == "pipelined");
    CHECK(e[0].high == 600.0);
    CHECK(e[0].description == "pipelined: page_ms below 600 ms");
    CHECK(e[0].line == 6);
    CHECK(e[1].low == 4.0);
    CHECK(e[1].high == 8.5);
    CHECK(e[2].relation == Expect::Relation::times);
    CHECK(e[2].high == 3.5);
    CHECK(e[2].than == "pipelined");
    CHECK(e[2].description == "serial: page_ms times 2 to 3.5 that of pipelined");
    CHECK(e[3].text.value_or("") == "reset");
    CHECK(e[3].file == ResultFile::transactions);
    CHECK(e[3].row == 2);
    CHECK(e[3].description == "transaction 2 error equals reset");
    CHECK(e[4].low == 0.0);
    CHECK(e[5].relation == Expect::Relation::above);
    CHECK(e[5].low == 1000.0);
    CHECK(e[6].high == 2.0);
    CHECK(e[6].file == ResultFile::summary);
    CHECK(e[7].file == ResultFile::pages);
    CHECK(e[7].row == 3);
    CHECK(e[7].description == "page 3 total_ms below 1 s");
    CHECK(e[8].file == ResultFile::connections);
    CHECK(e[8].row == 4);
    CHECK(e[8].text.value_or("") == "server");
    CHECK(e[8].description == "serial: connection 4 close_reason equals server");
    CHECK(e[9].low == 1048576.0);
}

// One scenario of each kind that the comparison with a real kernel writes.
TEST_CASE("scenarios of the kernel comparison") {
    const std::string head =
        "name = \"case\"\n[link]\nrtt = \"20 ms\"\nrate = \"1.5 Mbit/s\"\n[tcp]\nprofile = \"linux\"\n"
        "congestion_control = \"cubic\"\ninitial_window = 10\n";
    const std::string client =
        "[client.tcp]\nnagle = false\n[server.tcp]\nnagle = true\n[client]\nstrategy = \"persistent\"\nconnections = "
        "1\n"
        "close = \"server\"\nrequest_header = \"200 B\"\n";
    const std::string server = "[server]\nresponse_header = \"200 B\"\nthink_time = \"0 ms\"\n";
    CHECK(joined(errors_of(head + client + server + "[page]\nhtml = \"100000 B\"\n")).empty());
    CHECK(joined(errors_of(head + "slow_start_after_idle = false\n" + client + "gap = \"100 ms\"\n" + server +
                           "[page]\nobjects = [ { sizes = [\"100000 B\", \"100000 B\"], after = \"start\" } ]\n"))
              .empty());
    CHECK(joined(errors_of(head + client + "request_body = \"500 B\"\nwrites = \"split\"\n" + server +
                           "writes = \"split\"\nwrite_chunk = \"1000 B\"\n[page]\nhtml = \"500 B\"\n"
                           "objects = [ { sizes = [\"500 B\", \"500 B\"], after = \"html\" } ]\n"))
              .empty());
    CHECK(joined(errors_of(
                     "[link]\nqueue = \"10 packets\"\n[link.down]\ndrop = [\"segment 20 x2\", \"data 11..20\"]\n"
                     "[link.up]\ndrop = [\"syn 1\", \"fin 1\", \"ack 3\"]\n[tcp]\nsack = false\ntimestamps = false\n" +
                     std::string(kPage)))
              .empty());
}
