// What the profile of a profile-guided build is made from (TCPLAB_PROFILE in sim/CMakeLists.txt): the benchmark's
// workloads, and pages by every strategy, over paths with and without losses. Says nothing; fails when one of them
// cannot be simulated.
#include <cstdint>
#include <initializer_list>
#include <utility>

#include "experiment/workloads.hpp"
#include "experiment/world.hpp"

namespace {

using namespace std::chrono_literals;
using tcplab::Scenario;
using tcplab::Strategy;

bool runs(const Scenario& scenario) { return tcplab::simulate(scenario).diagnosis.empty(); }

/// A page of 24 objects of 8 kB, for people on Linux.
Scenario page(Strategy strategy, std::uint32_t connections, double loss, std::uint64_t seed) {
    Scenario s = tcplab::short_scenario(24);
    s.seed = seed;
    s.client_tcp = s.server_tcp = make_config(tcplab::Profile::linux_);
    s.link.up.queue = s.link.down.queue = 100;
    s.link.down.loss = loss;
    s.client.strategy = strategy;
    s.client.connections = connections;
    s.page.objects.front().size = 8000;
    if (strategy == Strategy::multiplexed) s.tls = tcplab::TlsConfig{};
    return s;
}

bool pages_run() {
    const std::initializer_list<std::pair<Strategy, std::uint32_t>> ways{
        {Strategy::serial, 1},     {Strategy::parallel, 6},  {Strategy::persistent, 1},
        {Strategy::persistent, 6}, {Strategy::pipelined, 1}, {Strategy::multiplexed, 1}};
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        for (const double loss : {0.0, 0.02}) {
            for (const auto& [strategy, connections] : ways) {
                if (!runs(page(strategy, connections, loss, seed))) return false;
            }
        }
    }
    return true;
}

bool flows_run() {
    Scenario crowd = tcplab::bulk_scenario(3000);  // so many that they time out
    crowd.duration = 20s;
    Scenario bare = tcplab::bulk_scenario(10);
    bare.duration = 20s;
    bare.attribution = false;
    return runs(tcplab::bulk_scenario(1)) && runs(tcplab::bulk_scenario(100)) && runs(crowd) && runs(bare);
}

bool connections_run() {
    auto idle = tcplab::WorkloadWorld::many_connections(2000);
    idle.prepare();
    idle.finish();
    auto waiting = tcplab::WorkloadWorld::full_time_wait(10'000, 2000);
    waiting.prepare();
    waiting.finish();
    return runs(tcplab::short_scenario(10'000)) && runs(tcplab::host_scenario(500)) &&
           runs(tcplab::port_scenario(2000));
}

}  // namespace

int main() { return flows_run() && connections_run() && pages_run() ? 0 : 1; }
