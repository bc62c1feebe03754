// What the applications do, and what transactions do to each other: cases whose causes are known to the nanosecond.
#include "attribution/scene.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

/// A proxy 20 ms before [link].
ProxySetup& add_proxy(Scenario& s) {
    ProxySetup& p = s.proxies.emplace_back();
    p.tcp = s.server_tcp;
    p.link.up.delay = p.link.down.delay = 10ms;
    return p;
}

}  // namespace

TEST_CASE("serial: the second object waits for the first, which is on the page's path") {
    Scenario s = download();
    add(s);
    s.client.strategy = Strategy::serial;
    const Results r = run(s);
    CHECK(causes_of(r, 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of(r, 1) == text({{Cause::blocked, 2 * kRtt}, {Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == text({{Cause::handshake, 2 * kRtt}, {Cause::propagation, 2 * kRtt}}));
}

TEST_CASE("a connection that is there needs no handshake") {
    Scenario s = download();
    add(s, 1, {0});
    s.client.gap = 30ms;
    const Results r = run(s);
    CHECK(causes_of(r, 1) == text({{Cause::blocked, 30ms}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, 2 * kRtt}, {Cause::blocked, 30ms}}));
}

TEST_CASE("pipelined behind a large object") {
    Scenario s = download(100);
    add(s);
    pipeline(s);
    s.link.down.rate = BitRate{10'000'000};
    const Duration segment = transmission_time(kFull, s.link.down.rate);
    const Duration handshake = kRtt + transmission_time(kSynAck, s.link.down.rate);
    const Duration ack = transmission_time(kAck, s.link.down.rate);
    const Results r = run(s);
    // Before each response goes its request's acknowledgement.
    CHECK(causes_of(r, 1) == text({{Cause::blocked, handshake + ack + 100 * segment},
                                   {Cause::transmission, ack + segment},
                                   {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == text({{Cause::handshake, handshake},
                                     {Cause::transmission, 2 * ack + 101 * segment},
                                     {Cause::propagation, kRtt}}));
}

TEST_CASE("a lost segment of one response: loss for it, head of line for the next one") {
    Scenario s = download();
    add(s, 4);
    pipeline(s);
    s.link.down.drop = {{DropKind::data, 1, 1, 1}};
    const Results r = run(s);
    CHECK(causes_of(r, 0) == text({{Cause::handshake, kRtt}, {Cause::loss, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of(r, 1) == text({{Cause::blocked, kRtt}, {Cause::head_of_line, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == causes_of(r, 0));
}

TEST_CASE("a lost segment with bytes of two streams: loss for both, head of line for those behind") {
    Scenario s = scene();
    for (int i = 0; i < 6; ++i) add(s).size = 1000;
    s.client.strategy = Strategy::multiplexed;
    s.link.down.drop = {{DropKind::data, 2, 2, 1}};
    const Results r = run(s);
    // The heads come first, in 295 bytes with SETTINGS, then frames of 1009: 296, 1305, 2314, 3323 ... The second
    // segment is 1461 to 2920.
    const std::string lost = text({{Cause::blocked, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, kRtt}});
    const std::string behind = text({{Cause::blocked, kRtt}, {Cause::propagation, kRtt}, {Cause::head_of_line, kRtt}});
    CHECK(causes_of(r, 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of(r, 1) == lost);
    CHECK(causes_of(r, 2) == lost);  // its frame ends in the third segment
    for (const std::size_t i : {3U, 4U, 5U}) CHECK(causes_of(r, i) == behind);
}

TEST_CASE("a stream's window: all the time in which nothing comes") {
    Scenario s = download(50);
    s.client.strategy = Strategy::multiplexed;
    s.client.multiplexed.window = 20'000;
    s.client.multiplexed.streams = 100;
    const Results r = run(s);
    const Duration rest = r.transactions.at(0).done - kStart - 2 * kRtt;
    CHECK(rest >= 3 * kRtt);  // 73 kB in 20 kB
    CHECK(rest <= 6 * kRtt);  // half of a window is told of at least
    CHECK(rest % kRtt == Duration::zero());
    CHECK(causes_of(r, 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::receive_window, rest}}));
}

TEST_CASE("streams share the link: each waits for the other's bytes") {
    Scenario s = download(200);
    add(s, 200);
    s.client.strategy = Strategy::multiplexed;
    s.client.multiplexed.window = 1'000'000;
    s.link.down.rate = BitRate{10'000'000};
    const double segment = to_ms(transmission_time(kFull, s.link.down.rate));
    // A segment in which a frame ends and the other stream's begins is transmitted for both.
    const double frames = 200.0 * kMss / s.client.multiplexed.frame;
    const double own = (200 + frames) * segment;
    const Results r = run(s);
    for (std::size_t i = 0; i < 2; ++i) {
        const Causes causes = causes_of(r, r.transactions.at(i));
        CHECK(to_ms(causes[Cause::transmission]) == doctest::Approx(own).epsilon(0.01));
    }
    const Causes last = causes_of(r, r.transactions.at(1));
    CHECK(to_ms(last[Cause::blocked]) == doctest::Approx(to_ms(kRtt) + 400 * segment - own).epsilon(0.01));
    CHECK(to_ms(r.pages.at(0).causes[Cause::transmission]) == doctest::Approx(400 * segment).epsilon(0.01));
}

TEST_CASE("connections of one page compete for the link") {
    Scenario s = download(40);
    add(s, 40);
    s.client.connections = 2;
    s.link.down.rate = BitRate{10'000'000};
    const Duration segments = 40 * transmission_time(kFull, s.link.down.rate);
    const Duration syn_ack = transmission_time(kSynAck, s.link.down.rate);
    const Duration ack = transmission_time(kAck, s.link.down.rate);
    const Results r = run(s);
    CHECK(
        causes_of(r, 0) ==
        text({{Cause::handshake, kRtt + syn_ack}, {Cause::transmission, ack + segments}, {Cause::propagation, kRtt}}));
    // Its request comes as much later as its SYN-ACK did.
    CHECK(causes_of(r, 1) == text({{Cause::handshake, kRtt + 2 * syn_ack},
                                   {Cause::queueing, ack + segments - syn_ack},
                                   {Cause::transmission, ack + segments},
                                   {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == causes_of(r, 1));
}

TEST_CASE("behind another user's transfer on the shared link") {
    Scenario s = download(40);
    s.client.users = 2;
    s.link.down.rate = BitRate{10'000'000};
    const Duration segments = 40 * transmission_time(kFull, s.link.down.rate);
    const Duration syn_ack = transmission_time(kSynAck, s.link.down.rate);
    const Duration ack = transmission_time(kAck, s.link.down.rate);
    CHECK(causes_of(run(s), 1) == text({{Cause::handshake, kRtt + 2 * syn_ack},
                                        {Cause::queueing, ack + segments - syn_ack},
                                        {Cause::transmission, ack + segments},
                                        {Cause::propagation, kRtt}}));
}

TEST_CASE("think time, and the wait for the only worker") {
    Scenario s = download();
    add(s);
    s.server.think_time = 50ms;
    SUBCASE("of other connections") {
        s.client.connections = 2;
        s.server.workers = 1;
        const Results r = run(s);
        CHECK(causes_of(r, 0) == text({{Cause::handshake, kRtt}, {Cause::server, 50ms}, {Cause::propagation, kRtt}}));
        CHECK(causes_of(r, 1) == text({{Cause::handshake, kRtt}, {Cause::server, 100ms}, {Cause::propagation, kRtt}}));
    }
    SUBCASE("behind the same connection's, by its own account blocked") {
        pipeline(s);
        const Results r = run(s);
        CHECK(causes_of(r, 1) ==
              text({{Cause::blocked, kRtt + 50ms}, {Cause::server, 50ms}, {Cause::propagation, kRtt}}));
        CHECK(causes_of_page(r) ==
              text({{Cause::handshake, kRtt}, {Cause::server, 100ms}, {Cause::propagation, kRtt}}));
    }
}

TEST_CASE("a slow answer at the head of the line: what holds up the requests behind it is not on the page's path") {
    // The last requests wait for an acknowledgement, and then longer for the first response.
    Scenario s = download();
    s.page.objects[0].think_time = 500ms;
    for (int i = 0; i < 8; ++i) add(s);
    pipeline(s);
    s.client_tcp.nagle = true;
    SUBCASE("the server works on them one after the other") {}
    SUBCASE("on all of them at once") { s.server.pipeline_parallel = true; }
    const Results r = run(s);
    // After the first a full segment may go. The sixth one does not fit into it, and holds up those behind it.
    CHECK(causes_of(r, 5) == text({{Cause::blocked, kRtt + 400ms}, {Cause::propagation, kRtt}, {Cause::nagle, kRtt}}));
    CHECK(causes_of(r, 8) == text({{Cause::blocked, kRtt + 500ms}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::server, 500ms}}));
}

TEST_CASE("several slow answers on a connection: on the path the server works all the time") {
    Scenario s = download();
    add(s);
    add(s);
    pipeline(s);
    for (PageObject& o : s.page.objects) o.think_time = 70ms;
    SUBCASE("one after the other") {
        const Results r = run(s);
        CHECK(causes_of(r, 2) ==
              text({{Cause::blocked, kRtt + 140ms}, {Cause::propagation, kRtt}, {Cause::server, 70ms}}));
        CHECK(causes_of_page(r) ==
              text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::server, 210ms}}));
    }
    SUBCASE("all at once, the last one for longest") {
        s.server.pipeline_parallel = true;
        s.page.objects[2].think_time = 90ms;
        const Results r = run(s);
        CHECK(causes_of(r, 1) == text({{Cause::blocked, kRtt}, {Cause::propagation, kRtt}, {Cause::server, 70ms}}));
        CHECK(causes_of(r, 2) == text({{Cause::blocked, kRtt}, {Cause::propagation, kRtt}, {Cause::server, 90ms}}));
    }
}

TEST_CASE("a response that does not fit into the send buffer holds up the work on the next one") {
    // Of three segments one fits: two round trips until the last is written. Then the server works on the next one for
    // so long that there is room for its response.
    Scenario s = download(3);
    add(s).think_time = 120ms;
    pipeline(s);
    s.server_tcp.send_buffer = kMss;
    const Results r = run(s);
    CHECK(causes_of(r, 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::congestion, 2 * kRtt}}));
    CHECK(causes_of_page(r) == text({{Cause::handshake, kRtt},
                                     {Cause::propagation, kRtt},
                                     {Cause::server, 120ms},
                                     {Cause::congestion, 2 * kRtt}}));
}

TEST_CASE("no port until TIME_WAIT is over") {
    Scenario s = download();
    add(s);
    s.client.strategy = Strategy::parallel;
    s.client.connections = 2;
    s.client.close = CloseFirst::client;
    s.client.on_no_port = OnNoPort::wait;
    s.client_tcp.port_first = s.client_tcp.port_last = 40'000;
    s.client_tcp.time_wait = 950ms;
    // The response is there at 200 ms, the server's FIN at 300 ms; it is tried every 100 ms.
    const Results r = run(s);
    CHECK(causes_of(r, 1) == text({{Cause::ports, 1300ms}, {Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == causes_of(r, 1));
}

TEST_CASE("name look-up and TLS") {
    Scenario s = download();
    SUBCASE("name look-up") {
        s.dns = DnsConfig{35ms};
        CHECK(causes_of(run(s), 0) == text({{Cause::dns, 35ms}, {Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    }
    SUBCASE("TLS 1.3: one round trip") {
        s.tls.emplace();
        CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt}, {Cause::tls, kRtt}, {Cause::propagation, kRtt}}));
    }
    SUBCASE("TLS 1.2: two") {
        s.tls.emplace().version = TlsVersion::tls12;
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::tls, 2 * kRtt}, {Cause::propagation, kRtt}}));
    }
}

TEST_CASE("a response that the end of the stream ends") {
    Scenario s = download();
    s.server.content_length = LengthField::absent;
    SUBCASE("the FIN behind it") {
        s.link.down.rate = BitRate{1'000'000};
        const auto takes = [&](std::uint32_t bytes) { return transmission_time(bytes, s.link.down.rate); };
        CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt + takes(kSynAck)},
                                            {Cause::transmission, takes(kAck) + takes(kFull)},
                                            {Cause::propagation, kRtt},
                                            {Cause::close, takes(kAck)}}));
    }
    SUBCASE("the FIN is lost: sent again a second after the response was acknowledged") {
        s.link.down.drop = {{DropKind::fin, 1, 1, 1}};
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::close, kRtt + 1s}}));
    }
}

