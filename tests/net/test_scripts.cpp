// Losses in bursts, and packets that a script holds or doubles.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "line.hpp"
#include "net/impairments.hpp"

using namespace tcplab;
using line::Line;

namespace {

constexpr int kMany = 400'000;

/// 'x' for each packet that is lost.
std::string losses(const GilbertElliott& model, int packets = kMany, RunSeed seed = {}, std::uint32_t direction = 0) {
    LinkConfig config;
    config.bursts = model;
    Impairments impairments(config, seed, direction, nullptr);
    const Segment s = line::segment(flag::ack, 0, 100);
    std::string fates;
    for (int i = 0; i < packets; ++i) fates += impairments.treat(s).lost ? 'x' : '.';
    return fates;
}

double share(const std::string& fates) {
    double lost = 0;
    for (const char c : fates) lost += c == 'x' ? 1 : 0;
    return lost / static_cast<double>(fates.size());
}

/// Lengths of the runs of losses.
std::vector<std::size_t> runs(const std::string& fates) {
    std::vector<std::size_t> lengths;
    std::size_t length = 0;
    for (const char c : fates) {
        if (c == 'x') {
            ++length;
        } else if (length > 0) {
            lengths.push_back(length);
            length = 0;
        }
    }
    return lengths;
}

}  // namespace

TEST_CASE("gilbert-elliott: the stationary loss rate is (p bad + r good) / (p + r)") {
    const std::vector<GilbertElliott> models{
        {0.01, 0.1, 0, 1}, {0.001, 0.25, 0, 1}, {0.05, 0.2, 0.01, 0.5}, {0.3, 0.3, 0.1, 0.9}, {0.02, 0.5, 0, 0.3}};
    for (const GilbertElliott& m : models) {
        const double p = *m.p;
        const double r = *m.r;
        const double expected = (p * m.bad + r * m.good) / (p + r);
        // Losses come in bursts of 1 / r: so many fewer independent draws.
        const double error = std::sqrt(expected * (1 - expected) / kMany * (2 / (p + r)));
        CHECK(std::abs(share(losses(m)) - expected) < 5 * error);
    }
}

TEST_CASE("gilbert: runs of losses are geometric with mean 1 / r") {
    const std::vector<std::size_t> lengths = runs(losses({0.02, 0.2, 0, 1}));
    const auto all = static_cast<double>(lengths.size());
    REQUIRE(all > 5000);
    double sum = 0;
    double ones = 0;
    double longer_than_five = 0;
    for (const std::size_t n : lengths) {
        sum += static_cast<double>(n);
        ones += n == 1 ? 1 : 0;
        longer_than_five += n > 5 ? 1 : 0;
    }
    CHECK(sum / all == doctest::Approx(5).epsilon(0.05));
    CHECK(ones / all == doctest::Approx(0.2).epsilon(0.07));
    CHECK(longer_than_five / all == doctest::Approx(std::pow(0.8, 5)).epsilon(0.07));
}

TEST_CASE("gilbert-elliott: without r losses are independent, and it begins in the good state") {
    const std::string fates = losses({0.1, {}, 0, 1});
    CHECK(share(fates) == doctest::Approx(0.1).epsilon(0.03));
    double sum = 0;
    const std::vector<std::size_t> lengths = runs(fates);
    for (const std::size_t n : lengths) sum += static_cast<double>(n);
    CHECK(sum / static_cast<double>(lengths.size()) == doctest::Approx(1 / 0.9).epsilon(0.02));
    CHECK(losses({1, 0, 0, 1}, 5) == ".xxxx");
    CHECK(losses({1, 1, 0, 1}, 6) == ".x.x.x");
    CHECK(losses({0, {}, 0, 1}, 1000).find('x') == std::string::npos);
    CHECK(losses({0, {}, 1, 0}, 5) == "xxxxx");
}

TEST_CASE("gilbert-elliott: each direction, seed and repetition has its own luck, the same each time") {
    const GilbertElliott model{0.05, 0.2, 0, 1};
    const std::string first = losses(model, 1000);
    CHECK(losses(model, 1000) == first);
    CHECK(losses(model, 1000, {2, 1}) != first);
    CHECK(losses(model, 1000, {1, 2}) != first);
    CHECK(losses(model, 1000, {}, 1) != first);
}

TEST_CASE("a held packet arrives so much later, the others in time") {
    LinkConfig config;
    config.rate = {8'000'000};
    config.delay = 5ms;
    config.hold = {{{DropKind::data, 2, 2, 1}, 61s}, {{DropKind::data, 4, 5, 1}, 1ms}};
    Line line(config);
    for (std::uint32_t i = 1; i <= 6; ++i) line.send(kStart, i, 1000);
    CHECK(text(line.run()) == "1@6000000ns 3@8000000ns 4@10000000ns 5@11000000ns 6@11000000ns 2@61007000000ns");
}

TEST_CASE("a script doubles packets; with a hold the copy is in time and the original old") {
    LinkConfig config;
    config.rate = {8'000'000};
    config.duplicate_data = {{DropKind::data, 2, 2, 1}};
    Line line(config);
    for (std::uint32_t i = 1; i <= 3; ++i) line.send(kStart, i, 1000);
    CHECK(text(line.run()) == "1@1000000ns 2@2000000ns 2@3000000ns 3@4000000ns");
    CHECK(line.direction.counters().duplicated == 1);
    config.hold = {{{DropKind::data, 2, 2, 1}, 1s}};
    Line old(config);
    for (std::uint32_t i = 1; i <= 3; ++i) old.send(kStart, i, 1000);
    CHECK(text(old.run()) == "1@1000000ns 2@3000000ns 3@4000000ns 2@1002000000ns");
    config.drop = {{DropKind::data, 2, 2, 1}};
    Line dropped(config);
    for (std::uint32_t i = 1; i <= 3; ++i) dropped.send(kStart, i, 1000);
    CHECK(text(dropped.run()) == "1@1000000ns 2@3000000ns 3@4000000ns");
}

TEST_CASE("scripts count segments, and know the ACK of a FIN, as losses do") {
    FinLog fins;
    LinkConfig config;
    config.hold = {{{DropKind::fin_ack, 1, 1, 1}, 10ms}};
    config.duplicate_data = {{DropKind::segment, 2, 2, 1}};
    Line line(config, {}, &fins);
    fins.record(line::segment(flag::ack | flag::fin, 70, 0, line::kBack));
    line.send(kStart, line::segment(flag::ack, 1, 100));
    line.send(kStart, line::segment(flag::ack, 101, 100));
    line.send(kStart, line::segment(flag::ack, 101, 100));
    Segment ack = line::ack(71);
    ack.seq = SeqNum(201);
    line.send(kStart, ack);
    CHECK(text(line.run()) == "1@0ns 101@0ns 101@0ns 101@0ns 201@10000000ns");
}
