#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/world.hpp"

namespace tcplab::test {

/// A dumbbell: `flows` endless downloads, each to a host of its own, through one bottleneck.
struct Dumbbell {
    std::uint32_t flows = 1;
    Duration rtt{40'000'000};
    BitRate rate{10'000'000};                  ///< of the bottleneck
    std::optional<std::uint64_t> queue = 100;  ///< packets
    double loss = 0;
    Duration duration{60'000'000'000};
    Duration between{0};  ///< begins of two flows
    std::uint64_t seed = 1;
    Config tcp;
};

inline Scenario scenario_of(const Dumbbell& d) {
    Scenario s;
    s.seed = d.seed;
    s.duration = d.duration;
    s.client_tcp = s.server_tcp = d.tcp;
    s.link.up.delay = s.link.down.delay = d.rtt / 2;
    s.link.up.rate = s.link.down.rate = d.rate;
    s.link.up.queue = s.link.down.queue = d.queue;
    s.link.down.loss = d.loss;
    s.client.users = d.flows;
    s.client.arrival = {ArrivalKind::every, d.between, 0};
    PageObject endless;
    endless.name = "endless";
    endless.path = "/endless";
    endless.endless = true;
    s.page.objects.push_back(endless);
    return s;
}

/// Bytes that each flow's client got in order, by flow.
inline std::vector<std::uint64_t> bytes_of(const Results& r) {
    std::vector<std::uint64_t> bytes(r.pages.size());
    for (const ConnectionRow& c : r.connections) bytes.at(c.user - 1) += c.bytes_down;
    return bytes;
}

}  // namespace tcplab::test
