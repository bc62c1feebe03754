#pragma once

#include <cstdint>
#include <vector>

#include "core/address.hpp"
#include "experiment/scenario.hpp"
#include "trace/recording.hpp"

namespace tcplab {

/// Hosts that the users sit at.
std::uint32_t client_count(const ClientConfig& client);

/// Addresses of hosts, by their number from 0; the page's own server is server 0.
Ipv4Address client_address(std::uint32_t number);
Ipv4Address server_address(std::uint32_t number);
Endpoint proxy_at(std::uint32_t number);

/// A link that takes no time and loses nothing.
LinkConfig no_link();

/// The way from the clients to the servers: what all share, and each server's own rest.
struct Path {
    LinkPair shared;
    std::vector<LinkPair> legs;
};
/// Servers differ in distance: the shared link has the delay of the nearest, and each leg what is missing, so that all
/// share one rate and one queue.
Path path_of(const Scenario& scenario);

/// Fills in the recording's links and hosts.
void name_parts(const Scenario& scenario, Recording& recording);

}  // namespace tcplab
