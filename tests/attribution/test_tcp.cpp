// What TCP does with the bytes of one transaction: cases whose causes are known to the nanosecond.
#include "attribution/scene.hpp"

using namespace tcplab;
using namespace tcplab::test;

TEST_CASE("round trips only: the handshake's, and the request's and response's") {
    const Results r = run(download());
    CHECK(causes_of(r, 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) == causes_of(r, 0));
}

TEST_CASE("Nagle and a delayed acknowledgement: the timer's time is the acknowledgement's, the round trip Nagle's") {
    Scenario s = download();
    s.client.writes = Writes::split;
    s.page.objects[0].request_body = 300;
    s.client_tcp.nagle = true;
    SUBCASE("delayed") {
        s.server_tcp.delayed_ack = 40ms;
        // No larger one than the SYN has offered: else the reader tells at once how large it is.
        s.server_tcp.receive_buffer = s.server_tcp.receive_buffer_max = 65'535;
        CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt},
                                            {Cause::nagle, kRtt},
                                            {Cause::delayed_ack, 40ms},
                                            {Cause::propagation, kRtt}}));
    }
    SUBCASE("not delayed") {
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::nagle, kRtt}, {Cause::propagation, kRtt}}));
    }
    SUBCASE("nobody waits for it") {
        s.server_tcp.delayed_ack = 40ms;
        s.client_tcp.nagle = false;
        CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}}));
    }
}

TEST_CASE("a segment that would not have waited, had the acknowledgement not been delayed") {
    // The first response's acknowledgement comes after 100 + 200 ms instead of 100 ms.
    Scenario s = download();
    add(s);
    for (PageObject& o : s.page.objects) o.size = 0;
    pipeline(s);
    s.server_tcp.nagle = true;
    s.client_tcp.delayed_ack = 200ms;
    s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 65'535;
    Duration think{0};
    Duration nagle{0};
    Duration delayed{0};
    SUBCASE("the next response is ready later than that") {
        think = 150ms;
        delayed = 150ms;
    }
    SUBCASE("the next response is ready before") {
        think = 50ms;
        nagle = 50ms;
        delayed = 200ms;
    }
    s.page.objects[1].think_time = think;
    CHECK(causes_of_page(run(s)) == text({{Cause::handshake, kRtt},
                                          {Cause::server, think},
                                          {Cause::nagle, nagle},
                                          {Cause::delayed_ack, delayed},
                                          {Cause::propagation, kRtt}}));
}

TEST_CASE("an acknowledgement that is held back until more data comes holds nobody up") {
    // Of three segments the last one's waits for a timer of 200 ms, but the next round begins with the others' after
    // 100 ms, and its first segment ends the wait. 3 and 3 and 6 segments: one more for each acknowledgement.
    Scenario s = download(12);
    s.server_tcp.initial_window = 3;
    s.client_tcp.delayed_ack = 200ms;
    s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 65'535;
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::slow_start, 2 * kRtt}}));
}

TEST_CASE("a window that waits for a delayed acknowledgement") {
    // The first segment goes alone, and the receiver waits in vain for a second one.
    Scenario s = download(3);
    s.server_tcp.initial_window = 1;
    s.server_tcp.initial_ssthresh = 1;
    s.client_tcp.delayed_ack = 40ms;
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt},
                                        {Cause::propagation, kRtt},
                                        {Cause::congestion, kRtt},
                                        {Cause::delayed_ack, 40ms}}));
}

TEST_CASE("an acknowledgement that is held back while the last bytes wait for another") {
    // Of 3 segments one is acknowledged 40 ms late, and lets two go. 3 more have gone then, whose acknowledgement lets
    // the last 3 go: as many round trips as without the delay, in which 6 and 2 go.
    Scenario s = download(3 + 3 + 2 + 3);
    s.server_tcp.initial_window = 3;
    s.client_tcp.delayed_ack = 40ms;
    s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 65'535;
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::slow_start, 2 * kRtt}}));
    s.client_tcp.delayed_ack = Duration::zero();
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::slow_start, 2 * kRtt}}));
}

TEST_CASE("a narrow link: bytes / rate") {
    Scenario s = download(20);
    s.link.down.rate = BitRate{1'000'000};
    SUBCASE("a window for all of it") {}
    SUBCASE("a window that grows faster than the link can send") {
        s.link.up.delay = s.link.down.delay = 10ms;
        s.server_tcp.initial_window = 4;
    }
    SUBCASE("framing costs as bytes do") { s.link.down.overhead = 38; }
    const Duration rtt = 2 * s.link.up.delay;
    const auto takes = [&](std::uint32_t bytes) {
        return transmission_time(bytes + s.link.down.overhead, s.link.down.rate);
    };
    // The request's acknowledgement goes first.
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, rtt + takes(kSynAck)},
                                        {Cause::propagation, rtt},
                                        {Cause::transmission, takes(kAck) + 20 * takes(kFull)}}));
}

