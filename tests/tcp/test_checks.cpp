// What is done with segments that do not belong: RFC 9293 3.10.7.4, RFC 5961, PAWS (RFC 7323 5).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tcp/two_ends.hpp"

using namespace tcplab;
using test::TwoEnds;

namespace {

const Config kLinux = make_config(Profile::linux_);
const Config kRfc = make_config(Profile::rfc);

/// Open ends at 1 s, and segments that the client might send; positions count from the SYNs.
struct Open : TwoEnds {
    explicit Open(const Config& server = kLinux) : TwoEnds(kLinux, server, 10ms) {
        open();
        run_until(kStart + 1s);
    }
    /// A segment as if from the client, now, with a timestamp `age` milliseconds old.
    Segment from_client(std::uint32_t seq, std::uint32_t ack, std::uint8_t flags, std::uint32_t age = 0) {
        Segment s;
        s.source = client().tuple().local;
        s.destination = client().tuple().remote;
        s.seq = kClientInitial + seq;
        s.ack = kServerInitial + ack;
        s.flags = flags;
        s.window = 63;
        s.has_timestamps = true;
        s.ts_value =
            static_cast<std::uint32_t>(now().time_since_epoch() / 1ms) + Timestamps::offset_of(client().tuple()) - age;
        return s;
    }
    Segment with_data(Segment s, std::uint32_t length) {
        s.payload.length = length;
        return s;
    }
    /// What the server answers to `s`.
    std::vector<std::string> answers(const Segment& s) {
        const std::size_t before = sent().size();
        inject(kServer, s);
        std::vector<std::string> out;
        for (std::size_t i = before; i < sent().size(); ++i) {
            const std::string text = to_text(sent()[i].segment, origins(sent()[i].from));
            if (sent()[i].from == kServer) out.push_back(text.substr(0, text.find(" <")));
        }
        return out;
    }
};

using Texts = std::vector<std::string>;
const Texts kNothing;

}  // namespace

TEST_CASE(
    "RST: only the number that is due resets, others in the window are challenged, outside ignored (RFC 5961 3.2)") {
    Open w;
    CHECK(w.answers(w.from_client(60'000'000, 0, flag::rst)) == kNothing);
    CHECK(w.answers(w.from_client(1000, 0, flag::rst)) == Texts{". 1:1(0) ack 1 win 64"});
    CHECK(w.answers(w.from_client(1000, 0, flag::rst)) == kNothing);  // not twice in half a second
    w.run_until(w.now() + 500ms);
    CHECK(w.answers(w.from_client(1000, 0, flag::rst)).size() == 1);
    CHECK(w.server().state() == State::established);
    CHECK(w.answers(w.from_client(1, 0, flag::rst)) == kNothing);
    CHECK(w.server().error() == TcpError::reset);
}

TEST_CASE("RST at the end of the last SACK block resets (Linux; RFC 5961 3.2 has RCV.NXT only)") {
    for (const bool linux_ : {true, false}) {
        Config c = linux_ ? kLinux : kRfc;
        Open w(c);
        w.inject(TwoEnds::kServer, w.with_data(w.from_client(1001, 1, flag::ack), 500));
        w.inject(TwoEnds::kServer, w.from_client(1501, 0, flag::rst));
        CHECK(w.server().state() == (linux_ ? State::closed : State::established));
    }
}

TEST_CASE("after the peer's FIN a RST with the FIN's own number resets too (tcp_reset_check)") {
    Open w;
    w.close(0);
    w.run_until(w.now() + 100ms);
    REQUIRE(w.server().state() == State::close_wait);
    CHECK(w.answers(w.from_client(1, 0, flag::rst)) == kNothing);
    CHECK(w.server().error() == TcpError::broken_pipe);
}

TEST_CASE("SYN on an open connection is challenged, wherever it is (RFC 5961 4)") {
    for (const std::uint32_t seq : {1U, 0U, 5000U, 70'000'000U}) {
        Open w;
        CHECK(w.answers(w.from_client(seq, 1, flag::syn)) == Texts{". 1:1(0) ack 1 win 64"});
        CHECK(w.answers(w.from_client(seq, 1, flag::syn)) == kNothing);
        CHECK(w.server().state() == State::established);
    }
}

TEST_CASE("an ACK of what was never sent is challenged, twice a second with data too (RFC 5961 5)") {
    Open w;
    const Segment s = w.with_data(w.from_client(1, 5000, flag::ack), 10);
    CHECK(w.answers(s).size() == 1);
    CHECK(w.answers(s) == kNothing);
    CHECK(w.server().readable() == 0);
    // one that is older than any window ever offered, too
    w.run_until(w.now() + 1s);
    const Segment old = w.with_data(w.from_client(1, 0x80000010, flag::ack), 10);
    CHECK(w.answers(old).size() == 1);
    CHECK(w.answers(old) == kNothing);
}

TEST_CASE("data outside the window is acknowledged each time, a bare segment twice a second (tcp_oow_rate_limited)") {
    Open w;
    const Segment bare = w.from_client(70'000'000, 1, flag::ack);
    CHECK(w.answers(bare).size() == 1);
    CHECK(w.answers(bare) == kNothing);
    for (int i = 0; i < 3; ++i) CHECK(w.answers(w.with_data(bare, 10)).size() == 1);
}

