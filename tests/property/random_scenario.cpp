#include "property/random_scenario.hpp"

#include <string>

#include "property/random_queue.hpp"

namespace tcplab::test {
namespace {

LinkConfig random_link(Draw& draw, bool impaired) {
    LinkConfig c;
    c.delay = draw.pick<Duration>({0ms, 1ms, 25ms, 150ms});
    c.rate = BitRate{draw.pick<std::uint64_t>({0, 128'000, 1'500'000, 20'000'000})};
    c.mtu = draw.pick({1500U, 1500U, 576U});
    c.overhead = draw.pick({0U, 0U, 18U});
    if (!impaired) return c;
    if (draw.chance(30)) c.queue = draw.pick<std::uint64_t>({1, 4, 30});
    if (draw.chance(40)) c.loss = draw.pick({0.002, 0.02, 0.1});
    if (draw.chance(20)) c.duplicate = draw.pick({0.01, 0.1});
    if (draw.chance(20)) c.corrupt = draw.pick({0.002, 0.02});
    if (draw.chance(20)) c.reorder = draw.pick({0.01, 0.2});
    if (draw.chance(20)) c.jitter = draw.pick<Duration>({1ms, 40ms});
    random_queue(draw, c);
    return c;
}

Page random_page(Draw& draw) {
    Page page;
    page.has_html = draw.chance(80);
    const std::uint64_t objects = draw.between(1, 12);
    for (std::uint32_t i = 0; i < objects; ++i) {
        PageObject o;
        o.name = i == 0 && page.has_html ? "html" : "object" + std::to_string(i);
        o.path = "/" + o.name;
        o.size = draw.chance(5) ? 0 : draw.size(60'000);
        if (i > 0 && draw.chance(70)) o.after.push_back(static_cast<std::uint32_t>(draw.below(i)));
        if (!o.after.empty() && draw.chance(10)) o.after_bytes = draw.size(5000);
        if (draw.chance(10)) o.delay = draw.up_to(300ms);
        if (draw.chance(10)) o.think_time = draw.up_to(200ms);
        if (draw.chance(10)) o.request_body = draw.size(20'000);
        page.objects.push_back(o);
    }
    return page;
}

void random_client(Draw& draw, ClientConfig& c) {
    c.strategy = draw.pick({Strategy::serial, Strategy::parallel, Strategy::persistent, Strategy::pipelined});
    c.connections = static_cast<std::uint32_t>(draw.between(1, 6));
    c.http = draw.chance(80) ? HttpVersion::http11 : HttpVersion::http10;
    c.writes = draw.pick({Writes::one, Writes::split});
    if (draw.chance(10)) c.gap = draw.up_to(100ms);
    c.pipeline_depth = draw.pick({0U, 0U, 1U, 3U});
    c.pipeline_start = draw.pick({PipelineStart::confirmed, PipelineStart::at_once});
    c.close = draw.pick({CloseFirst::server, CloseFirst::server, CloseFirst::client});
    if (draw.chance(10)) c.timeout = draw.pick<Duration>({300ms, 20s});
    c.users = draw.pick({1U, 1U, 2U, 5U});
    c.users_per_host = draw.pick({1U, 2U});
    c.arrival.kind = draw.pick({ArrivalKind::all_at_once, ArrivalKind::every, ArrivalKind::poisson});
    c.arrival.every = draw.up_to(500ms);
    c.arrival.per_second = 5;
}

void random_server(Draw& draw, ServerConfig& c) {
    if (draw.chance(30)) c.think_time = draw.up_to(80ms);
    c.writes = draw.pick({Writes::one, Writes::split});
    if (draw.chance(20)) c.write_chunk = draw.pick<std::uint64_t>({100, 3000});
    c.keep_alive = draw.chance(90);
    c.keep_alive_max = draw.pick({100U, 100U, 1U, 3U});
    c.keep_alive_timeout = draw.pick<Duration>({120s, 120s, 200ms});
    c.pipeline_parallel = draw.chance(30);
    c.backlog = draw.pick({128U, 2U});
}

}  // namespace

void random_moods(Draw& draw, ClientConfig& c) {
    c.keep_alive = c.http == HttpVersion::http10 && draw.chance(50);
    c.retry = draw.chance(80);
    c.retry_post = draw.chance(20);
    c.retry_limit = draw.pick({0U, 1U, 3U});
    if (draw.chance(15)) c.read_rate = BitRate{draw.pick<std::uint64_t>({64'000, 1'000'000, 1'000'000'000})};
    if (draw.chance(20)) c.idle_timeout = draw.pick<Duration>({1ms, 200ms, 10s});
    if (draw.chance(10)) c.cancel_after.time = draw.up_to(2s);
    if (draw.chance(10)) c.cancel_after.bytes = draw.size(20'000);
    c.loads = draw.pick({1U, 1U, 2U, 3U});
    c.page_gap = draw.pick<Duration>({0ms, 50ms, 3s});
    c.cache = draw.chance(30);
}

void random_moods(Draw& draw, ServerConfig& c) {
    if (draw.chance(20)) c.workers = draw.pick({1U, 2U, 5U});
    if (draw.chance(10)) {
        c.connection_memory = 1000;
        c.memory = draw.pick<std::uint64_t>({1000, 3000});
        c.keep_alive_timeout = 500ms;
    }
    c.how = draw.pick({HowToClose::graceful, HowToClose::full, HowToClose::abort});
    c.drain_timeout = draw.pick<Duration>({0ms, 100ms, 2s});
    if (draw.chance(15)) c.close_after.responses = draw.pick({1U, 2U, 4U});
    if (draw.chance(10)) c.close_after.body = draw.size(20'000);
    c.close_after.in_header = draw.chance(5);
    c.content_length = draw.pick({LengthField::right, LengthField::right, LengthField::absent, LengthField::wrong});
    c.wrong_length = draw.size(20'000);
    c.chunked = draw.chance(30);
    if (draw.chance(10)) c.read_rate = BitRate{draw.pick<std::uint64_t>({64'000, 1'000'000})};
}

void random_layers(Draw& draw, Scenario& s) {
    if (draw.chance(50)) {
        TlsConfig& tls = s.tls.emplace();
        tls.version = draw.pick({TlsVersion::tls12, TlsVersion::tls13});
        tls.resumption = draw.chance(50);
        tls.early_data = tls.resumption && tls.version == TlsVersion::tls13 && draw.chance(60);
        tls.certificate = draw.pick({700U, 3000U, 20'000U});
        tls.record = draw.pick({16'384U, 1400U, 100U});
        s.client.port = 443;
        for (HostConfig& h : s.hosts) h.port = 443;
    }
    if (draw.chance(20)) s.client_tcp.fast_open = s.server_tcp.fast_open = fast_open::client | fast_open::all_listeners;
    if (!draw.chance(50)) return;
    s.client.strategy = Strategy::multiplexed;
    s.client.multiplexed.streams = draw.pick({100U, 100U, 1U, 3U});
    s.client.multiplexed.window = draw.pick({65'536U, 100U, 1000U, 1'000'000U});
    s.client.multiplexed.frame = draw.pick({16'384U, 100U, 100'000U});
    s.client.multiplexed.header_compression = draw.chance(80);
}

void random_places(Draw& draw, Scenario& s) {
    const std::uint64_t hosts = draw.below(4);
    for (std::uint64_t i = 0; i < hosts; ++i) {
        HostConfig& h = s.hosts.emplace_back();
        h.name = "host" + std::to_string(i);
        if (draw.chance(50)) h.rtt = draw.up_to(200ms);
        random_server(draw, h.server);
        random_moods(draw, h.server);
    }
    for (PageObject& o : s.page.objects) {
        if (o.name != "html") o.host = static_cast<std::uint32_t>(draw.below(hosts + 1));
        if (o.request_body == 0) o.method = draw.pick({"GET", "GET", "HEAD", "DELETE", "OPTIONS", "TRACE"});
        o.priority = static_cast<std::uint8_t>(draw.below(8));
        if (draw.chance(20)) o.layout_bytes = draw.size(5000);
    }
}

void random_proxies(Draw& draw, Scenario& s, bool impaired) {
    const std::uint64_t count = draw.between(1, 3);
    for (std::uint64_t i = 0; i < count; ++i) {
        ProxySetup& p = s.proxies.emplace_back();
        p.http.kind = draw.pick({ProxyKind::aware, ProxyKind::aware, ProxyKind::smart, ProxyKind::blind});
        p.http.visible = draw.chance(70);
        p.http.timeout = draw.pick<Duration>({500ms, 20s, 60s});
        p.http.connections = draw.pick({0U, 0U, 1U, 3U});
        p.link = {random_link(draw, impaired), random_link(draw, false)};
        p.tcp = random_config(draw);
    }
    s.client.keep_alive = s.client.http == HttpVersion::http10 && draw.chance(50);
    s.client.proxy_connection = draw.chance(30);
}

Scenario random_scenario(std::uint64_t seed, bool impaired) {
    Draw draw(seed);
    Scenario s;
    s.seed = seed;
    s.client_tcp = random_config(draw);
    s.server_tcp = random_config(draw);
    s.link = {random_link(draw, impaired), random_link(draw, impaired)};
    if (draw.chance(20)) s.access = {random_link(draw, impaired), random_link(draw, false)};
    if (draw.chance(20)) s.server_access = {random_link(draw, false), random_link(draw, impaired)};
    if (draw.chance(10)) s.dns = DnsConfig{draw.up_to(100ms)};
    if (draw.chance(10)) s.duration = draw.up_to(3s) + 1ms;
    s.page = random_page(draw);
    random_client(draw, s.client);
    random_server(draw, s.server);
    return s;
}

}  // namespace tcplab::test
