#include "cli/hangs.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "scenario/quantity.hpp"
#include "terminal/units.hpp"

namespace tcplab {
namespace {

std::string_view name_of(ProxyKind kind) {
    switch (kind) {
        case ProxyKind::aware: return "aware";
        case ProxyKind::blind: return "blind";
        case ProxyKind::smart: return "smart";
    }
    return "";
}

std::string counted(std::uint32_t number, std::string_view what) {
    return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

std::string server_text(const Scenario& s, std::uint32_t server) {
    const ServerConfig& config = server == 0 ? s.server : s.hosts[server - 1].server;
    const std::string who = server == 0 ? "the server" : s.hosts[server - 1].name;
    if (!config.keep_alive) return who + " closed";
    return fmt::format("{} closed (its keep_alive.timeout is {})", who, format_duration(config.keep_alive_timeout));
}

std::string end_text(const Scenario& s, std::size_t proxy, const ProxyHangs& hangs) {
    switch (hangs.end) {
        case ProxyHangs::End::next_hop:
            return proxy + 1 < s.proxies.size() ? fmt::format("proxy {} closed", proxy + 2) : server_text(s, hangs.hop);
        case ProxyHangs::End::timeout:
            return fmt::format("its own timeout of {}", format_duration(s.proxies[proxy].http.timeout));
        case ProxyHangs::End::client: return "the client was gone";
        case ProxyHangs::End::run: return "the run was over";
    }
    return "";
}

std::string relay_text(const Scenario& s, std::size_t proxy, const ProxyHangs& hangs) {
    return fmt::format("left further requests unread on {}, for up to {}, until {}",
                       counted(hangs.connections, "connection"), short_duration(hangs.longest),
                       end_text(s, proxy, hangs));
}

std::string tunnel_text(const ProxyConfig& proxy, std::uint32_t tunnels) {
    return fmt::format("kept {} for its timeout of {} after the last byte, while requests waited for one of its {}",
                       counted(tunnels, "tunnel"), format_duration(proxy.timeout),
                       counted(proxy.connections, "connection"));
}

}  // namespace

std::vector<std::string> hang_texts(const Scenario& scenario, const Results& results) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < results.hangs.size(); ++i) {
        const ProxyHangs& hangs = results.hangs[i];
        const ProxyConfig& proxy = scenario.proxies[i].http;
        const std::string who = fmt::format("proxy {} ({}) ", i + 1, name_of(proxy.kind));
        if (hangs.connections > 0) out.push_back(who + relay_text(scenario, i, hangs));
        if (hangs.tunnels > 0) out.push_back(who + tunnel_text(proxy, hangs.tunnels));
    }
    return out;
}

}  // namespace tcplab
