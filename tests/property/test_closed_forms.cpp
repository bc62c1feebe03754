// What can be computed by hand, over random paths and sizes: the simulator has it to the nanosecond.

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <string>

#include "core/units.hpp"
#include "experiment/world.hpp"

using namespace tcplab;

namespace {

constexpr int kCases = 300;
constexpr std::uint32_t kRequest = 300;  // bytes
constexpr std::uint32_t kHeader = 250;   // of a response

/// Uniform draws, the same in every run of the tests.
class Draw {
  public:
    explicit Draw(std::uint32_t seed) : engine_(seed) {}
    std::uint64_t from(std::uint64_t least, std::uint64_t most) {
        return boost::random::uniform_int_distribution<std::uint64_t>(least, most)(engine_);
    }
    std::uint32_t small(std::uint32_t least, std::uint32_t most) {
        return static_cast<std::uint32_t>(from(least, most));
    }
    /// 100 us to 300 ms, an even number of nanoseconds.
    Duration rtt() { return Duration(static_cast<std::int64_t>(2 * from(50'000, 150'000'000))); }
    Duration up_to(Duration most) {
        return Duration(static_cast<std::int64_t>(from(0, static_cast<std::uint64_t>(most.count()))));
    }
    /// 64 kbit/s to 1 Gbit/s.
    BitRate rate() { return {from(1, 1000) * (from(0, 1) == 0 ? 64'000 : 1'000'000)}; }

  private:
    boost::random::mt19937 engine_;
};

Scenario path(Profile profile, Duration rtt) {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(profile);
    s.link.up.delay = s.link.down.delay = rtt / 2;
    s.client.request_header = kRequest;
    s.server.response_header = kHeader;
    return s;
}

void add_object(Scenario& s, std::uint64_t size, bool after_html = false) {
    PageObject o;
    o.name = "o" + std::to_string(s.page.objects.size());
    o.path = "/" + o.name;
    o.size = size;
    if (after_html) o.after = {0};
    s.page.objects.push_back(o);
}

/// An html that `objects` wait for, each of them of one small packet.
void add_page(Scenario& s, std::uint32_t objects) {
    s.page.has_html = true;
    for (std::uint32_t i = 0; i <= objects; ++i) add_object(s, 700, i > 0);
}

/// A response of so many full segments, the header included, for ends that acknowledge each at once and whose
/// windows and timers are in nobody's way.
Scenario download(Duration rtt, std::uint32_t segments, std::uint32_t initial_window) {
    Scenario s = path(Profile::rfc, rtt);
    for (Config* tcp : {&s.client_tcp, &s.server_tcp}) {
        tcp->timestamps = false;
        tcp->delayed_ack = 0ms;
        tcp->initial_window = initial_window;
        tcp->receive_buffer = tcp->receive_buffer_max = 64 << 20;
        tcp->send_buffer = 64 << 20;
        tcp->min_rto = tcp->initial_rto = 60s;
    }
    add_object(s, std::uint64_t{segments} * s.server_tcp.mss - kHeader);
    return s;
}

/// Requests and responses go as soon as they are written.
Scenario pipelined(Duration rtt) {
    Scenario s = path(Profile::classic, rtt);
    for (Config* tcp : {&s.client_tcp, &s.server_tcp}) {
        tcp->nagle = false;
        tcp->initial_window = 100;
    }
    s.client.strategy = Strategy::pipelined;
    return s;
}

Duration page_time(const Scenario& s) {
    const Results r = simulate(s);
    REQUIRE(r.diagnosis.empty());
    REQUIRE(r.failed == 0);
    return r.pages.at(0).done - kStart;
}

/// How long the packets of one write() of `bytes` take, each with `headers`.
Duration packets_time(std::uint64_t bytes, std::uint32_t mss, std::uint32_t headers, BitRate rate) {
    Duration sum{0};
    for (; bytes > 0; bytes -= std::min<std::uint64_t>(bytes, mss)) {
        sum += transmission_time(std::min<std::uint64_t>(bytes, mss) + headers, rate);
    }
    return sum;
}

}  // namespace

TEST_CASE("handshake and a GET of one segment: 2 RTT + transmissions + server time") {
    Draw draw(1);
    for (int i = 0; i < kCases; ++i) {
        CAPTURE(i);
        const auto profile = static_cast<Profile>(i % 3);
        Scenario s = path(profile, draw.rtt());
        const BitRate up = s.link.up.rate = draw.rate();
        const BitRate down = s.link.down.rate = draw.rate();
        s.server.think_time = draw.up_to(150ms);
        const std::uint64_t size = draw.from(0, 1448 - kHeader);
        add_object(s, size);

        const bool classic = profile == Profile::classic;
        const std::uint32_t syn = classic ? 44 : 60;
        const std::uint32_t ack = classic ? 40 : 52;
        Duration sum = s.link.up.delay * 4 + transmission_time(syn, up) + transmission_time(syn, down);
        // RFC 9293 lets the request ride on the handshake's last ACK; others send that first.
        if (profile != Profile::rfc) sum += transmission_time(ack, up);
        sum += transmission_time(ack + kRequest, up);
        // Linux acknowledges a connection's first request at once, and the response may have to wait behind that.
        const Duration busy = profile == Profile::linux_ ? transmission_time(ack, down) : Duration(0);
        sum += std::max(s.server.think_time, busy) + transmission_time(ack + kHeader + size, down);
        CHECK(page_time(s) == sum);
    }
}

TEST_CASE("slow start: ceil(log2(N / IW + 1)) rounds when every segment is acknowledged") {
    Draw draw(2);
    for (int i = 0; i < kCases; ++i) {
        const std::uint32_t segments = draw.small(1, i % 2 == 0 ? 60 : 2000);
        const std::uint32_t initial_window = draw.small(1, 20);
        CAPTURE(segments);
        CAPTURE(initial_window);
        Scenario s = download(draw.rtt(), segments, initial_window);
        s.server_tcp.slow_start_growth = i % 3 == 0 ? SlowStartGrowth::segments : SlowStartGrowth::acks;
        std::int64_t rounds = 0;
        while (initial_window * ((std::uint64_t{1} << rounds) - 1) < segments) ++rounds;
        CHECK(page_time(s) == 2 * s.link.up.delay * (1 + rounds));
    }
}

TEST_CASE("a long transfer at rate R: payload x (packet size / payload per packet) / R") {
    Draw draw(3);
    for (int i = 0; i < kCases / 3; ++i) {
        CAPTURE(i);
        const Duration rtt = draw.rtt();
        const BitRate rate{draw.from(1, 100) * 100'000};
        const Duration packet = transmission_time(1500, rate);
        // Four bandwidth-delay products are enough for slow start to have filled the path.
        const auto pipe = static_cast<std::uint32_t>(rtt / packet);
        const std::uint32_t begin = 4 * pipe + 40;
        const std::uint32_t more = draw.small(1, 500);
        Scenario shorter = download(rtt, begin, 10);
        Scenario longer = download(rtt, begin + more, 10);
        shorter.link.down.rate = longer.link.down.rate = rate;
        CHECK(page_time(longer) - page_time(shorter) == packet * more);
    }
}

TEST_CASE("a transfer that the window limits: a window per RTT") {
    Draw draw(4);
    for (int i = 0; i < kCases; ++i) {
        const std::uint32_t window = draw.small(1, 44);  // segments
        const std::uint32_t rounds = draw.small(1, 30);
        CAPTURE(window);
        CAPTURE(rounds);
        Scenario s = download(draw.rtt(), window * rounds, 100);
        s.client_tcp.window_scaling = false;
        s.client_tcp.window_clamp = std::uint64_t{window} * s.client_tcp.mss;
        s.client.strategy = Strategy::persistent;  // no FIN on the last segment, which would need one more byte
        CHECK(page_time(s) == 2 * s.link.up.delay * (1 + rounds));
    }
}

TEST_CASE("a window of one segment, and a FIN that would need one byte more: a timeout, then all arrives") {
    Scenario s = download(100ms, 6, 10);
    s.server_tcp.min_rto = 1s;
    s.client_tcp.window_scaling = false;
    s.client_tcp.window_clamp = s.client_tcp.mss;
    CHECK(page_time(s) == 100ms * (1 + 6) + 1s);
}

TEST_CASE("n objects: on new connections 2 RTT + server time each, on a kept one RTT + server time") {
    Draw draw(5);
    for (int i = 0; i < kCases; ++i) {
        CAPTURE(i);
        Scenario s = path(static_cast<Profile>(i % 3), draw.rtt());
        const Duration rtt = 2 * s.link.up.delay;
        const std::uint32_t objects = draw.small(0, 20);
        s.server.think_time = draw.up_to(30ms);
        s.server_tcp.initial_window = 2;  // the FIN goes with the response
        add_page(s, objects);
        CHECK(page_time(s) == (2 * rtt + s.server.think_time) * (objects + 1));
        s.client.strategy = Strategy::persistent;
        CHECK(page_time(s) == rtt + (rtt + s.server.think_time) * (objects + 1));
    }
}

TEST_CASE("pipelined on one connection: 2 RTT + html + RTT + rest, where the rest is transmission") {
    Draw draw(6);
    for (int i = 0; i < kCases; ++i) {
        CAPTURE(i);
        Scenario s = pipelined(draw.rtt());
        const BitRate rate = s.link.down.rate = draw.rate();
        Duration sum = 6 * s.link.up.delay + transmission_time(44, rate);  // SYN-ACK
        s.page.has_html = true;
        const std::uint32_t objects = draw.small(1, 20);
        for (std::uint32_t n = 0; n <= objects; ++n) {
            // The html is one packet, the others up to two.
            const std::uint64_t size = draw.from(0, n == 0 ? 1000 : 2500);
            add_object(s, size, n > 0);
            sum += packets_time(kHeader + size, s.server_tcp.mss, 40, rate);
        }
        CHECK(page_time(s) == sum);
    }
}

TEST_CASE("pipelined on one connection: 2 RTT + html + RTT + rest, where the rest is the server's time") {
    Draw draw(7);
    for (int i = 0; i < kCases; ++i) {
        CAPTURE(i);
        Scenario s = pipelined(draw.rtt());
        const std::uint32_t objects = draw.small(1, 20);
        add_page(s, objects);
        s.server.think_time = draw.up_to(20ms);
        CHECK(page_time(s) == 6 * s.link.up.delay + s.server.think_time * (objects + 1));
        s.server.pipeline_parallel = true;
        CHECK(page_time(s) == 6 * s.link.up.delay + s.server.think_time * 2);
    }
}
