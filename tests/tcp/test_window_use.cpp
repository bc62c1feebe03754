#include <doctest/doctest.h>

#include "tcp/window_use.hpp"

using namespace tcplab;

namespace {

Time at(std::int64_t ms) { return kStart + Duration(ms * 1'000'000); }

CongestionWindow window(std::uint32_t cwnd, std::uint32_t ssthresh) {
    CongestionWindow w;
    w.cwnd = cwnd;
    w.ssthresh = ssthresh;
    return w;
}

}  // namespace

TEST_CASE("in slow start half a window is enough, then only what the window keeps back (tcp_is_cwnd_limited)") {
    WindowUse use;
    use.start(at(0), 1);
    use.note(1, 5001, 5, false);
    CHECK_FALSE(use.is_used_up(window(10, 100)));
    use.note(1, 6001, 6, false);
    CHECK(use.is_used_up(window(10, 100)));
    CHECK_FALSE(use.is_used_up(window(10, 10)));
    use.note(1, 9001, 10, true);
    CHECK(use.limited());
    CHECK(use.is_used_up(window(10, 10)));
}

TEST_CASE("the strongest sign of a round trip counts until that is acknowledged (tcp_cwnd_validate)") {
    WindowUse use;
    use.start(at(0), 1);
    use.note(1, 10'001, 10, true);
    use.note(5001, 12'001, 7, false);  // SND.UNA is still in that round trip
    CHECK(use.limited());
    use.note(10'001, 14'001, 4, false);
    CHECK_FALSE(use.limited());
    CHECK_FALSE(use.is_used_up(window(10, 100)));
    use.note(10'001, 15'001, 5, false);  // more than before
    CHECK_FALSE(use.is_used_up(window(10, 100)));
    CHECK(use.is_used_up(window(9, 100)));
    use.note(10'001, 15'001, 3, false);
    CHECK(use.is_used_up(window(9, 100)));
}

TEST_CASE("what was used of a window that is not full, since it was (RFC 2861 3.1)") {
    WindowUse use;
    use.start(at(0), 1);
    CHECK(use.since() == at(0));
    use.note_part(3);
    use.note_part(7);
    use.note_part(5);
    CHECK(use.used() == 7);
    use.stamp(at(20));
    CHECK(use.since() == at(20));
    CHECK(use.used() == 7);
    use.restart(at(30));
    CHECK(use.since() == at(30));
    CHECK(use.used() == 0);
}
