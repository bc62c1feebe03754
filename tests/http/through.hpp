#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "chain.hpp"
#include "http/proxy.hpp"

namespace tcplab {

/// Clients that say what they are told to, proxies, and an origin server, 10 ms from hop to hop.
struct Through {
    static constexpr Ipv4Address kOrigin{0x0a000002};
    static constexpr Endpoint kOriginAt{kOrigin, 80};
    static constexpr Endpoint proxy_at(std::size_t i) {
        return {Ipv4Address{0x0a000100 + static_cast<std::uint32_t>(i)}, 8080};
    }

    explicit Through(std::vector<ProxyConfig> kinds = {{}}) : configs(std::move(kinds)) {
        tcp = make_config(Profile::linux_);
        tcp.nagle = false;
        tcp.delayed_ack = 0ms;
        client_tcp = server_tcp = tcp;
    }
    static ProxyConfig kind(ProxyKind k) {
        ProxyConfig c;
        c.kind = k;
        return c;
    }

    /// A client that says these on one connection.
    Sayer& client(std::vector<Sayer::Line> lines) {
        const auto i = static_cast<std::uint32_t>(clients.size());
        client_stacks.emplace_back(Ipv4Address{0x0a000010 + i}, client_tcp, StackSeeds{10 + i, 20 + i});
        return clients.emplace_back(client_stacks.back(), configs.empty() ? kOriginAt : proxy_at(0), std::move(lines));
    }
    /// The server that answers with these.
    Replier& replies(std::vector<Replier::Reply> texts, std::uint16_t port = 80) {
        origin = std::make_unique<Stack>(kOrigin, server_tcp, StackSeeds{3, 4});
        auto server = std::make_unique<Replier>(*origin, Endpoint{kOrigin, port}, std::move(texts));
        Replier& out = *server;
        origin_application = std::move(server);
        return out;
    }

    void run(Time until = kStart + 1000s) {
        if (!chain) build();
        chain->run(until);
    }
    [[nodiscard]] Proxy& proxy(std::size_t i = 0) { return proxies.at(i); }

    std::vector<ProxyConfig> configs;
    Config tcp;
    Config client_tcp;
    Config server_tcp;
    std::optional<DnsConfig> dns;
    bool fast_open = false;  ///< the proxies use it
    std::function<bool(const Segment&)> filter;

    std::deque<Stack> client_stacks;
    std::deque<Sayer> clients;
    std::deque<Stack> proxy_stacks;
    std::deque<Proxy> proxies;
    std::unique_ptr<Stack> origin;
    std::unique_ptr<Application> origin_application;
    std::unique_ptr<Chain> chain;

  private:
    void build() {
        chain = std::make_unique<Chain>(10ms);
        chain->filter = filter;
        for (std::size_t i = 0; i < clients.size(); ++i) chain->add(client_stacks[i], clients[i]);
        for (std::uint32_t i = 0; i < configs.size(); ++i) {
            const bool last = i + 1 == configs.size();
            const bool knows_next = !last && configs[i + 1].visible;
            NextHops next;
            if (knows_next) next.proxy = proxy_at(i + 1);
            next.servers.push_back({"server", 80, last ? kOriginAt : proxy_at(i + 1)});
            next.dns = dns;
            next.fast_open = fast_open;
            Stack& stack = proxy_stacks.emplace_back(proxy_at(i).address, tcp, StackSeeds{30 + i, 40 + i});
            chain->add(stack, proxies.emplace_back(stack, configs[i], next, proxy_at(i), "p" + std::to_string(i + 1)));
        }
        chain->add(*origin, *origin_application);
        chain->start();
    }
};

/// "GET http://server/a HTTP/1.1", its Host field, and more lines.
inline std::string get(const std::string& path, const std::string& more = "", const std::string& version = "1.1") {
    return "GET http://server" + path + " HTTP/" + version + "\r\nHost: server\r\n" + more + "\r\n";
}

inline std::string ok(const std::string& body, const std::string& more = "") {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + more + "\r\n" + body;
}

}  // namespace tcplab
