// draft-cheng-iccrg-delivery-rate-estimation: what a sample says follows from when segments went and were acknowledged.
#include <doctest/doctest.h>

#include <vector>

#include "tcp/rate_sample.hpp"

using namespace tcplab;

namespace {

struct Sent {
    RateStamp stamp;
    Time at;
    std::uint64_t end;
};

/// A sender of numbered segments.
struct Sender {
    RateState state;
    std::vector<Sent> sent;

    void send(Time now, bool none_out = false) {
        sent.push_back({rate_sent(state, now, none_out), now, sent.size() + 1});
    }
    /// One acknowledgement of the segments `first` to `last`, counted from 0.
    RateSample acknowledge(Time now, std::size_t first, std::size_t last, Duration min_rtt = 1ms,
                           std::uint32_t losses = 0) {
        RateSample s = rate_begin(7, state.lost, state);
        for (std::size_t i = first; i <= last; ++i) {
            rate_delivered(sent[i].stamp, sent[i].at, sent[i].end, false, state, s);
        }
        rate_finish(now, static_cast<std::uint32_t>(last - first + 1), losses, min_rtt, state, s);
        return s;
    }
};

}  // namespace

TEST_CASE("a window sent at once is sampled at the rate of its acknowledgements") {
    Sender a;
    for (int i = 0; i < 10; ++i) a.send(kStart, i == 0);
    // The bottleneck lets one through every 2 ms after 100 ms.
    RateSample s;
    for (std::size_t i = 0; i < 10; ++i) {
        s = a.acknowledge(kStart + 100ms + Duration(2ms) * static_cast<int>(i), i, i);
        CHECK(s.delivered == static_cast<std::int64_t>(i) + 1);
        CHECK(s.interval_us == 100'000 + 2'000 * static_cast<std::int64_t>(i));
    }
    CHECK(s.prior_in_flight == 7);
    CHECK(s.acked_sacked == 1);
    // What was sent on the first acknowledgement is sampled from there: 10 segments in 20 ms less than a round trip
    // later, once the nine before it have been delivered too.
    a.state.delivered = 2;
    a.state.delivered_at = kStart + 100ms;
    a.send(kStart + 100ms);
    a.state.delivered = 11;
    s = a.acknowledge(kStart + 220ms, 10, 10);
    CHECK(s.delivered == 10);
    CHECK(s.interval_us == 120'000);
}

TEST_CASE("acknowledgements that were held back together do not make the path faster than the sender") {
    Sender a;
    for (int i = 0; i < 10; ++i) a.send(kStart + i * 10ms, i == 0);
    a.acknowledge(kStart + 150ms, 0, 0);
    // The rest within a millisecond: nine segments, of which the last went 90 ms after the first.
    const RateSample s = a.acknowledge(kStart + 151ms, 1, 9);
    CHECK(s.delivered == 10);
    CHECK(s.interval_us == 151'000);
    for (int i = 0; i < 10; ++i) a.send(kStart + 151ms + i * 10ms, i == 0);
    a.acknowledge(kStart + 300ms, 10, 10);
    a.state.delivered_at = kStart + 300ms;
    a.send(kStart + 300ms);
    const RateSample late = a.acknowledge(kStart + 301ms, 20, 20, 0ms);
    CHECK(late.interval_us == 149'000);  // from the first transmission of the window to this one, not the 1 ms
}

TEST_CASE("the segment that was sent last makes the sample, whatever the order of arrival") {
    Sender a;
    a.send(kStart, true);
    a.send(kStart + 5ms);
    a.acknowledge(kStart + 100ms, 0, 0);
    a.send(kStart + 105ms);
    RateSample s = rate_begin(2, 0, a.state);
    for (const std::size_t i : {2U, 1U}) {
        rate_delivered(a.sent[i].stamp, a.sent[i].at, a.sent[i].end, i == 1, a.state, s);
    }
    rate_finish(kStart + 205ms, 2, 0, 1ms, a.state, s);
    CHECK(s.prior_delivered == 2);
    CHECK(s.delivered == 2);
    CHECK_FALSE(s.retransmitted);
    CHECK(s.interval_us == 105'000);
    // Of two sent at once, the one that ends later.
    Sender b;
    b.send(kStart, true);
    b.send(kStart);
    b.acknowledge(kStart + 100ms, 0, 1);
    CHECK(b.state.first_sent == kStart);
}

TEST_CASE("a sample shorter than the least round trip is none") {
    Sender a;
    a.send(kStart, true);
    CHECK(a.acknowledge(kStart + 99'999us, 0, 0, 100ms).interval_us == -1);
    a.send(kStart + 1s, true);
    CHECK(a.acknowledge(kStart + 1s + 100ms, 1, 1, 100ms).interval_us == 100'000);
}

TEST_CASE("an acknowledgement that delivers nothing is no sample, and moves nothing") {
    Sender a;
    a.send(kStart, true);
    RateSample s = rate_begin(1, 0, a.state);
    rate_finish(kStart + 50ms, 0, 0, 1ms, a.state, s);
    CHECK(s.delivered == -1);
    CHECK(s.interval_us == -1);
    CHECK(a.state.delivered_at == kStart);
}

TEST_CASE("losses count for the acknowledgement that told of them, not those that a timer found") {
    Sender a;
    a.send(kStart, true);
    a.send(kStart);
    RateSample s = rate_begin(2, 3, a.state);  // three were marked meanwhile
    rate_delivered(a.sent[1].stamp, a.sent[1].at, a.sent[1].end, false, a.state, s);
    rate_finish(kStart + 100ms, 1, 5, 1ms, a.state, s);
    CHECK(s.losses == 2);
    CHECK(a.state.lost == 5);
}

TEST_CASE("samples are the application's until what it sends after its pause is delivered") {
    Sender a;
    a.send(kStart, true);
    a.send(kStart);
    rate_app_limited(a.state, 2);  // it has no more to send
    a.send(kStart + 10ms);
    CHECK_FALSE(a.acknowledge(kStart + 100ms, 0, 1).app_limited);
    CHECK(a.state.app_limited != 0);
    CHECK(a.acknowledge(kStart + 110ms, 2, 2).app_limited);
    CHECK(a.state.app_limited == 0);
    a.send(kStart + 120ms, true);
    CHECK_FALSE(a.acknowledge(kStart + 220ms, 3, 3).app_limited);
}

TEST_CASE("after silence a sample begins with its own transmission") {
    Sender a;
    a.send(kStart, true);
    a.acknowledge(kStart + 100ms, 0, 0);
    a.send(kStart + 10s, true);
    CHECK(a.acknowledge(kStart + 10s + 100ms, 1, 1).interval_us == 100'000);
}