TEST_CASE("two links in a row: the slower one's time for all, the other's for the last segment") {
    Scenario s = download(20);
    s.link.down.rate = BitRate{1'000'000};
    s.server_access.emplace();
    s.access.emplace();
    const BitRate fast{10'000'000};
    Duration ahead = transmission_time(kAck, s.link.down.rate);  // the request's acknowledgement
    SUBCASE("the fast one first") {
        s.server_access->down.rate = fast;
        ahead = transmission_time(kAck, fast);
    }
    SUBCASE("the fast one last") { s.access->down.rate = fast; }
    const Duration slow_time = transmission_time(kFull, s.link.down.rate);
    const Duration syn_ack = transmission_time(kSynAck, s.link.down.rate) + transmission_time(kSynAck, fast);
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt + syn_ack},
                {Cause::propagation, kRtt},
                {Cause::transmission, ahead + 20 * slow_time + transmission_time(kFull, fast)}}));
}

TEST_CASE("slow start: of each round trip what is left when its segments are sent") {
    Scenario s = download(2 + 4 + 8);
    s.server_tcp.initial_window = 2;
    s.link.down.rate = BitRate{10'000'000};
    const Duration segment = transmission_time(kFull, s.link.down.rate);
    const Duration syn_ack = transmission_time(kSynAck, s.link.down.rate);
    const Duration ack = transmission_time(kAck, s.link.down.rate);
    // The acknowledgement that starts the next round is that of the round's first segment.
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt + syn_ack},
                                        {Cause::propagation, kRtt},
                                        {Cause::transmission, ack + 14 * segment},
                                        {Cause::slow_start, (kRtt - segment) + (kRtt - 3 * segment)}}));
}

TEST_CASE("congestion avoidance: one segment more in each round trip") {
    Scenario s = download(4 + 5 + 6);
    s.server_tcp.initial_window = 4;
    s.server_tcp.initial_ssthresh = 4;
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::congestion, 2 * kRtt}}));
}

TEST_CASE("a send buffer smaller than the window") {
    Scenario s = download(12);
    s.server_tcp.send_buffer = 4 * kMss;
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::congestion, 2 * kRtt}}));
}

TEST_CASE("a tiny receive window: a round trip for each but the last") {
    // An acknowledgement goes out before its segment has been read: a fourth one has room for the first time only.
    Scenario s = download(4 + 3 + 3);
    s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 4 * kMss;
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::receive_window, 2 * kRtt}}));
}

TEST_CASE("a slow reader") {
    Scenario s = download(10);
    s.client.read_rate = BitRate{800'000};  // 1000 bytes every 10 ms
    SUBCASE("all that has arrived waits for it") {
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::reader, 140ms}}));
    }
    SUBCASE("and the sender, when the window is small") {
        s.client_tcp.receive_buffer = s.client_tcp.receive_buffer_max = 4 * kMss;
        const Results r = run(s);
        const Causes causes = causes_of(r, r.transactions.at(0));
        CHECK(causes[Cause::receive_window] > kRtt);
        CHECK(causes[Cause::reader] > Duration::zero());
        CHECK(causes.total() == 2 * kRtt + causes[Cause::receive_window] + causes[Cause::reader]);
        // That an acknowledgement is held back means nothing while there is no room.
        s.client_tcp.delayed_ack = 40ms;
        const Results delayed = run(s);
        CHECK(causes_of(delayed, delayed.transactions.at(0))[Cause::delayed_ack] == Duration::zero());
    }
}

TEST_CASE("a lost SYN or SYN-ACK: the first timeout of a second") {
    Scenario s = download();
    SUBCASE("SYN") { s.link.up.drop = {{DropKind::syn, 1, 1, 1}}; }
    SUBCASE("SYN-ACK") { s.link.down.drop = {{DropKind::syn, 1, 1, 1}}; }
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, 1s}}));
}

TEST_CASE("Fast Open: the request is on its way while the handshake is") {
    Scenario s = download();
    add(s).after = {0};
    s.client.strategy = Strategy::serial;
    s.client_tcp.fast_open = s.server_tcp.fast_open = fast_open::client | fast_open::server | fast_open::all_listeners;
    SUBCASE("with a cookie") { CHECK(causes_of(run(s), 1) == text({{Cause::propagation, kRtt}})); }
    SUBCASE("its SYN is lost") {
        s.link.up.drop = {{DropKind::syn, 2, 2, 1}};
        CHECK(causes_of(run(s), 1) == text({{Cause::handshake, kRtt}, {Cause::loss, 1s}, {Cause::propagation, kRtt}}));
    }
}

