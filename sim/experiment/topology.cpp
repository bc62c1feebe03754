#include "experiment/topology.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace tcplab {
namespace {

constexpr std::uint32_t kFirstClient = 0x0a000001;  // 10.0.0.1
constexpr std::uint32_t kFirstProxy = 0x0afe0001;   // 10.254.0.1
constexpr std::uint32_t kFirstServer = 0x0aff0001;  // 10.255.0.1
constexpr std::uint16_t kProxyPort = 8080;

/// "access", or "access 2" where there are several.
std::string numbered(const std::string& what, std::size_t number, std::size_t of) {
    return of > 1 ? what + " " + std::to_string(number) : what;
}

/// A link between a client's side and a server's; whether its ends in either direction are hosts, or as good as.
void add_link(std::vector<RecordedLink>& links, const std::string& name, bool up_reaches, bool down_reaches) {
    links.push_back({name + " up", false, true, up_reaches});
    links.push_back({name + " down", false, false, down_reaches});
}

/// In the order in which World connects them.
void name_links(const Scenario& s, std::vector<RecordedLink>& links) {
    const std::uint32_t clients = client_count(s.client);
    const std::vector<LinkPair> legs = path_of(s).legs;
    const bool direct_left = clients == 1 && !s.access;
    const bool direct_right = legs.size() == 1 && !s.server_access;
    const bool at_clients = !s.access;
    const bool at_servers = !s.server_access && std::all_of(legs.begin(), legs.end(), [](const LinkPair& leg) {
        return leg.up.delay == Duration::zero();
    });
    add_link(links, "link", at_servers, !s.proxies.empty() || at_clients);
    for (RecordedLink& link : links) link.shared = true;
    for (std::size_t i = 0; !direct_right && i < legs.size(); ++i) {
        add_link(links, i == 0 ? "server_access" : "host " + s.hosts[i - 1].name, true, false);
    }
    for (std::size_t i = 1; !direct_left && i <= clients; ++i) {
        add_link(links, numbered("access", i, clients), false, true);
    }
    for (std::size_t i = 1; i <= s.proxies.size(); ++i) {
        const std::string proxy = "proxy" + std::to_string(i);
        add_link(links, proxy + " link", true, i > 1 || at_clients);
        links.push_back({proxy + " out", false, false, false});  // what joins it to its router
        links.push_back({proxy + " in", false, false, true});
    }
}

}  // namespace

std::uint32_t client_count(const ClientConfig& c) { return (c.users + c.users_per_host - 1) / c.users_per_host; }

Ipv4Address client_address(std::uint32_t number) { return Ipv4Address{kFirstClient + number}; }

Ipv4Address server_address(std::uint32_t number) { return Ipv4Address{kFirstServer + number}; }

Endpoint proxy_at(std::uint32_t number) { return {Ipv4Address{kFirstProxy + number}, kProxyPort}; }

LinkConfig no_link() {
    LinkConfig link;
    link.mtu = 65535;
    return link;
}

Path path_of(const Scenario& s) {
    Path path{s.link, {}};
    std::vector<std::pair<Duration, Duration>> delays{{s.link.up.delay, s.link.down.delay}};
    for (const HostConfig& h : s.hosts) {
        delays.push_back(h.rtt ? std::pair(*h.rtt / 2, *h.rtt - *h.rtt / 2) : delays.front());
    }
    for (const auto& [up, down] : delays) {
        path.shared.up.delay = std::min(path.shared.up.delay, up);
        path.shared.down.delay = std::min(path.shared.down.delay, down);
    }
    for (const auto& [up, down] : delays) {
        LinkPair leg{no_link(), no_link()};
        if (path.legs.empty() && s.server_access) leg = *s.server_access;
        leg.up.delay += up - path.shared.up.delay;
        leg.down.delay += down - path.shared.down.delay;
        path.legs.push_back(leg);
    }
    return path;
}

void name_parts(const Scenario& s, Recording& r) {
    using Kind = RecordedHost::Kind;
    name_links(s, r.links);
    const std::uint32_t clients = client_count(s.client);
    for (std::uint32_t i = 0; i < clients; ++i) {
        r.hosts.push_back({Kind::client, numbered("client", i + std::size_t{1}, clients), client_address(i)});
    }
    for (std::uint32_t i = 0; i < s.proxies.size(); ++i) {
        r.hosts.push_back({Kind::proxy, "proxy" + std::to_string(i + 1), proxy_at(i).address});
    }
    r.hosts.push_back({Kind::server, s.client.url_host, server_address(0)});
    for (std::uint32_t i = 0; i < s.hosts.size(); ++i) {
        r.hosts.push_back({Kind::server, s.hosts[i].name, server_address(i + 1)});
    }
}

}  // namespace tcplab
