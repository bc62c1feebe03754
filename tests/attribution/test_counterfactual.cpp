// What the attribution says that a cause took is what the page is faster by when that cause is taken away, within a
// tenth. That cannot hold where a cause hides another: what comes after it would then be waited for anyway. So each of
// these scenarios has one cause that dominates, and these are none of them:
// - a narrow link while the window still grows: without the link, the same time is slow start;
// - a loss while a narrow link has more to send: it is missed as long as that takes, which then is no transmission;
// - acknowledgements delayed all through slow start: they also let the window grow more slowly;
// - a loss in the middle of a long transfer: it also leaves a smaller window behind, whose time is `congestion`;
// - a request that was sent in vain: the new connection's handshake is not told as part of that;
// - Nagle where the window is one segment: both wait for the same acknowledgement;
// - a receiver's window of 64 kB, the largest that a SYN can offer, for a response that is longer.
#include <cmath>
#include <functional>

#include "attribution/scene.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

struct Case {
    std::string name;
    std::function<Scenario()> with;
    std::function<void(Scenario&)> without;  ///< takes it away
    std::vector<Cause> causes;               ///< those that it is
};

/// As people have it: Linux at both ends, 80 ms, 20 Mbit/s.
Scenario usual() {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = 40ms;
    s.link.up.rate = BitRate{5'000'000};
    s.link.down.rate = BitRate{20'000'000};
    s.link.up.queue = s.link.down.queue = 1000;
    s.client.strategy = Strategy::persistent;
    return s;
}

/// The same with an html of so many kB, and objects of 10 kB that wait for it.
Scenario page(std::uint64_t html_kb, std::uint32_t objects = 0) {
    Scenario s = usual();
    s.page.has_html = true;
    for (std::uint32_t i = 0; i <= objects; ++i) {
        PageObject& o = add(s, 1, i > 0 ? std::vector<std::uint32_t>{0} : std::vector<std::uint32_t>());
        o.size = i == 0 ? html_kb * 1000 : 10'000;
    }
    s.page.objects[0].name = "html";
    return s;
}

void both(Scenario& s, const std::function<void(Config&)>& change) {
    change(s.client_tcp);
    change(s.server_tcp);
}

Scenario upload(Profile profile, std::uint32_t requests) {
    Scenario s = page(1, requests);
    both(s, [&](Config& c) { c = make_config(profile); });
    s.client.writes = Writes::split;
    s.client.request_body = 200;
    s.server_tcp.quickack = false;
    return s;
}

