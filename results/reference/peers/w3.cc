// W3 in ns-3: connections are opened one a millisecond over 10 Gbit/s and 5 ms, stand idle for 5 s, and have one
// transaction each, one a millisecond. Nothing is closed.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "bench-util.h"
#include "ns3/core-module.h"
#include "transactions.h"

namespace {

constexpr std::uint32_t kPorts = 16'384;  // ns-3's, of one client

struct Connection {
    ns3::Ptr<ns3::Node> client;
    ns3::Address server;
    peers::Socket socket = nullptr;
    std::uint32_t received = 0;

    void open() {
        socket = ns3::Socket::CreateSocket(client, ns3::TcpSocketFactory::GetTypeId());
        socket->SetRecvCallback(ns3::MakeCallback(&Connection::read, this));
        socket->Bind();
        socket->Connect(server);
    }
    void request() { socket->Send(ns3::Create<ns3::Packet>(peers::kRequest)); }
    void read(peers::Socket) { received += peers::read_all(socket); }
};

}  // namespace

int main(int argc, char** argv) {
    std::uint32_t count = 10'000;
    ns3::CommandLine options;
    options.AddValue("count", "connections", count);
    options.Parse(argc, argv);

    peers::set_tcp();
    const peers::Star star((count + kPorts - 1) / kPorts, peers::links("10Gbps", "5ms", 100'000));
    const peers::Server server(star.server.Get(0), peers::CloseFirst::nobody);
    std::vector<Connection> connections;
    for (std::uint32_t i = 0; i < count; ++i) {
        connections.push_back({star.clients.Get(i / kPorts), star.addresses[i / kPorts]});
    }
    const auto first_request = ns3::MilliSeconds(count) + ns3::Seconds(5);
    for (std::uint32_t i = 0; i < count; ++i) {
        ns3::Simulator::Schedule(ns3::MilliSeconds(i), &Connection::open, &connections[i]);
        ns3::Simulator::Schedule(first_request + ns3::MilliSeconds(i), &Connection::request, &connections[i]);
    }
    ns3::Simulator::Stop(first_request + ns3::MilliSeconds(count) + ns3::Seconds(5));
    ns3::Simulator::Run();

    const auto complete = std::count_if(connections.begin(), connections.end(),
                                        [](const Connection& c) { return c.received == peers::kResponse; });
    peers::print_results(static_cast<std::uint64_t>(complete));
    if (complete == count) return 0;
    std::fprintf(stderr, "only %td of %u transactions are complete\n", complete, count);
    return 1;
}
