// When an acknowledgement is due, asked of the schedule alone: RFC 1122 4.2.3.2, RFC 5681 4.2, and the kernel's rules
// (net/ipv4/tcp_input.c, tcp_output.c).
#include <doctest/doctest.h>

#include <optional>

#include "tcp/ack_schedule.hpp"

using namespace tcplab;

namespace {

constexpr std::uint16_t kSegment = 1448;
constexpr Time kBegin = kStart + 1s;

/// A receiver in order, whose reader takes everything at once and whose acknowledgements go when they are due.
struct Receiver {
    explicit Receiver(Profile profile, bool quick = false) : config(make_config(profile)) {
        config.quickack = quick;
        window.reset(config, false);
        window.establish(kSegment, true, next);
        window.begin(kBegin, next, memory);
        rtt.reset(config);
        acks.start(kBegin, kSegment);
    }
    void data(Time now, std::uint32_t length, std::uint8_t flags = flag::ack) {
        Segment s;
        s.flags = flags;
        s.payload.length = length;
        acks.measure(s, kSegment);
        next += length;
        acks.on_data(now, config, window, rtt, 0);
    }
    /// A segment beyond a hole.
    void early(Time now) {
        hole = true;
        acks.owe(now);
    }
    std::optional<Time> due(Time now, Time timer = kNever) {
        return acks.due(now, timer, {config, window, rtt, next, hole, true});
    }
    bool read(std::uint64_t bytes) { return acks.on_read(bytes, config, window, next, false); }
    void send() {
        window.advertise(next, acks.segment(), false);
        acks.sent(config);
    }

    Config config;
    ReceiveWindow::Memory memory;
    ReceiveWindow window;
    RttEstimator rtt;
    AckSchedule acks;
    std::uint64_t next = 1;
    bool hole = false;
};

}  // namespace

TEST_CASE("RFC 1122 4.2.3.2: every second full segment, and within the delay") {
    Receiver r(Profile::rfc);
    CHECK_FALSE(r.acks.owed());
    r.data(kBegin, kSegment);
    CHECK(r.acks.owed());
    CHECK(r.due(kBegin) == kBegin + r.config.delayed_ack);
    r.data(kBegin + 1ms, kSegment);
    CHECK(r.due(kBegin + 1ms, kBegin + r.config.delayed_ack) == std::nullopt);
    r.send();
    CHECK_FALSE(r.acks.owed());
    r.data(kBegin + 2ms, kSegment);
    CHECK(r.due(kBegin + 2ms) == kBegin + 2ms + r.config.delayed_ack);
}

TEST_CASE("RFC 5681 4.2: what comes behind a hole is acknowledged at once") {
    Receiver r(Profile::rfc);
    r.early(kBegin);
    CHECK(r.due(kBegin) == std::nullopt);
}

TEST_CASE("a later segment does not put the timer off") {
    Receiver r(Profile::rfc);
    r.data(kBegin, 50);
    const Time first = *r.due(kBegin);
    r.data(kBegin + 10ms, 50);
    CHECK(r.due(kBegin + 10ms, first) == first);
}

TEST_CASE("Linux: quick acknowledgements at the start, until an answer makes the session interactive") {
    Receiver r(Profile::linux_, true);
    r.data(kBegin, 100);
    CHECK(r.due(kBegin) == std::nullopt);
    r.acks.on_data_sent(kBegin + 1ms, r.config);  // within the timeout of 40 ms: it carries the acknowledgement
    CHECK(r.acks.interactive());
    r.send();
    r.data(kBegin + 2ms, 100);
    CHECK(r.due(kBegin + 2ms).has_value());
    r.acks.quicken(r.config, r.window);  // a duplicate came: the peer has not heard us
    CHECK_FALSE(r.acks.interactive());
    CHECK(r.due(kBegin + 2ms) == std::nullopt);
}

