// Transactions over ns-3's sockets: 300 bytes to the server, 10,000 bytes back.
#pragma once

#include <cstdint>
#include <cstdio>
#include <unordered_map>
#include <vector>

#include "bench-util.h"
#include "ns3/core-module.h"
#include "ns3/internet-module.h"
#include "ns3/network-module.h"

namespace peers {

constexpr std::uint32_t kRequest = 300;
constexpr std::uint32_t kResponse = 10'000;
constexpr std::uint16_t kPort = 80;

enum class CloseFirst { client, server, nobody };

using Socket = ns3::Ptr<ns3::Socket>;

/// Reads all that is there; returns its bytes.
inline std::uint32_t read_all(const Socket& socket) {
    std::uint32_t bytes = 0;
    for (auto packet = socket->Recv(); packet && packet->GetSize() > 0; packet = socket->Recv()) {
        bytes += packet->GetSize();
    }
    return bytes;
}

/// Answers one request on each connection. It must outlive the simulation.
class Server {
  public:
    Server(const ns3::Ptr<ns3::Node>& node, CloseFirst first)
        : first_(first), listener_(ns3::Socket::CreateSocket(node, ns3::TcpSocketFactory::GetTypeId())) {
        listener_->Bind(ns3::InetSocketAddress(ns3::Ipv4Address::GetAny(), kPort));
        listener_->Listen();
        listener_->SetAcceptCallback(ns3::MakeNullCallback<bool, Socket, const ns3::Address&>(),
                                     ns3::MakeCallback(&Server::accept, this));
    }

  private:
    void accept(Socket socket, const ns3::Address&) { socket->SetRecvCallback(ns3::MakeCallback(&Server::read, this)); }
    void read(Socket socket) {
        std::uint32_t& received = received_[ns3::PeekPointer(socket)];
        received += read_all(socket);
        if (received < kRequest) return;
        received_.erase(ns3::PeekPointer(socket));
        socket->SetRecvCallback(ns3::MakeNullCallback<void, Socket>());
        socket->Send(ns3::Create<ns3::Packet>(kResponse));
        if (first_ == CloseFirst::server) socket->Close();
        if (first_ == CloseFirst::client) {
            socket->SetCloseCallbacks(ns3::MakeCallback(&Server::close, this), ns3::MakeCallback(&Server::close, this));
        }
    }
    void close(Socket socket) { socket->Close(); }

    CloseFirst first_;
    Socket listener_;
    std::unordered_map<ns3::Socket*, std::uint32_t> received_;  // of requests that are not complete
};

/// Makes transactions one after another, each on a new connection, until all are done, one fails or no port is left.
class Client {
  public:
    Client(const ns3::Ptr<ns3::Node>& node, const ns3::Address& server, std::uint32_t count, CloseFirst first)
        : node_(node), server_(server), count_(count), first_(first) {}

    void begin() {
        received_ = 0;
        const Socket socket = ns3::Socket::CreateSocket(node_, ns3::TcpSocketFactory::GetTypeId());
        socket->SetConnectCallback(ns3::MakeCallback(&Client::request, this), ns3::MakeCallback(&Client::fail, this));
        socket->SetRecvCallback(ns3::MakeCallback(&Client::read, this));
        socket->SetCloseCallbacks(ns3::MakeCallback(&Client::end_of_stream, this),
                                  ns3::MakeCallback(&Client::fail, this));
        if (socket->Bind() == 0 && socket->Connect(server_) == 0) return;
        no_port_ = true;
        ns3::Simulator::Stop();
    }
    [[nodiscard]] std::uint32_t complete() const { return complete_; }
    [[nodiscard]] bool no_port() const { return no_port_; }

  private:
    void request(Socket socket) { socket->Send(ns3::Create<ns3::Packet>(kRequest)); }
    void fail(Socket) { ns3::Simulator::Stop(); }
    void read(Socket socket) {
        received_ += read_all(socket);
        if (received_ < kResponse || first_ != CloseFirst::client) return;
        const auto nothing = ns3::MakeNullCallback<void, Socket>();
        socket->SetCloseCallbacks(nothing, nothing);
        end_of_stream(socket);
    }
    void end_of_stream(Socket socket) {
        socket->Close();
        if (received_ == kResponse) ++complete_;
        if (received_ != kResponse || complete_ == count_) {
            ns3::Simulator::Stop();
        } else {
            ns3::Simulator::ScheduleNow(&Client::begin, this);
        }
    }

    ns3::Ptr<ns3::Node> node_;
    ns3::Address server_;
    std::uint32_t count_;
    CloseFirst first_;
    std::uint32_t received_ = 0;  // of the response
    std::uint32_t complete_ = 0;
    bool no_port_ = false;
};

/// A server with clients, each on a link of its own.
struct Star {
    ns3::NodeContainer server, clients;
    std::vector<ns3::Address> addresses;  ///< the server's, as each client has it

    Star(std::uint32_t count, const ns3::PointToPointHelper& link) {
        server.Create(1);
        clients.Create(count);
        ns3::InternetStackHelper().InstallAll();
        ns3::Ipv4AddressHelper networks("10.0.0.0", "255.255.255.0");
        for (std::uint32_t i = 0; i < count; ++i) {
            auto helper = link;
            const auto devices = helper.Install(clients.Get(i), server.Get(0));
            addresses.emplace_back(ns3::InetSocketAddress(networks.Assign(devices).GetAddress(1), kPort));
            networks.NewNetwork();
            watch(devices);
        }
    }
};

/// Runs the transactions of one client and prints the results; the program's exit status.
inline int run_transactions(const ns3::PointToPointHelper& link, std::uint32_t count, CloseFirst first) {
    const Star star(1, link);
    const Server server(star.server.Get(0), first);
    Client client(star.clients.Get(0), star.addresses[0], count, first);
    ns3::Simulator::Schedule(ns3::Seconds(1), &Client::begin, &client);
    ns3::Simulator::Run();
    print_results(client.complete());
    if (client.complete() == count || client.no_port()) return 0;
    std::fprintf(stderr, "transaction %u failed\n", client.complete() + 1);
    return 1;
}

}  // namespace peers
