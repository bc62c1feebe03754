#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"
#include "trace/observer.hpp"

namespace tcplab {

/// What makes a scenario impossible to run, though each of its values alone is fine: a header that does not fit its
/// size, an endless object without a duration, more than can be simulated. Nothing when it can be run.
std::optional<std::string> validate(const Scenario& scenario);

/// How far a run is that is under way.
struct RunProgress {
    Time now = kStart;            ///< of the simulation
    std::uint64_t events = 0;     ///< so far
    std::optional<double> share;  ///< of its work, up to 1, as far as one can tell; nothing where one cannot, as behind
                                  ///< what was foreseen: things are sent again
};

/// A scenario at work: hosts, links, servers, proxies and browsers.
///
/// Client hosts (10.0.0.1 ..., `users_per_host` users each) -[access]- router -[link]- router -[server_access]- the
/// server (10.255.0.1). Proxies (10.254.0.1 ..., port 8080) stand between the first router and [link], each at a router
/// of its own behind its link. A router that joins nothing is left out: one client host without [access] sits at the
/// end of [link]; several without [access] are joined by links that take no time. MSS are announced as hosts that know
/// the path's smallest MTU do. Random draws depend on (seed, repetition, purpose, number of the host or link) only.
///
/// The run is over when every page is finished, every connection is closed or in TIME_WAIT and no packet moves, or
/// when the scenario's duration is. It never hangs: a run is given up, with a diagnosis, when no event is left, when
/// no application was called for 30 days or 100 million events, when 20 million events have one time, and, without a
/// duration, after ten million events and 2,000 for every packet that the work takes without losses.
class World {
  public:
    /// `scenario` is valid and outlives the world, as does `observer`.
    explicit World(const Scenario& scenario, Observer* observer = nullptr);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    /// Runs at most `events` events; true when the run is over.
    bool advance(std::uint64_t events);
    [[nodiscard]] RunProgress progress() const;
    /// What came out; once, when the run is over.
    Results take_results();

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// The whole run.
Results simulate(const Scenario& scenario, Observer* observer = nullptr);

}  // namespace tcplab
