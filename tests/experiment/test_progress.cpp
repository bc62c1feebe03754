#include <doctest/doctest.h>

#include "experiment/world.hpp"

using namespace tcplab;

namespace {

Scenario download(std::uint64_t bytes) {
    Scenario s;
    s.client_tcp = s.server_tcp = make_config(Profile::linux_);
    s.link.up.delay = s.link.down.delay = 10ms;
    s.link.up.rate = s.link.down.rate = BitRate{10'000'000};
    PageObject o;
    o.name = "o";
    o.path = "/o";
    o.size = bytes;
    s.page.objects.push_back(o);
    return s;
}

}  // namespace

TEST_CASE("a download's share grows with what was sent of it, up to the whole") {
    const Scenario s = download(1'000'000);
    World world(s);
    CHECK_FALSE(world.progress().share.has_value());
    double last = 0;
    std::uint64_t events = 0;
    Time now = kStart;
    while (!world.advance(100)) {
        const RunProgress p = world.progress();
        CHECK(p.events > events);
        CHECK(p.now >= now);
        const double share = p.share.value_or(last);
        CHECK(share >= last);
        CHECK(share <= 1);
        last = share;
        events = p.events;
        now = p.now;
    }
    CHECK(world.progress().share == 1.0);  // nothing was sent twice: exactly what was foreseen
}

TEST_CASE("with a duration, time counts where it is ahead") {
    Scenario s = download(0);
    s.page.objects.front().endless = true;
    s.duration = 2s;
    World world(s);
    while (world.progress().now < kStart + 1s && !world.advance(1)) {
    }
    CHECK(world.progress().share.value_or(0) == doctest::Approx(0.5).epsilon(0.02));
}

TEST_CASE("behind what was foreseen, nobody knows how much is left") {
    Scenario s = download(100'000);
    s.link.down.loss = 0.3;
    World world(s);
    while (!world.advance(1000)) {
    }
    CHECK_FALSE(world.progress().share.has_value());
}
