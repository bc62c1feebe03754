#include <doctest/doctest.h>

#include <set>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {
const Config kLinux = make_config(Profile::linux_);
}

TEST_CASE("an orderly close passes through the states of RFC 9293 3.6, figure 12") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 50ms);
    w.close(TwoEnds::kClient);
    CHECK(w.client().state() == State::fin_wait_1);
    w.run_until(w.now() + 60ms);  // the ACK of the FIN waits for a FIN to ride on, 40 ms
    CHECK(w.client().state() == State::fin_wait_2);
    CHECK(w.server().state() == State::close_wait);
    CHECK(w.server().end_of_stream());
    w.close(TwoEnds::kServer);
    CHECK(w.server().state() == State::last_ack);
    w.run_until(w.now() + 20ms);
    CHECK(w.client().state() == State::time_wait);
    CHECK(w.server().state() == State::closed);
    CHECK(w.server().error() == TcpError::none);
    const Time entered = w.now() - 10ms;
    CHECK(w.client().next_deadline() == entered + 60s);
    REQUIRE(w.run_to_end());
    CHECK(w.client().state() == State::closed);
    CHECK(w.now() == entered + 60s);
}

TEST_CASE("simultaneous close (RFC 9293 3.6, figure 13): both pass CLOSING into TIME-WAIT") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 50ms);
    w.client().shutdown_write();
    w.server().shutdown_write();
    w.drain(0);
    w.drain(1);
    w.run_until(w.now() + 10ms);
    CHECK(w.client().state() == State::closing);
    CHECK(w.server().state() == State::closing);
    w.run_until(w.now() + 10ms);
    CHECK(w.client().state() == State::time_wait);
    CHECK(w.server().state() == State::time_wait);
}

TEST_CASE("half close: the other direction goes on and nothing is lost") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 50ms);
    w.client().shutdown_write();
    w.drain(0);
    w.run_until(w.now() + 100ms);
    CHECK(w.client().state() == State::fin_wait_2);
    w.write(TwoEnds::kServer, 50000);
    w.run_until(w.now() + 2s);
    CHECK(w.read_all(TwoEnds::kClient) == 50000);
    w.drain(0);
    w.run_until(w.now() + 100s);  // FIN-WAIT-2 has no timer while the application is there
    CHECK(w.client().state() == State::fin_wait_2);
    w.close(TwoEnds::kServer);
    w.run_until(w.now() + 100ms);
    CHECK(w.client().state() == State::time_wait);
}

TEST_CASE("an orphan in FIN-WAIT-2 gives up after tcp_fin_timeout") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.close(TwoEnds::kClient);
    w.run_until(w.now() + 59s);
    CHECK(w.client().state() == State::fin_wait_2);
    w.run_until(w.now() + 2s);
    CHECK(w.client().state() == State::closed);
}

TEST_CASE("close() with unread data resets and destroys it; what had arrived at the peer stays readable") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.write(TwoEnds::kClient, 3000);  // a request that the server never reads
    w.write(TwoEnds::kServer, 1000);
    w.run_until(w.now() + 15ms);
    CHECK(w.server().readable() == 3000);
    w.close(TwoEnds::kServer);
    CHECK(w.server().state() == State::closed);
    CHECK(w.server().bytes_destroyed() == 3000);
    CHECK(w.sent().back().segment.has(flag::rst));
    w.run_until(w.now() + 15ms);
    CHECK(w.client().error() == TcpError::reset);
    CHECK(w.read_all(TwoEnds::kClient) == 1000);
}

TEST_CASE("data after close() is answered with RST (RFC 9293 3.6.1)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 50ms);
    w.close(TwoEnds::kClient);
    w.run_until(w.now() + 15ms);
    w.write(TwoEnds::kServer, 500);
    w.run_until(w.now() + 30ms);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().bytes_destroyed() == 500);
    CHECK(w.server().error() == TcpError::broken_pipe);  // it was in CLOSE-WAIT
}

