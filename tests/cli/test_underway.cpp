#include "cli/underway.hpp"

#include <doctest/doctest.h>

using namespace tcplab;

namespace {

RunProgress simulated(double share) {
    RunProgress progress;
    progress.events = 100;
    progress.share = share;
    return progress;
}

}  // namespace

TEST_CASE("runs count as far as they are, those that are made as whole ones") {
    UnderWay runs(2);
    CHECK_FALSE(runs.work(0, 4).share);
    runs.set(0, simulated(0.5));
    CHECK(*runs.work(0, 4).share == doctest::Approx(0.125));
    runs.set(1, simulated(0.25));
    runs.finish(0);
    CHECK(*runs.work(0, 4).share == doctest::Approx(1.25 / 4));
    runs.forget(0);
    CHECK(*runs.work(1, 4).share == doctest::Approx(1.25 / 4));
    CHECK(runs.work(1, 4).events == 100);
}

TEST_CASE("making and writing the files of a run is a part of its work") {
    UnderWay runs(1, 0.75);
    runs.set(0, simulated(1));
    CHECK(*runs.work(0, 1).share == doctest::Approx(0.25));
    CHECK_FALSE(runs.work(0, 1).writing);
    runs.set_files(0, 0.5);
    CHECK(*runs.work(0, 1).share == doctest::Approx(0.625));
    CHECK(runs.work(0, 1).writing);
    CHECK(runs.work(0, 1).events == 100);
    runs.finish(0);
    CHECK(*runs.work(0, 1).share == doctest::Approx(0.625));  // not yet written
    runs.set_files(0, 1);
    CHECK(*runs.work(0, 1).share == doctest::Approx(1));
}

TEST_CASE("a run that nobody knew the end of is known to be simulated once its files are made") {
    UnderWay runs(1, 0.75);
    runs.set(0, RunProgress{});
    CHECK_FALSE(runs.work(0, 1).share);
    runs.set_files(0, 0);
    CHECK(*runs.work(0, 1).share == doctest::Approx(0.25));
}
