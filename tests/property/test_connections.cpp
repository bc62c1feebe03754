// Two connections over a path that loses, repeats, delays and damages packets: whatever happens, every byte arrives
// once and in order, or an end says why not. TCPLAB_SEEDS=N tries N seeds, TCPLAB_SEED=N that one alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "property/hostile_ends.hpp"

using namespace tcplab;
using namespace tcplab::test;

namespace {

Hostility random_hostility(Draw& draw) {
    Hostility h;
    h.delay = draw.pick<Duration>({0ms, 100us, 5ms, 50ms, 300ms});
    h.rate = BitRate{draw.pick<std::uint64_t>({0, 0, 64'000, 1'500'000, 100'000'000})};
    h.queue = draw.pick({0U, 2U, 10U, 1000U});
    if (draw.chance(50)) h.loss = draw.pick({1U, 10U, 50U, 150U});
    if (draw.chance(25)) h.duplicate = draw.pick({10U, 200U});
    if (draw.chance(25)) h.reorder = draw.pick({10U, 200U});
    if (draw.chance(25)) h.corrupt = draw.pick({10U, 50U});
    if (draw.chance(25)) h.jitter = draw.pick<Duration>({1ms, 20ms, 100ms});
    h.reorder_delay = draw.pick<Duration>({1ms, 30ms, 400ms, 5s});
    h.as_bytes = draw.chance(20);
    return h;
}

Plan random_plan(Draw& draw) {
    Plan p;
    p.bytes = draw.chance(10) ? 0 : draw.size(300'000);
    p.write_size = draw.pick<std::uint64_t>({20, 1000, 5000, 100'000});
    // Not more than a few thousand writes or reads.
    p.write_size = std::max(p.write_size, p.bytes / 1000);
    if (draw.chance(30)) p.write_gap = draw.pick<Duration>({1ms, 30ms, 300ms});
    p.read_size = draw.pick({100U, 1460U, 10'000U, 1'000'000U});
    if (draw.chance(40)) p.read_gap = draw.pick<Duration>({1ms, 50ms, 500ms});
    p.waits_for_end = draw.chance(10);
    p.closes = draw.chance(30);
    p.fidgets = draw.chance(10);
    return p;
}

struct Setting {
    HostileEnds::End a;
    HostileEnds::End b;
    Duration lateness{0};
};

Setting random_setting(Draw& draw) {
    Setting s;
    for (HostileEnds::End* e : {&s.a, &s.b}) {
        e->config = random_config(draw);
        e->plan = random_plan(draw);
        e->out = random_hostility(draw);
        // Often one that wraps soon.
        e->initial =
            SeqNum(static_cast<std::uint32_t>(draw.chance(50) ? -draw.below(50'000) : draw.below(1ULL << 32U)));
    }
    s.a.plan.connects = kStart + draw.up_to(10ms);
    if (draw.chance(3)) s.b.plan.connects = kStart + draw.up_to(10ms);
    // Two that wait for each other's end would wait for ever, and so would one that never ends for one that waits.
    if (s.a.plan.waits_for_end || s.a.plan.closes) s.b.plan.waits_for_end = s.b.plan.closes = false;
    if (draw.chance(10)) s.lateness = draw.up_to(5ms);
    return s;
}

std::string told(std::uint64_t seed, const std::string& what, const HostileEnds& ends) {
    return "seed " + std::to_string(seed) + ": " + what + "\n" + ends.story() + "seed " + std::to_string(seed) + ": " +
           what;
}

}  // namespace

TEST_CASE("whatever the path does, every byte arrives once and in order") {
    const Seeds seeds(10'000);
    std::uint64_t failed = 0;
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        Draw draw(seed);
        const Setting s = random_setting(draw);
        HostileEnds ends(s.a, s.b, s.lateness, seed);
        try {
            ends.run();
            expect(ends.complete() || ends.failed(), "neither complete nor failed");
        } catch (const Broken& broken) {
            FAIL(told(seed, broken.what(), ends));
        }
        failed += ends.failed() ? 1U : 0U;
    }
    // Such a path is bad but alive.
    CHECK(failed <= 1 + seeds.count() / 100);
}

TEST_CASE("a reader that gives up, or a sender that aborts: a prefix arrives, and the other end is told") {
    const Seeds seeds(4000);
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        Draw draw(seed);
        Setting s = random_setting(draw);
        Plan& quitter = draw.chance(50) ? s.a.plan : s.b.plan;
        quitter.gives_up_after = draw.size(50'000);
        quitter.aborts = draw.chance(30);
        HostileEnds ends(s.a, s.b, s.lateness, seed);
        try {
            ends.run();
        } catch (const Broken& broken) {
            FAIL(told(seed, broken.what(), ends));
        }
    }
}

TEST_CASE("a path that dies: whoever has something to say gives up in time") {
    const Seeds seeds(2000);
    for (std::uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
        Draw draw(seed);
        Setting s = random_setting(draw);
        s.a.out.dead = s.b.out.dead = kStart + draw.up_to(2s);
        s.a.config.keepalive = s.b.config.keepalive = 10s;
        s.a.config.time_wait = s.b.config.time_wait = 60s;
        s.a.plan.fidgets = s.b.plan.fidgets = false;
        HostileEnds ends(s.a, s.b, s.lateness, seed);
        try {
            ends.run();
            expect(ends.complete() || ends.failed(), "neither complete nor failed");
            expect(ends.now() < kStart + 7200s, "it took too long");
            for (const unsigned i : {0U, 1U}) {
                const TcpError e = ends.error(i);
                expect(e == TcpError::none || e == TcpError::timed_out, "an error that nothing caused");
            }
        } catch (const Broken& broken) {
            FAIL(told(seed, broken.what(), ends));
        }
    }
}
