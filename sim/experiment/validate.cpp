#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "experiment/world.hpp"
#include "http/page_plan.hpp"
#include "http/site.hpp"

namespace tcplab {
namespace {

constexpr std::uint64_t kMostTransactions = 10'000'000;
constexpr std::uint32_t kMostHosts = 1'000'000;
constexpr std::uint32_t kLeastMtu = 128;  // Linux's TCP_MIN_MSS of 88 and two headers

std::string quote(const std::string& text) { return "\"" + text + "\""; }

std::optional<std::string> check_headers(const Scenario& s, const PageObject& o) {
    const std::size_t request = smallest_request_header(request_context(s), o);
    const std::uint32_t request_header = o.request_header.value_or(s.client.request_header);
    if (request > request_header) {
        return "the request for " + quote(o.path_of(o.count - 1)) + " has a header of " + std::to_string(request) +
               " B, which is more than request_header = \"" + std::to_string(request_header) + " B\"";
    }
    const ServerConfig& server = o.host == 0 ? s.server : s.hosts[o.host - 1].server;
    const std::size_t response = smallest_response_header(server, o, s.client.keep_alive);
    const std::uint32_t response_header = o.response_header.value_or(server.response_header);
    if (response > response_header) {
        return "the response to " + quote(o.path_of(0)) + " has a header of " + std::to_string(response) +
               " B, which is more than response_header = \"" + std::to_string(response_header) + " B\"";
    }
    return std::nullopt;
}

std::vector<const LinkPair*> links_of(const Scenario& s) {
    std::vector<const LinkPair*> links{&s.link};
    if (s.access) links.push_back(&*s.access);
    if (s.server_access) links.push_back(&*s.server_access);
    for (const ProxySetup& p : s.proxies) links.push_back(&p.link);
    return links;
}

std::optional<std::string> check_queues(const Scenario& s) {
    for (const LinkPair* pair : links_of(s)) {
        for (const LinkConfig* direction : {&pair->up, &pair->down}) {
            if (auto problem = queue_problem(*direction)) return problem;
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_mtu(const Scenario& s) {
    for (const LinkPair* pair : links_of(s)) {
        if (std::min(pair->up.mtu, pair->down.mtu) < kLeastMtu) {
            return "an mtu below " + std::to_string(kLeastMtu) + " leaves no room for TCP's headers and data";
        }
    }
    return std::nullopt;
}

}  // namespace

RequestContext request_context(const Scenario& s) {
    const bool to_proxy = !s.proxies.empty() && s.proxies.front().http.visible;
    return {&s.client, &s.hosts, to_proxy, s.tls.has_value()};
}

std::optional<std::string> validate(const Scenario& s) {
    if (s.page.objects.empty()) return "there is nothing to fetch: [page] has neither html nor objects";
    if (s.client.users == 0 || s.client.users_per_host == 0) return "there is no user";
    std::uint64_t objects = 0;
    for (const PageObject& o : s.page.objects) objects += o.count;
    const std::uint64_t transactions = std::uint64_t{s.client.users} * objects * s.client.loads;
    if (transactions > kMostTransactions) {
        return std::to_string(transactions) + " transactions in one run are more than " +
               std::to_string(kMostTransactions);
    }
    if ((s.client.users - 1) / s.client.users_per_host >= kMostHosts) {
        return "more than " + std::to_string(kMostHosts) + " client hosts; raise users_per_host";
    }
    if (s.client.arrival.kind == ArrivalKind::poisson && !(s.client.arrival.per_second > 0)) {
        return "users of a poisson arrival at a rate of 0 never arrive";
    }
    for (const PageObject& o : s.page.objects) {
        if (o.endless && !s.duration) return quote(o.name) + " is endless, so the run needs a duration";
        if (auto problem = check_headers(s, o)) return problem;
    }
    if (auto problem = check_queues(s)) return problem;
    return check_mtu(s);
}

}  // namespace tcplab
