// What a connection borrows from its host's pools is as good as new for the next one.
#include <doctest/doctest.h>

#include "tcp/memory.hpp"

using namespace tcplab;

TEST_CASE("lent again, a retransmission queue knows nothing of the connection before") {
    ConnectionMemory memory;
    {
        RetransmitQueue before;
        before.push({.pos = 1, .length = 100, .transmissions = 1}, memory.sent, false);
        before.note_small(101);
        before.mark_lost(0);
        CHECK(before.small_end() == 101);
    }
    RetransmitQueue queue;
    CHECK(queue.small_end() == 0);
    queue.push({.pos = 1, .length = 1460, .transmissions = 1}, memory.sent, false);
    CHECK(queue.small_end() == 0);
    CHECK(queue.lost() == 0);
    CHECK(queue.next_to_retransmit() == queue.size());
}

TEST_CASE("lent again, no timer runs and nothing is being tried") {
    ConnectionMemory memory;
    {
        Timers before;
        before.set(Timer::delayed_ack, kStart + 40ms, memory.timers);
        before.try_since(kStart, memory.timers);
        before.rest();
        CHECK(before.trying_since() == kStart);  // a timer runs: what it stands for stays known
        before.stop(Timer::delayed_ack);
        CHECK(before.next() == kNever);
        before.rest();
        CHECK(before.trying_since() == kNever);
    }
    Timers timers;
    timers.set(Timer::retransmit, kStart + 1s, memory.timers);
    CHECK(timers.next() == kStart + 1s);
    CHECK_FALSE(timers.running(Timer::delayed_ack));
    CHECK(timers.trying_since() == kNever);
    CHECK_FALSE(timers.expired(Timer::close, kStart + 2s));
    CHECK(timers.expired(Timer::retransmit, kStart + 1s));
}

TEST_CASE("lent again, a receiver is tuned from the beginning") {
    ConnectionMemory memory;
    const Config config;
    {
        ReceiveWindow before;
        before.reset(config, false);
        before.establish(1460, true, 1);
        before.begin(kStart, 1, memory.tuning);
        before.on_rtt(10ms, true);
        CHECK(before.rtt() == 10ms);
    }
    ReceiveWindow window;
    window.reset(config, false);
    window.establish(1460, true, 1);
    CHECK(window.rtt() == Duration::zero());
    window.begin(kStart, 1, memory.tuning);
    CHECK(window.rtt() == Duration::zero());
}