TEST_CASE("a request that the server closes upon") {
    Scenario s = download();
    add(s);
    pipeline(s);
    s.server.close_after.responses = 1;
    const Results r = run(s);
    CHECK(r.transactions.at(1).retries == 1);
    CHECK(causes_of(r, 1) ==
          text({{Cause::blocked, kRtt}, {Cause::retry, kRtt}, {Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == text({{Cause::handshake, 2 * kRtt}, {Cause::retry, kRtt}, {Cause::propagation, kRtt}}));
}

TEST_CASE("through a proxy: its own time, and the next hop's handshake") {
    Scenario s = download();
    constexpr Duration own{20'000'000};
    const auto both = text({{Cause::handshake, kRtt + own}, {Cause::propagation, kRtt + own}});
    SUBCASE("one at a time") {
        add(s, 1, {0});
        add_proxy(s);
        const Results r = run(s);
        CHECK(causes_of(r, 0) == both);
        CHECK(causes_of(r, 1) == text({{Cause::propagation, kRtt + own}}));
    }
    SUBCASE("two, of which the second waits for the only connection") {
        add(s);
        s.client.connections = 2;
        add_proxy(s).http.connections = 1;
        const Results r = run(s);
        CHECK(causes_of(r, 0) == both);
        // The first request goes when the next hop's handshake is over, and is answered a round trip later.
        CHECK(causes_of(r, 1) ==
              text({{Cause::handshake, own}, {Cause::proxy, 2 * kRtt}, {Cause::propagation, kRtt + own}}));
    }
    SUBCASE("pipelined: it asks for one after the other") {
        add(s);
        pipeline(s);
        add_proxy(s);
        s.page.objects[0].think_time = 500ms;
        const Results r = run(s);
        // The second is at the proxy with the first, which takes its whole time between proxy and server.
        const Duration first = kRtt + kRtt + 500ms;
        CHECK(causes_of(r, 1) == text({{Cause::blocked, own + first}, {Cause::propagation, kRtt + own}}));
        CHECK(causes_of_page(r) ==
              text({{Cause::handshake, kRtt + own}, {Cause::server, 500ms}, {Cause::propagation, kRtt + kRtt + own}}));
    }
    SUBCASE("the next hop's SYN is lost") {
        add_proxy(s);
        s.link.up.drop = {{DropKind::syn, 1, 1, 1}};
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt + own}, {Cause::loss, 1s}, {Cause::propagation, kRtt + own}}));
    }
    SUBCASE("the server's think time, the narrow link behind the proxy") {
        add_proxy(s);
        s.server.think_time = 30ms;
        s.link.down.rate = BitRate{1'000'000};
        const auto takes = [&](std::uint32_t bytes) { return transmission_time(bytes, s.link.down.rate); };
        CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt + own + takes(kSynAck)},
                                            {Cause::server, 30ms},
                                            {Cause::transmission, takes(kFull)},
                                            {Cause::propagation, kRtt + own}}));
    }
}
