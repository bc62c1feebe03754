#pragma once

#include <string>
#include <vector>

#include "experiment/results.hpp"
#include "experiment/scenario.hpp"

namespace tcplab {

/// What hung at proxies in a run, and until when: "proxy 1 (blind) left further requests unread on 3 connections, ...".
std::vector<std::string> hang_texts(const Scenario& scenario, const Results& results);

}  // namespace tcplab