void no_delay(Scenario& s) {
    both(s, [](Config& c) { c.nagle = false; });
}
void no_delayed_ack(Scenario& s) {
    both(s, [](Config& c) { c.delayed_ack = Duration::zero(); });
}
void large_window(Scenario& s) { s.server_tcp.initial_window = 10'000; }
void no_loss(Scenario& s) {
    s.link.up.drop.clear();
    s.link.down.drop.clear();
}
void no_limit(Scenario& s) { s.link.up.rate = s.link.down.rate = BitRate{}; }
void large_buffer(Scenario& s) { s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 64 << 20; }

Scenario losing(Scenario s, DropKind kind, std::uint64_t first, std::uint64_t last) {
    s.link.down.drop = {{kind, first, last, 1}};
    return s;
}
/// Without slow start, and with a rate of its own.
Scenario full_speed(Scenario s, std::uint64_t rate) {
    large_window(s);
    s.link.down.rate = BitRate{rate};
    return s;
}

const std::vector<Cause> kNagle{Cause::nagle, Cause::delayed_ack};
const std::vector<Cause> kLink{Cause::transmission, Cause::queueing};
const std::vector<Cause> kLoss{Cause::loss, Cause::head_of_line};

std::vector<Case> small_writes() {
    return {
        {"POST, Linux", [] { return upload(Profile::linux_, 4); }, no_delay, kNagle},
        {"POST, 200 ms", [] { return upload(Profile::rfc, 4); }, no_delay, kNagle},
        {"POST, no delay", [] { return upload(Profile::linux_, 4); }, no_delayed_ack, {Cause::delayed_ack}},
        {"POST, no 200 ms", [] { return upload(Profile::rfc, 4); }, no_delayed_ack, {Cause::delayed_ack}},
        {"a server's header and body",
         [] {
             Scenario s = page(1, 3);
             s.server.writes = Writes::split;
             s.client_tcp.quickack = false;
             both(s, [](Config& c) { c.nagle_variant = NagleVariant::rfc896; });
             return s;
         },
         no_delay, kNagle},
        {"the first segment of a window of one",
         [] {
             Scenario s = page(3);
             both(s, [](Config& c) { c = make_config(Profile::classic); });
             return s;
         },
         no_delayed_ack,
         {Cause::delayed_ack}},
    };
}

std::vector<Case> windows() {
    return {
        {"30 kB", [] { return page(30); }, large_window, {Cause::slow_start}},
        {"60 kB", [] { return page(60); }, large_window, {Cause::slow_start}},
        {"a page", [] { return page(60, 6); }, large_window, {Cause::slow_start}},
        {"a window of one",
         [] {
             Scenario s = page(30);
             s.server_tcp.initial_window = 1;
             return s;
         },
         large_window,
         {Cause::slow_start}},
        {"a low threshold",
         [] {
             Scenario s = page(60);
             s.server_tcp.initial_ssthresh = 10;
             s.server_tcp.hystart = false;
             return s;
         },
         large_window,
         {Cause::slow_start, Cause::congestion}},
        {"8 kB of buffer",
         [] {
             Scenario s = page(50);
             large_window(s);
             s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 8192;
             return s;
         },
         large_buffer,
         {Cause::receive_window}},
        {"no window scaling, a long way",
         [] {
             // So long that the window's growth, which takes two round trips with a large buffer, is little of it.
             Scenario s = full_speed(page(1600), 100'000'000);
             s.server_tcp.send_buffer_start.reset();
             s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 65'535;
             return s;
         },
         large_buffer,
         {Cause::receive_window}},
        {"a stream's window",
         [] {
             Scenario s = full_speed(page(100), 0);
             s.client_tcp = s.server_tcp = scene().server_tcp;
             s.client.strategy = Strategy::multiplexed;
             s.client.multiplexed.window = 8000;
             return s;
         },
         [](Scenario& s) { s.client.multiplexed.window = 1'000'000; },
         {Cause::receive_window}},
        {"pacing",
         [] {
             Scenario s = full_speed(page(60), 0);
             s.server_tcp.initial_window = 50;
             s.server_tcp.pacing = true;
             return s;
         },
         [](Scenario& s) { s.server_tcp.pacing = false; },
         {Cause::pacing}},
    };
}

std::vector<Case> losses() {
    return {
        {"SYN-ACK", [] { return losing(page(1), DropKind::syn, 1, 1); }, no_loss, kLoss},
        {"three SYN-ACKs", [] { return losing(page(1), DropKind::syn, 1, 3); }, no_loss, kLoss},
        {"the request",
         [] {
             Scenario s = page(10);
             s.link.up.drop = {{DropKind::data, 1, 1, 1}};
             return s;
         },
         no_loss, kLoss},
        {"the only segment", [] { return losing(page(1), DropKind::data, 1, 1); }, no_loss, kLoss},
        {"the tail", [] { return losing(page(10), DropKind::data, 7, 8); }, no_loss, kLoss},
        {"the tail, twice", [] { return losing(page(10), DropKind::data, 8, 10); }, no_loss, kLoss},
        {"in the middle", [] { return losing(page(10), DropKind::data, 3, 3); }, no_loss, kLoss},
        {"no SACK",
         [] {
             Scenario s = losing(page(10), DropKind::data, 2, 2);
             s.client_tcp.sack = false;
             return s;
         },
         no_loss, kLoss},
        {"pipelined",
         [] {
             Scenario s = losing(page(1, 2), DropKind::data, 3, 3);
             no_delay(s);
             large_window(s);
             pipeline(s);
             return s;
         },
         no_loss, kLoss},
        {"streams",
         [] {
             Scenario s = losing(page(1, 1), DropKind::data, 5, 5);
             s.client.strategy = Strategy::multiplexed;
             return s;
         },
         no_loss, kLoss},
    };
}

std::vector<Case> links() {
    return {
        {"128 kbit/s", [] { return full_speed(page(100), 128'000); }, no_limit, kLink},
        {"a page, 500 kbit/s", [] { return full_speed(page(40, 6), 500'000); }, no_limit, kLink},
        {"six connections",
         [] {
             Scenario s = full_speed(page(40, 12), 500'000);
             s.client.connections = 6;
             return s;
         },
         no_limit, kLink},
        {"four users",
         [] {
             Scenario s = full_speed(page(40), 1'000'000);
             s.client.users = 4;
             return s;
         },
         no_limit, kLink},
        {"two hops",
         [] {
             Scenario s = full_speed(page(40), 1'000'000);
             s.server_access.emplace().down.rate = BitRate{2'000'000};
             return s;
         },
         [](Scenario& s) {
             no_limit(s);
             s.server_access.reset();
         },
         kLink},
        {"the way",
         [] { return page(100, 4); },
         [](Scenario& s) { s.link.up.delay = s.link.down.delay = Duration::zero(); },
         {Cause::propagation, Cause::handshake, Cause::slow_start}},
    };
}

std::vector<Case> opening() {
    return {
        {"serial, small objects",
         [] {
             Scenario s = page(1, 15);
             s.client.strategy = Strategy::serial;
             return s;
         },
         [](Scenario& s) { s.client.strategy = Strategy::persistent; },
         {Cause::handshake}},
        {"a proxy in between",
         [] {
             Scenario s = page(1, 15);
             s.client.strategy = Strategy::serial;
             s.server.keep_alive = false;
             no_delay(s);
             ProxySetup& p = s.proxies.emplace_back();
             p.tcp = s.client_tcp;
             p.link.up.delay = p.link.down.delay = 10ms;
             return s;
         },
         [](Scenario& s) {
             s.client.strategy = Strategy::persistent;
             s.server.keep_alive = true;
             s.client.keep_alive = true;
         },
         {Cause::handshake}},
        {"TLS 1.2",
         [] {
             Scenario s = page(5);
             s.tls.emplace().version = TlsVersion::tls12;
             s.client.port = 443;
             return s;
         },
         [](Scenario& s) { s.tls.reset(); },
         {Cause::tls}},
        {"TLS 1.3, many connections",
         [] {
             Scenario s = page(1, 5);
             s.tls.emplace();
             s.client.strategy = Strategy::serial;
             return s;
         },
         [](Scenario& s) { s.tls.reset(); },
         {Cause::tls}},
    };
}

std::vector<Case> before_opening() {
    return {
        {"name look-up",
         [] {
             Scenario s = page(20, 2);
             s.dns = DnsConfig{120ms};
             return s;
         },
         [](Scenario& s) { s.dns.reset(); },
         {Cause::dns}},
        {"ports",
         [] {
             Scenario s = page(1, 3);
             s.client.strategy = Strategy::serial;
             s.client.close = CloseFirst::client;
             s.client.on_no_port = OnNoPort::wait;
             s.client_tcp.port_first = s.client_tcp.port_last = 40'000;
             s.client_tcp.time_wait_reuse = TimeWaitReuse::never;
             return s;
         },
         [](Scenario& s) { s.client_tcp.port_last = 50'000; },
         {Cause::ports}},
        {"gap",
         [] {
             Scenario s = page(1, 4);
             s.client.gap = 50ms;
             return s;
         },
         [](Scenario& s) { s.client.gap = Duration::zero(); },
         {Cause::blocked}},
    };
}

std::vector<Case> applications() {
    return {
        {"think time",
         [] {
             Scenario s = page(10, 3);
             s.server.think_time = 70ms;
             return s;
         },
         [](Scenario& s) { s.server.think_time = Duration::zero(); },
         {Cause::server}},
        {"one worker for all",
         [] {
             Scenario s = page(1, 6);
             s.server.think_time = 100ms;
             s.server.workers = 1;
             s.client.connections = 6;
             return s;
         },
         [](Scenario& s) { s.server.think_time = Duration::zero(); },
         {Cause::server}},
        {"a slow reader",
         [] {
             Scenario s = full_speed(page(100), 0);
             s.client.read_rate = BitRate{1'000'000};
             return s;
         },
         [](Scenario& s) { s.client.read_rate = BitRate{}; },
         {Cause::reader, Cause::receive_window}},
        {"a proxy's only connection",
         [] {
             Scenario s = page(1, 4);
             s.client.connections = 5;
             s.server.think_time = 400ms;
             ProxySetup& p = s.proxies.emplace_back();
             p.tcp = s.client_tcp;
             p.link.up.delay = p.link.down.delay = 10ms;
             p.http.connections = 1;
             return s;
         },
         [](Scenario& s) { s.proxies[0].http.connections = 0; },
         {Cause::proxy}},
        {"the end of the stream",
         [] {
             Scenario s = losing(page(1), DropKind::fin, 1, 1);
             s.server.content_length = LengthField::absent;
             return s;
         },
         no_loss,
         {Cause::close}},
    };
}

void check(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        CAPTURE(c.name);
        Scenario s = c.with();
        const Results before = run(s);
        c.without(s);
        const Results after = run(s);
        const PageResult& page = before.pages.at(0);
        Duration said{0};
        for (const Cause cause : c.causes) said += page.causes[cause];
        const Duration saved = (page.done - page.started) - (after.pages.at(0).done - after.pages.at(0).started);
        INFO(text(page.causes));
        INFO("without: " << text(after.pages.at(0).causes));
        CHECK(said >= 20ms);
        CHECK(std::abs(to_ms(saved) - to_ms(said)) <= 0.1 * to_ms(said));
    }
}

}  // namespace

TEST_CASE("without Nagle or delayed acknowledgements") { check(small_writes()); }
TEST_CASE("with larger windows") { check(windows()); }
TEST_CASE("without losses") { check(losses()); }
TEST_CASE("with faster or shorter links") { check(links()); }
TEST_CASE("without opening connections") { check(opening()); }
TEST_CASE("without what comes before that") { check(before_opening()); }
TEST_CASE("with faster applications") { check(applications()); }