TEST_CASE("Fast Open: what is wanted behind the SYN waits for the handshake") {
    Scenario s = download();
    add(s).delay = 70ms;  // the server has read the first request by then
    pipeline(s);
    s.client_tcp.fast_open = fast_open::client | fast_open::client_no_cookie | fast_open::all_listeners;
    s.server_tcp.fast_open = fast_open::server | fast_open::server_no_cookie | fast_open::all_listeners;
    const Results r = run(s);
    CHECK(causes_of(r, 0) == text({{Cause::propagation, kRtt}}));
    CHECK(causes_of(r, 1) == text({{Cause::handshake, kRtt - 70ms}, {Cause::propagation, kRtt}}));
    CHECK(causes_of_page(r) ==
          text({{Cause::blocked, 70ms}, {Cause::handshake, kRtt - 70ms}, {Cause::propagation, kRtt}}));
}

TEST_CASE("a lost request: the timeout") {
    Scenario s = download();
    s.link.up.drop = {{DropKind::data, 1, 1, 1}};
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, 1s}}));
}

TEST_CASE("a lost tail: the acknowledgement of what came before it starts the timer anew") {
    Scenario s = download(3);
    SUBCASE("timeout: a second (RFC 6298 2.4)") {
        s.link.down.drop = {{DropKind::data, 3, 3, 1}};
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, kRtt + 1s}}));
    }
    SUBCASE("the probe repeats the last, and its acknowledgement brings the other (RFC 8985 7)") {
        const Duration probe = 2 * kRtt + 2ms;  // TCP_TIMEOUT_MIN_US
        s.server_tcp.tail_loss_probe = true;
        s.server_tcp.recovery = Recovery::rack;
        s.link.down.drop = {{DropKind::data, 2, 3, 1}};
        CHECK(causes_of(run(s), 0) ==
              text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, kRtt + probe + kRtt}}));
    }
}

TEST_CASE("a lost segment in the middle: duplicate acknowledgements take a round trip") {
    Scenario s = download(10);
    s.link.down.drop = {{DropKind::data, 4, 4, 1}};
    CHECK(causes_of(run(s), 0) == text({{Cause::handshake, kRtt}, {Cause::propagation, kRtt}, {Cause::loss, kRtt}}));
}

TEST_CASE("a lost segment on a link that is never idle costs its own time") {
    Scenario s = download(400);
    s.link.down.rate = BitRate{10'000'000};
    s.link.down.drop = {{DropKind::data, 100, 100, 1}};
    const Duration segment = transmission_time(kFull, s.link.down.rate);
    CHECK(causes_of(run(s), 0) ==
          text({{Cause::handshake, kRtt + transmission_time(kSynAck, s.link.down.rate)},
                {Cause::transmission, transmission_time(kAck, s.link.down.rate) + 401 * segment},
                {Cause::propagation, kRtt}}));
}

TEST_CASE("pacing: what is left of the time that the segments are spread over") {
    // Twice the window in a round trip (tcp_update_pacing_rate), the first ten segments at once (sch_fq).
    Scenario s = download(50);
    s.server_tcp.pacing = true;
    s.server_tcp.initial_window = 50;
    const Results r = run(s);
    const Causes causes = causes_of(r, r.transactions.at(0));
    CHECK(causes.total() == 2 * kRtt + causes[Cause::pacing]);
    CHECK(to_ms(causes[Cause::pacing]) == doctest::Approx(40).epsilon(0.05));
}

TEST_CASE("paced packets of a window that is too small wait for the window") {
    Scenario s = download(300);
    s.server_tcp.pacing = true;
    s.server_tcp.initial_window = 10;
    const Results paced = run(s);
    s.server_tcp.pacing = false;
    const Results at_once = run(s);
    // Every flight is spread over half a round trip, but only the last one's end comes so much later.
    const Causes causes = causes_of(paced, paced.transactions.at(0));
    const Duration saved = causes.total() - causes_of(at_once, at_once.transactions.at(0)).total();
    CHECK(saved < kRtt);
    CHECK(std::abs(to_ms(causes[Cause::pacing] - saved)) < 20);
}

TEST_CASE("BBR starts at 2.89 times the window in a round trip") {
    Scenario s = download(50);
    s.server_tcp.congestion_control = CongestionControl::bbr;
    s.server_tcp.initial_window = 50;
    const Results r = run(s);
    const Causes causes = causes_of(r, r.transactions.at(0));
    CHECK(causes.total() == 2 * kRtt + causes[Cause::pacing]);
    CHECK(to_ms(causes[Cause::pacing]) == doctest::Approx(40 * 2 / 2.89).epsilon(0.05));
}
