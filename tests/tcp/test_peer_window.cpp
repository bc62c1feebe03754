#include <doctest/doctest.h>

#include "tcp/peer_window.hpp"

using namespace tcplab;

TEST_CASE("RFC 7323 2.2 and 2.3: a SYN's window is not scaled, and no shift is beyond 14") {
    PeerWindow w;
    w.set_scale(15);
    CHECK(w.scale() == 14);
    Segment s;
    s.window = 2;
    s.flags = flag::ack;
    CHECK(w.offered(s) == 2U << 14U);
    s.flags = flag::syn | flag::ack;
    CHECK(w.offered(s) == 2);
}

TEST_CASE("RFC 9293 3.10.7.4: an older segment does not change the window; one as old does not shrink it") {
    PeerWindow w;
    REQUIRE(w.update(1000, 10, false));
    CHECK_FALSE(w.update(5000, 9, false));
    CHECK_FALSE(w.update(900, 10, false));
    CHECK(w.bytes() == 1000);
    CHECK(w.update(2000, 10, false));
    CHECK(w.update(0, 10, false));  // closed: never mistaken for an old one (tcp_may_update_window)
    CHECK(w.update(300, 11, false));
    CHECK(w.update(400, 5, true));  // it acknowledges something new
    CHECK(w.bytes() == 400);
}

TEST_CASE("what may still go; nothing when the peer took its window back") {
    PeerWindow w;
    w.set(100);
    CHECK(w.room(50, 120) == 30);
    CHECK(w.room(50, 150) == 0);
    CHECK(w.room(50, 170) == 0);
}

TEST_CASE("segments are at most half of the largest window (tcp_bound_to_half_wnd)") {
    PeerWindow w;
    CHECK(w.bound(1460, 48) == 1460);  // nothing is known yet
    w.set(2000);
    CHECK(w.note_largest());
    w.set(1000);
    CHECK_FALSE(w.note_largest());
    CHECK(w.largest() == 2000);
    CHECK(w.bound(1460, 48) == 1000);
    CHECK(w.bound(500, 48) == 500);
    w.forget_largest();
    w.set(536);
    CHECK(w.note_largest());
    CHECK(w.bound(1460, 48) == 536);  // of a small one all
    w.forget_largest();
    w.set(20);
    CHECK(w.note_largest());
    CHECK(w.bound(1460, 48) == 48);
}

TEST_CASE("a full segment is what the peer takes, and at most half of its largest window (tcp_bound_to_half_wnd)") {
    PeerWindow w;
    w.set_most_segment(1448);
    CHECK(w.segment(48) == 1448);  // no window yet
    w.set(2000);
    w.note_largest();
    CHECK(w.segment(48) == 1000);
    w.set(4000);
    w.note_largest();
    CHECK(w.segment(48) == 1448);
}
