#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "http/config.hpp"
#include "http/page_plan.hpp"
#include "http/story.hpp"
#include "net/link_config.hpp"
#include "tcp/config.hpp"
#include "tls/config.hpp"

namespace tcplab {

/// A link in both directions.
struct LinkPair {
    LinkConfig up;    ///< client to server
    LinkConfig down;  ///< server to client
};

/// A [[proxy]] with the link from the hop before it.
struct ProxySetup {
    ProxyConfig http;
    LinkPair link;
    Config tcp;
};

/// One run's whole description: plain data, every unit resolved, every default filled in. A scenario file with its
/// variants, axes and repetitions expands to many of these (lab/scenario).
struct Scenario {
    std::uint64_t seed = 1;
    std::uint32_t repetition = 1;      ///< from 1; random draws depend on (seed, repetition, purpose) only
    std::optional<Duration> duration;  ///< absent: until every connection is closed or in TIME_WAIT

    LinkPair link;                          ///< the shared path
    std::optional<LinkPair> access;         ///< each client host's own link in front of it
    std::optional<LinkPair> server_access;  ///< the server's own link behind it

    bool attribution = true;            ///< find out why everything takes as long as it does (Transaction::causes)
    std::optional<StorySubject> story;  ///< with it Results::path, too: for one run that is looked at

    Config client_tcp;
    Config server_tcp;
    std::optional<DnsConfig> dns;
    std::optional<TlsConfig> tls;
    ClientConfig client;
    ServerConfig server;
    std::vector<HostConfig> hosts;    ///< further servers
    std::vector<ProxySetup> proxies;  ///< between the clients and the servers, in order
    Page page;                        ///< what each user fetches; [[request]] lists are turned into this too
};

/// What the clients' requests depend on. Refers to the scenario.
RequestContext request_context(const Scenario& scenario);

}  // namespace tcplab
