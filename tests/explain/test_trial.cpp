#include <doctest/doctest.h>

#include "explain/trial.hpp"

using namespace tcplab;
using namespace tcplab::explain;
using Verdict = Comparison::Verdict;

namespace {

Trials of(std::initializer_list<int> milliseconds) {
    Trials trials;
    for (const int ms : milliseconds) {
        trials.emplace_back().emplace();
        trials.back()->took = ms * 1ms;
    }
    return trials;
}

Trials with_causes(Duration took, Duration loss, Duration nagle) {
    Trials trials{Trial()};
    trials.front()->took = took;
    trials.front()->causes.add(Cause::loss, loss);
    trials.front()->causes.add(Cause::nagle, nagle);
    trials.front()->causes.add(Cause::propagation, took - loss - nagle);
    return trials;
}

}  // namespace

TEST_CASE("one run with a change and one without") {
    CHECK(compare(of({100}), of({90})).verdict == Verdict::helps);
    CHECK(compare(of({100}), of({90})).difference == -10ms);
    CHECK(compare(of({100}), of({110})).verdict == Verdict::worse);
    CHECK(compare(of({1000}), of({999})).verdict == Verdict::same);  // a thousandth
    CHECK(compare(of({100}), {std::nullopt}).verdict == Verdict::failed);
    CHECK(compare({std::nullopt}, of({100})).verdict == Verdict::helps);
}

TEST_CASE("of several runs all must agree") {
    const Trials before = of({100, 200, 300, 400, 500});
    const Comparison helps = compare(before, of({90, 150, 290, 300, 480}));
    CHECK(helps.verdict == Verdict::helps);
    CHECK(helps.difference == -20ms);  // of -10, -50, -10, -100, -20
    CHECK(helps.least == -100ms);
    CHECK(helps.most == -10ms);
    CHECK(helps.took == 290ms);
    CHECK(compare(before, of({90, 150, 310, 300, 480})).verdict == Verdict::noise);
    CHECK(compare(before, of({100, 200, 300, 300, 500})).verdict == Verdict::noise);
    CHECK(compare(before, of({110, 210, 310, 410, 510})).verdict == Verdict::worse);
    CHECK(compare(before, before).verdict == Verdict::same);
    Trials one_failed = before;
    one_failed[2].reset();
    CHECK(compare(before, one_failed).verdict == Verdict::failed);
}

TEST_CASE("a script that loses another packet makes another run") {
    Trials before = of({100});
    Trials after = of({90});
    before.front()->lost = "segment 1";
    CHECK(compare(before, after).verdict == Verdict::helps);  // the change has taken the losses away
    after.front()->lost = "segment 1";
    CHECK(compare(before, after).verdict == Verdict::helps);
    after.front()->lost = "segment 2";
    CHECK(compare(before, after).verdict == Verdict::other_packet);
}

TEST_CASE("a cause that comes to light when another goes") {
    // 40 ms of loss go, 39 ms of Nagle stood behind them.
    const Comparison c = compare(with_causes(100ms, 40ms, 0ms), with_causes(99ms, 0ms, 39ms));
    CHECK(c.difference == -1ms);
    CHECK(c.instead == Cause::nagle);
    CHECK_FALSE(compare(with_causes(100ms, 40ms, 0ms), with_causes(60ms, 0ms, 0ms)).instead.has_value());
    CHECK_FALSE(compare(with_causes(100ms, 40ms, 0ms), with_causes(62ms, 0ms, 2ms)).instead.has_value());
}