TEST_CASE(
    "PAWS: data with an old timestamp is dropped and acknowledged; a millisecond older is let in (TCP_PAWS_WINDOW)") {
    Open w;
    w.inject(TwoEnds::kServer, w.from_client(1, 1, flag::ack));
    CHECK(w.answers(w.with_data(w.from_client(1, 1, flag::ack, 2), 10)) == Texts{". 1:1(0) ack 1 win 64"});
    CHECK(w.server().readable() == 0);
    w.inject(TwoEnds::kServer, w.with_data(w.from_client(1, 1, flag::ack, 1), 10));
    CHECK(w.server().readable() == 10);

    Open strict(kRfc);
    strict.inject(TwoEnds::kServer, strict.from_client(1, 1, flag::ack));
    strict.inject(TwoEnds::kServer, strict.with_data(strict.from_client(1, 1, flag::ack, 1), 10));
    CHECK(strict.server().readable() == 0);
}

TEST_CASE("PAWS: a RST is taken whatever its timestamp, a SYN is challenged") {
    Open w;
    w.inject(TwoEnds::kServer, w.from_client(1, 1, flag::ack));
    CHECK(w.answers(w.from_client(1, 1, flag::syn, 50)).size() == 1);
    w.inject(TwoEnds::kServer, w.from_client(1, 0, flag::rst, 50));
    CHECK(w.server().error() == TcpError::reset);
}

TEST_CASE("PAWS: a reordered duplicate ACK, no older than the timeout, counts (tcp_disordered_ack_check)") {
    for (const std::uint32_t age : {20U, 5000U}) {
        Config c = kLinux;
        c.sack = false;  // duplicates are counted
        Open w(c);
        w.write(TwoEnds::kServer, 1448 * 5);
        w.inject(TwoEnds::kServer, w.from_client(1, 1, flag::ack));
        for (int i = 0; i < 3; ++i) w.inject(TwoEnds::kServer, w.from_client(1, 1, flag::ack, age));
        // The first has a new timestamp; with three more, if they count, a segment is lost.
        CHECK((w.server().snapshot().ca_state == CaState::recovery) == (age == 20));
    }
}

TEST_CASE("PAWS: an old bare ACK with an old number is not even answered (PAWS_OLD_ACK), one ahead is") {
    Open w;
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };  // the real client stays out of it
    w.inject(TwoEnds::kServer, w.with_data(w.from_client(1, 1, flag::ack), 100));
    w.run_until(w.now() + 100ms);
    w.inject(TwoEnds::kServer, w.from_client(101, 1, flag::ack));
    CHECK(w.answers(w.from_client(1, 1, flag::ack, 50)) == kNothing);
    CHECK(w.answers(w.from_client(150, 1, flag::ack, 50)).size() == 1);
}

TEST_CASE("the timestamp that is echoed comes from segments whose ACK is not old (tcp_ack, tcp_replace_ts_recent)") {
    Open w;
    w.lose = [](std::uint32_t, std::uint64_t, const Segment&) { return true; };
    w.write(TwoEnds::kServer, 100);
    const Segment newer = w.from_client(1, 101, flag::ack);
    w.inject(TwoEnds::kServer, newer);
    w.run_until(w.now() + 50ms);
    w.inject(TwoEnds::kServer, w.with_data(w.from_client(1, 1, flag::ack), 2000));  // acknowledges less than before
    w.run_until(w.now() + 100ms);
    CHECK(w.server().bytes_received() == 2000);
    CHECK(w.sent().back().segment.ts_echo == newer.ts_value);
}

TEST_CASE("data for a socket that is closed: a bare RST with the number that it acknowledged (tcp_v4_send_reset)") {
    Open w;
    w.close(TwoEnds::kServer);
    w.run_until(w.now() + 100ms);
    CHECK(w.answers(w.with_data(w.from_client(1, 2, flag::ack), 10)) == Texts{"R 2:2(0) win 0"});
    CHECK(w.server().state() == State::closed);
    CHECK(w.server().bytes_destroyed() == 10);
}

TEST_CASE("close() with unread data resets, and says what it has not sent (RFC 2525 2.17)") {
    Open w;
    w.inject(TwoEnds::kServer, w.with_data(w.from_client(1, 1, flag::ack), 10));
    w.close(TwoEnds::kServer);
    CHECK(w.texts(TwoEnds::kServer).back().substr(0, 15) == "R. 1:1(0) ack 1");
    CHECK(w.server().state() == State::closed);
}

TEST_CASE("simultaneous close: both are in TIME-WAIT (RFC 9293 3.6, figure 13)") {
    Open w;
    w.client().close(w.now());
    w.server().close(w.now());
    w.drain(0);
    w.drain(1);
    w.run_until(w.now() + 15ms);
    CHECK(w.client().state() == State::closing);
    CHECK(w.server().state() == State::closing);
    w.run_until(w.now() + 100ms);
    CHECK(w.client().state() == State::time_wait);
    CHECK(w.server().state() == State::time_wait);
}