TEST_CASE("Linux: the timer is 40 ms, doubles when nothing takes the acknowledgement along, at most 200 ms") {
    Receiver r(Profile::linux_);
    r.data(kBegin, 100);
    CHECK(r.due(kBegin) == kBegin + 40ms);
    r.acks.on_timer(r.config, 1s);
    CHECK(r.acks.timeout() == 80ms);
    CHECK(r.acks.reason(true, false) == SendReason::delayed_acknowledgement);
    r.acks.on_timer(r.config, 1s);
    r.acks.on_timer(r.config, 1s);
    CHECK(r.acks.timeout() == 320ms);
    CHECK(r.due(kBegin) == kBegin + r.config.delayed_ack_max);
    r.acks.on_timer(r.config, 500ms);
    CHECK(r.acks.timeout() == 500ms);  // never more than the RTO
}

TEST_CASE("Linux: interactive mode ends when the timer runs out, as no answer came") {
    Receiver r(Profile::linux_);
    r.acks.set_interactive(true);
    r.data(kBegin, 100);
    r.acks.on_timer(r.config, 1s);
    CHECK_FALSE(r.acks.interactive());
    CHECK(r.acks.timeout() == 40ms);
}

TEST_CASE("Linux: a timer that is about to run out is not waited for") {
    Receiver r(Profile::linux_);
    r.data(kBegin, 100);
    CHECK(r.due(kBegin, kBegin + 10ms) == std::nullopt);  // a quarter of 40 ms
    CHECK(r.due(kBegin, kBegin + 11ms) == kBegin + 11ms);
}

TEST_CASE("Linux: three duplicates at once, then one for all within a twentieth of the round trip and 0.1 ms") {
    Receiver r(Profile::linux_);
    r.rtt.sample(r.config, 10ms, 10ms, 1, 1);
    r.window.on_rtt(10ms, true);
    for (int i = 0; i < 3; ++i) {
        r.early(kBegin);
        CHECK(r.due(kBegin) == std::nullopt);
        r.send();
    }
    r.early(kBegin);
    const std::optional<Time> one = r.due(kBegin);
    CHECK(one == kBegin + 600us);
    CHECK(r.due(kBegin + 50us, *one) == one);
    r.data(kBegin + 100us, 100);  // RCV.NXT moves: counted anew
    r.send();
    CHECK(r.due(kBegin + 100us) == std::nullopt);
}

TEST_CASE("Linux: 44 duplicates are the most that one acknowledgement stands for") {
    Receiver r(Profile::linux_);
    r.early(kBegin);
    for (int i = 0; i < 3; ++i) CHECK(r.due(kBegin) == std::nullopt);
    for (int i = 0; i < 44; ++i) CHECK(r.due(kBegin, kBegin + 1ms).has_value());
    CHECK(r.due(kBegin, kBegin + 1ms) == std::nullopt);
}

TEST_CASE("Linux: a reader that empties the buffer at the end of a write lets the acknowledgement go") {
    Receiver r(Profile::linux_);
    r.data(kBegin, 100, flag::ack | flag::psh);
    CHECK_FALSE(r.read(0));
    CHECK(r.read(100));
    r.send();
    r.acks.set_interactive(true);  // the answer will come
    r.data(kBegin + 1ms, 100, flag::ack | flag::psh);
    CHECK_FALSE(r.read(100));
    r.data(kBegin + 2ms, 100, flag::ack | flag::psh);  // a second write: the peer did not wait
    CHECK(r.read(100));
}

TEST_CASE("what data that came just now let go was not held back") {
    Receiver r(Profile::linux_);
    r.data(kBegin, 100);
    CHECK(r.acks.held(kBegin) == 0ms);
    CHECK(r.acks.held(kBegin + 30ms) == 30ms);
    r.send();
    CHECK(r.acks.held(kBegin + 30ms) == 0ms);
}

TEST_CASE("the size of the peer's segments (tcp_measure_rcv_mss)") {
    AckSchedule acks;
    acks.start(kBegin, 536);
    Segment s;
    s.flags = flag::ack;
    s.payload.length = 1460;
    CHECK(acks.measure(s, kSegment));
    CHECK(acks.segment() == kSegment);  // no more than was advertised
    s.payload.length = 1000;
    CHECK_FALSE(acks.measure(s, kSegment));
    CHECK(acks.segment() == kSegment);
    CHECK_FALSE(acks.measure(s, kSegment));
    CHECK(acks.segment() == 1000);  // two of a size
}
