// W1 in ns-3: endless transfers that share 100 Mbit/s, 20 ms and a queue of 250 packets for a minute.
// Each has a sender and a receiver of its own, with 1 Gbit/s and 1 ms to the routers.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "bench-util.h"
#include "ns3/applications-module.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

namespace {

constexpr double kStart = 1;      // seconds
constexpr double kDuration = 60;  // seconds
constexpr std::uint16_t kPort = 5000;

/// Hosts around a router, each in a network of its own, and routed by hand: the fastest way that this ns-3 has.
struct Side {
    ns3::Ptr<ns3::Node> router;
    ns3::NodeContainer hosts;
    std::vector<ns3::Ipv4Address> addresses;  ///< the hosts'

    Side(const ns3::Ptr<ns3::Node>& at, const char* networks, std::uint32_t n) : router(at) {
        hosts.Create(n);
        ns3::Ipv4StaticRoutingHelper routing;
        ns3::InternetStackHelper stack;
        stack.SetRoutingHelper(routing);
        stack.SetIpv6StackInstall(false);
        stack.Install(router);
        stack.Install(hosts);
        ns3::Ipv4AddressHelper addressing(networks, "255.255.255.0");
        auto access = peers::links("1Gbps", "1ms", 10'000);
        for (std::uint32_t i = 0; i < n; ++i) {
            const auto ends = addressing.Assign(access.Install(hosts.Get(i), router));
            addressing.NewNetwork();
            addresses.push_back(ends.GetAddress(0));
            routing.GetStaticRouting(hosts.Get(i)->GetObject<ns3::Ipv4>())->SetDefaultRoute(ends.GetAddress(1), 1);
        }
    }
    void route(const char* networks, const ns3::Ptr<ns3::NetDevice>& over) const {
        const auto ip = router->GetObject<ns3::Ipv4>();
        const auto routing = ns3::Ipv4StaticRoutingHelper().GetStaticRouting(ip);
        routing->AddNetworkRouteTo(networks, "255.0.0.0", ip->GetInterfaceForDevice(over));
    }
};

void start_transfer(const Side& senders, const Side& receivers, std::uint32_t i, double at) {
    ns3::PacketSinkHelper sink("ns3::TcpSocketFactory", ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
    sink.Install(receivers.hosts.Get(i)).Start(ns3::Seconds(0));
    ns3::BulkSendHelper bulk("ns3::TcpSocketFactory", ns3::InetSocketAddress(receivers.addresses[i], kPort));
    bulk.SetAttribute("MaxBytes", ns3::UintegerValue(0));
    bulk.SetAttribute("SendSize", ns3::UintegerValue(14'600));
    bulk.Install(senders.hosts.Get(i)).Start(ns3::Seconds(at));
}

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t n = 1;
    ns3::CommandLine options;
    options.AddValue("n", "transfers", n);
    options.Parse(argc, argv);

    peers::set_tcp();
    ns3::Config::SetDefault("ns3::TcpSocket::SndBufSize", ns3::UintegerValue(4 << 20));
    ns3::Config::SetDefault("ns3::TcpSocket::RcvBufSize", ns3::UintegerValue(4 << 20));
    ns3::NodeContainer routers(2);
    const Side senders(routers.Get(0), "10.0.0.0", n);
    const Side receivers(routers.Get(1), "11.0.0.0", n);
    const auto bottleneck = peers::links("100Mbps", "20ms", 250).Install(routers);
    ns3::Ipv4AddressHelper("192.168.0.0", "255.255.255.0").Assign(bottleneck);
    senders.route("11.0.0.0", bottleneck.Get(0));
    receivers.route("10.0.0.0", bottleneck.Get(1));
    peers::watch(bottleneck);
    for (std::uint32_t i = 0; i < n; ++i) {
        start_transfer(senders, receivers, i, kStart + std::min(0.01, 10.0 / n) * i);
    }
    ns3::Simulator::Stop(ns3::Seconds(kStart + kDuration));
    ns3::Simulator::Run();
    peers::print_results(0);
    ns3::Simulator::Destroy();
    return 0;
}
