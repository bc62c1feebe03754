#include <doctest/doctest.h>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

const Config kLinux = make_config(Profile::linux_);
const Config kRfc = make_config(Profile::rfc);
const Config kClassic = make_config(Profile::classic);

bool is_syn(const Segment& s) { return s.has(flag::syn); }

}  // namespace

TEST_CASE("a GET over 100 ms and 10 Mbit/s: the packets of Linux 6.18, flag for flag and window for window") {
    // Recorded from the kernel: a request of 200 bytes, a response of 10,200, the server closes.
    Config c = kLinux;
    c.nagle = false;
    TwoEnds w(c, c, 50ms);
    w.rate = BitRate{10'000'000};
    w.on_events = [&](std::uint32_t end, std::uint8_t events) {
        const std::uint64_t n = w.read_all(end);
        w.drain(end);
        if (end == TwoEnds::kClient && (events & event::connected) != 0) w.write(end, 200);
        if (end == TwoEnds::kServer && n == 200) {
            w.write(end, 10200);
            w.close(end);
        }
        if (end == TwoEnds::kClient && w.client().end_of_stream()) w.close(end);
    };
    w.connect();
    REQUIRE(w.run_to_end());
    const auto strip = [](const std::string& text) { return text.substr(0, text.find(" <")); };
    const std::vector<std::string> up = {"S 0:0(0) win 64240",
                                         ". 1:1(0) ack 1 win 63",
                                         "P. 1:201(200) ack 1 win 63",
                                         ". 201:201(0) ack 1449 win 66",
                                         ". 201:201(0) ack 2897 win 69",
                                         ". 201:201(0) ack 4345 win 72",
                                         ". 201:201(0) ack 5793 win 75",
                                         ". 201:201(0) ack 7241 win 78",
                                         ". 201:201(0) ack 8689 win 79",
                                         ". 201:201(0) ack 10137 win 79",
                                         ". 201:201(0) ack 10201 win 79",
                                         "F. 201:201(0) ack 10202 win 79"};
    const std::vector<std::string> down = {
        "S. 0:0(0) ack 1 win 65160",         ". 1:1(0) ack 201 win 64",           ". 1:1449(1448) ack 201 win 64",
        "P. 1449:2897(1448) ack 201 win 64", ". 2897:4345(1448) ack 201 win 64",  "P. 4345:5793(1448) ack 201 win 64",
        ". 5793:7241(1448) ack 201 win 64",  "P. 7241:8689(1448) ack 201 win 64", ". 8689:10137(1448) ack 201 win 64",
        "P. 10137:10201(64) ack 201 win 64", "F. 10201:10201(0) ack 201 win 64",  ". 10202:10202(0) ack 202 win 64"};
    std::vector<std::string> got_up = w.texts(TwoEnds::kClient);
    std::vector<std::string> got_down = w.texts(TwoEnds::kServer);
    for (auto& t : got_up) t = strip(t);
    for (auto& t : got_down) t = strip(t);
    CHECK(got_up == up);
    CHECK(got_down == down);
    CHECK(w.sent()[0].segment.ip_size() == 60);
    CHECK(w.sent()[1].segment.ip_size() == 60);
    CHECK(w.sent()[2].segment.ip_size() == 52);
}

TEST_CASE("options of the three profiles") {
    TwoEnds w(kClassic, kLinux, 10ms);
    w.open();
    CHECK(w.texts(0)[0] == "S 0:0(0) win 65535 <mss 1460>");
    CHECK(w.texts(1)[0] == "S. 0:0(0) ack 1 win 64240 <mss 1460>");
    TwoEnds v(kRfc, kRfc, 10ms);
    v.open();
    CHECK(v.texts(0)[0].find("<mss 1460,sackOK,TS val") != std::string::npos);
    CHECK(v.texts(0)[0].find("wscale 5") != std::string::npos);
}

TEST_CASE("the request rides on the handshake's ACK where the profile says so, and goes alone without a request") {
    for (const bool request : {true, false}) {
        TwoEnds w(kRfc, kRfc, 10ms);
        w.on_events = [&](std::uint32_t end, std::uint8_t events) {
            if (request && end == TwoEnds::kClient && (events & event::connected) != 0) w.write(end, 300);
        };
        w.open();
        w.run_until(w.now() + 1ms);
        const auto up = w.texts(TwoEnds::kClient);
        REQUIRE(up.size() == 2);
        CHECK(up[1].rfind(request ? "P. 1:301(300) ack 1" : ". 1:1(0) ack 1", 0) == 0);
        CHECK(w.sent()[2].at == kStart + 20ms);
    }
}

