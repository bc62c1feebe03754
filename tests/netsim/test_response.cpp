// Response functions: the mean window that a rate of loss leaves, against the tables of RFC 3649 and RFC 9438. As the
// RFCs have it one packet in 1/p is lost, exactly, on a path without a queue or a limit, and every segment is
// acknowledged. Losses that come like clockwork keep cubic in whichever cycle it has fallen into, a fifth below or
// above the RFC's own; so the mean is over several windows at the first loss. With TCPLAB_RESPONSE=FILE in the
// environment the windows are also written there; results/reference/update has them from here.
#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "netsim/bulk.hpp"

using namespace tcplab;

namespace {

constexpr std::array kStarts{0.5, 0.7, 1.0, 1.4, 2.0};

struct Cell {
    CongestionControl which;
    Duration rtt;
    std::uint64_t period;  ///< packets from one loss to the next: 1/p
    std::uint64_t losses;  ///< in each of the runs
    double window;         ///< segments, as published
    double within = 0.15;
};

/// Segments in a round trip, over all of a long download. Its slow start ends at `start` times the largest window of
/// the RFC's cycle, so that no warm-up is to be left out.
double mean_window(const Cell& cell, double start) {
    test::Dumbbell d;
    d.tcp = make_config(Profile::linux_);
    d.tcp.congestion_control = cell.which;
    d.tcp.timestamps = false;
    d.tcp.delayed_ack = 0ms;
    d.tcp.receive_buffer = d.tcp.receive_buffer_max = d.tcp.send_buffer = std::uint64_t{1} << 30U;
    d.tcp.send_buffer_start.reset();
    d.rtt = cell.rtt;
    d.rate = BitRate{};
    d.queue.reset();
    Scenario s = test::scenario_of(d);
    s.duration.reset();
    const double mean_of_largest = cell.which == CongestionControl::reno ? 0.75 : 0.85;
    auto next = static_cast<std::uint64_t>(std::lround(start * cell.window / mean_of_largest));
    for (std::uint64_t i = 0; i < cell.losses; ++i, next += cell.period) {
        s.link.down.drop.push_back({DropKind::data, next, next, 1});
    }
    const std::uint64_t segments = next;
    s.page.objects[0].endless = false;
    s.page.objects[0].size = segments * d.tcp.mss;
    const Results r = simulate(s);
    REQUIRE(r.failed == 0);
    REQUIRE(r.down.dropped_loss == cell.losses);
    const Duration taken = r.transactions.at(0).done - r.transactions.at(0).request_sent;
    return static_cast<double>(segments) * to_ms(cell.rtt) / to_ms(taken);
}

double mean_window(const Cell& cell) {
    double sum = 0;
    for (const double start : kStarts) sum += mean_window(cell, start);
    return sum / static_cast<double>(kStarts.size());
}

void check(const std::vector<Cell>& cells) {
    std::ofstream file;
    if (const char* name = std::getenv("TCPLAB_RESPONSE")) file.open(name);
    for (const Cell& cell : cells) {
        const double window = mean_window(cell);
        const std::string name = cell.which == CongestionControl::reno ? "reno" : "cubic";
        INFO(name << ", " << to_ms(cell.rtt) << " ms, a loss in " << cell.period << ": " << window << " of "
                  << cell.window);
        CHECK(std::abs(window / cell.window - 1) <= cell.within);
        file << name << ',' << to_ms(cell.rtt) << ',' << cell.period << ',' << window << '\n';
    }
}

}  // namespace

TEST_CASE("response functions: reno as RFC 3649, table 2, cubic as RFC 9438, tables 1 and 2") {
    constexpr auto reno = CongestionControl::reno;
    constexpr auto cubic = CongestionControl::cubic;
    if (std::getenv("TCPLAB_LOW_LOSS") != nullptr) {  // four minutes
        check({
            {reno, 100ms, 1'000'000, 4, 1200},
            {reno, 100ms, 10'000'000, 3, 3795},
            {cubic, 100ms, 1'000'000, 4, 5926},
            {cubic, 100ms, 10'000'000, 3, 33325},
            {cubic, 10ms, 1'000'000, 4, 1200},
            {cubic, 10ms, 10'000'000, 3, 5926},
        });
        return;
    }
    check({
        {reno, 100ms, 100, 50, 12},
        {reno, 100ms, 1'000, 50, 38},
        {reno, 100ms, 10'000, 50, 120},
        {reno, 100ms, 100'000, 10, 379},
        {cubic, 100ms, 100, 50, 12},
        {cubic, 100ms, 1'000, 50, 38},
        {cubic, 100ms, 10'000, 50, 187},
        {cubic, 100ms, 100'000, 10, 1054},
        // tcp_cubic.c looks at the window that Reno would have only every HZ / 32 while its own stands still, which is
        // three of these round trips, and counts whole segments: at 8 segments the kernel falls behind Reno.
        {cubic, 10ms, 100, 50, 12, 0.3},
        {cubic, 10ms, 1'000, 50, 38},
        {cubic, 10ms, 10'000, 50, 120},
        {cubic, 10ms, 100'000, 10, 379},
    });
}
