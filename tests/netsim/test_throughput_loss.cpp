// Throughput against random loss, as a table that is kept in tests/golden/throughput_loss.txt: a change of the TCP that
// moves it shows as a diff. Where the change is meant, TCPLAB_UPDATE_GOLDEN=1 build/tests/test_netsim writes it anew.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "netsim/bulk.hpp"

using namespace tcplab;
using test::bytes_of;
using test::Dumbbell;
using test::scenario_of;

namespace {

constexpr std::uint64_t kSeeds = 3;

/// kbit/s that the reader gets: the mean of some runs of a minute.
std::uint64_t throughput(CongestionControl which, Duration rtt, double loss) {
    std::uint64_t bytes = 0;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        Dumbbell d;
        d.seed = seed;
        d.tcp = make_config(Profile::linux_);
        d.tcp.congestion_control = which;
        d.rtt = rtt;
        d.loss = loss;
        bytes += bytes_of(simulate(scenario_of(d))).at(0);
    }
    return bytes * 8 / 1000 / 60 / kSeeds;
}

std::string padded(const std::string& text, std::size_t width) {
    return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string table() {
    std::string out =
        "kbit/s of one endless download over 10 Mbit/s with a queue of 100 packets, against random loss towards the\n"
        "reader. Profile linux; mean of 3 runs of 60 s. Written by tests/netsim/test_throughput_loss.cpp.\n\n"
        "                 reno             cubic\n"
        "  loss     10 ms   100 ms     10 ms   100 ms\n";
    for (const auto& [percent, loss] :
         {std::pair{"0 %", 0.0}, {"0.1 %", 0.001}, {"1 %", 0.01}, {"3 %", 0.03}, {"10 %", 0.1}}) {
        out += padded(percent, 6);
        for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic}) {
            out += padded(std::to_string(throughput(which, 10ms, loss)), 10);
            out += padded(std::to_string(throughput(which, 100ms, loss)), 9);
        }
        out += "\n";
    }
    return out;
}

std::string golden_path() {
    const char* source = std::getenv("TCPLAB_SOURCE");
    return std::string(source != nullptr ? source : ".") + "/tests/golden/throughput_loss.txt";
}

}  // namespace

TEST_CASE("throughput against loss is as it was") {
    const std::string now = table();
    if (const char* update = std::getenv("TCPLAB_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
        std::ofstream(golden_path()) << now;
    }
    std::ifstream file(golden_path());
    std::stringstream kept;
    kept << file.rdbuf();
    INFO("TCPLAB_UPDATE_GOLDEN=1 build/tests/test_netsim writes " << golden_path() << " anew");
    CHECK(kept.str() == now);
}

TEST_CASE("throughput falls with loss, and with the round trip where there is loss") {
    for (const CongestionControl which : {CongestionControl::reno, CongestionControl::cubic}) {
        const std::uint64_t clean = throughput(which, 100ms, 0);
        const std::uint64_t some = throughput(which, 100ms, 0.01);
        const std::uint64_t much = throughput(which, 100ms, 0.1);
        CHECK(clean > some);
        CHECK(some > much);
        CHECK(throughput(which, 10ms, 0.03) > throughput(which, 100ms, 0.03));
    }
}