TEST_CASE("SYN again after 1 s, every second for four timeouts, then doubling (Linux 6.18, tcp_syn_linear_timeouts)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    w.connect();
    REQUIRE(w.run_to_end());
    CHECK(w.times(0, is_syn) == std::vector<double>{0, 1000, 2000, 3000, 4000, 5000, 7000, 11000, 19000, 35000, 67000});
    CHECK(w.client().error() == TcpError::timed_out);
    CHECK(w.client().state() == State::closed);
}

TEST_CASE("SYN again with RFC 6298's back-off from 1 s, and from 3 s in RFC 1122's time") {
    for (const bool classic : {false, true}) {
        const Config& c = classic ? kClassic : kRfc;
        TwoEnds w(c, c, 10ms);
        w.lose = [](std::uint32_t, std::uint64_t n, const Segment&) { return n <= 4; };
        w.connect();
        w.run_until(kStart + 60s);
        const double unit = classic ? 3000 : 1000;
        CHECK(w.times(0, is_syn) == std::vector<double>{0, unit, 3 * unit, 7 * unit, 15 * unit});
    }
}

TEST_CASE("one lost SYN leaves the initial window, two leave one segment") {
    for (const std::uint64_t lost : {1U, 2U}) {
        TwoEnds w(kLinux, kLinux, 10ms);
        w.lose = [=](std::uint32_t from, std::uint64_t n, const Segment&) { return from == 0 && n <= lost; };
        w.open();
        CHECK(w.client().window().cwnd == (lost == 1 ? 10U : 1U));
        CHECK(w.server().window().cwnd == 10);
    }
}

TEST_CASE("a SYN to a closed port is refused by the RST that answers it") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.connect();
    Segment rst;
    rst.flags = flag::rst | flag::ack;
    rst.ack = TwoEnds::kClientInitial + 1;
    w.inject(TwoEnds::kClient, rst);
    CHECK(w.client().error() == TcpError::refused);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().next_deadline() == kNever);
}

TEST_CASE("simultaneous open (RFC 9293 3.5, figure 8)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.server().connect(w.now());
    w.connect();
    w.drain(TwoEnds::kServer);
    w.run_until(kStart + 100ms);
    CHECK(w.client().state() == State::established);
    CHECK(w.server().state() == State::established);
    w.write(TwoEnds::kClient, 5000);
    w.write(TwoEnds::kServer, 7000);
    w.run_until(kStart + 200ms);
    CHECK(w.server().bytes_received() == 5000);
    CHECK(w.client().bytes_received() == 7000);
}

TEST_CASE("an ACK from another incarnation is reset, and the SYN asks on (RFC 9293 3.5, figure 9)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.connect();
    Segment old;
    old.flags = flag::ack;
    old.seq = SeqNum(300);
    old.ack = SeqNum(91);
    w.inject(TwoEnds::kClient, old);
    REQUIRE(w.sent().size() == 2);
    CHECK(w.sent()[1].segment.has(flag::rst));
    CHECK(w.sent()[1].segment.seq == SeqNum(91));
    CHECK(w.client().state() == State::syn_sent);
}

TEST_CASE("a lost SYN-ACK is sent again by both timers' doing, a lost handshake ACK costs nothing") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == 1 && n == 1; };
    w.open();
    CHECK(w.now() < kStart + 1100ms);
    TwoEnds v(kLinux, kLinux, 10ms);
    v.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == 0 && n == 2; };
    v.on_events = [&](std::uint32_t end, std::uint8_t events) {
        if (end == TwoEnds::kClient && (events & event::connected) != 0) v.write(end, 100);
    };
    v.open();
    CHECK(v.now() == kStart + 30ms);
}

TEST_CASE("answers to repeated SYNs do not use up tcp_synack_retries") {
    TwoEnds w(kLinux, kLinux, 10ms);
    bool cut = true;
    w.lose = [&](std::uint32_t from, std::uint64_t, const Segment&) { return from == 1 && cut; };
    w.connect();
    w.run_until(kStart + 12s);  // eight SYNs came, and three timeouts
    CHECK(w.server().state() == State::syn_received);
    cut = false;
    w.run_until(kStart + 40s);
    CHECK(w.server().state() == State::established);
    CHECK(w.client().state() == State::established);
}

TEST_CASE("a SYN-ACK that nobody answers is given up after tcp_synack_retries timeouts") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.lose = [](std::uint32_t from, std::uint64_t n, const Segment&) { return from == 1 || n > 1; };
    w.connect();
    w.run_until(kStart + 120s);
    CHECK(w.times(1, is_syn).size() == 6);  // 0, 1, 3, 7, 15, 31 s
    CHECK(w.server().state() == State::closed);
    CHECK(w.server().error() == TcpError::timed_out);
}
