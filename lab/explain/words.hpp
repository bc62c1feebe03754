#pragma once

#include <string>

#include "explain/facts.hpp"
#include "explain/scenes.hpp"

namespace tcplab::explain {

/// What happened, as a sentence without a full stop; its length and its time stand beside it.
std::string words(const Scene& scene, const Facts& facts);

}  // namespace tcplab::explain