TEST_CASE("a lost FIN is sent again after the timeout; a lost last ACK is too, by TIME-WAIT") {
    TwoEnds w(kLinux, kLinux, 10ms);
    bool lost = false;
    w.lose = [&](std::uint32_t from, std::uint64_t, const Segment& s) {
        if (from != 0 || !s.has(flag::fin) || lost) return false;
        return lost = true;
    };
    w.open();
    w.run_until(w.now() + 500ms);
    w.close(TwoEnds::kClient);
    w.run_until(w.now() + 1s);
    CHECK(w.server().state() == State::close_wait);
    const auto fins = w.times(0, [](const Segment& s) { return s.has(flag::fin); });
    REQUIRE(fins.size() == 2);
    CHECK(fins[1] - fins[0] == doctest::Approx(220));  // RTT 20 ms + 200 ms

    bool last_lost = false;
    w.lose = [&](std::uint32_t from, std::uint64_t, const Segment& s) {
        if (from != 0 || s.payload.length > 0 || last_lost) return false;
        return last_lost = true;
    };
    w.close(TwoEnds::kServer);
    w.run_until(w.now() + 2s);
    CHECK(last_lost);
    CHECK(w.server().state() == State::closed);
    CHECK(w.client().state() == State::time_wait);
}

TEST_CASE("a RST off the exact number is challenged, a SYN too (RFC 5961 3 and 4)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.run_until(w.now() + 100ms);
    Segment s;
    s.flags = flag::rst;
    s.seq = TwoEnds::kServerInitial + 1 + 100;
    std::size_t before = w.sent().size();
    w.inject(TwoEnds::kClient, s);
    CHECK(w.client().state() == State::established);
    REQUIRE(w.sent().size() == before + 1);
    CHECK(w.sent().back().segment.flags == flag::ack);
    w.run_until(w.now() + 1s);  // challenges are rationed
    s.flags = flag::syn;
    s.seq = TwoEnds::kServerInitial + 1;
    before = w.sent().size();
    w.inject(TwoEnds::kClient, s);
    CHECK(w.client().state() == State::established);
    CHECK(w.sent().size() == before + 1);
    s.flags = flag::rst;
    w.inject(TwoEnds::kClient, s);
    CHECK(w.client().state() == State::closed);
    CHECK(w.client().error() == TcpError::reset);
}

TEST_CASE("an old timestamp is not believed (PAWS, RFC 7323 5.3)") {
    TwoEnds w(kLinux, kLinux, 10ms);
    w.open();
    w.write(TwoEnds::kServer, 100);
    w.run_until(w.now() + 1s);
    REQUIRE(w.read_all(TwoEnds::kClient) == 100);
    Segment old;
    for (const auto& p : w.sent()) {
        if (p.from == TwoEnds::kServer && p.segment.payload.length > 0) old = p.segment;
    }
    old.seq = old.seq + old.payload.length;  // where new data would go
    old.ts_value -= 1000;
    w.inject(TwoEnds::kClient, old);
    CHECK(w.client().readable() == 0);
    CHECK(w.sent().back().segment.flags == flag::ack);
    old.ts_value += 2000;
    w.inject(TwoEnds::kClient, old);
    CHECK(w.client().readable() == 100);
}

TEST_CASE("all eleven states have the RFC's names") {
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(State::closed); ++i) names.insert(name(static_cast<State>(i)));
    CHECK(names.size() == 11);
    CHECK(names.count("SYN-RECEIVED") == 1);
    CHECK(names.count("FIN-WAIT-2") == 1);
}

TEST_CASE("a bare FIN waits for the congestion window under Linux, and only there") {
    for (const Profile profile : {Profile::linux_, Profile::rfc, Profile::classic}) {
        Config c = make_config(profile);
        c.initial_window = 1;
        TwoEnds w(c, c, 10ms);
        w.open();
        w.run_until(w.now() + 300ms);
        w.write(TwoEnds::kClient, 700);
        w.close(TwoEnds::kClient);
        CHECK(w.sent().back().segment.has(flag::fin) == (profile != Profile::linux_));
        w.run_until(w.now() + 1s);
        CHECK(w.server().bytes_received() == 700);
        CHECK(w.client().state() == State::fin_wait_2);
    }
}
