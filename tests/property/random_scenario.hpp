#pragma once

#include <cstdint>

#include "experiment/scenario.hpp"
#include "property/draw.hpp"

namespace tcplab::test {

/// A page, a client, a server and links, without proxies, TLS or HTTP/2. `impaired`: links lose, delay and repeat
/// packets.
Scenario random_scenario(std::uint64_t seed, bool impaired);

/// Everything that a client may do beside asking and reading, and a server beside answering.
void random_moods(Draw& draw, ClientConfig& c);
void random_moods(Draw& draw, ServerConfig& c);
/// TLS of every kind, and HTTP/2 in place of HTTP/1.
void random_layers(Draw& draw, Scenario& s);
/// Further servers, and methods.
void random_places(Draw& draw, Scenario& s);
/// Up to three, of any kind. A blind one ends what hangs by its timeout.
void random_proxies(Draw& draw, Scenario& s, bool impaired);

}  // namespace tcplab::test
