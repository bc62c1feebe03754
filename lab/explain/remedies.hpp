#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/causes.hpp"
#include "explain/change.hpp"
#include "explain/evidence.hpp"

namespace tcplab::explain {

/// A run, for which changes are sought.
struct Case {
    const Scenario& scenario;
    Causes causes;
    Evidence evidence;
};

/// Changes that may make its causes smaller, at most `most`: those first that are about what took longest. None that
/// the scenario has already; of causes that took less than a hundredth none.
std::vector<Change> remedies(const Case& of, std::size_t most);

/// What may help against which causes, the first of which is the one that it is made for.
struct Remedy {
    std::vector<Cause> against;
    std::optional<Change> (*propose)(const Case&) = nullptr;
};
/// Remedies of the links, of TCP and its buffers, and of HTTP with what is around it.
std::vector<Remedy> link_remedies();
std::vector<Remedy> tcp_remedies();
std::vector<Remedy> http_remedies();

}  // namespace tcplab::explain
