// W2 in ns-3: transactions one after another over 10 Mbit/s and 25 ms, each on a new connection that the server closes.
#include <cstdint>

#include "bench-util.h"
#include "ns3/core-module.h"
#include "transactions.h"

int main(int argc, char** argv) {
    std::uint32_t count = 10'000;
    double msl = 120;
    ns3::CommandLine options;
    options.AddValue("count", "transactions", count);
    options.AddValue("msl", "half of TIME_WAIT, seconds", msl);
    options.Parse(argc, argv);

    peers::set_tcp();
    ns3::Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", ns3::DoubleValue(msl));
    return peers::run_transactions(peers::links("10Mbps", "25ms", 1000), count, peers::CloseFirst::server);
}
