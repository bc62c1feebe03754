// PORTX in ns-3: as W2, but over 1 Gbit/s and 1 ms, and the client closes: it has TIME_WAIT, and runs out of ports.
#include <cstdint>

#include "bench-util.h"
#include "ns3/core-module.h"
#include "transactions.h"

int main(int argc, char** argv) {
    std::uint32_t count = 20'000;
    ns3::CommandLine options;
    options.AddValue("count", "transactions, if there are ports for so many", count);
    options.Parse(argc, argv);

    peers::set_tcp();
    ns3::Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", ns3::DoubleValue(120));
    return peers::run_transactions(peers::links("1Gbps", "1ms", 1000), count, peers::CloseFirst::client);
}
